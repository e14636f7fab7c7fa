/* record.h: a network's steps as nodes of a tape, for networks that are part of an expression and may
 * be called in it more than once. A recorded step has memory of its own; values and gradients are
 * the network's, and what it has learnt is spent and added up as in its own backward. */
#ifndef DNN_NN_RECORD_H
#define DNN_NN_RECORD_H

#include "nn/network/network.h"
#include "nn/tape/tape.h"

/* Finds the shapes for X; fails as dnn_network_forward does where X does not fit, and where the
 * values are not attached. */
dnn_status dnn_network_record(dnn_network *network, const dnn_matrix *X, dnn_error *err);

/* What the node of a step has besides its inputs: `in` has room for the step's. `place` is where the
 * caller has the network, and is NULL when that has been closed. */
void dnn_network_record_step(dnn_network *network, dnn_network *const *place, size_t step,
                             size_t examples, uint64_t key, dnn_node_call *call, dnn_shape *in);

#endif
