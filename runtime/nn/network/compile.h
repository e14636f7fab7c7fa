/* compile.h: what a container's `compile` calls: each adds calls to the list that becomes a network.
 * Buffers are named by their number; a call reads some that there are and makes a new one. */
#ifndef DNN_NN_COMPILE_H
#define DNN_NN_COMPILE_H

#include "nn/layer.h"

/* Adds what child number `child` of the container computes of its inputs, under its name. */
dnn_status dnn_compile_child(dnn_compiler *compiler, const dnn_layer *container, size_t child,
                             const size_t *input, size_t inputs, size_t *output, dnn_error *err);

/* Whether steps that are added from now on take the lengths that come with X; true at first. */
void dnn_compile_lengths(dnn_compiler *compiler, bool taken);

/* Adds a call of an operator, a class without settings, to `inputs` buffers. */
dnn_status dnn_compile_operator(dnn_compiler *compiler, const dnn_layer_class *kind,
                                const size_t *input, size_t inputs, size_t *output, dnn_error *err);

#endif
