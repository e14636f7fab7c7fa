/* profile.h: where a network's time goes, step by step. */
#ifndef DNN_NN_PROFILE_H
#define DNN_NN_PROFILE_H

#include "nn/network/network.h"

/* Seconds of the quickest pass of a step so far; 0: there was none. */
typedef struct dnn_step_times {
    double forward, backward;
} dnn_step_times;

/* From now on every pass of the network notes its times there, an element for each step; NULL ends
 * that. */
void dnn_network_set_times(dnn_network *network, dnn_step_times *times);

/* Takes a pass into account. */
void dnn_note_time(dnn_step_times *times, bool forward, double seconds);

/* A table of the steps with their times, for the number of examples of the last forward: ms of
 * forward and backward, GFLOP/s of both together and their share of `peak` (flops a second, see
 * math/peak.h) for layers that are products, MB that forward reads and writes; with totals. As
 * snprintf. */
size_t dnn_network_describe_times(const dnn_network *network, const dnn_step_times *times,
                                  double peak, char *text, size_t size);

#endif
