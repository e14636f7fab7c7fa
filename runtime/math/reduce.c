/* reduce.c: reductions as folds over vectors.
 *
 * A vector here is a whole matrix in column-major order, one column or one row. It is cut into
 * chunks, each folded by a kernel, and the chunks' results are merged as a balanced binary tree
 * whose form depends on the length alone. */
#include "math/reduce.h"

#include <assert.h>
#include <math.h>

#include "core/interrupt.h"
#include "core/threads.h"
#include "math/convert.h"
#include "math/reduce_kernels.h"
#include "math/walk.h"

/* What is folded: the elements of m, and the parameters of the scaled squares. When a stoppable one
 * is interrupted its result means nothing. */
typedef struct vector {
    dnn_matrix m;
    double mean, scale;
    bool stoppable;
} vector;

typedef enum fold_op {
    SUM,
    SQUARES,
    SCALED_SQUARES,
    NONZERO,
    NOT_FINITE,
    MAX,
    MIN,
    FOLD_COUNT,
} fold_op;

static double plus(double a, double b) {
    return a + b;
}

static double larger(double a, double b) {
    return a > b || isnan(a) ? a : b;
}

static double smaller(double a, double b) {
    return a < b || isnan(a) ? a : b;
}

/* The kernels are in the order of dnn_dtype; uint8 is folded as float32, int32 as float64. */
static const struct fold {
    dnn_fold_kernel *kernel[2];
    double (*merge)(double, double);
} folds[] = {
    [SUM] = {{dnn_f32_sum, dnn_f64_sum},                       plus   },
    [SQUARES] = {{dnn_f32_squares, dnn_f64_squares},               plus   },
    [SCALED_SQUARES] = {{dnn_f32_scaled_squares, dnn_f64_scaled_squares}, plus   },
    [NONZERO] = {{dnn_f32_nonzero, dnn_f64_nonzero},               plus   },
    [NOT_FINITE] = {{dnn_f32_not_finite, dnn_f64_not_finite},         plus   },
    [MAX] = {{dnn_f32_max, dnn_f64_max},                       larger },
    [MIN] = {{dnn_f32_min, dnn_f64_min},                       smaller},
};
static_assert(sizeof folds / sizeof *folds == FOLD_COUNT, "a row per fold");

/* Folds elements k .. k+n-1, n <= DNN_WALK_CHUNK. */
static double fold_chunk(const struct fold *f, const vector *v, size_t k, size_t n) {
    double buffer[DNN_WALK_CHUNK];
    const void *run = dnn_walk_read(&v->m, k, n, buffer);
    if (dnn_dtype_info(v->m.dtype)->is_real)
        return f->kernel[v->m.dtype](n, run, v->mean, v->scale);
    union {
        float f32[DNN_WALK_CHUNK];
        double f64[DNN_WALK_CHUNK];
    } reals;
    dnn_dtype as = v->m.dtype == DNN_UINT8 ? DNN_FLOAT32 : DNN_FLOAT64;
    dnn_convert[v->m.dtype][as](n, &reals, run, NULL, NULL);
    return f->kernel[as](n, &reals, v->mean, v->scale);
}

/* The first part of a tree over n leaves' worth of elements: half of the chunks. */
static size_t left_half(size_t n) {
    return (n / DNN_WALK_CHUNK + 1) / 2 * DNN_WALK_CHUNK;
}

static double fold_range(const struct fold *f, const vector *v, size_t k, size_t n) {
    if (n <= DNN_WALK_CHUNK)
        return fold_chunk(f, v, k, n);
    size_t left = left_half(n);
    return f->merge(fold_range(f, v, k, left), fold_range(f, v, k + left, n - left));
}

#define MAX_PARTS 256

typedef struct parts {
    const struct fold *fold;
    const vector *vector;
    size_t count;  /* elements of the vector */
    size_t length; /* elements of a part */
    double result[MAX_PARTS];
} parts;

