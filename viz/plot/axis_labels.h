/* axis_labels.h: what stands beside the ticks of one axis. Inside viz's axis only. */
#ifndef DNN_VIZ_AXIS_LABELS_H
#define DNN_VIZ_AXIS_LABELS_H

#include "viz/plot/axis.h"

/* Labels of ticks that are `step` apart, in the axis's unit. */
void label_steps(const axis *a, tick *ticks, size_t count, double step);

/* Labels of the major ticks at digit x 10^exponent, and 0. */
void label_powers(tick *ticks, size_t count);

#endif
