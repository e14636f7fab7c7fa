/* run_list.c: which runs are listed, in which order, and which of them are hidden. */
#include "viz/window/run_list_parts.h"

#include <fnmatch.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/memory.h"
#include "core/utf8.h"

/* --- values --- */

size_t run_columns(const view *v, run_column *out) {
    size_t n = 0;
    for (size_t i = 0; i < v->panel_count && n < RUN_LIST_COLUMNS; i++) {
        const panel *p = &v->panels[i];
        const curve *last = NULL;
        if (p->kind != PANEL_CURVES)
            continue;
        for (size_t k = 0; k < p->curve_count; k++)
            if (last == NULL || p->curves[k].tag_index > last->tag_index)
                last = &p->curves[k];
        if (last == NULL || last->tag_index > 3) /* one of many layers says little */
            continue;
        out[n++] = (run_column){p->title, last->part, last->tag->name,
                                strcasestr(p->title, "acc") == NULL};
    }
    return n;
}

double run_column_value(const run *r, const char *tag, const page_options *o) {
    const run_tag *t = run_find(r, tag, DNN_EVENT_SCALAR);
    size_t n = t == NULL || t->scalars == NULL ? 0 : series_count(t->scalars);
    if (n == 0)
        return NAN;
    const curve c = {.run = r, .tag = t};
    size_t at = o == NULL || o->under == NULL ? n - 1 : curve_nearest(&c, o, o->x_at);
    return at < n ? (double)series_value(t->scalars, at) : NAN;
}

size_t run_list_titles(const view *v, char text[][64]) {
    run_column columns[RUN_LIST_COLUMNS];
    size_t count = run_columns(v, columns);
    for (size_t i = 0; i < count; i++)
        snprintf(text[i], 64, "%.63s", columns[i].tag);
    return count;
}

void run_list_value(const view *v, const run *r, size_t which, char *text, size_t size) {
    run_column columns[RUN_LIST_COLUMNS];
    size_t count = run_columns(v, columns);
    text[0] = '\0';
    if (which < count && run_find(r, columns[which].tag, DNN_EVENT_SCALAR) != NULL)
        axis_format(run_column_value(r, columns[which].tag, NULL), 7, text, size);
}

/* --- order and filter --- */

typedef struct key {
    size_t index;
    double value; /* ascending; NaN last */
} key;

static int compare_keys(const void *a, const void *b) {
    const key *p = a, *q = b;
    if (isnan(p->value) != isnan(q->value))
        return isnan(p->value) ? 1 : -1;
    if (p->value < q->value || p->value > q->value)
        return p->value < q->value ? -1 : 1;
    return p->index < q->index ? -1 : p->index > q->index;
}

/* Runs stand by name already. */
static double key_of(const view *v, const run *r, const run_column *columns, size_t count) {
    size_t at = (size_t)v->list.order - ORDER_VALUE;
    if (v->list.order == ORDER_TIME)
        return -r->last_time;
    if (v->list.order < ORDER_VALUE || at >= count)
        return 0;
    double value = run_column_value(r, columns[at].tag, NULL);
    return columns[at].small_is_good ? value : -value;
}

/* A pattern of the shell where it has one's signs, else a part of the name in any case. */
static bool fits(const char *filter, const char *name) {
    if (strpbrk(filter, "*?[") != NULL)
        return fnmatch(filter, name, FNM_CASEFOLD) == 0;
    return strcasestr(name, filter) != NULL;
}

void run_list_update(view *v) {
    const runs *all = view_runs(v);
    run_column columns[RUN_LIST_COLUMNS];
    size_t count = run_columns(v, columns), n = 0;
    key *keys = dnn_alloc((all->count + 1) * sizeof *keys);
    size_t *rows = dnn_alloc((all->count + 1) * sizeof *rows);
    for (size_t i = 0; i < all->count; i++)
        all->items[i]->filtered =
            v->list.filter[0] != '\0' && !fits(v->list.filter, all->items[i]->name);
    for (size_t i = 0; keys != NULL && i < all->count; i++)
        if (!all->items[i]->filtered)
            keys[n++] = (key){i, key_of(v, all->items[i], columns, count)};
    if (keys != NULL && rows != NULL) {
        qsort(keys, n, sizeof *keys, compare_keys);
        for (size_t i = 0; i < n; i++)
            rows[i] = keys[i].index;
        dnn_free(v->list.rows);
        v->list.rows = rows;
        v->list.row_count = n;
    } else {
        dnn_free(rows);
    }
    dnn_free(keys);
}

void run_list_next_order(view *v) {
    run_column columns[RUN_LIST_COLUMNS];
    int orders = ORDER_VALUE + (int)run_columns(v, columns);
    v->list.order = (v->list.order + 1) % orders;
    run_list_update(v);
    if (v->list.order >= ORDER_VALUE)
        view_say(v, "runs by the last value of %s", columns[v->list.order - ORDER_VALUE].tag);
    else
        view_say(v, "runs by %s", v->list.order == ORDER_TIME ? "time, the latest first" : "name");
}

/* --- hiding --- */

/* A replay shows copies of the runs. */
static void set_hidden(view *v, size_t i, bool hidden) {
    const runs *shown = view_runs(v);
    shown->items[i]->hidden = hidden;
    if (i < v->all->count)
        v->all->items[i]->hidden = hidden;
}

static picked picked_run(const runs *all, size_t which) {
    size_t hidden = 0;
    for (size_t i = 0; i < all->count; i++)
        hidden += i != which && all->items[i]->hidden;
    return (picked){all->items[which]->hidden, all->count > 1 && hidden == all->count - 1};
}

void run_list_choose(view *v, size_t which, choice wanted) {
    const runs *all = view_runs(v);
    picked before = picked_run(all, which);
    for (size_t i = 0; i < all->count; i++)
        set_hidden(v, i, choice_hides(wanted, before, i == which, all->items[i]->hidden));
    view_choose_shown(v);
    view_say(v, "%s: %s", run_label(all->items[which]),
             choice_text(wanted, picked_run(all, which)));
}

void run_list_show_all(view *v) {
    for (size_t i = 0; i < view_runs(v)->count; i++)
        set_hidden(v, i, false);
    v->list.filter[0] = '\0';
    run_list_update(v);
    view_choose_shown(v);
}

void run_list_type(view *v, const char *pressed) {
    char *filter = v->list.filter;
    size_t used = strlen(filter), n = strlen(pressed);
    if (strcmp(pressed, "Escape") == 0)
        filter[0] = '\0';
    if (strcmp(pressed, "Escape") == 0 || strcmp(pressed, "Return") == 0)
        v->list.typing = false;
    else if (strcmp(pressed, "Backspace") == 0 && used > 0)
        do
            filter[--used] = '\0';
        while (used > 0 && dnn_utf8_continues(filter[used]));
    else if ((n == 1 || (unsigned char)pressed[0] >= 0x80) && used + n + 1 < sizeof v->list.filter)
        strcpy(filter + used, pressed);
    run_list_update(v);
    view_choose_shown(v);
}
