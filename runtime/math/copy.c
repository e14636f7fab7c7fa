/* copy.c: moving elements: copies between types, transposition, gathered columns, concatenation. */
#include <string.h>

#include "core/threads.h"
#include "math/convert.h"
#include "math/matrix.h"
#include "math/walk.h"

enum { SHORT = 1 << 14 }; /* bytes that are copied before a walk over them has begun */

static dnn_status require_shape(const char *what, const dnn_matrix *out, size_t rows, size_t cols,
                                dnn_error *err) {
    if (out->rows == rows && out->cols == cols)
        return DNN_OK;
    return dnn_fail(err, DNN_ERROR_SHAPE, "%s: the result is %zu x %zu, the output %zu x %zu", what,
                    rows, cols, out->rows, out->cols);
}

static dnn_status require_no_overlap(const char *what, const dnn_matrix *out, const dnn_matrix *a,
                                     dnn_error *err) {
    if (!dnn_matrix_overlap(out, a))
        return DNN_OK;
    return dnn_fail(err, DNN_ERROR_ARGUMENT,
                    "%s: input and output overlap in memory; copy the input first (:copy())", what);
}

dnn_status dnn_matrix_copy(dnn_matrix *out, const dnn_matrix *a, dnn_error *err) {
    dnn_status status = require_shape("copy", out, a->rows, a->cols, err);
    if (status != DNN_OK)
        return status;
    if (dnn_matrix_overlap(out, a))
        return dnn_matrix_safe_inplace(out, a) ? DNN_OK : require_no_overlap("copy", out, a, err);
    size_t bytes = dnn_matrix_count(a) * dnn_dtype_info(a->dtype)->size;
    if (bytes != 0 && bytes <= SHORT && out->dtype == a->dtype && dnn_matrix_is_contiguous(a) &&
        dnn_matrix_is_contiguous(out)) {
        memcpy(out->data, a->data, bytes);
        return DNN_OK;
    }
    return dnn_walk(dnn_convert[a->dtype][out->dtype], out, (const dnn_matrix *[]){a, NULL, NULL},
                    err);
}

/* --- transposition --- */

#define TILE ((size_t)16) /* both tiles of 8-byte elements fit the first-level cache many times */

typedef struct transposition {
    dnn_matrix out; /* n x m */
    dnn_matrix a;   /* m x n */
    size_t band;    /* rows of a in one task, a multiple of TILE */
} transposition;

/* Columns first .. last-1 of out for one type: out[j, i] = a[i, j], tile by tile. */
#define TRANSPOSE(type, t, first, last)                                                            \
    for (size_t j0 = 0; j0 < (t)->a.cols; j0 += TILE) {                                            \
        size_t j1 = j0 + TILE < (t)->a.cols ? j0 + TILE : (t)->a.cols;                             \
        for (size_t i0 = first; i0 < last; i0 += TILE) {                                           \
            size_t i1 = i0 + TILE < last ? i0 + TILE : last;                                       \
            for (size_t i = i0; i < i1; i++) {                                                     \
                type *to = (type *)(t)->out.data + i * (t)->out.ld;                                \
                const type *from = (const type *)(t)->a.data + i;                                  \
                for (size_t j = j0; j < j1; j++)                                                   \
                    to[j] = from[j * (t)->a.ld];                                                   \
            }                                                                                      \
        }                                                                                          \
    }

static void transpose_band(void *context, size_t task) {
    const transposition *t = context;
    size_t first = task * t->band;
    size_t last = first + t->band < t->a.rows ? first + t->band : t->a.rows;
    switch (t->a.dtype) {
    case DNN_FLOAT32:
        TRANSPOSE(float, t, first, last)
        break;
    case DNN_FLOAT64:
        TRANSPOSE(double, t, first, last)
        break;
    case DNN_INT32:
        TRANSPOSE(int32_t, t, first, last)
        break;
    default:
        TRANSPOSE(uint8_t, t, first, last)
        break;
    }
}

dnn_status dnn_matrix_transpose(dnn_matrix *out, const dnn_matrix *a, dnn_error *err) {
    dnn_status status = dnn_matrix_require_same_type(out, a, "transpose", err);
    if (status == DNN_OK)
        status = require_shape("transpose", out, a->cols, a->rows, err);
    if (status == DNN_OK)
        status = require_no_overlap("transpose", out, a, err);
    if (status != DNN_OK || dnn_matrix_count(a) == 0)
        return status;
    size_t bands = dnn_walk_tasks(dnn_matrix_count(a));
    size_t band = (a->rows + bands - 1) / bands;
    transposition t = {.out = *out, .a = *a, .band = (band + TILE - 1) / TILE * TILE};
    return dnn_parallel_until((a->rows + t.band - 1) / t.band, transpose_band, &t, err);
}

/* --- gathered columns --- */

typedef struct gathering {
    dnn_matrix out;
    dnn_matrix a;
    const uint32_t *index;
    double scale, shift;
    bool exact;     /* scale 1, shift 0 */
    size_t columns; /* of out in one task */
} gathering;

