/* sample_runs.h: runs made in memory, and looking for things in a display list, for the tests of
 * panels. */
#ifndef DNN_TESTS_VIZ_SAMPLE_RUNS_H
#define DNN_TESTS_VIZ_SAMPLE_RUNS_H

#include <string.h>

#include "core/memory.h"
#include "core/natural.h"
#include "viz/draw/font.h"
#include "viz/plot/panel.h"

/* Tags and runs stay in the order they are made in. */
typedef struct sample {
    runs all;
    run *items[8];
    run runs[8];
    run_tag *tags[8][64];
} sample;

static inline run *sample_run(sample *s, const char *name) {
    size_t i = s->all.count++;
    s->items[i] = &s->runs[i];
    s->all.items = s->items;
    s->runs[i] = (run){.number = i, .name = (char *)name, .path = (char *)name, .tags = s->tags[i]};
    return &s->runs[i];
}

static inline run_tag *sample_tag(run *r, const char *name, dnn_event_kind kind) {
    run_tag *tag = dnn_calloc(1, sizeof *tag);
    tag->name = (char *)name;
    tag->kind = kind;
    tag->scalars = kind == DNN_EVENT_SCALAR ? series_create() : NULL;
    size_t at = r->tag_count++;
    for (; at > 0 && (dnn_natural_compare(r->tags[at - 1]->name, name) > 0 ||
                      (dnn_natural_compare(r->tags[at - 1]->name, name) == 0 &&
                       r->tags[at - 1]->kind > kind));
         at--)
        r->tags[at] = r->tags[at - 1];
    r->tags[at] = tag;
    if (strcmp(name, "epoch") == 0)
        r->epoch = tag->scalars;
    return tag;
}

static inline void sample_point(run_tag *tag, int64_t step, double value) {
    series_add(tag->scalars, step, 1000 + 0.5 * (double)step, (float)value);
}

static inline double falling(double i) {
    return 1 / (1 + i / 100);
}

static inline double rising(double i) {
    return 1 - 1 / (2 + i / 100);
}

/* A tag of n points, steps 0 .. n - 1. */
static inline run_tag *sample_curve(run *r, const char *name, size_t n, double (*value)(double)) {
    run_tag *tag = sample_tag(r, name, DNN_EVENT_SCALAR);
    for (size_t i = 0; i < n; i++)
        sample_point(tag, (int64_t)i, value((double)i));
    r->first_time = 1000;
    return tag;
}

static inline page_options sample_options(void) {
    return (page_options){.scale = 1, .theme = &theme_light};
}

static inline void sample_free(sample *s) {
    for (size_t i = 0; i < s->all.count; i++)
        for (size_t k = 0; k < s->runs[i].tag_count; k++) {
            series_free(s->runs[i].tags[k]->scalars);
            dnn_free(s->runs[i].tags[k]);
        }
}

/* --- looking into a list --- */

static inline const command *find_text(const display_list *list, const char *text) {
    for (size_t i = 0; i < list->count; i++)
        if (list->commands[i].kind == COMMAND_TEXT && strcmp(list->commands[i].text, text) == 0)
            return &list->commands[i];
    return NULL;
}

static inline const command *find_kind(const display_list *list, command_kind kind, color c) {
    for (size_t i = 0; i < list->count; i++)
        if (list->commands[i].kind == kind && (c == 0 || list->commands[i].stroke.color == c))
            return &list->commands[i];
    return NULL;
}

static inline panel *find_panel(panel *panels, size_t count, panel_kind kind, const char *title) {
    for (size_t i = 0; i < count; i++)
        if (panels[i].kind == kind && strcmp(panels[i].title, title) == 0)
            return &panels[i];
    return NULL;
}

#endif
