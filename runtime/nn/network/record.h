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

/* The same for a layer that another one calls: X fits that one. Sets the numbers of its first step
 * and of the buffer that stands for X, and how many steps there are. DNN_ERROR_ARGUMENT where no
 * layer calls it. */
dnn_status dnn_network_record_called(dnn_network *network, const dnn_layer *layer,
                                     const dnn_matrix *X, size_t *first, size_t *count,
                                     size_t *input, dnn_error *err);

/* Whether a layer in this network is called by another one, and whether it draws random numbers. */
bool dnn_network_is_called(const dnn_network *network, const dnn_layer *layer, bool *draws);

/* Side inputs of a recorded forward, checked and copied: lengths of all examples, and the mask; both
 * NULL where they were not given. */
typedef struct dnn_recorded_side {
    const size_t *lengths;
    const dnn_matrix *mask;
} dnn_recorded_side;

/* Bytes of memory that they take, and copying them there, after dnn_network_record; fails as
 * dnn_network_forward_with does, and on a cache, which goes without gradients. */
size_t dnn_network_side_bytes(const dnn_side_inputs *side, size_t examples);
dnn_status dnn_network_record_side(dnn_network *network, const dnn_side_inputs *side,
                                   size_t examples, void *memory, dnn_recorded_side *out,
                                   dnn_error *err);

/* Gives a step's call those that its layer takes. */
void dnn_network_give_side(const dnn_network *network, size_t step, const dnn_recorded_side *side,
                           dnn_node_call *call);

/* What the node of a step has besides its inputs: `in` has room for the step's. `place` is where the
 * caller has the network, and is NULL when that has been closed. */
void dnn_network_record_step(dnn_network *network, dnn_network *const *place, size_t step,
                             size_t examples, uint64_t key, dnn_node_call *call, dnn_shape *in);


/* A learnt value number `which` of a step as a node: it has no inputs, and backward adds to the
 * value's gradient. Sets the node's layer, call and arguments; `call` is the caller's memory. */
void dnn_network_record_value(dnn_network *network, dnn_network *const *place, size_t step,
                              size_t which, dnn_node *node, dnn_node_call *call);

/* The name of such a node's value in files, and its gradient; NULL of any other node, and of a closed
 * network's. */
const char *dnn_node_value_name(const dnn_node *node);
const dnn_matrix *dnn_node_value_gradient(const dnn_node *node);

#endif