static void gather_task(void *context, size_t task) {
    const gathering *g = context;
    size_t first = task * g->columns;
    size_t last = first + g->columns < g->out.cols ? first + g->columns : g->out.cols;
    dnn_kernel *convert = dnn_convert[g->a.dtype][g->out.dtype];
    dnn_scale_kernel *scale = dnn_scale[g->a.dtype][g->out.dtype];
    for (size_t k = first; k < last; k++) {
        void *to = dnn_matrix_at(&g->out, 0, k);
        const void *from = dnn_matrix_at(&g->a, 0, g->index[k]);
        if (g->exact)
            convert(g->a.rows, to, from, NULL, NULL);
        else
            scale(g->a.rows, to, from, g->scale, g->shift);
    }
}

dnn_status dnn_matrix_gather_columns(dnn_matrix *out, const dnn_matrix *a, const uint32_t *index,
                                     double scale, double shift, dnn_error *err) {
    bool exact = scale == 1 && shift == 0;
    if (!(exact && out->dtype == a->dtype)) {
        dnn_status status = dnn_matrix_require_real(out, "gather", err);
        if (status != DNN_OK)
            return status;
    }
    dnn_status status = require_shape("gather", out, a->rows, out->cols, err);
    if (status == DNN_OK)
        status = require_no_overlap("gather", out, a, err);
    if (status != DNN_OK)
        return status;
    for (size_t k = 0; k < out->cols; k++)
        if (index[k] >= a->cols)
            return dnn_fail(err, DNN_ERROR_ARGUMENT,
                            "gather: index %zu is %zu, but the matrix has %zu columns", k + 1,
                            (size_t)index[k] + 1, a->cols);
    if (dnn_matrix_count(out) == 0)
        return DNN_OK;
    gathering g = {.out = *out, .a = *a, .index = index, .scale = scale, .shift = shift};
    g.exact = exact;
    size_t tasks = dnn_walk_tasks(dnn_matrix_count(out));
    g.columns = (out->cols + tasks - 1) / tasks;
    return dnn_parallel_until((out->cols + g.columns - 1) / g.columns, gather_task, &g, err);
}

/* --- concatenation --- */

dnn_status dnn_matrix_concat_shape(const dnn_matrix *const *parts, size_t count, int axis,
                                   size_t *rows, size_t *cols, dnn_error *err) {
    if (axis != 1 && axis != 2)
        return dnn_fail(err, DNN_ERROR_ARGUMENT, "cat: axis %d; 1 appends rows, 2 appends columns",
                        axis);
    if (count == 0)
        return dnn_fail(err, DNN_ERROR_ARGUMENT, "cat: expected at least one matrix, got none");
    *rows = parts[0]->rows;
    *cols = parts[0]->cols;
    for (size_t p = 1; p < count; p++) {
        const dnn_matrix *part = parts[p];
        if (part->dtype != parts[0]->dtype)
            return dnn_fail(err, DNN_ERROR_TYPE,
                            "cat: matrix %zu is %s and the first is %s; convert one of them", p + 1,
                            dnn_dtype_info(part->dtype)->name,
                            dnn_dtype_info(parts[0]->dtype)->name);
        if (axis == 1 ? part->cols != *cols : part->rows != *rows)
            return dnn_fail(err, DNN_ERROR_SHAPE,
                            "cat: matrix %zu is %zu x %zu and the first %zu x %zu; to append %s "
                            "they need as many %s",
                            p + 1, part->rows, part->cols, parts[0]->rows, parts[0]->cols,
                            axis == 1 ? "rows" : "columns", axis == 1 ? "columns" : "rows");
        size_t *sum = axis == 1 ? rows : cols;
        if (__builtin_add_overflow(*sum, axis == 1 ? part->rows : part->cols, sum))
            return dnn_fail(err, DNN_ERROR_MEMORY,
                            "cat: the matrices together do not fit in memory");
    }
    return DNN_OK;
}

dnn_status dnn_matrix_concat(dnn_matrix *out, const dnn_matrix *const *parts, size_t count,
                             int axis, dnn_error *err) {
    size_t rows, cols;
    dnn_status status = dnn_matrix_concat_shape(parts, count, axis, &rows, &cols, err);
    if (status == DNN_OK)
        status = require_shape("cat", out, rows, cols, err);
    if (status == DNN_OK)
        status = dnn_matrix_require_same_type(out, parts[0], "cat", err);
    size_t i = 0, j = 0;
    for (size_t p = 0; p < count && status == DNN_OK; p++) {
        dnn_matrix place;
        status = dnn_matrix_block(&place, out, i, j, parts[p]->rows, parts[p]->cols, err);
        if (status == DNN_OK)
            status = require_no_overlap("cat", out, parts[p], err);
        if (status == DNN_OK)
            status = dnn_matrix_copy(&place, parts[p], err);
        *(axis == 1 ? &i : &j) += axis == 1 ? parts[p]->rows : parts[p]->cols;
    }
    return status;
}
