/* smooth.h: an exponential average of a series over its steps, kept up as points come.
 *
 * With weight b of the past for each `unit` of steps, a point at step s_i that comes d_i steps
 * after the one before it has w_i = b^(d_i / unit) (the first one: b), and
 *
 *     m_i = w_i m_{i-1} + (1 - w_i) v_i,   c_i = w_i c_{i-1} + (1 - w_i),   average_i = m_i / c_i:
 *
 * the first points are not drawn towards 0, the past fades within unit / -ln b steps, and curves of
 * one quantity that are logged more and less often have the same lag. Values that are not finite
 * leave m as it was and are NaN in the average. */
#ifndef DNN_VIZ_SMOOTH_H
#define DNN_VIZ_SMOOTH_H

#include "viz/runs/series.h"

typedef struct smooth {
    series *average;     /* as many points as were averaged; NULL: none yet */
    double weight, unit; /* b, and steps */
    double mean, share;  /* m_i and c_i */
    double gap, fading;  /* the last d_i and w_i */
    int64_t last;        /* s_i of the last finite value; share > 0 */
} smooth;

/* The average of all points of s, from where it was left unless the weight or the unit changed or
 * points were replaced; NULL when out of memory. `left` (NULL: no bound) is how many points may
 * still be averaged and is counted down: at 0 the average is that of the first points, to be gone
 * on with by the next call. */
const series *smooth_update(smooth *state, const series *s, double weight, double unit,
                            size_t *left);
void smooth_free(smooth *state);

/* Steps between two points: the mean over the first ones, which does not change as more come;
 * INFINITY with less than two. */
double smooth_spacing(const series *s);

#endif
