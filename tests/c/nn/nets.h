/* nets.h: what the tests of this folder share: layers by name, and networks with their memory. */
#ifndef DNN_TESTS_NN_NETS_H
#define DNN_TESTS_NN_NETS_H

#include "check.h"

#include "core/memory.h"
#include "math/elementwise.h"
#include "math/fill.h"
#include "nn/network.h"
#include "nn/registry.h"

/* A network and the memory that it was given. */
typedef struct net {
    dnn_network *network;
    void *values, *gradients, *buffers;
} net;

/* A layer of the registry; required settings take their example values. */
static inline dnn_layer *example_layer(const dnn_layer_class *kind) {
    dnn_error err;
    dnn_layer *layer;
    check_ok(dnn_layer_create(&layer, kind, &err));
    for (size_t f = 0; f < dnn_field_count(kind->fields); f++)
        if (kind->fields[f].required)
            layer->settings[f] = kind->fields[f].example;
    check_ok(dnn_layer_finish(layer, &err));
    return layer;
}

static inline dnn_layer *plain(const char *name) {
    return example_layer(dnn_layer_class_find(name));
}

static inline dnn_layer *linear(size_t in, size_t out) {
    dnn_error err;
    dnn_layer *layer;
    const dnn_layer_class *kind = dnn_layer_class_find("Linear");
    check_ok(dnn_layer_create(&layer, kind, &err));
    check_ok(
        dnn_field_set("Linear", kind->fields, layer->settings, "in_features", (double)in, &err));
    check_ok(
        dnn_field_set("Linear", kind->fields, layer->settings, "out_features", (double)out, &err));
    check_ok(dnn_layer_finish(layer, &err));
    return layer;
}

/* Creates the network, attaches its parameters and draws them from `seed`. */
static inline net make_net(dnn_dtype dtype, dnn_layer *const *layers, size_t count, uint64_t seed) {
    dnn_error err;
    net n = {0};
    check_ok(dnn_network_create(&n.network, dtype, layers, count, &err));
    size_t bytes = dnn_network_parameter_bytes(n.network);
    n.values = dnn_alloc(bytes);
    n.gradients = dnn_alloc(bytes);
    dnn_network_attach_parameters(n.network, n.values, n.gradients);
    dnn_random random = dnn_random_seeded(seed);
    check_ok(dnn_network_initialise(n.network, &random, &err));
    return n;
}

/* Plans for X of rows x cols and gives the network the bytes that it asks for. */
static inline void plan_net(net *n, size_t rows, size_t cols) {
    dnn_error err;
    size_t bytes;
    check_ok(dnn_network_plan(n->network, rows, cols, &bytes, &err));
    if (bytes == 0)
        return;
    dnn_free(n->buffers);
    n->buffers = dnn_alloc(bytes);
    dnn_network_attach_buffers(n->network, n->buffers);
}

static inline void free_net(net *n) {
    dnn_network_destroy(n->network);
    dnn_free(n->values);
    dnn_free(n->gradients);
    dnn_free(n->buffers);
    *n = (net){0};
}

/* A matrix of its own memory, given row by row. */
static inline dnn_matrix matrix(dnn_dtype dtype, size_t rows, size_t cols, const double *elements) {
    dnn_error err;
    dnn_matrix m;
    check_ok(dnn_matrix_create(&m, dtype, rows, cols, &err));
    for (size_t i = 0; i < rows && elements != NULL; i++)
        for (size_t j = 0; j < cols; j++)
            dnn_matrix_set(&m, i, j, elements[i * cols + j]);
    return m;
}

static inline dnn_matrix normal_matrix(dnn_dtype dtype, size_t rows, size_t cols, uint64_t seed) {
    dnn_error err;
    dnn_matrix m = matrix(dtype, rows, cols, NULL);
    dnn_random random = dnn_random_seeded(seed);
    check_ok(dnn_fill_normal(&m, &random, 0, 1, &err));
    return m;
}

/* All elements agree within tolerance; the expected ones are given row by row. */
static inline void check_matrix(const dnn_matrix *m, const double *expected, double tolerance) {
    for (size_t i = 0; i < m->rows; i++)
        for (size_t j = 0; j < m->cols; j++)
            check_close(dnn_matrix_get(m, i, j), expected[i * m->cols + j], tolerance);
}

#endif