static void fold_part(void *context, size_t task) {
    parts *p = context;
    if (p->vector->stoppable && dnn_interrupt_requested()) {
        p->result[task] = 0;
        return;
    }
    size_t k = task * p->length;
    size_t n = p->count - k < p->length ? p->count - k : p->length;
    p->result[task] = fold_range(p->fold, p->vector, k, n);
}

static double merge_parts(const struct fold *f, const double *result, size_t n) {
    if (n == 1)
        return result[0];
    return f->merge(merge_parts(f, result, n / 2), merge_parts(f, result + n / 2, n - n / 2));
}

/* Folds all of v, which is not empty. */
static double fold(fold_op op, const vector *v) {
    parts p = {.fold = &folds[op], .vector = v, .count = dnn_matrix_count(&v->m)};
    size_t tasks = dnn_walk_tasks(p.count);
    if (tasks == 1)
        return fold_range(p.fold, v, 0, p.count);
    size_t tasks_in_part = (tasks + MAX_PARTS - 1) / MAX_PARTS;
    p.length = tasks_in_part * DNN_WALK_TASK;
    tasks = (p.count + p.length - 1) / p.length;
    dnn_parallel(tasks, fold_part, &p);
    return merge_parts(p.fold, p.result, tasks);
}

/* --- the reductions of one vector --- */

/* sqrt of the mean (divided by n) of (x - mean)^2. Where a square has left the range of double, the
 * elements are scaled by a power of two and added again. */
static double root_of_squares(vector *v, double n) {
    double sum = fold(v->mean == 0 ? SQUARES : SCALED_SQUARES, v);
    if (sum >= 1e-280 && sum <= 1e300)
        return sqrt(sum / n);
    double largest = fmax(fold(MAX, v) - v->mean, v->mean - fold(MIN, v));
    if (isnan(sum) || isinf(largest) || largest == 0)
        return sqrt(sum / n);
    int exponent = largest < 0x1p-1000 ? -1000 : ilogb(largest);
    v->scale = ldexp(1, -exponent);
    return ldexp(sqrt(fold(SCALED_SQUARES, v) / n), exponent);
}

/* Position from 1 of the first element that equals `value`, or is NaN when that is. */
static double position_of(const dnn_matrix *m, double value) {
    size_t count = dnn_matrix_count(m), i = 0, j = 0;
    for (size_t k = 0; k < count; k++) {
        if (k % DNN_WALK_TASK == 0 && dnn_interrupt_requested())
            break;
        double x = dnn_matrix_get(m, i, j);
        if (x == value || (isnan(x) && isnan(value)))
            return (double)(k + 1);
        if (++i == m->rows)
            i = 0, j++;
    }
    return NAN;
}

static double reduce_vector(dnn_reduce_op op, const dnn_matrix *m, int correction) {
    vector v = {.m = *m, .mean = 0, .scale = 1, .stoppable = true};
    double n = (double)dnn_matrix_count(m);
    bool empty = n == 0;
    switch (op) {
    case DNN_SUM:
        return empty ? 0 : fold(SUM, &v);
    case DNN_MEAN:
        return empty ? NAN : fold(SUM, &v) / n;
    case DNN_MAX:
        return fold(MAX, &v);
    case DNN_MIN:
        return fold(MIN, &v);
    case DNN_ARGMAX:
        return position_of(m, fold(MAX, &v));
    case DNN_ARGMIN:
        return position_of(m, fold(MIN, &v));
    case DNN_NORM:
        return empty ? 0 : root_of_squares(&v, 1);
    case DNN_STD:
        if (n <= correction)
            return NAN;
        v.mean = fold(SUM, &v) / n;
        return root_of_squares(&v, n - correction);
    case DNN_ANY:
        return !empty && fold(NONZERO, &v) > 0;
    default: /* DNN_ALL */
        return empty || fold(NONZERO, &v) == n;
    }
}

/* --- the public functions --- */

