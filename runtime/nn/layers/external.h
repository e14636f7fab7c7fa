/* external.h: a layer whose functions are the host's, such as one written in Lua. */
#ifndef DNN_NN_EXTERNAL_H
#define DNN_NN_EXTERNAL_H

#include "nn/call.h"

#define DNN_EXTERNAL_VALUES DNN_LAYER_VALUES

typedef struct dnn_external {
    const char *name; /* copied */
    size_t in_features, out_features; /* 0: any number, and as many as X */
    size_t value_count;
    dnn_value values[DNN_EXTERNAL_VALUES]; /* learnt; names are copied */
    dnn_status (*initialise)(const dnn_layer *layer, dnn_matrix *values, dnn_random *random,
                             dnn_error *err); /* may be NULL */
    dnn_status (*forward)(dnn_call *call, dnn_error *err);
    dnn_status (*backward)(dnn_call *call, dnn_error *err);
    void (*release)(void *user); /* frees `user` with the layer; may be NULL */
    void *user;
} dnn_external;

/* A finished layer with one reference; it may read and keep both X and A. When this fails `user`
 * stays the caller's. */
dnn_status dnn_layer_create_external(dnn_layer **out, const dnn_external *external, dnn_error *err);

/* The `user` of an external layer, NULL of any other. */
void *dnn_layer_external_user(const dnn_layer *layer);

#endif
