/* smooth.h: an exponential average of a series that is kept up as points come.
 *
 * With weight b of the past: m_i = b m_{i-1} + (1 - b) v_i, and the average is m_i / (1 - b^i): the
 * first points are not drawn towards 0. Values that are not finite leave m as it was and are NaN in
 * the average. */
#ifndef DNN_VIZ_SMOOTH_H
#define DNN_VIZ_SMOOTH_H

#include "viz/series.h"

typedef struct smooth {
    series *average;    /* as many points as were averaged; NULL: none yet */
    double weight;      /* b */
    double mean, share; /* m_i and 1 - b^i */
} smooth;

/* The average of all points of s, from where it was left unless the weight changed or points were
 * replaced; NULL when out of memory. `left` (NULL: no bound) is how many points may still be
 * averaged and is counted down: at 0 the average is that of the first points, to be gone on with by
 * the next call. */
const series *smooth_update(smooth *state, const series *s, double weight, size_t *left);
void smooth_free(smooth *state);

#endif
