/* replay.c: copies of runs, whose curves are filled as far as the replay has come. */
#include "viz/runs/replay.h"

#include <math.h>
#include <string.h>

#include "core/memory.h"

#define WHOLE_SECONDS 20 /* what a replay takes at first */

static void free_shown(runs *shown) {
    for (size_t i = 0; i < shown->count; i++) {
        run *r = shown->items[i];
        for (size_t k = 0; r != NULL && k < r->tag_count; k++) {
            if (r->tags[k] != NULL)
                series_free(r->tags[k]->scalars);
            dnn_free(r->tags[k]);
        }
        if (r != NULL)
            dnn_free(r->tags);
        dnn_free(r);
    }
    dnn_free(shown->items);
    *shown = (runs){.generation = shown->generation};
}

static run_tag *copy_tag(const run_tag *original) {
    run_tag *t = dnn_alloc(sizeof *t);
    if (t == NULL)
        return NULL;
    *t = *original;
    if (original->scalars != NULL && (t->scalars = series_create()) == NULL) {
        dnn_free(t);
        return NULL;
    }
    return t;
}

/* A run with the original's names and tags, all of them empty. */
static run *copy_run(const run *original) {
    run *r = dnn_alloc(sizeof *r);
    if (r == NULL)
        return NULL;
    *r = *original;
    r->tags = dnn_calloc(original->tag_count + 1, sizeof(run_tag *));
    r->tag_count = 0;
    if (r->tags == NULL)
        return r;
    for (size_t k = 0; k < original->tag_count; k++) {
        if ((r->tags[k] = copy_tag(original->tags[k])) == NULL)
            return r;
        r->tag_count++;
    }
    return r;
}

static bool copy_runs(runs *shown, const runs *all) {
    free_shown(shown);
    shown->items = dnn_calloc(all->count + 1, sizeof(run *));
    if (shown->items == NULL)
        return false;
    for (size_t i = 0; i < all->count; i++) {
        run *r = shown->items[i] = copy_run(all->items[i]);
        if (r == NULL)
            return false;
        shown->count++;
        if (r->tag_count < all->items[i]->tag_count)
            return false;
    }
    shown->generation++;
    return true;
}

/* Adds the points that came until `until`; *step becomes the last step that any curve has. */
static bool fill_scalars(series *to, const series *from, double until, int64_t *step) {
    size_t i = series_count(to);
    for (; i < series_count(from) && series_wall_time(from, i) <= until; i++)
        if (!series_add(to, series_step(from, i), series_wall_time(from, i), series_value(from, i)))
            return false;
    if (i > 0 && series_step(from, i - 1) > *step)
        *step = series_step(from, i - 1);
    return true;
}

static void fill_other(run_tag *to, const run_tag *from, double until, int64_t step) {
    to->histogram_count = 0;
    while (to->histogram_count < from->histogram_count &&
           from->histograms[to->histogram_count].wall_time <= until)
        to->histogram_count++;
    to->picture = from->picture_step <= step ? from->picture : (picture){0};
    to->matrix = from->matrix_step <= step ? from->matrix : NULL;
    to->text = from->text_step <= step ? from->text : NULL;
    to->text_step = from->text_step;
    to->earlier_count = 0;
    while (to->earlier_count < from->earlier_count && from->earlier[to->earlier_count].step <= step)
        to->earlier_count++;
    if (to->text == NULL && to->earlier_count > 0) {
        const text_at *last = &from->earlier[--to->earlier_count];
        to->text = last->text;
        to->text_step = last->step;
    }
}

static bool fill_run(run *to, const run *from, double position) {
    double until = from->first_time + position;
    int64_t step = 0;
    for (size_t k = 0; k < to->tag_count; k++)
        if (to->tags[k]->scalars != NULL &&
            !fill_scalars(to->tags[k]->scalars, from->tags[k]->scalars, until, &step))
            return false;
    for (size_t k = 0; k < to->tag_count; k++)
        fill_other(to->tags[k], from->tags[k], until, step);
    to->last_step = step;
    to->last_time = fmin(until, from->last_time);
    return true;
}

bool replay_seek(replay *r, const runs *all, double position) {
    position = fmax(0, fmin(position, r->duration));
    if (position < r->position && !copy_runs(&r->shown, all))
        return false;
    r->position = position;
    for (size_t i = 0; i < r->shown.count; i++)
        if (!fill_run(r->shown.items[i], all->items[i], position))
            return false;
    return true;
}

bool replay_start(replay *r, const runs *all) {
    double duration = 0;
    for (size_t i = 0; i < all->count; i++)
        duration = fmax(duration, all->items[i]->last_time - all->items[i]->first_time);
    if (duration <= 0)
        return false;
    *r = (replay){.on = true,
                  .position = INFINITY,
                  .duration = duration,
                  .speed = duration / WHOLE_SECONDS,
                  .shown.generation = r->shown.generation};
    if (replay_seek(r, all, 0))
        return true;
    replay_stop(r);
    return false;
}

void replay_stop(replay *r) {
    r->on = false;
    free_shown(&r->shown);
}
