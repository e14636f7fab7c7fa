/* matrix.h: the one data type, two-dimensional and column-major.
 *
 * A dnn_matrix describes memory that someone else owns: element (i, j), counted from 0, is at
 * data[i + j * ld]. Views of rows, columns and blocks are descriptors on the same memory. A column
 * is one example, so a minibatch is a view of columns. An empty matrix (0 rows or columns) is
 * valid. */
#ifndef DNN_MATH_MATRIX_H
#define DNN_MATH_MATRIX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "core/dtype.h"
#include "core/error.h"

/* float32 holds every whole number up to this one, and not the next. */
#define DNN_WHOLE_FLOAT32 0x1p24

typedef struct dnn_matrix {
    void *data; /* the first element; may be NULL only when empty */
    size_t rows;
    size_t cols;
    size_t ld; /* elements from one column to the next, >= rows */
    dnn_dtype dtype;
} dnn_matrix;

/* Describes contiguous memory of rows x cols elements. */
static inline dnn_matrix dnn_matrix_of(dnn_dtype dtype, size_t rows, size_t cols, void *data) {
    dnn_matrix m = {data, rows, cols, rows, dtype};
    return m;
}

/* Bytes of a contiguous rows x cols matrix into `bytes`; DNN_ERROR_MEMORY when that overflows. */
dnn_status dnn_matrix_bytes(dnn_dtype dtype, size_t rows, size_t cols, size_t *bytes,
                            dnn_error *err);

/* Allocates zeros; give back with dnn_matrix_free. For C callers: in Lua, matrix memory is Lua's.
 */
dnn_status dnn_matrix_create(dnn_matrix *out, dnn_dtype dtype, size_t rows, size_t cols,
                             dnn_error *err);
void dnn_matrix_free(dnn_matrix *m);

/* Number of elements, rows * cols. */
static inline size_t dnn_matrix_count(const dnn_matrix *m) {
    return m->rows * m->cols;
}

/* True when columns follow each other without a gap (ld == rows, or at most one column). */
static inline bool dnn_matrix_is_contiguous(const dnn_matrix *m) {
    return m->ld == m->rows || m->cols <= 1;
}

/* Whether it has this shape and type, and is contiguous. */
static inline bool dnn_matrix_is(const dnn_matrix *m, size_t rows, size_t cols, dnn_dtype dtype) {
    return m->rows == rows && m->cols == cols && m->dtype == dtype && dnn_matrix_is_contiguous(m);
}

/* Address of element (i, j), counted from 0; not checked. */
static inline void *dnn_matrix_at(const dnn_matrix *m, size_t i, size_t j) {
    return (char *)m->data + (i + j * m->ld) * dnn_dtype_info(m->dtype)->size;
}

/* Element (i, j) as double, and setting it; not checked. Storing into uint8 or int32 rounds and
 * saturates, NaN becomes 0. */
static inline double dnn_matrix_get(const dnn_matrix *m, size_t i, size_t j) {
    const void *element = dnn_matrix_at(m, i, j);
    switch (m->dtype) {
    case DNN_FLOAT32:
        return *(const float *)element;
    case DNN_FLOAT64:
        return *(const double *)element;
    case DNN_INT32:
        return *(const int32_t *)element;
    default:
        return *(const uint8_t *)element;
    }
}
/* The k-th element, counted in column-major order. */
static inline double dnn_matrix_element(const dnn_matrix *m, size_t k) {
    return dnn_matrix_get(m, k % m->rows, k / m->rows);
}

void dnn_matrix_set(dnn_matrix *m, size_t i, size_t j, double value);

/* The block of `rows` x `cols` whose first element is (i, j), sharing m's memory;
 * DNN_ERROR_ARGUMENT when it does not lie inside m. */
dnn_status dnn_matrix_block(dnn_matrix *view, const dnn_matrix *m, size_t i, size_t j, size_t rows,
                            size_t cols, dnn_error *err);

/* The same elements in column-major order as rows x cols, sharing memory; m must be contiguous
 * (DNN_ERROR_ARGUMENT) and the counts must agree (DNN_ERROR_SHAPE). */
dnn_status dnn_matrix_reshape(dnn_matrix *view, const dnn_matrix *m, size_t rows, size_t cols,
                              dnn_error *err);

/* True when two matrices may share an element. Conservative: compares address ranges. */
bool dnn_matrix_overlap(const dnn_matrix *a, const dnn_matrix *b);

/* Sets one column, or all elements, to 0; there may be gaps between columns. */
static inline void dnn_matrix_clear_column(const dnn_matrix *m, size_t j) {
    if (m->rows != 0)
        memset(dnn_matrix_at(m, 0, j), 0, m->rows * dnn_dtype_info(m->dtype)->size);
}

static inline void dnn_matrix_clear(const dnn_matrix *m) {
    for (size_t j = 0; j < m->cols; j++)
        dnn_matrix_clear_column(m, j);
}

/* out = a, converted to out's type; same shape required. To uint8 and int32 it rounds to nearest
 * and saturates, NaN becomes 0. Overlapping memory gives the result of copying through a temporary
 * only when both describe the very same elements; otherwise DNN_ERROR_ARGUMENT. */
dnn_status dnn_matrix_copy(dnn_matrix *out, const dnn_matrix *a, dnn_error *err);

/* out (n x m) = transpose of a (m x n); same type, no overlap (DNN_ERROR_ARGUMENT). Blocked. */
dnn_status dnn_matrix_transpose(dnn_matrix *out, const dnn_matrix *a, dnn_error *err);

/* out[:, k] = scale * a[:, index[k]] + shift, converted to out's type (real), for k < n; out is
 * a->rows x n, `index` counts from 0 (DNN_ERROR_ARGUMENT when one is outside). The minibatch
 * kernel: uint8 images become normalised floats on the way. scale 1, shift 0 copies exactly; then
 * out may also be uint8 or int32 when a is. */
dnn_status dnn_matrix_gather_columns(dnn_matrix *out, const dnn_matrix *a, const uint32_t *index,
                                     double scale, double shift, dnn_error *err);

/* out = matrices side by side (axis 2: columns appended) or one above the other (axis 1: rows
 * appended); types must agree, the other dimension too (DNN_ERROR_SHAPE naming the part). */
dnn_status dnn_matrix_concat(dnn_matrix *out, const dnn_matrix *const *parts, size_t count,
                             int axis, dnn_error *err);

/* The shape that dnn_matrix_concat needs for its output. */
dnn_status dnn_matrix_concat_shape(const dnn_matrix *const *parts, size_t count, int axis,
                                   size_t *rows, size_t *cols, dnn_error *err);

/* Same type, shape and elements. NaN differs from everything, as in IEEE. */
bool dnn_matrix_equal(const dnn_matrix *a, const dnn_matrix *b);

/* True when out may be written while a is read element by element: no overlap, or the same
 * elements. */
bool dnn_matrix_safe_inplace(const dnn_matrix *out, const dnn_matrix *a);

/* Fails with DNN_ERROR_TYPE unless m is float32 or float64; `what` names the operation. */
dnn_status dnn_matrix_require_real(const dnn_matrix *m, const char *what, dnn_error *err);

/* Fails with DNN_ERROR_TYPE, naming both types and the conversion, unless a and b agree. */
dnn_status dnn_matrix_require_same_type(const dnn_matrix *a, const dnn_matrix *b, const char *what,
                                        dnn_error *err);

#endif
