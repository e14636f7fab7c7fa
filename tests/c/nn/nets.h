/* nets.h: layers by name, containers of them, and networks with their memory. */
#ifndef DNN_TESTS_NN_NETS_H
#define DNN_TESTS_NN_NETS_H

#include "matrices.h"

#include <stdio.h>

#include "core/memory.h"
#include "nn/network/network.h"
#include "nn/registry.h"

/* --- layers --- */

/* A layer of the registry with the settings of a line as dnn_field_parse takes it. */
static inline dnn_layer *layer_of(const char *name, const char *settings) {
    dnn_error err;
    dnn_layer *layer;
    const dnn_layer_class *kind = dnn_layer_class_find(name);
    assert_non_null(kind);
    check_ok(dnn_layer_create(&layer, kind, &err));
    check_ok(dnn_field_parse(name, kind->fields, layer->settings, settings, &err));
    check_ok(dnn_layer_finish(layer, &err));
    return layer;
}

static inline dnn_layer *plain(const char *name) {
    return layer_of(name, "");
}

static inline dnn_layer *linear(size_t in, size_t out) {
    char settings[96];
    snprintf(settings, sizeof settings, "in_features=%zu out_features=%zu", in, out);
    return layer_of("Linear", settings);
}

#define MOST_CHILDREN 96
#define CHILDREN(...) ((dnn_layer *[MOST_CHILDREN]){__VA_ARGS__})

/* A container of layers, which a NULL ends; takes over their references. */
static inline dnn_layer *container(const char *name, dnn_layer *const *children) {
    dnn_error err;
    dnn_layer *layer = plain(name);
    for (; *children != NULL; children++) {
        check_ok(dnn_layer_add_child(layer, *children, NULL, &err));
        dnn_layer_release(*children);
    }
    return layer;
}

#define sequential(...) container("Sequential", CHILDREN(__VA_ARGS__))
#define residual(...)   container("Residual", CHILDREN(__VA_ARGS__))
#define concat(...)     container("Concat", CHILDREN(__VA_ARGS__))

/* A Residual whose input goes through a layer of its own, too. */
static inline dnn_layer *with_shortcut(dnn_layer *residual_layer, dnn_layer *shortcut) {
    dnn_error err;
    check_ok(dnn_layer_add_child(residual_layer, shortcut, "shortcut", &err));
    dnn_layer_release(shortcut);
    return residual_layer;
}

/* --- networks --- */

/* A network and the memory that it was given. */
typedef struct net {
    dnn_network *network;
    void *values, *gradients, *kept;
    void *buffers[2]; /* of evaluation and of training */
} net;

/* Creates the network, attaches its values and draws them from `seed`; takes over the layer. */
static inline net net_of(dnn_dtype dtype, dnn_layer *layer, const dnn_shape *input, uint64_t seed) {
    dnn_error err;
    net n = {0};
    check_ok(dnn_network_create(&n.network, dtype, layer, input, &err));
    dnn_layer_release(layer);
    n.values = dnn_alloc(dnn_network_value_bytes(n.network));
    n.gradients = dnn_alloc(dnn_network_value_bytes(n.network));
    n.kept = dnn_alloc(dnn_network_kept_bytes(n.network));
    dnn_network_attach_values(n.network, n.values, n.gradients, n.kept);
    dnn_random random = dnn_random_seeded(seed);
    check_ok(dnn_network_initialise(n.network, &random, &err));
    return n;
}

static inline net make_net(dnn_dtype dtype, dnn_layer *const *layers, uint64_t seed) {
    return net_of(dtype, container("Sequential", layers), NULL, seed);
}

/* Plans for X in the present mode and gives the network the bytes that it asks for. */
static inline void plan_for(net *n, const dnn_matrix *X) {
    dnn_error err;
    size_t bytes;
    void **buffers = &n->buffers[dnn_network_training(n->network)];
    check_ok(dnn_network_plan(n->network, X, &bytes, &err));
    if (bytes == 0)
        return;
    dnn_free(*buffers);
    *buffers = dnn_alloc(bytes);
    dnn_network_attach_buffers(n->network, *buffers);
}

static inline void plan_net(net *n, size_t rows, size_t cols) {
    dnn_matrix X = dnn_matrix_of(dnn_network_dtype(n->network), rows, cols, NULL);
    plan_for(n, &X);
}

/* Plans where that is necessary, and runs forward with the key 1. */
static inline const dnn_matrix *forward(net *n, const dnn_matrix *X) {
    dnn_error err;
    plan_for(n, X);
    check_ok(dnn_network_forward(n->network, X, 1, &err));
    return dnn_network_output(n->network);
}

static inline void backward(net *n, const dnn_matrix *dA, dnn_matrix *dX) {
    dnn_error err;
    check_ok(dnn_network_backward(n->network, dA, dX, &err));
}

/* Output, and its gradient, of a step counted from 1, as messages count layers in a row. */
static inline const dnn_matrix *output_of(const net *n, size_t step) {
    return dnn_network_step_output(n->network, step - 1);
}

static inline const dnn_matrix *gradient_of(const net *n, size_t step) {
    return dnn_network_step_output_gradient(n->network, step - 1);
}

/* The values, or gradients, of the value with that name: "2.1.weight". */
static inline size_t segment_of(const net *n, const char *name) {
    const dnn_parameters *p = dnn_network_parameters(n->network);
    size_t k = 0;
    while (k < p->segment_count && strcmp(p->segments[k].name, name) != 0)
        k++;
    if (k == p->segment_count)
        fail_msg("there is no value %s", name);
    return k;
}

static inline dnn_matrix value_of(const net *n, const char *name) {
    return dnn_segment_values(dnn_network_parameters(n->network), segment_of(n, name));
}

static inline dnn_matrix value_gradient(const net *n, const char *name) {
    return dnn_segment_gradients(dnn_network_parameters(n->network), segment_of(n, name));
}

/* No gradient is new. */
static inline bool all_spent(const net *n) {
    const dnn_parameters *p = dnn_network_parameters(n->network);
    return !dnn_parameters_have_gradients(p, 0, p->learnt_count);
}

static inline void free_net(net *n) {
    dnn_network_destroy(n->network);
    dnn_free(n->values);
    dnn_free(n->gradients);
    dnn_free(n->kept);
    dnn_free(n->buffers[0]);
    dnn_free(n->buffers[1]);
    *n = (net){0};
}

/* Both are there and agree to the bit. */
static inline void check_same(const dnn_matrix *a, const dnn_matrix *b) {
    assert_non_null(a);
    assert_non_null(b);
    assert_true(dnn_matrix_equal(a, b));
}

static inline void set_keep(net *n, dnn_keep keep) {
    dnn_network_set_keep(n->network, keep);
}

static inline void set_training(net *n, bool training) {
    dnn_network_set_training(n->network, training);
}

static inline dnn_matrix copy_of(const dnn_matrix *m) {
    dnn_error err;
    dnn_matrix copy = matrix(m->dtype, m->rows, m->cols, NULL);
    check_ok(dnn_matrix_copy(&copy, m, &err));
    return copy;
}

#endif
