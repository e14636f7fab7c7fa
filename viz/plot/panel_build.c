/* panel_build.c: panels for the tags of all runs; old panels hand on their states. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/memory.h"
#include "viz/plot/panel_entries.h"

static uint64_t key_of(const entry *e) {
    uint64_t hash = 0xCBF29CE484222325u; /* FNV-1a */
    for (const char *c = e->run->name; *c != '\0'; c++)
        hash = (hash ^ (unsigned char)*c) * 0x100000001B3u;
    for (const char *c = e->tag->name; *c != '\0'; c++)
        hash = (hash ^ (unsigned char)*c) * 0x100000001B3u;
    return hash;
}

static int compare_label_pointers(const void *a, const void *b) {
    return compare_labels(*(const char *const *)a, *(const char *const *)b);
}

/* The different labels in order; an array to be freed, NULL when out of memory. */
static const char **list_labels(const entry *entries, size_t count, size_t *different) {
    const char **labels = dnn_alloc(count * sizeof *labels);
    if (labels == NULL)
        return NULL;
    for (size_t i = 0; i < count; i++)
        labels[i] = entries[i].label;
    qsort(labels, count, sizeof *labels, compare_label_pointers);
    *different = 0;
    for (size_t i = 0; i < count; i++)
        if (*different == 0 || compare_labels(labels[*different - 1], labels[i]) != 0)
            labels[(*different)++] = labels[i];
    return labels;
}

static size_t index_of(const char *label, const char *const *labels, size_t count) {
    const char *const *found =
        bsearch(&label, labels, count, sizeof *labels, compare_label_pointers);
    return (size_t)(found - labels);
}

/* Layers: two labels of one run that begin with a number ("1 Linear") or four that hold one. */
static bool has_layers(const entry *entries, size_t count) {
    size_t points = 0;
    for (size_t i = 0; i < count && entries[i].run_index == entries[0].run_index; i++) {
        size_t before = strcspn(entries[i].label, "0123456789");
        if (entries[i].label[before] != '\0')
            points += before == 0 ? 2 : 1;
    }
    return points >= 4;
}

/* More labels than there are hues. */
#define MANY_LAYERS 8

static void name_curve(curve *c, const entry *e, bool overlaid, bool alone) {
    const char *run_name = run_label(e->run);
    if (!overlaid)
        snprintf(c->label, sizeof c->label, "%.90s", e->label);
    else if (alone)
        snprintf(c->label, sizeof c->label, "%.90s", run_name);
    else
        snprintf(c->label, sizeof c->label, "%.44s · %.44s", run_name, e->label);
    snprintf(c->part, sizeof c->part, "%.47s", e->label);
}

static bool fill_panel(panel *p, panel_kind kind, const entry *entries, size_t count,
                       size_t run_count) {
    *p = (panel){.kind = kind, .over_decades = may_span_decades(entries->group)};
    memcpy(p->title, entries->group, sizeof p->title);
    size_t label_count = 0;
    const char **labels = list_labels(entries, count, &label_count);
    p->curves = labels == NULL ? NULL : dnn_calloc(count, sizeof *p->curves);
    if (p->curves == NULL) {
        dnn_free(labels);
        return false;
    }
    p->curve_count = count;
    bool overlaid = run_count > 1;
    bool layers = !overlaid && label_count > MANY_LAYERS && has_layers(entries, count);
    for (size_t i = 0; i < count; i++) {
        const entry *e = &entries[i];
        curve *c = &p->curves[i];
        size_t index = index_of(e->label, labels, label_count);
        *c = (curve){.run = e->run,
                     .tag = e->tag,
                     .key = key_of(e),
                     .color = overlaid ? e->run->number : index,
                     .dash = overlaid ? (int)(index % DASH_COUNT) : -1,
                     .layer = layers ? (double)index / (double)(label_count - 1) : NAN,
                     .tag_index = index,
                     .steps = kind == PANEL_CURVES && e->rank == RANK_RATE};
        name_curve(c, e, overlaid, label_count == 1);
    }
    dnn_free(labels);
    return true;
}

