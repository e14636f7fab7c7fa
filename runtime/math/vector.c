/* vector.c: a matrix times a vector: kernels from one source, vector_kernels.inc, for each type and
 * instruction set. This file is compiled with contraction to fused multiply-adds.
 *
 * A large matrix is cut into a left and a right half, whose results are added up: they are a
 * stretch of memory each, which a thread's own cache keeps whole. Half of the rows would be half of
 * every column, which can all fall to the same half of the cache. More threads than two cut rows as
 * well. */
#include "math/vector.h"

#include "core/threads.h"
#include "math/cpu.h"
#include "math/pieces.h"
#include "math/scratch.h"
#include "math/simd.h"

#ifdef __x86_64__

enum {
    LONG = 8,        /* elements of a column at least, ... */
    WIDE = 16,       /* ... and for vectors of 64 bytes */
    ROWS = 128,      /* of a piece at least: shorter stretches of columns are read more slowly */
    COLS = 32,       /* of a half at least: it costs a pass over y to add the other one */
    BYTES = 1 << 18, /* of the matrix that a piece reads at least */
    GRAIN = 16       /* pieces begin at multiples of this */
};

/* y = alpha A x + beta y + bias. */
typedef struct matrix_vector {
    dnn_dtype dtype;
    size_t rows, cols, ld, x_step;
    const void *a, *x, *bias;
    void *y;
    double alpha, beta;
    size_t row_pieces, row_step; /* pieces of each half, and rows of one */
    size_t left;   /* columns of the left half: all where there is one piece of them */
    void *partial; /* what the right half comes to, before it is added */
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

/* What a task of one half computes; the left one's goes to y itself. */
static matrix_vector half_of(const matrix_vector *p, size_t half) {
    matrix_vector v = *p;
    if (p->partial == NULL)
        return v;
    v.bias = NULL;
    v.cols = half == 0 ? p->left : p->cols - p->left;
    if (half == 0)
        return v;
    size_t size = dnn_dtype_info(p->dtype)->size;
    v.a = (const char *)p->a + p->left * p->ld * size;
    v.x = (const char *)p->x + p->left * p->x_step * size;
    v.y = p->partial;
    v.beta = 0;
    return v;
}

static void run_piece(void *context, size_t task) {
    const matrix_vector *p = context;
    bool avx512 = dnn_cpu_level() == DNN_VECTORS_AVX512 && p->rows >= WIDE;
    size_t first = task % p->row_pieces * p->row_step;
    size_t last = dnn_least(first + p->row_step, p->rows);
    matrix_vector v = half_of(p, task / p->row_pieces);
    if (p->dtype == DNN_FLOAT32)
        (avx512 ? product_f32_avx512 : product_f32_avx2)(&v, first, last);
    else
        (avx512 ? product_f64_avx512 : product_f64_avx2)(&v, first, last);
}

#define ADD_HALF(T, name)                                                                          \
    DNN_CLONES static void name(T *restrict y, const T *restrict partial, const T *restrict bias,  \
                                size_t rows) {                                                     \
        for (size_t i = 0; i < rows && bias == NULL; i++)                                          \
            y[i] += partial[i];                                                                    \
        for (size_t i = 0; i < rows && bias != NULL; i++)                                          \
            y[i] = y[i] + partial[i] + bias[i];                                                    \
    }
ADD_HALF(float, add_half_f32)
ADD_HALF(double, add_half_f64)

/* Whether there are two halves depends on the matrix alone, as it decides the order of the sums. */
static dnn_status cut(matrix_vector *v, dnn_error *err) {
    size_t size = dnn_dtype_info(v->dtype)->size, pieces = v->rows * v->cols * size / BYTES;
    size_t halves = pieces < 2 || v->cols < 2 * COLS ? 1 : 2;
    size_t most = dnn_least(pieces, dnn_threads()) / halves;
    v->left = v->cols / halves;
    v->row_pieces = dnn_least(v->rows / ROWS, most);
    if (v->row_pieces < 1)
        v->row_pieces = 1;
    v->row_step = dnn_pieces(dnn_pieces(v->rows, v->row_pieces), GRAIN) * GRAIN;
    v->row_pieces = dnn_pieces(v->rows, v->row_step);
    if (halves == 1)
        return DNN_OK;
    v->partial = dnn_scratch(v->rows * size);
    return v->partial != NULL ? DNN_OK
                              : dnn_fail(err, DNN_ERROR_MEMORY,
                                         "matrix product: not enough memory for %zu bytes of "
                                         "partial results",
                                         v->rows * size);
}

dnn_status dnn_vector_run(const dnn_mm_call *p, dnn_error *err) {
    matrix_vector v = describe(p);
    dnn_status status = cut(&v, err);
    if (status != DNN_OK)
        return status;
    status = dnn_parallel_until(v.row_pieces * (v.partial == NULL ? 1 : 2), run_piece, &v, err);
    if (status != DNN_OK || v.partial == NULL)
        return status;
    if (v.dtype == DNN_FLOAT32)
        add_half_f32(v.y, v.partial, v.bias, v.rows);
    else
        add_half_f64(v.y, v.partial, v.bias, v.rows);
    return DNN_OK;
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
