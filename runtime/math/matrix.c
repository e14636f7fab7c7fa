/* matrix.c: descriptors: making them, cutting views from them, and the checks that every operation
 * makes. What moves elements about is in copy.c. */
#include "math/matrix.h"

#include <math.h>
#include <string.h>

#include "core/memory.h"

dnn_status dnn_matrix_bytes(dnn_dtype dtype, size_t rows, size_t cols, size_t *bytes,
                            dnn_error *err) {
    size_t count;
    if (rows > PTRDIFF_MAX || cols > PTRDIFF_MAX || __builtin_mul_overflow(rows, cols, &count) ||
        __builtin_mul_overflow(count, dnn_dtype_info(dtype)->size, bytes) ||
        *bytes > PTRDIFF_MAX - DNN_ALIGNMENT)
        return dnn_fail(err, DNN_ERROR_MEMORY, "a %zu x %zu matrix of %s does not fit in memory",
                        rows, cols, dnn_dtype_info(dtype)->name);
    return DNN_OK;
}

dnn_status dnn_matrix_create(dnn_matrix *out, dnn_dtype dtype, size_t rows, size_t cols,
                             dnn_error *err) {
    size_t bytes = 0;
    *out = dnn_matrix_of(dtype, 0, 0, NULL);
    dnn_status status = dnn_matrix_bytes(dtype, rows, cols, &bytes, err);
    if (status != DNN_OK)
        return status;
    void *data = dnn_calloc(bytes, 1);
    if (data == NULL)
        return dnn_fail(err, DNN_ERROR_MEMORY,
                        "out of memory: a %zu x %zu matrix of %s needs %zu bytes", rows, cols,
                        dnn_dtype_info(dtype)->name, bytes);
    *out = dnn_matrix_of(dtype, rows, cols, data);
    return DNN_OK;
}

void dnn_matrix_free(dnn_matrix *m) {
    dnn_free(m->data);
    *m = dnn_matrix_of(m->dtype, 0, 0, NULL);
}

void dnn_matrix_set(dnn_matrix *m, size_t i, size_t j, double value) {
    void *element = dnn_matrix_at(m, i, j);
    switch (m->dtype) {
    case DNN_FLOAT32:
        *(float *)element = (float)value;
        break;
    case DNN_FLOAT64:
        *(double *)element = value;
        break;
    case DNN_INT32:
        *(int32_t *)element =
            isnan(value) ? 0 : (int32_t)rint(fmin(fmax(value, INT32_MIN), INT32_MAX));
        break;
    default: /* fmax gives 0 for NaN */
        *(uint8_t *)element = (uint8_t)rint(fmin(fmax(value, 0), 255));
        break;
    }
}

dnn_status dnn_matrix_block(dnn_matrix *view, const dnn_matrix *m, size_t i, size_t j, size_t rows,
                            size_t cols, dnn_error *err) {
    if (rows > m->rows || i > m->rows - rows)
        return dnn_fail(err, DNN_ERROR_ARGUMENT, "rows %zu to %zu do not lie in a %zu x %zu matrix",
                        i + 1, i + rows, m->rows, m->cols);
    if (cols > m->cols || j > m->cols - cols)
        return dnn_fail(err, DNN_ERROR_ARGUMENT,
                        "columns %zu to %zu do not lie in a %zu x %zu matrix", j + 1, j + cols,
                        m->rows, m->cols);
    *view = *m;
    view->rows = rows;
    view->cols = cols;
    if (rows != 0 && cols != 0)
        view->data = dnn_matrix_at(m, i, j);
    return DNN_OK;
}

