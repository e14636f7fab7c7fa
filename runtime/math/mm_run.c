/* mm_run.c: a product is cut into pieces by its shape and each piece is one call of BLAS, or some
 * of at most a few ten milliseconds, between which it can be interrupted.
 *
 * Tiny products are plain loops; skinny ones, and a matrix times a vector, have kernels of their
 * own; for the others: every piece packs the parts of a and b that it reads. So c is cut along its
 * longer side until the pieces are many enough, which keeps them square and the packing least. When
 * k dwarfs both sides of c, k is cut instead: then nothing is packed twice, and the pieces' results
 * are added up in their order. */
#include "math/mm_run.h"

#include <string.h>

#include "core/interrupt.h"
#include "core/threads.h"
#include "math/bfloat16.h"
#include "math/blas_core.h"
#include "math/pieces.h"
#include "math/scratch.h"
#include "math/simd.h"
#include "math/skinny.h"
#include "math/small.h"
#include "math/vector.h"

#define PIECE_FLOPS   4e6 /* p pieces need p times this each: more pieces pack more */
#define MAX_PIECES    64
#define CUT_SIDE      256  /* shorter sides are not cut, ... */
#define HALF_SIDE     96   /* ... but once, where the program's own kernels pack a alone, ... */
#define HALF_FLOPS    3e6  /* ... and both halves are work enough for a thread */
#define SMALL_VECTOR  4096 /* elements */
#define GRAIN         16   /* pieces begin at multiples of this: whole vectors, whole cache lines */
#define DEEP          32   /* k is cut when it is this many times the longer side of c */
#define VECTOR_BYTES  262144 /* of a matrix that a piece of its product with a vector reads */
#define VECTOR_SIDE   128    /* elements of the result at least */
#define VECTOR_PIECES 16
#define TINY          128       /* multiplications: less work than BLAS has before its first one */
#define SMALL         (1 << 20) /* multiplications on the calling thread, before BLAS is loaded */
#define ONE_PIECE     65535     /* multiplications that are never cut, whatever the shape */
#define CALL_FLOPS    1e9       /* a piece of more is computed by several calls */
#define CALL_SIDE     768 /* the extents of each: deep enough that packing stays the least of it */

/* A grid of pieces; either rows and cols are cut or depth is. */
typedef struct mm_plan {
    const dnn_mm_call *whole;
    size_t rows, cols, depth;              /* number of pieces along m, n and k */
    size_t row_step, col_step, depth_step; /* their extents, the last ones' may be less */
    void *partial;                         /* depth matrices m x n, when depth > 1 */
} mm_plan;

static size_t step_of(size_t extent, size_t pieces) {
    size_t step = (extent + pieces - 1) / pieces;
    return (step + GRAIN - 1) / GRAIN * GRAIN;
}

static size_t larger(size_t a, size_t b) {
    return a > b ? a : b;
}

/* Pieces of a matrix times a vector: what counts is reading the matrix. */
static size_t vector_pieces(const dnn_mm_call *p) {
    size_t bytes = p->m * p->n * p->k * dnn_dtype_info(p->dtype)->size;
    size_t pieces =
        dnn_least(dnn_least(bytes / VECTOR_BYTES, p->m * p->n / VECTOR_SIDE), VECTOR_PIECES);
    return pieces > 1 ? pieces : 1;
}

static mm_plan make_plan(const dnn_mm_call *p) {
    size_t rows = 1, cols = 1, depth = 1;
    if (p->n == 1)
        rows = vector_pieces(p);
    else if (p->m == 1)
        cols = vector_pieces(p);
    double flops = 2.0 * (double)p->m * (double)p->n * (double)p->k;
    bool deep = p->k / DEEP >= larger(p->m, p->n), cut = rows * cols > 1;
    bool halves = flops >= HALF_FLOPS && dnn_small_suits(p);
    for (size_t i = 2;
         !cut && i <= MAX_PIECES && (flops >= PIECE_FLOPS * (double)(i * i) || (i == 2 && halves));
         i *= 2)
        if (deep)
            depth *= 2;
        else if (larger(p->m / rows, p->n / cols) < (i == 2 && halves ? HALF_SIDE : CUT_SIDE))
            break;
        else if (p->m / rows >= p->n / cols)
            rows *= 2;
        else
            cols *= 2;
    mm_plan plan = {.whole = p,
                    .row_step = step_of(p->m, rows),
                    .col_step = step_of(p->n, cols),
                    .depth_step = step_of(p->k, depth)};
    plan.rows = dnn_pieces(p->m, plan.row_step);
    plan.cols = dnn_pieces(p->n, plan.col_step);
    plan.depth = dnn_pieces(p->k, plan.depth_step);
    return plan;
}

