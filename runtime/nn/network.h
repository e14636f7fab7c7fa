/* network.h: layers in a row, and the memory that they work in.
 *
 * The network says how many bytes it needs and the caller provides them, so that matrix memory can
 * be Lua's. Parameters are attached once; buffers are planned for a number of examples and serve
 * every smaller one, so that a training step allocates nothing:
 *
 *     dnn_network_create, dnn_network_attach_parameters, dnn_network_initialise
 *     each step: dnn_network_plan (and dnn_network_attach_buffers where it asks for bytes),
 *                dnn_network_forward, dnn_network_backward, an optimiser's step
 *
 * A[0] is X itself, A[l] the output of layer l (counted from 1), dA[l] the cost's gradient with
 * respect to it. They stay readable until the next forward or backward, or until other buffers are
 * attached. */
#ifndef DNN_NN_NETWORK_H
#define DNN_NN_NETWORK_H

#include "nn/layer.h"
#include "nn/parameters.h"

typedef struct dnn_network dnn_network;

/* Takes the finished layers over (also when it fails it frees them). Fails with DNN_ERROR_SHAPE,
 * naming both layers, where one's output does not fit the next, DNN_ERROR_ARGUMENT without layers
 * or with the same one twice, and DNN_ERROR_TYPE unless dtype is float32 or float64. */
dnn_status dnn_network_create(dnn_network **out, dnn_dtype dtype, dnn_layer *const *layers,
                              size_t count, dnn_error *err);
void dnn_network_destroy(dnn_network *network);

dnn_dtype dnn_network_dtype(const dnn_network *network);
size_t dnn_network_layer_count(const dnn_network *network);
dnn_layer *dnn_network_layer(dnn_network *network, size_t layer); /* counted from 1 */
dnn_parameters *dnn_network_parameters(dnn_network *network);

/* Bytes of one of the two flat vectors; then both are attached, 64-byte aligned, and zeroed here.
 * The layers' views are set. Attaching again moves the values that are there. */
size_t dnn_network_parameter_bytes(const dnn_network *network);
void dnn_network_attach_parameters(dnn_network *network, void *values, void *gradients);

/* Every layer's starting values from one stream. */
dnn_status dnn_network_initialise(dnn_network *network, dnn_random *random, dnn_error *err);

/* Bytes of buffers for X of in_features x examples into `bytes`: 0 when the attached ones suffice.
 * Fails with DNN_ERROR_SHAPE, naming the layer, when X does not fit or has no columns. */
dnn_status dnn_network_plan(dnn_network *network, size_t in_features, size_t examples,
                            size_t *bytes, dnn_error *err);

/* Memory for the last plan, 64-byte aligned. What the old buffers held is gone. */
void dnn_network_attach_buffers(dnn_network *network, void *memory);

/* Runs all layers on X, whose memory must stay until backward. DNN_ERROR_STATE without a plan that
 * fits; DNN_ERROR_TYPE unless X has the network's type. A layer's failure comes back with the
 * layer's number and description before its text. After any failure there are no activations. */
dnn_status dnn_network_forward(dnn_network *network, const dnn_matrix *X, dnn_error *err);

/* Runs backward from dA, the gradient with respect to the output (copied into dA[L]). dX
 * (in_features x examples, the network's type, the caller's) receives the gradient with respect to
 * X; NULL spares that work. DNN_ERROR_STATE before a forward. When a layer fails the gradients
 * count as spent. */
dnn_status dnn_network_backward(dnn_network *network, const dnn_matrix *dA, dnn_matrix *dX,
                                dnn_error *err);

/* A[layer], 0 .. count; NULL before the first forward. */
const dnn_matrix *dnn_network_activation(const dnn_network *network, size_t layer);

/* dA[layer], 1 .. count; NULL before the first backward. */
const dnn_matrix *dnn_network_gradient(const dnn_network *network, size_t layer);

/* Euclidean norm of all parameter gradients of one layer; 0 where it has none. */
double dnn_network_grad_norm(const dnn_network *network, size_t layer);

/* A line with type and number of layers, then a table of layers, output features and parameter
 * counts, with totals; as snprintf. */
size_t dnn_network_describe(const dnn_network *network, char *text, size_t size);

#endif