dnn_status dnn_matrix_reshape(dnn_matrix *view, const dnn_matrix *m, size_t rows, size_t cols,
                              dnn_error *err) {
    size_t count;
    if (__builtin_mul_overflow(rows, cols, &count) || count != dnn_matrix_count(m))
        return dnn_fail(err, DNN_ERROR_SHAPE,
                        "reshape: %zu x %zu has %zu elements and cannot become %zu x %zu", m->rows,
                        m->cols, dnn_matrix_count(m), rows, cols);
    if (!dnn_matrix_is_contiguous(m))
        return dnn_fail(err, DNN_ERROR_ARGUMENT,
                        "reshape: a view of %zu of its base's %zu rows has gaps between its "
                        "columns; copy it first (:copy():reshape(...))",
                        m->rows, m->ld);
    *view = dnn_matrix_of(m->dtype, rows, cols, m->data);
    return DNN_OK;
}

static bool is_empty(const dnn_matrix *m) {
    return m->rows == 0 || m->cols == 0;
}

bool dnn_matrix_overlap(const dnn_matrix *a, const dnn_matrix *b) {
    if (is_empty(a) || is_empty(b))
        return false;
    const dnn_matrix *low = (uintptr_t)a->data <= (uintptr_t)b->data ? a : b;
    const dnn_matrix *high = low == a ? b : a;
    size_t size = dnn_dtype_info(low->dtype)->size;
    size_t distance = (uintptr_t)high->data - (uintptr_t)low->data;
    if (distance >= (low->rows + (low->cols - 1) * low->ld) * size)
        return false;
    if (low->dtype != high->dtype || low->ld != high->ld || distance % size != 0)
        return true;
    /* Blocks of one parent: disjoint exactly when high's rows all lie below low's, in every column.
     */
    size_t first = distance / size % low->ld;
    return first < low->rows || first + high->rows > low->ld;
}

/* True when a and b describe the very same elements. */
static bool is_same(const dnn_matrix *a, const dnn_matrix *b) {
    return a->data == b->data && a->dtype == b->dtype && a->rows == b->rows && a->cols == b->cols &&
           (a->ld == b->ld || a->cols <= 1);
}

bool dnn_matrix_safe_inplace(const dnn_matrix *out, const dnn_matrix *a) {
    return is_same(out, a) || !dnn_matrix_overlap(out, a);
}

/* The loop of dnn_matrix_equal for one type. */
#define COLUMNS_EQUAL(type, a, b)                                                                  \
    for (size_t j = 0; j < (a)->cols; j++) {                                                       \
        const type *x = dnn_matrix_at(a, 0, j), *y = dnn_matrix_at(b, 0, j);                       \
        for (size_t i = 0; i < (a)->rows; i++)                                                     \
            if (x[i] != y[i])                                                                      \
                return false;                                                                      \
    }

bool dnn_matrix_equal(const dnn_matrix *a, const dnn_matrix *b) {
    if (a->dtype != b->dtype || a->rows != b->rows || a->cols != b->cols)
        return false;
    switch (a->dtype) {
    case DNN_FLOAT32:
        COLUMNS_EQUAL(float, a, b)
        break;
    case DNN_FLOAT64:
        COLUMNS_EQUAL(double, a, b)
        break;
    case DNN_INT32:
        COLUMNS_EQUAL(int32_t, a, b)
        break;
    default:
        COLUMNS_EQUAL(uint8_t, a, b)
        break;
    }
    return true;
}

dnn_status dnn_matrix_require_real(const dnn_matrix *m, const char *what, dnn_error *err) {
    if (dnn_dtype_info(m->dtype)->is_real)
        return DNN_OK;
    return dnn_fail(err, DNN_ERROR_TYPE,
                    "%s: %s is for stored data only; convert with :float() or :double() first",
                    what, dnn_dtype_info(m->dtype)->name);
}

dnn_status dnn_matrix_require_same_type(const dnn_matrix *a, const dnn_matrix *b, const char *what,
                                        dnn_error *err) {
    if (a->dtype == b->dtype)
        return DNN_OK;
    return dnn_fail(err, DNN_ERROR_TYPE,
                    "%s: %s and %s do not mix; convert one with :float() or :double()", what,
                    dnn_dtype_info(a->dtype)->name, dnn_dtype_info(b->dtype)->name);
}
