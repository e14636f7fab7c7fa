/* run_groups.c: looking through the runs' settings. */
#include "viz/window/run_groups.h"

#include <stdlib.h>
#include <string.h>

#include "core/memory.h"
#include "core/natural.h"
#include "viz/runs/settings.h"

#define MOST_KEYS ((size_t)256)

static const char *text_of(const run *r) {
    const run_tag *tag = run_find(r, "settings", DNN_EVENT_TEXT);
    return tag == NULL ? NULL : tag->text;
}

/* A run's value of a setting; "" where it has none. */
static void value_of(const run *r, const char *key, char *out, size_t size) {
    static setting settings[MOST_KEYS];
    const char *text = text_of(r);
    size_t n = text == NULL ? 0 : parse_settings(text, settings, MOST_KEYS);
    piece wanted = {key, strlen(key)};
    out[0] = '\0';
    for (size_t i = 0; i < n; i++)
        if (same_piece(settings[i].key, wanted))
            copy_piece(out, size, settings[i].value);
}

void run_groups_value(const view *v, const run *r, char *out, size_t size) {
    value_of(r, v->list.key, out, size);
}

typedef struct named {
    size_t index; /* of the run */
    char value[128];
} named;

static int by_value(const void *a, const void *b) {
    const named *p = a, *q = b;
    return dnn_natural_compare(p->value, q->value);
}

/* The runs' values of a setting in order; an array to be freed, NULL when out of memory. */
static named *sorted_values(const runs *all, const char *key) {
    named *values = dnn_alloc((all->count + 1) * sizeof *values);
    for (size_t i = 0; values != NULL && i < all->count; i++) {
        values[i].index = i;
        value_of(all->items[i], key, values[i].value, sizeof values[i].value);
    }
    if (values != NULL)
        qsort(values, all->count, sizeof *values, by_value);
    return values;
}

/* Numbers the groups; returns how many there are. */
static size_t number_groups(const runs *all, const char *key) {
    named *values = sorted_values(all, key);
    size_t group = 0;
    for (size_t i = 0; values != NULL && i < all->count; i++) {
        group += i > 0 && strcmp(values[i].value, values[i - 1].value) != 0;
        all->items[values[i].index]->group = group;
    }
    dnn_free(values);
    return group + 1;
}

/* A group for each run says no more than the runs, and one for all nothing. */
static bool is_of_use(const runs *all, const char *key) {
    size_t groups = number_groups(all, key);
    return groups > 1 && groups < all->count;
}

void run_groups_update(view *v) {
    const runs *all = view_runs(v);
    v->options.grouped = v->list.key[0] != '\0' && all->count > 1;
    if (v->options.grouped)
        number_groups(all, v->list.key);
}

void run_groups_next(view *v) {
    const runs *all = view_runs(v);
    setting *settings = dnn_alloc(MOST_KEYS * sizeof *settings);
    const char *text = all->count > 0 ? text_of(all->items[0]) : NULL;
    size_t n = settings == NULL || text == NULL ? 0 : parse_settings(text, settings, MOST_KEYS);
    char key[64], next[64] = "";
    bool passed = v->list.key[0] == '\0';
    for (size_t i = 0; i < n && next[0] == '\0'; i++) {
        copy_piece(key, sizeof key, settings[i].key);
        if (passed && is_of_use(all, key))
            strcpy(next, key);
        passed = passed || strcmp(key, v->list.key) == 0;
    }
    dnn_free(settings);
    bool before = v->list.key[0] != '\0';
    strcpy(v->list.key, next);
    run_groups_update(v);
    if (next[0] != '\0')
        view_say(v, "the mean of runs with the same %s, and their range", next);
    else
        view_say(v, before ? "each run by itself" : "no setting groups these runs");
}
