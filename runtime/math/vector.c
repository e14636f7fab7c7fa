/* vector.c: a matrix times a vector, cut along the vector that comes out: kernels from one source,
 * vector_kernels.inc, for each type and instruction set. This file is compiled with contraction to
 * fused multiply-adds. */
#include "math/vector.h"

#include "core/threads.h"
#include "math/cpu.h"
#include "math/pieces.h"
#include "math/simd.h"

#ifdef __x86_64__

enum {
    LONG = 8,   /* elements of a column at least, ... */
    WIDE = 16,  /* ... and for vectors of 64 bytes */
    ROWS = 128, /* of a piece at least: shorter stretches of columns are read more slowly */
    BYTES = 1 << 18 /* of the matrix that a piece reads at least */
};

/* y = alpha A x + beta y + bias. */
typedef struct matrix_vector {
    dnn_dtype dtype;
    size_t rows, cols, ld, x_step;
    const void *a, *x, *bias;
    void *y;
    double alpha, beta;
    size_t step; /* rows of a piece */
} matrix_vector;

#define REAL        float
#define LANES       16
#define MOST        16
#define TARGET      __attribute__((target("avx512f,avx512dq,avx512vl,avx512bw,fma")))
#define LOCAL(name) name##_f32_avx512
#include "math/vector_kernels.inc"

#define REAL        float
#define LANES       8
#define MOST        8
#define TARGET      __attribute__((target("avx2,fma")))
#define LOCAL(name) name##_f32_avx2
#include "math/vector_kernels.inc"

#define REAL        double
#define LANES       8
#define MOST        16
#define TARGET      __attribute__((target("avx512f,avx512dq,avx512vl,avx512bw,fma")))
#define LOCAL(name) name##_f64_avx512
#include "math/vector_kernels.inc"

#define REAL        double
#define LANES       4
#define MOST        8
#define TARGET      __attribute__((target("avx2,fma")))
#define LOCAL(name) name##_f64_avx2
#include "math/vector_kernels.inc"

/* c may be a row: then c' = op(b)' op(a)', and its bias has one element. */
static bool is_row(const dnn_mm_call *p) {
    return p->n != 1;
}

bool dnn_vector_suits(const dnn_mm_call *p) {
    if (dnn_cpu_level() < DNN_VECTORS_AVX2)
        return false;
    if (p->n == 1)
        return !p->transpose_a && p->m >= LONG;
    return p->m == 1 && p->transpose_b && p->n >= LONG && p->ldc == 1 && p->bias == NULL;
}

static matrix_vector describe(const dnn_mm_call *p) {
    bool row = is_row(p);
    return (matrix_vector){
        .dtype = p->dtype,
        .rows = row ? p->n : p->m,
        .cols = p->k,
        .ld = row ? p->ldb : p->lda,
        .a = row ? p->b : p->a,
        .x = row ? p->a : p->b,
        .x_step = row ? (p->transpose_a ? 1 : p->lda) : (p->transpose_b ? p->ldb : 1),
        .y = p->c,
        .bias = p->bias,
        .alpha = p->alpha,
        .beta = p->beta,
    };
}

static void run_piece(void *context, size_t task) {
    const matrix_vector *p = context;
    bool avx512 = dnn_cpu_level() == DNN_VECTORS_AVX512 && p->rows >= WIDE;
    size_t first = task * p->step, last = dnn_least(first + p->step, p->rows);
    if (p->dtype == DNN_FLOAT32)
        (avx512 ? product_f32_avx512 : product_f32_avx2)(p, first, last);
    else
        (avx512 ? product_f64_avx512 : product_f64_avx2)(p, first, last);
}

dnn_status dnn_vector_run(const dnn_mm_call *p, dnn_error *err) {
    matrix_vector v = describe(p);
    size_t bytes = v.rows * v.cols * dnn_dtype_info(v.dtype)->size,
           pieces = dnn_least(dnn_least(bytes / BYTES, v.rows / ROWS), dnn_threads());
    v.step = pieces < 2 ? v.rows : dnn_pieces(dnn_pieces(v.rows, pieces), 16) * 16;
    return dnn_parallel_until(dnn_pieces(v.rows, v.step), run_piece, &v, err);
}

#else

bool dnn_vector_suits(const dnn_mm_call *p) {
    (void)p;
    return false;
}

dnn_status dnn_vector_run(const dnn_mm_call *p, dnn_error *err) {
    (void)p, (void)err;
    return DNN_OK;
}

#endif
