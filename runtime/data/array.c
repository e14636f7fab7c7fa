/* array.c: elements from a source, a chunk at a time, decoded and put in their place. */
#include "data/array.h"

#include <string.h>

#include "core/memory.h"

#define CHUNK ((size_t)1 << 13) /* elements decoded at once */

const char *dnn_array_measure(dnn_array *a) {
    uint64_t count = 1; /* of the axes that are not empty */
    bool empty = false, counted = true;
    for (int axis = 0; axis < a->rank; axis++) {
        empty = empty || a->extent[axis] == 0;
        counted = counted &&
                  (a->extent[axis] == 0 || !__builtin_mul_overflow(count, a->extent[axis], &count));
    }
    if (empty && (!counted || count > DNN_STORED_MOST_EMPTY))
        return "no elements, and other axes of more than 16777216";
    if (!counted || count > PTRDIFF_MAX / (2 * sizeof(double)))
        return "more elements than can be counted";
    a->cols = a->rank == 0 ? 1 : (size_t)a->extent[0];
    a->rows = 1;
    for (int axis = 1; axis < a->rank; axis++)
        a->rows *= (size_t)a->extent[axis];
    a->bytes = a->rows * a->cols * dnn_stored_info(a->type)->size;
    return NULL;
}

/* Where element k of the file belongs in Fortran's order: the first axis, the columns, runs
 * fastest; `index` counts the other axes, and their C order gives the row. */
typedef struct place {
    uint64_t index[DNN_ARRAY_MAX_RANK];
    size_t row, col;
} place;

static void next_place(const dnn_array *a, place *p) {
    if (++p->col < a->cols)
        return;
    p->col = 0;
    for (int axis = 1; axis < a->rank && ++p->index[axis] == a->extent[axis]; axis++)
        p->index[axis] = 0;
    p->row = 0;
    for (int axis = 1; axis < a->rank; axis++)
        p->row = p->row * (size_t)a->extent[axis] + (size_t)p->index[axis];
}

static void scatter(const dnn_array *a, place *p, const char *from, size_t size, size_t n,
                    dnn_matrix *out) {
    for (size_t k = 0; k < n; k++, next_place(a, p))
        memcpy((char *)out->data + (p->row + p->col * out->rows) * size, from + k * size, size);
}

static dnn_status fail_inexact(const dnn_array *a, const dnn_source *source, size_t k,
                               const unsigned char *bytes, dnn_error *err) {
    uint64_t x;
    memcpy(&x, bytes, sizeof x);
    x = a->swapped ? __builtin_bswap64(x) : x;
    bool negative = a->type == DNN_STORED_I64 && x >> 63;
    return dnn_source_fail(source, DNN_ERROR_TYPE, err,
                           "element %zu is %s%llu, which does not fit a float64 exactly (its type "
                           "is %s)",
                           k + 1, negative ? "-" : "", (unsigned long long)(negative ? -x : x),
                           dnn_stored_info(a->type)->name);
}

static dnn_status read_chunks(const dnn_array *a, dnn_source *source, dnn_matrix *out,
                              unsigned char *bytes, char *decoded, dnn_error *err) {
    size_t size = dnn_stored_info(a->type)->size, to_size = dnn_dtype_info(out->dtype)->size;
    size_t count = dnn_matrix_count(out);
    bool scattered = a->fortran && a->rank > 1;
    place p = {.row = 0};
    for (size_t k = 0, n; k < count; k += n) {
        n = count - k < CHUNK ? count - k : CHUNK;
        dnn_status status = dnn_source_read(source, bytes, n * size, err);
        if (status != DNN_OK)
            return status;
        char *to = scattered ? decoded : (char *)out->data + k * to_size;
        size_t done = dnn_stored_decode(a->type, a->swapped, bytes, n, to);
        if (done < n)
            return fail_inexact(a, source, k + done, bytes + done * size, err);
        if (scattered)
            scatter(a, &p, decoded, to_size, n, out);
    }
    return DNN_OK;
}

dnn_status dnn_array_read(const dnn_array *a, dnn_source *source, dnn_matrix *out, dnn_error *err) {
    const dnn_stored_traits *type = dnn_stored_info(a->type);
    if (!dnn_matrix_is(out, a->rows, a->cols, type->dtype))
        return dnn_source_fail(source, DNN_ERROR_SHAPE, err,
                               "needs a contiguous %zu x %zu %s matrix, got %zu x %zu %s", a->rows,
                               a->cols, dnn_dtype_info(type->dtype)->name, out->rows, out->cols,
                               dnn_dtype_info(out->dtype)->name);
    if (!(a->fortran && a->rank > 1) && !a->swapped && type->stays)
        return dnn_source_read(source, out->data, (size_t)a->bytes, err); /* as it is */
    unsigned char *bytes = dnn_alloc(CHUNK * type->size);
    char *decoded = dnn_alloc(CHUNK * sizeof(double));
    dnn_status status =
        bytes == NULL || decoded == NULL
            ? dnn_source_fail(source, DNN_ERROR_MEMORY, err, "not enough memory to read it")
            : read_chunks(a, source, out, bytes, decoded, err);
    dnn_free(bytes);
    dnn_free(decoded);
    return status;
}

dnn_status dnn_array_read_last(const dnn_array *a, dnn_source *source, dnn_matrix *out,
                               dnn_error *err) {
    uint64_t rest = 0;
    dnn_status status = dnn_array_read(a, source, out, err);
    if (status == DNN_OK)
        status = dnn_source_finish(source, &rest, err);
    if (status == DNN_OK && rest > 0)
        return dnn_source_fail(source, DNN_ERROR_FORMAT, err,
                               "is longer than the %llu bytes that its header gives",
                               (unsigned long long)a->bytes);
    return status;
}
