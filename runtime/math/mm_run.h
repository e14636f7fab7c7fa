/* mm_run.h: c = alpha * op(a) * op(b) + beta * c + bias on bare memory, what dnn_mm does once all
 * is checked.
 *
 * Internal to this folder. Nothing is checked here. op(a) is m x k, op(b) k x n, c m x n; strides
 * are in elements of the type. */
#ifndef DNN_MATH_MM_RUN_H
#define DNN_MATH_MM_RUN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/dtype.h"
#include "core/error.h"

typedef struct dnn_mm_call {
    dnn_dtype dtype; /* float32 or float64 */
    size_t m, n, k;  /* all >= 1 and within int */
    double alpha, beta;
    const void *a, *b;
    void *c;
    const void *bias;     /* m elements, added to each column of c; NULL: none. Then alpha is 1 */
    size_t lda, ldb, ldc; /* elements from one stored column to the next */
    bool transpose_a, transpose_b;
    void *sums;  /* of an a that is not transposed, m elements: its rows' sums, + beta times what is
                    there, are wanted, too; NULL: they are not */
    bool summed; /* dnn_mm_run has made them on the way, which it does where it costs least */
    bool bfloat16; /* of float32: the operands are rounded to it, see precision.h */
} dnn_mm_call;

/* Multiplications, at most SIZE_MAX. */
static inline size_t dnn_mm_work(const dnn_mm_call *p) {
    size_t work;
    bool many = __builtin_mul_overflow(p->m, p->n, &work);
    return __builtin_mul_overflow(work, p->k, &work) || many ? SIZE_MAX : work;
}

/* Element (i, j) of op(x), x being a, b or c. */
static inline const void *dnn_mm_element(const dnn_mm_call *p, const void *x, size_t ld,
                                         bool transposed, size_t i, size_t j) {
    size_t offset = transposed ? j + i * ld : i + j * ld;
    return (const char *)x + offset * dnn_dtype_info(p->dtype)->size;
}

/* Computes it, in pieces on the pool when it is big. Fails only with DNN_ERROR_MEMORY,
 * DNN_ERROR_INTERRUPTED and, where BLAS cannot be loaded, DNN_ERROR_STATE. */
dnn_status dnn_mm_run(dnn_mm_call *p, dnn_error *err);

/* The same as one call of BLAS, or of the kernels of small.h where they are faster, on the calling
 * thread, which may be inside a task; after dnn_blas_begin. */
void dnn_mm_once(const dnn_mm_call *p);

#endif
