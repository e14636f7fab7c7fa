/* smooth.c: averaging what is new. */
#include "viz/plot/smooth.h"

#include <math.h>

#define SPACINGS ((size_t)64)

/* Whether the points averaged so far are still those of s: a resumed run replaces its last ones,
 * and then the last wall time is another one. */
static bool still_holds(const smooth *state, const series *s, double weight, double unit) {
    if (state->average == NULL || state->weight != weight || state->unit != unit)
        return false;
    size_t n = series_count(state->average);
    return n <= series_count(s) &&
           (n == 0 || (series_step(s, n - 1) == series_step(state->average, n - 1) &&
                       series_wall_time(s, n - 1) == series_wall_time(state->average, n - 1)));
}

double smooth_spacing(const series *s) {
    size_t n = series_count(s), last = n > SPACINGS ? SPACINGS : n - 1;
    if (n < 2)
        return INFINITY;
    return ((double)series_step(s, last) - (double)series_step(s, 0)) / (double)last;
}

/* Most gaps are as long as the one before them. */
static void take_in(smooth *state, int64_t step, double value) {
    double gap = state->share > 0 ? (double)step - (double)state->last : state->unit;
    if (gap != state->gap) {
        state->gap = gap;
        state->fading = pow(state->weight, gap / state->unit);
    }
    state->mean = state->fading * state->mean + (1 - state->fading) * value;
    state->share = state->fading * state->share + (1 - state->fading);
    state->last = step;
}

const series *smooth_update(smooth *state, const series *s, double weight, double unit,
                            size_t *left) {
    if (!still_holds(state, s, weight, unit)) {
        smooth_free(state);
        *state = (smooth){.average = series_create(), .weight = weight, .unit = unit, .gap = -1};
        if (state->average == NULL)
            return NULL;
    }
    size_t begin = series_count(state->average), end = series_count(s);
    if (left != NULL) {
        end = end - begin > *left ? begin + *left : end;
        *left -= end - begin;
    }
    for (size_t i = begin; i < end; i++) {
        double value = series_value(s, i), average = NAN;
        if (isfinite(value)) {
            take_in(state, series_step(s, i), value);
            average = state->mean / state->share;
        }
        if (!series_add(state->average, series_step(s, i), series_wall_time(s, i),
                        (float)average)) {
            smooth_free(state);
            return NULL;
        }
    }
    return state->average;
}

void smooth_free(smooth *state) {
    series_free(state->average);
    *state = (smooth){0};
}