/* Task `task` of a plan's grid: first down the rows, then across, then along k. */
static dnn_mm_call piece_of(const mm_plan *plan, size_t task) {
    const dnn_mm_call *p = plan->whole;
    size_t row = task % plan->rows * plan->row_step;
    size_t col = task / plan->rows % plan->cols * plan->col_step;
    size_t depth = task / (plan->rows * plan->cols) * plan->depth_step;
    dnn_mm_call piece = *p;
    piece.m = dnn_least(plan->row_step, p->m - row);
    piece.n = dnn_least(plan->col_step, p->n - col);
    piece.k = dnn_least(plan->depth_step, p->k - depth);
    piece.a = dnn_mm_element(p, p->a, p->lda, p->transpose_a, row, depth);
    piece.b = dnn_mm_element(p, p->b, p->ldb, p->transpose_b, depth, col);
    piece.c = (void *)dnn_mm_element(p, p->c, p->ldc, false, row, col);
    if (p->bias != NULL)
        piece.bias = dnn_mm_element(p, p->bias, 0, false, row, 0);
    piece.sums = NULL; /* of all rows along all of k: left to the caller */
    return piece;
}

#define ADD_BIAS(T, name)                                                                          \
    DNN_CLONES static void name(T *restrict c, const T *restrict bias, size_t m, size_t n,         \
                                size_t ldc) {                                                      \
        for (size_t j = 0; j < n; j++, c += ldc)                                                   \
            for (size_t i = 0; i < m; i++)                                                         \
                c[i] += bias[i];                                                                   \
    }
ADD_BIAS(float, add_bias_f32)
ADD_BIAS(double, add_bias_f64)

/* To a c that is otherwise ready. */
static void add_bias(const dnn_mm_call *p) {
    if (p->bias != NULL && p->dtype == DNN_FLOAT32)
        add_bias_f32(p->c, p->bias, p->m, p->n, p->ldc);
    else if (p->bias != NULL)
        add_bias_f64(p->c, p->bias, p->m, p->n, p->ldc);
}

/* c (m x n), its old content forgotten. */
static void clear(const dnn_mm_call *p) {
    size_t size = dnn_dtype_info(p->dtype)->size;
    for (size_t j = 0; j < p->n; j++)
        memset((char *)p->c + j * p->ldc * size, 0, p->m * size);
}

/* y = alpha * op(x) * v + beta * y, op(x) being rows x cols. Not every version of BLAS leaves a NaN
 * in y unread when beta is 0. */
static void run_vector(const dnn_mm_call *p, bool transpose, size_t rows, size_t cols,
                       const void *x, size_t ld, const void *v, size_t v_step, void *y,
                       size_t y_step) {
    double beta = p->beta;
    if (beta == 0) {
        clear(p);
        beta = 1;
    }
    CBLAS_TRANSPOSE t = transpose ? CblasTrans : CblasNoTrans;
    int m = (int)(transpose ? cols : rows), n = (int)(transpose ? rows : cols);
    if (p->dtype == DNN_FLOAT32)
        dnn_blas.sgemv(CblasColMajor, t, m, n, (float)p->alpha, x, (int)ld, v, (int)v_step,
                       (float)beta, y, (int)y_step);
    else
        dnn_blas.dgemv(CblasColMajor, t, m, n, p->alpha, x, (int)ld, v, (int)v_step, beta, y,
                       (int)y_step);
    add_bias(p);
}