static bool same_panel(const entry *a, const entry *b) {
    return a->kind == b->kind && strcmp(a->group, b->group) == 0;
}

static void keep_curve_states(panel *p, panel *old) {
    for (size_t i = 0; i < p->curve_count; i++)
        for (size_t k = 0; k < old->curve_count; k++) {
            curve *c = &p->curves[i], *before = &old->curves[(i + k) % old->curve_count];
            if (c->key != before->key)
                continue;
            c->hidden = before->hidden;
            c->smoothed = before->smoothed;
            before->smoothed = (smooth){0};
            break;
        }
}

static void keep_states(panel *panels, size_t count, panel *old, size_t old_count) {
    for (size_t i = 0; i < count; i++)
        for (size_t k = 0; k < old_count; k++) {
            panel *p = &panels[i], *before = &old[k];
            if (p->kind != before->kind || strcmp(p->title, before->title) != 0)
                continue;
            p->y_scale = before->y_scale;
            p->over_decades = before->over_decades;
            p->held = before->held;
            p->let_go = before->let_go;
            p->shown_x = before->shown_x;
            p->x = before->x;
            p->y = before->y;
            p->area = before->area;
            p->plot = before->plot;
            keep_curve_states(p, before);
            break;
        }
}

/* What a pass over the groups adds. */
typedef enum pass { PASS_CURVES, PASS_HEAT, PASS_OTHER, PASS_COUNT } pass;

/* Curves come first, the heat maps of those that matter most beside them; the other heat maps
 * follow the last curves, and the epoch, which is more of an axis, follows them. */
static bool is_in_pass(pass which, panel_kind kind, int rank) {
    if (kind == PANEL_HEAT)
        return which == (rank <= RANK_GRAD ? PASS_CURVES : PASS_HEAT);
    if (kind == PANEL_CURVES)
        return which == (rank == RANK_EPOCH ? PASS_HEAT : PASS_CURVES);
    return which == PASS_OTHER;
}

/* Appends to `built`, which has room, the panels of one pass; false when out of memory. */
static bool build_pass(pass which, const entry *entries, size_t count, size_t run_count,
                       panel *built, size_t *n) {
    bool whole = true;
    for (size_t i = 0, end; whole && i < count; i = end) {
        const entry *e = &entries[i];
        for (end = i + 1; end < count && same_panel(e, &entries[end]);)
            end++;
        if (is_in_pass(which, e->kind, e->rank))
            whole = fill_panel(&built[(*n)++], e->kind, e, end - i, run_count);
        if (whole && e->kind == PANEL_CURVES && is_in_pass(which, PANEL_HEAT, e->rank) &&
            has_layers(e, end - i))
            whole = fill_panel(&built[(*n)++], PANEL_HEAT, e, end - i, run_count);
    }
    return whole;
}

bool panels_build(panel **panels, size_t *count, const runs *all) {
    size_t entry_count = 0, n = 0;
    entry *entries = list_entries(all, &entry_count);
    /* a group can be two panels, curves and heat map */
    panel *built = entries == NULL ? NULL : dnn_calloc(2 * entry_count + 1, sizeof *built);
    bool whole = built != NULL;
    for (pass which = 0; whole && which < PASS_COUNT; which++)
        whole = build_pass(which, entries, entry_count, all->count, built, &n);
    dnn_free(entries);
    if (!whole) {
        panels_free(built, n);
        return false;
    }
    keep_states(built, n, *panels, *count);
    panels_free(*panels, *count);
    *panels = built;
    *count = n;
    return true;
}

void panels_free(panel *panels, size_t count) {
    for (size_t i = 0; i < count; i++) {
        for (size_t k = 0; k < panels[i].curve_count; k++)
            smooth_free(&panels[i].curves[k].smoothed);
        dnn_free(panels[i].curves);
        sheet_release(panels[i].still);
    }
    dnn_free(panels);
}
