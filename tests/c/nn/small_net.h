/* small_net.h: a network of two Linears for the tests of networks. */
#ifndef DNN_TESTS_NN_SMALL_NET_H
#define DNN_TESTS_NN_SMALL_NET_H

#include "nets.h"

/* Linear(4 -> 5), Tanh, Linear(5 -> 2), Sigmoid, with X and dA of `examples` columns. */
typedef struct case_net {
    net n;
    dnn_matrix X, dA;
} case_net;

static inline case_net open_case(dnn_dtype dtype, size_t examples) {
    case_net c = {
        .n = make_net(dtype, CHILDREN(linear(4, 5), plain("Tanh"), linear(5, 2), plain("Sigmoid")),
                      1)};
    plan_net(&c.n, 4, examples);
    c.X = normal_matrix(dtype, 4, examples, 2);
    c.dA = normal_matrix(dtype, 2, examples, 3);
    return c;
}

static inline void close_case(case_net *c) {
    free_net(&c->n);
    dnn_matrix_free(&c->X);
    dnn_matrix_free(&c->dA);
}

#endif
