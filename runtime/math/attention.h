/* attention.h: scaled dot-product attention of several heads, without the matrix of all weights.
 *
 * A sequence is a stretch of columns: K and V hold `keys` columns for each example, Q and A
 * `queries`, one example after the other. Rows are features; head h takes rows [h d, (h + 1) d),
 * where d is their number divided by `heads`. V and A may have other features than Q and K. Columns
 * may be apart, so Q, K and V can be blocks of rows of one matrix.
 *
 *     A[:, q] = sum over keys k of V[:, k] softmax over k of (scale Q[:, q]' K[:, k])
 *
 * Weights exist only for a block of queries and keys at a time, with a running maximum (after
 * M. Milakov and N. Gimelshein, "Online normalizer calculation for softmax", 2018); backward
 * computes them again. Matrices are of one real type and do not overlap; results have the same bits
 * on any number of threads. */
#ifndef DNN_MATH_ATTENTION_H
#define DNN_MATH_ATTENTION_H

#include <stdint.h>

#include "math/matrix.h"

typedef struct dnn_attention {
    size_t heads;
    size_t queries, keys; /* of an example */
    size_t stride; /* columns of K and V from one example to the next; 0: keys */
    double scale;         /* 0: 1 / sqrt(d) */
    bool causal; /* the last query sees all keys, each before it one less; keys >= queries */
    const dnn_matrix *mask; /* queries x keys: of their type, added to scale Q' K; as uint8, not 0
                               where a query may not see a key; NULL: none */
    const size_t *lengths; /* [examples]: only so many keys count; NULL: all do */
    double dropout; /* probability in [0, 1) of a weight to count as 0, the others being divided by
                       1 - dropout: drawn from `key`, the same in forward and backward */
    uint64_t key;
} dnn_attention;

/* A query that may see no key has A = 0 and no gradient.
 *
 * log_sum (heads x all queries) receives for backward the logarithm of each softmax's sum; NULL
 * where no backward follows. Counts are at least 1 and fit the matrices (DNN_ERROR_SHAPE). */
dnn_status dnn_attention_forward(const dnn_attention *a, const dnn_matrix *Q, const dnn_matrix *K,
                                 const dnn_matrix *V, dnn_matrix *A, dnn_matrix *log_sum,
                                 dnn_error *err);

/* dQ, dK and dV = beta times themselves + the gradients, from A and log_sum of forward and dA. beta
 * is 0 (they are not read) or 1. */
dnn_status dnn_attention_backward(const dnn_attention *a, const dnn_matrix *Q, const dnn_matrix *K,
                                  const dnn_matrix *V, const dnn_matrix *A,
                                  const dnn_matrix *log_sum, const dnn_matrix *dA, double beta,
                                  dnn_matrix *dQ, dnn_matrix *dK, dnn_matrix *dV, dnn_error *err);

#endif