static const struct {
    const char *name;
    bool needs_elements;
    bool takes_bytes;      /* reducing everything, also of uint8 and int32 */
    bool takes_bytes_axis; /* along an axis, too: the result is one of 0 and 1 */
} operations[] = {
    [DNN_SUM] = {"sum",    false, true,  false},
      [DNN_MEAN] = {"mean",   false, true,  false},
    [DNN_MAX] = {"max",    true,  true,  false},
      [DNN_MIN] = {"min",    true,  true,  false},
    [DNN_ARGMAX] = {"argmax", true,  false, false},
      [DNN_ARGMIN] = {"argmin", true,  false, false},
    [DNN_NORM] = {"norm",   false, false, false},
      [DNN_STD] = {"std",    false, false, false},
    [DNN_ANY] = {"any",    false, true,  true },
      [DNN_ALL] = {"all",    false, true,  true },
};
static_assert(sizeof operations / sizeof *operations == DNN_REDUCE_COUNT, "a row per reduction");

const char *dnn_reduce_name(dnn_reduce_op op) {
    return operations[op].name;
}

dnn_status dnn_reduce_all(dnn_reduce_op op, double *out, const dnn_matrix *a, int correction,
                          dnn_error *err) {
    if (!operations[op].takes_bytes) {
        dnn_status status = dnn_matrix_require_real(a, operations[op].name, err);
        if (status != DNN_OK)
            return status;
    }
    if (operations[op].needs_elements && dnn_matrix_count(a) == 0)
        return dnn_fail(err, DNN_ERROR_SHAPE, "%s: a %zu x %zu matrix has no elements",
                        operations[op].name, a->rows, a->cols);
    *out = reduce_vector(op, a, correction);
    return dnn_walk_tasks(dnn_matrix_count(a)) > 1 ? dnn_interrupt_check(err) : DNN_OK;
}

typedef struct along {
    dnn_reduce_op op;
    int axis;
    int correction;
    dnn_matrix out;
    dnn_matrix a;
    size_t count; /* of results */
    size_t share; /* results in one task */
} along;

static void reduce_share(void *context, size_t task) {
    along *r = context;
    size_t end = (task + 1) * r->share < r->count ? (task + 1) * r->share : r->count;
    for (size_t k = task * r->share; k < end; k++) {
        dnn_matrix v = r->a;
        v.data = r->axis == 1 ? dnn_matrix_at(&r->a, 0, k) : dnn_matrix_at(&r->a, k, 0);
        *(r->axis == 1 ? &v.cols : &v.rows) = 1;
        double result = reduce_vector(r->op, &v, r->correction);
        dnn_matrix_set(&r->out, r->axis == 1 ? 0 : k, r->axis == 1 ? k : 0, result);
    }
}

/* Sums of rows go down the columns, so that memory is read in its order: a block of rows at a time.
 */
#define ROW_BLOCK    ((size_t)128)
#define LEAF_COLUMNS ((size_t)16)

static void row_sums(const dnn_matrix *a, size_t i, size_t n, size_t j, size_t cols, double *sum) {
    static dnn_row_sum_kernel *const kernels[] = {dnn_f32_row_sum, dnn_f64_row_sum};
    if (cols <= LEAF_COLUMNS) {
        for (size_t r = 0; r < n; r++)
            sum[r] = 0;
        kernels[a->dtype](n, cols, dnn_matrix_at(a, i, j), a->ld, sum);
        return;
    }
    double right[ROW_BLOCK];
    size_t left = (cols / LEAF_COLUMNS + 1) / 2 * LEAF_COLUMNS;
    row_sums(a, i, n, j, left, sum);
    row_sums(a, i, n, j + left, cols - left, right);
    for (size_t r = 0; r < n; r++)
        sum[r] += right[r];
}

static void row_sum_block(void *context, size_t task) {
    along *r = context;
    double sum[ROW_BLOCK];
    size_t i = task * ROW_BLOCK;
    size_t n = r->count - i < ROW_BLOCK ? r->count - i : ROW_BLOCK;
    row_sums(&r->a, i, n, 0, r->a.cols, sum);
    for (size_t k = 0; k < n; k++)
        dnn_matrix_set(&r->out, i + k, 0, r->op == DNN_MEAN ? sum[k] / (double)r->a.cols : sum[k]);
}

