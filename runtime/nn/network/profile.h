/* profile.h: where a network's time goes, step by step. */
#ifndef DNN_NN_PROFILE_H
#define DNN_NN_PROFILE_H

#include "nn/network/network.h"

/* The forwards, or the backwards, of a step so far. */
typedef struct dnn_pass_times {
    size_t count;
    double quickest, total; /* seconds */
    double flops;           /* of all; 0 where the step is not a product */
} dnn_pass_times;

typedef struct dnn_step_times {
    dnn_pass_times forward, backward;
    double bytes; /* that all forwards read and wrote */
} dnn_step_times;

/* From now on every pass of the network notes its times there, an element for each step, which the
 * caller has set to 0; NULL ends that. */
void dnn_network_set_times(dnn_network *network, dnn_step_times *times);

/* A table of the steps with their times: ms of forward and backward, GFLOP/s of both together and
 * their share of `peak` (flops a second, see math/peak.h) for layers that are products, MB that a
 * forward reads and writes; with totals. The times are those of the quickest passes; with `all`
 * those of all of them together, and their numbers are shown too. As snprintf. */
size_t dnn_network_describe_times(const dnn_network *network, const dnn_step_times *times,
                                  double peak, bool all, char *text, size_t size);

#endif
