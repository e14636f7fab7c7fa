/* blas_core.h: BLAS and LAPACK, loaded when the first product or decomposition wants them, and made
 * ready for single-threaded calls with the right kernels.
 *
 * Internal to this folder. Loading OpenBLAS takes longer than starting the whole program, and a
 * script that only reads or plots never multiplies. Whoever calls BLAS calls dnn_blas_prepare
 * first, whoever calls LAPACK dnn_lapack_prepare; the functions are then in the two tables. */
#ifndef DNN_MATH_BLAS_CORE_H
#define DNN_MATH_BLAS_CORE_H

#include <cblas.h>
#include <lapacke.h>
#include <stdatomic.h>
#include <stdbool.h>

#include "core/error.h"

#define DNN_BLAS_FUNCTIONS(X) X(cblas_, sgemm) X(cblas_, dgemm) X(cblas_, sgemv) X(cblas_, dgemv)

/* By the names that LAPACK's manual has, each for float32 and float64. */
#define DNN_LAPACK_FUNCTIONS(X)                                                                    \
    X(LAPACKE_, sgecon) X(LAPACKE_, dgecon) X(LAPACKE_, sgeev) X(LAPACKE_, dgeev)                  \
    X(LAPACKE_, sgelsd) X(LAPACKE_, dgelsd) X(LAPACKE_, sgeqrf) X(LAPACKE_, dgeqrf)                \
    X(LAPACKE_, sgesdd) X(LAPACKE_, dgesdd) X(LAPACKE_, sgetrf) X(LAPACKE_, dgetrf)                \
    X(LAPACKE_, sgetri) X(LAPACKE_, dgetri) X(LAPACKE_, sgetrs) X(LAPACKE_, dgetrs)                \
    X(LAPACKE_, slange) X(LAPACKE_, dlange) X(LAPACKE_, sorgqr) X(LAPACKE_, dorgqr)                \
    X(LAPACKE_, spotrf) X(LAPACKE_, dpotrf) X(LAPACKE_, ssyevd) X(LAPACKE_, dsyevd)

#define DNN_LIBRARY_FUNCTION(prefix, name) __typeof__(&prefix##name) name;
typedef struct dnn_blas_functions {
    DNN_BLAS_FUNCTIONS(DNN_LIBRARY_FUNCTION)
} dnn_blas_functions;

typedef struct dnn_lapack_functions {
    DNN_LAPACK_FUNCTIONS(DNN_LIBRARY_FUNCTION)
} dnn_lapack_functions;
#undef DNN_LIBRARY_FUNCTION

extern dnn_blas_functions dnn_blas;
extern dnn_lapack_functions dnn_lapack;

/* What the two functions below look at. */
extern atomic_bool dnn_blas_is_ready, dnn_lapack_is_ready;
dnn_status dnn_blas_load(dnn_error *err);
dnn_status dnn_lapack_load(dnn_error *err);

/* Loads OpenBLAS, sets it to one thread and switches it to the best kernels that this CPU runs.
 * After the first success a call costs one load. DNN_ERROR_STATE says what the system said of the
 * library; the next call tries again. */
static inline dnn_status dnn_blas_prepare(dnn_error *err) {
    return atomic_load_explicit(&dnn_blas_is_ready, memory_order_acquire) ? DNN_OK
                                                                          : dnn_blas_load(err);
}

/* The same for LAPACKE, which stands on OpenBLAS. */
static inline dnn_status dnn_lapack_prepare(dnn_error *err) {
    return atomic_load_explicit(&dnn_lapack_is_ready, memory_order_acquire) ? DNN_OK
                                                                            : dnn_lapack_load(err);
}

#endif