static dnn_status check_axis(dnn_reduce_op op, int axis, const dnn_matrix *out, const dnn_matrix *a,
                             dnn_error *err) {
    const char *name = operations[op].name;
    if (axis != 1 && axis != 2)
        return dnn_fail(err, DNN_ERROR_ARGUMENT, "%s: axis %d; 1 reduces over rows, 2 over columns",
                        name, axis);
    dnn_status status = DNN_OK;
    if (!operations[op].takes_bytes_axis)
        status = dnn_matrix_require_real(a, name, err);
    if (status == DNN_OK)
        status = dnn_matrix_require_same_type(a, out, name, err);
    if (status != DNN_OK)
        return status;
    size_t rows = axis == 1 ? 1 : a->rows, cols = axis == 1 ? a->cols : 1;
    if (out->rows != rows || out->cols != cols)
        return dnn_fail(err, DNN_ERROR_SHAPE, "%s: the result is %zu x %zu, the output %zu x %zu",
                        name, rows, cols, out->rows, out->cols);
    if (operations[op].needs_elements && (axis == 1 ? a->rows : a->cols) == 0)
        return dnn_fail(err, DNN_ERROR_SHAPE,
                        "%s: a %zu x %zu matrix has no elements along axis %d", name, a->rows,
                        a->cols, axis);
    if (dnn_matrix_overlap(out, a))
        return dnn_fail(err, DNN_ERROR_ARGUMENT, "%s: the output overlaps the input", name);
    if ((op == DNN_ARGMAX || op == DNN_ARGMIN) && a->dtype == DNN_FLOAT32 &&
        (double)(axis == 1 ? a->rows : a->cols) > DNN_WHOLE_FLOAT32)
        return dnn_fail(err, DNN_ERROR_TYPE,
                        "%s: float32 holds places up to %.0f only, and axis %d of this %zu x %zu "
                        "matrix has more; convert it with :double()",
                        name, DNN_WHOLE_FLOAT32, axis, a->rows, a->cols);
    return DNN_OK;
}

dnn_status dnn_reduce(dnn_reduce_op op, int axis, dnn_matrix *out, const dnn_matrix *a,
                      int correction, dnn_error *err) {
    dnn_status status = check_axis(op, axis, out, a, err);
    if (status != DNN_OK || dnn_matrix_count(out) == 0)
        return status;
    along r = {.op = op, .axis = axis, .correction = correction, .out = *out, .a = *a};
    r.count = dnn_matrix_count(out);
    size_t tasks = dnn_walk_tasks(dnn_matrix_count(a));
    if (axis == 2 && (op == DNN_SUM || op == DNN_MEAN) && a->rows >= 8) {
        size_t blocks = (r.count + ROW_BLOCK - 1) / ROW_BLOCK;
        if (tasks > 1)
            return dnn_parallel_until(blocks, row_sum_block, &r, err);
        for (size_t block = 0; block < blocks; block++)
            row_sum_block(&r, block);
        return DNN_OK;
    }
    r.share = (r.count + tasks - 1) / tasks;
    return dnn_parallel_until((r.count + r.share - 1) / r.share, reduce_share, &r, err);
}

double dnn_sum_squares(dnn_dtype dtype, const void *x, size_t n) {
    vector v = {.m = dnn_matrix_of(dtype, n, 1, (void *)x), .mean = 0, .scale = 1};
    return n == 0 ? 0 : fold(SQUARES, &v);
}

bool dnn_all_finite(dnn_dtype dtype, const void *x, size_t n, size_t *where) {
    vector v = {.m = dnn_matrix_of(dtype, n, 1, (void *)x), .mean = 0, .scale = 1};
    if (n == 0 || (n <= DNN_WALK_CHUNK ? fold_chunk(&folds[NOT_FINITE], &v, 0, n)
                                       : fold(NOT_FINITE, &v)) == 0)
        return true;
    for (size_t i = 0; where != NULL; i++) {
        if (!isfinite(dnn_matrix_get(&v.m, i, 0))) {
            *where = i;
            break;
        }
    }
    return false;
}
