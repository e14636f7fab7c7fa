/* smooth.c: averaging what is new. */
#include "viz/smooth.h"

#include <math.h>

/* Whether the points averaged so far are still those of s: a resumed run replaces its last ones,
 * and then the last wall time is another one. */
static bool still_holds(const smooth *state, const series *s, double weight) {
    if (state->average == NULL || state->weight != weight)
        return false;
    size_t n = series_count(state->average);
    return n <= series_count(s) &&
           (n == 0 || (series_step(s, n - 1) == series_step(state->average, n - 1) &&
                       series_wall_time(s, n - 1) == series_wall_time(state->average, n - 1)));
}

const series *smooth_update(smooth *state, const series *s, double weight, size_t *left) {
    if (!still_holds(state, s, weight)) {
        smooth_free(state);
        *state = (smooth){.average = series_create(), .weight = weight};
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
            state->mean = weight * state->mean + (1 - weight) * value;
            state->share = weight * state->share + (1 - weight);
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