void dnn_mm_once(const dnn_mm_call *p) {
    if (p->bfloat16 || dnn_small_suits(p)) {
        dnn_small_run(p);
        return;
    }
    CBLAS_TRANSPOSE ta = p->transpose_a ? CblasTrans : CblasNoTrans;
    CBLAS_TRANSPOSE tb = p->transpose_b ? CblasTrans : CblasNoTrans;
    int m = (int)p->m, n = (int)p->n, k = (int)p->k;
    int lda = (int)p->lda, ldb = (int)p->ldb, ldc = (int)p->ldc;
    if (p->dtype == DNN_FLOAT32)
        dnn_blas.sgemm(CblasColMajor, ta, tb, m, n, k, (float)p->alpha, p->a, lda, p->b, ldb,
                       (float)p->beta, p->c, ldc);
    else
        dnn_blas.dgemm(CblasColMajor, ta, tb, m, n, k, p->alpha, p->a, lda, p->b, ldb, p->beta,
                       p->c, ldc);
    add_bias(p);
}

/* A piece that would take BLAS too long: call after call, of equal extents, those along k added up
 * in c. An interruption leaves the rest out. */
static void run_long_matrix(const dnn_mm_call *p) {
    mm_plan calls = {.whole = p,
                     .row_step = step_of(p->m, dnn_pieces(p->m, CALL_SIDE)),
                     .col_step = step_of(p->n, dnn_pieces(p->n, CALL_SIDE)),
                     .depth_step = step_of(p->k, dnn_pieces(p->k, CALL_SIDE))};
    calls.rows = dnn_pieces(p->m, calls.row_step);
    calls.cols = dnn_pieces(p->n, calls.col_step);
    calls.depth = dnn_pieces(p->k, calls.depth_step);
    size_t blocks = calls.rows * calls.cols;
    for (size_t call = 0; call < blocks * calls.depth && !dnn_interrupt_requested(); call++) {
        dnn_mm_call part = piece_of(&calls, call);
        part.beta = call < blocks ? p->beta : 1;
        if (call < blocks * (calls.depth - 1))
            part.bias = NULL; /* the last ones add it */
        dnn_mm_once(&part);
    }
}

/* One piece, on the calling thread. For a small one BLAS's matrix kernels start sooner. */
static void run_piece(const dnn_mm_call *p) {
    if (p->m * p->n * p->k <= SMALL_VECTOR)
        dnn_mm_once(p);
    else if (p->n == 1 && !p->bfloat16)
        run_vector(p, p->transpose_a, p->m, p->k, p->a, p->lda, p->b, p->transpose_b ? p->ldb : 1,
                   p->c, 1);
    else if (p->m == 1 && !p->bfloat16) /* c' = op(b)' op(a)' */
        run_vector(p, !p->transpose_b, p->n, p->k, p->b, p->ldb, p->a, p->transpose_a ? 1 : p->lda,
                   p->c, p->ldc);
    else if (2.0 * (double)p->m * (double)p->n * (double)p->k > CALL_FLOPS)
        run_long_matrix(p);
    else
        dnn_mm_once(p);
}

static void run_block(void *context, size_t task) {
    dnn_mm_call piece = piece_of(context, task);
    run_piece(&piece);
}

/* A slice of k: its product goes to a matrix of its own. */
static void run_slice(void *context, size_t task) {
    const mm_plan *plan = context;
    dnn_mm_call piece = piece_of(plan, task);
    size_t bytes = piece.m * piece.n * dnn_dtype_info(piece.dtype)->size;
    piece.c = (char *)plan->partial + task * bytes;
    piece.ldc = piece.m;
    piece.beta = 0;
    piece.bias = NULL;
    run_piece(&piece);
}

#define ADD_SLICES(T, name)                                                                        \
    static void name(T *restrict c, const T *restrict partial, size_t m, size_t slice,             \
                     size_t slices, T beta) {                                                      \
        for (size_t i = 0; i < m; i++) {                                                           \
            T sum = beta == 0 ? 0 : beta * c[i];                                                   \
            for (size_t s = 0; s < slices; s++)                                                    \
                sum += partial[s * slice + i];                                                     \
            c[i] = sum;                                                                            \
        }                                                                                          \
    }
ADD_SLICES(float, add_slices_f32)
ADD_SLICES(double, add_slices_f64)

