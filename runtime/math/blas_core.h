/* blas_core.h: BLAS and LAPACK, loaded when the first product or decomposition wants them, and made
 * ready for single-threaded calls with the right kernels.
 *
 * Internal to this folder. Loading OpenBLAS takes longer than starting the whole program, and a
 * script that only reads or plots never multiplies. Whoever calls BLAS calls dnn_blas_begin first,
 * whoever calls LAPACK dnn_lapack_prepare; the functions are then in the two tables. */
#ifndef DNN_MATH_BLAS_CORE_H
#define DNN_MATH_BLAS_CORE_H

#include <cblas.h>
#include <lapacke.h>
#include <stdatomic.h>
#include <stdbool.h>

#include "core/error.h"
#include "core/threads.h"

/* What is called, by the names that the manuals have, each for float32 (s) and float64 (d). */
/* clang-format off */
#define DNN_BLAS_FUNCTIONS(X) X(cblas_, gemm) X(cblas_, gemv)
#define DNN_LAPACK_FUNCTIONS(X)                                                                    \
    X(LAPACKE_, gecon) X(LAPACKE_, geev)  X(LAPACKE_, gelsd) X(LAPACKE_, geqrf)                    \
    X(LAPACKE_, gesdd) X(LAPACKE_, getrf) X(LAPACKE_, getri) X(LAPACKE_, getrs)                    \
    X(LAPACKE_, lange) X(LAPACKE_, orgqr) X(LAPACKE_, potrf) X(LAPACKE_, syevd)
/* clang-format on */

#define DNN_LIBRARY_FUNCTION(prefix, name)                                                         \
    __typeof__(&prefix##s##name) s##name;                                                          \
    __typeof__(&prefix##d##name) d##name;
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

/* Calls that have begun, and work areas that OpenBLAS has for them. */
extern _Atomic size_t dnn_blas_calls, dnn_blas_areas;
dnn_status dnn_blas_provide(size_t calls, dnn_error *err);

/* Before as many calls at the same time, on any threads; dnn_blas_end after them. Each call works
 * in 128 MiB, which OpenBLAS keeps for the next one; where it cannot have them it tries again for
 * ever. So they are there before: DNN_ERROR_MEMORY where they cannot be had. Prepares, too. */
static inline dnn_status dnn_blas_begin(size_t calls, dnn_error *err) {
    size_t all = atomic_fetch_add_explicit(&dnn_blas_calls, calls, memory_order_relaxed) + calls;
    return all <= atomic_load_explicit(&dnn_blas_areas, memory_order_acquire)
               ? DNN_OK
               : dnn_blas_provide(calls, err);
}

static inline void dnn_blas_end(size_t calls) {
    atomic_fetch_sub_explicit(&dnn_blas_calls, calls, memory_order_relaxed);
}

/* As dnn_parallel_until, of tasks that call BLAS, each once at a time; one after the other where
 * memory is too short for more. */
dnn_status dnn_blas_run(size_t tasks, dnn_task *run, void *context, dnn_error *err);

/* LAPACKE loaded, and for the calls of one thread a work area of OpenBLAS's beside those of the
 * calls that have begun. */
static inline dnn_status dnn_lapack_prepare(dnn_error *err) {
    dnn_status status = dnn_blas_begin(1, err);
    if (status == DNN_OK)
        dnn_blas_end(1);
    return status != DNN_OK || atomic_load_explicit(&dnn_lapack_is_ready, memory_order_acquire)
               ? status
               : dnn_lapack_load(err);
}

#endif
