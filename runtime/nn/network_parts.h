/* network_parts.h: the inside of a network, for network.c and network_run.c alone. */
#ifndef DNN_NN_NETWORK_PARTS_H
#define DNN_NN_NETWORK_PARTS_H

#include "nn/network.h"

/* The buffers for one width of X. */
typedef struct dnn_plan {
    size_t examples;  /* capacity; 0: no plan */
    size_t *features; /* [0 .. count]: rows of A[l] */
} dnn_plan;

struct dnn_network {
    dnn_dtype dtype;
    size_t count; /* layers; layers[l - 1] is layer l */
    dnn_layer **layers;
    dnn_parameters parameters;
    dnn_plan attached, next; /* the buffers there are; the last plan that asked for others */
    char *buffers;
    size_t half;        /* bytes from A[l] to dA[l] */
    dnn_matrix *A, *dA; /* [0 .. count] */
    bool has_activations, has_gradients;
};

/* Puts "layer 3, Linear(8 -> 1): " before what a layer said; returns status. */
dnn_status dnn_network_fail_layer(const dnn_network *network, size_t layer, dnn_status status,
                                  dnn_error *err);

/* DNN_ERROR_STATE unless the parameters, if there are any, are attached. */
dnn_status dnn_network_require_parameters(const dnn_network *network, dnn_error *err);

#endif