/* c = beta * c + the slices' products + bias. */
static void add_slices(const mm_plan *plan) {
    const dnn_mm_call *p = plan->whole;
    size_t slice = p->m * p->n;
    for (size_t j = 0; j < p->n; j++)
        if (p->dtype == DNN_FLOAT32)
            add_slices_f32((float *)p->c + j * p->ldc, (const float *)plan->partial + j * p->m,
                           p->m, slice, plan->depth, (float)p->beta);
        else
            add_slices_f64((double *)p->c + j * p->ldc, (const double *)plan->partial + j * p->m,
                           p->m, slice, plan->depth, p->beta);
    add_bias(p);
}

/* Each element of c by itself, in the order of k. */
#define RUN_TINY(T, name)                                                                          \
    static void name(const dnn_mm_call *p) {                                                       \
        size_t a_row = p->transpose_a ? p->lda : 1, a_col = p->transpose_a ? 1 : p->lda;           \
        size_t b_row = p->transpose_b ? p->ldb : 1, b_col = p->transpose_b ? 1 : p->ldb;           \
        T alpha = (T)p->alpha, beta = (T)p->beta;                                                  \
        for (size_t j = 0; j < p->n; j++)                                                          \
            for (size_t i = 0; i < p->m; i++) {                                                    \
                const T *a = (const T *)p->a + i * a_row, *b = (const T *)p->b + j * b_col;        \
                T sum = 0, *c = (T *)p->c + j * p->ldc + i;                                        \
                for (size_t l = 0; l < p->k; l++, a += a_col, b += b_row)                          \
                    sum += *a * *b;                                                                \
                *c = alpha * sum + (beta == 0 ? 0 : beta * *c);                                    \
                if (p->bias != NULL)                                                               \
                    *c += ((const T *)p->bias)[i];                                                 \
            }                                                                                      \
    }
RUN_TINY(float, run_tiny_f32)
RUN_TINY(double, run_tiny_f64)

/* In pieces on the pool. */
static dnn_status run_pieces(const dnn_mm_call *p, dnn_error *err) {
    mm_plan plan = make_plan(p);
    __typeof__(&dnn_blas_run) run = p->bfloat16 ? dnn_parallel_until : dnn_blas_run;
    if (plan.depth == 1)
        return run(plan.rows * plan.cols, run_block, &plan, err);
    size_t bytes = plan.depth * p->m * p->n * dnn_dtype_info(p->dtype)->size;
    plan.partial = dnn_scratch(bytes);
    if (plan.partial == NULL)
        return dnn_fail(err, DNN_ERROR_MEMORY,
                        "matrix product: not enough memory for %zu bytes of partial results",
                        bytes);
    dnn_status status = run(plan.depth, run_slice, &plan, err);
    if (status == DNN_OK)
        add_slices(&plan);
    return status;
}

static dnn_status run_bfloat16(const dnn_mm_call *p, dnn_error *err) {
    dnn_mm_call rounded = *p;
    rounded.bfloat16 = true;
    return run_pieces(&rounded, err);
}

dnn_status dnn_mm_run(dnn_mm_call *p, dnn_error *err) {
    size_t work = dnn_mm_work(p);
    if (work <= TINY && p->alpha != 0) {
        (p->dtype == DNN_FLOAT32 ? run_tiny_f32 : run_tiny_f64)(p);
        return DNN_OK;
    }
    if (dnn_bfloat16_suits(p))
        return run_bfloat16(p, err);
    if ((p->m == 1 || p->n == 1) && dnn_vector_suits(p))
        return dnn_vector_run(p, err);
    if (dnn_small_surely(p, work)) {
        dnn_small_run_part(p);
        p->summed = p->sums != NULL;
        return DNN_OK;
    }
    if (work <= SMALL && dnn_small_suits(p)) {
        p->summed = dnn_small_run(p) && p->sums != NULL;
        return DNN_OK;
    }
    if (dnn_skinny_suits(p)) {
        dnn_status skinny = dnn_skinny_run(p, err);
        add_bias(p);
        return skinny;
    }
    if (work > ONE_PIECE)
        return run_pieces(p, err);
    dnn_status status = dnn_interrupt_check(err);
    if (status == DNN_OK)
        status = dnn_blas_begin(1, err);
    if (status == DNN_OK) {
        run_piece(p);
        dnn_blas_end(1);
    }
    return status;
}
