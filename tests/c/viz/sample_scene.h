/* sample_scene.h: one run's curves, drawn in a panel, for tests of what must be seen there. */
#ifndef DNN_TESTS_VIZ_SAMPLE_SCENE_H
#define DNN_TESTS_VIZ_SAMPLE_SCENE_H

#include "viz/sample_fonts.h"
#include "viz/sample_runs.h"

/* One run with curves, drawn in the panel of a kind. */
typedef struct scene {
    sample sample;
    panel *panels, *panel;
    size_t count;
    page_options options;
    display_list list;
} scene;

static inline void build(scene *s, panel_kind kind, const char *title, float width, float height) {
    s->options = sample_options();
    assert_true(panels_build(&s->panels, &s->count, &s->sample.all));
    s->panel = find_panel(s->panels, s->count, kind, title);
    assert_non_null(s->panel);
    s->panel->area = (rect){0, 0, width, height};
}

static inline void draw(scene *s) {
    display_list_clear(&s->list);
    panel_draw(s->panel, &s->options, NULL, &s->list);
    assert_false(s->list.failed);
}

static inline void clean(scene *s) {
    panels_free(s->panels, s->count);
    display_list_free(&s->list);
    sample_free(&s->sample);
}

/* The highest place that a line of the colour reaches within a stretch of x. */
static inline float highest(const display_list *list, color c, float from, float to) {
    float top = INFINITY;
    for (size_t i = 0; i < list->count; i++) {
        const command *line = &list->commands[i];
        if ((line->kind != COMMAND_POLYLINE && line->kind != COMMAND_BARS) ||
            line->stroke.color != c)
            continue;
        for (size_t k = 0; k < line->count; k++)
            if (line->points[k].x >= from && line->points[k].x <= to && line->points[k].y < top)
                top = line->points[k].y;
    }
    return top;
}

#endif
