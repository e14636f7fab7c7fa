/* operators.h: what a tape records besides layers: arithmetic, functions, reductions, parts.
 *
 * An operator is a layer class without settings that takes matrices of any size instead of columns
 * of examples. What it was called with (an axis, bounds, a place) is in call->argument. X, A and
 * their gradients are of one type, but for `convert`; X may be a view with columns apart, A, dA and
 * dX are contiguous. A tape writes dX in the order of the inputs, which may be one matrix given
 * twice: then dX[1] is dX[0], added to.
 *
 *                       argument                             result
 *     add .. minimum                                         of the broadcast shape
 *     mm                ta, tb                               op(X0) op(X1)
 *     clamp             low, high                            as X0, like those without arguments
 *     where                                                  X1 where X0 is not 0, else X2
 *     sum .. norm, std  axis (0: everything), correction     1 x 1, 1 x cols or rows x 1
 *     block             i, j from 0, rows, cols              a part of X0
 *     reshape           rows, cols                           X0 in another shape
 *     cat               axis                                 the inputs in a row or a column
 *     gather            scale, shift                         columns of X0, numbered in X1 from 0
 *     solve .. svdvals                                       see linalg.c
 *     eigh                                                   (n + 1) x n: w' above V */
#ifndef DNN_NN_OPERATORS_H
#define DNN_NN_OPERATORS_H

#include "math/elementwise.h"
#include "math/reduce.h"
#include "nn/call.h"

/* The prefix and the name of a class's constant. */
#define DNN_OPERATORS(row)                                                                         \
    row(layer, add)                                                                                \
    row(operator, sub)                                                                             \
    row(operator, cmul)                                                                            \
    row(operator, div)                                                                             \
    row(operator, pow)                                                                             \
    row(operator, maximum)                                                                         \
    row(operator, minimum)                                                                         \
    row(operator, mm)                                                                              \
    row(operator, neg)                                                                             \
    row(operator, exp)                                                                             \
    row(operator, log)                                                                             \
    row(operator, sqrt)                                                                            \
    row(operator, abs)                                                                             \
    row(operator, sign)                                                                            \
    row(layer, tanh)                                                                               \
    row(layer, sigmoid)                                                                            \
    row(layer, relu)                                                                               \
    row(operator, clamp)                                                                           \
    row(operator, where)                                                                           \
    row(operator, sum)                                                                             \
    row(operator, mean)                                                                            \
    row(operator, max)                                                                             \
    row(operator, min)                                                                             \
    row(operator, norm)                                                                            \
    row(operator, std)                                                                             \
    row(operator, copy)                                                                            \
    row(operator, convert)                                                                         \
    row(operator, transpose)                                                                       \
    row(operator, diag)                                                                            \
    row(operator, block)                                                                           \
    row(operator, reshape)                                                                         \
    row(operator, cat)                                                                             \
    row(operator, gather)                                                                          \
    row(operator, solve)                                                                           \
    row(operator, inv)                                                                             \
    row(operator, det)                                                                             \
    row(operator, logdet)                                                                          \
    row(operator, cholesky)                                                                        \
    row(operator, svdvals)                                                                         \
    row(operator, eigh)

typedef enum dnn_operator {
#define DNN_OPERATOR(prefix, name) DNN_OPERATOR_##name,
    DNN_OPERATORS(DNN_OPERATOR)
#undef DNN_OPERATOR
        DNN_OPERATOR_COUNT
} dnn_operator;

/* A layer for each, and the name that scripts know it by. */
extern const dnn_layer dnn_operators[DNN_OPERATOR_COUNT];
const char *dnn_operator_name(const dnn_layer_class *kind);

/* The operator of an elementwise function or of a reduction; DNN_OPERATOR_COUNT where its result
 * has no gradient: comparisons, isfinite, argmax. */
dnn_operator dnn_operator_of_binary(dnn_binary_op op);
dnn_operator dnn_operator_of_unary(dnn_unary_op op);
dnn_operator dnn_operator_of_reduction(dnn_reduce_op op);

/* --- what operators share (broadcast.c) --- */

/* The result of operators whose inputs are broadcast. */
dnn_status dnn_broadcast_result(const dnn_call *call, size_t *rows, size_t *cols, dnn_error *err);

/* dX = G, or dX += G, summed over the dimensions in which X was repeated; both contiguous. */
dnn_status dnn_sum_back(dnn_matrix *dX, const dnn_matrix *G, bool add, dnn_error *err);

/* out = m repeated to out's shape (contiguous), converted to its type; or added to it. */
dnn_status dnn_spread(dnn_matrix *out, const dnn_matrix *m, bool add, dnn_error *err);

/* Bytes for a contiguous matrix of A's shape, and such a matrix, the n-th, in call->scratch. */
size_t dnn_scratch_matrix_bytes(const dnn_call *call);
dnn_matrix dnn_scratch_matrix(const dnn_call *call, size_t n);

/* m in A's shape and contiguous: itself, or repeated into the n-th matrix of call->scratch. */
dnn_status dnn_spread_input(dnn_matrix *out, const dnn_call *call, const dnn_matrix *m, size_t n,
                            dnn_error *err);

#endif
