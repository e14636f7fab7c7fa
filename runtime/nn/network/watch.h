/* watch.h: how a network's training goes, in a number per layer and in words. */
#ifndef DNN_NN_WATCH_H
#define DNN_NN_WATCH_H

#include "nn/network/network.h"

/* Share, 0 .. 1, of a ReLU's units that were 0 for every example of the last forward: units that
 * learn nothing from that batch. NaN for other layers, before a forward, and where the output is
 * not kept. */
double dnn_watch_dead_units(const dnn_network *network, size_t step);

/* The outputs of a layer in the last forward: a signal that vanishes or explodes on its way through
 * the layers is seen here before the cost shows it. */
typedef struct dnn_watch_signal {
    double mean, deviation; /* of all outputs, without Bessel's correction */
    double saturated;       /* share of a Sigmoid's or Tanh's outputs that are within 1 % of their
                               range from either end, where gradients vanish; NaN for others */
} dnn_watch_signal;

/* NaN before a forward, and where the output is not kept. */
dnn_watch_signal dnn_watch_output(const dnn_network *network, size_t step);

/* Norm of the change that an update made to a step's values (see parameters.h; it must have been
 * written) over the norm of those values. NaN where it has none or all are 0. */
double dnn_watch_update_ratio(const dnn_network *network, size_t step);

/* True, naming in `err` (DNN_ERROR_NUMERIC) the first place on the way from X through the layers
 * where the last forward met a number that is not finite, and what may help: X itself, a layer's
 * values, or its output. False when all are finite, or before a forward. */
bool dnn_watch_not_finite(const dnn_network *network, dnn_error *err);

#endif
