/* packed.h: a matrix that is multiplied by few columns at a time, many times: brought once into the
 * order in which the kernels read it. A recurrent layer's weights are.
 *
 * dnn_packed_product runs on the calling thread, which may be inside a task, the others on all;
 * nothing is checked. Sums run along k in the order of memory, with the same bits on any number of
 * threads. */
#ifndef DNN_MATH_PACKED_H
#define DNN_MATH_PACKED_H

#include <stdint.h>

#include "math/matrix.h"

typedef struct dnn_packed {
    const struct dnn_conv_kernels *kernels;
    size_t rows, depth; /* of the matrix as it is multiplied */
    const void *data;
} dnn_packed;

/* Bytes that dnn_pack needs for a matrix of rows x depth, whatever the CPU. */
size_t dnn_packed_bytes(dnn_dtype dtype, size_t rows, size_t depth);

/* Packs `a`, or its transpose, into memory that is 64-byte aligned; a large one on all threads. */
dnn_packed dnn_pack(const dnn_matrix *a, bool transpose, void *memory);

/* out = a b, or out + a b, plus the bias (a->rows elements; NULL: none) in every column. b is
 * a->depth x n, out a->rows x n; columns may have gaps between them. */
void dnn_packed_product(const dnn_packed *a, const dnn_matrix *b, const void *bias, bool add,
                        dnn_matrix *out);

/* The same for many columns. */
void dnn_packed_product_wide(const dnn_packed *a, const dnn_matrix *b, const void *bias, bool add,
                             dnn_matrix *out);

typedef struct dnn_outer_part {
    dnn_matrix b; /* without data: see places */
    dnn_matrix out;

    /* Without b: its column k is 1 in row places[k], else 0; so each column of `out` is the sum of
     * those of a that have its place. NULL, too: b is a row of ones, `out` the sums of a's rows,
     * which run in double. */
    const uint32_t *places;
} dnn_outer_part;

#define DNN_OUTER_PARTS 4

/* out = a b', or out + a b', of each part, where a and b have many columns: the gradients of
 * weights over many steps, which share a. */
typedef struct dnn_outer {
    dnn_matrix a;
    dnn_outer_part parts[DNN_OUTER_PARTS];
    size_t count;
    bool add;
} dnn_outer;

/* Some of them, of one type, on all threads. They share memory that is only read. */
void dnn_outer_products(const dnn_outer *products, size_t count);

#endif
