/* runs.h: the stretches of the flat vectors that a step moves; internal to this library. */
#ifndef DNN_NN_NETWORK_RUNS_H
#define DNN_NN_NETWORK_RUNS_H

#include "nn/network/parameters.h"

/* Whether a step moves the segment: it is learnt and not frozen, and, where `fresh`, its gradient
 * is new. */
static inline bool dnn_segment_moves(const dnn_segment *segment, bool fresh) {
    return !segment->kept && !segment->frozen && !(fresh && segment->spent);
}

/* The next elements [*begin, *end) of adjacent segments that move, from segment *segment up to
 * `last` (not included); *segment becomes the first one after them. False when there are none. */
bool dnn_next_run(const dnn_parameters *parameters, size_t *segment, size_t last, bool fresh,
                  size_t *begin, size_t *end);

/* Around a step, where `change` is wanted: the first before anything moves and the last after it;
 * the others around each update of elements [begin, end). */
void dnn_change_open(const dnn_parameters *parameters);
void dnn_change_before(const dnn_parameters *parameters, size_t begin, size_t end);
void dnn_change_after(const dnn_parameters *parameters, size_t begin, size_t end);
void dnn_change_close(dnn_parameters *parameters);

#endif
