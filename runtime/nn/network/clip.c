/* clip.c: norms in double, a chunk a task and the chunks added in order. */
#include "nn/network/clip.h"

#include <math.h>

#include "core/interrupt.h"
#include "math/elementwise.h"
#include "math/reduce.h"
#include "nn/chunk.h"

enum { CHUNKS = 64 }; /* worked on together: their sums are on the stack */

typedef struct part {
    const dnn_matrix *gradients; /* contiguous, as one column */
    double norm_type;
    size_t first;
    double sums[CHUNKS];
} part;

static dnn_matrix column_of(const dnn_matrix *m, size_t begin, size_t n) {
    return dnn_matrix_of(m->dtype, n, 1, (char *)m->data + begin * dnn_dtype_info(m->dtype)->size);
}

/* Of n elements as one column: the sum of squares, of absolute values, or the largest of these. */
static double measure(const dnn_matrix *gradients, size_t begin, size_t n, double norm_type) {
    dnn_matrix column = column_of(gradients, begin, n);
    double low = 0, high = 0, sum = 0;
    if (norm_type == 2)
        return dnn_sum_squares(column.dtype, column.data, n);
    if (norm_type != 1) {
        dnn_reduce_all(DNN_MAX, &high, &column, 0, NULL);
        dnn_reduce_all(DNN_MIN, &low, &column, 0, NULL);
        return isnan(high) ? high : fmax(fabs(high), fabs(low));
    }
    for (size_t i = 0; i < n; i++)
        sum += fabs(dnn_matrix_get(&column, i, 0));
    return sum;
}

static void measure_chunk(void *context, size_t begin, size_t end) {
    part *p = context;
    p->sums[begin / DNN_CHUNK] = measure(p->gradients, p->first + begin, end - begin, p->norm_type);
}

static double joined(double a, double b, double norm_type) {
    if (norm_type == 1 || norm_type == 2)
        return a + b;
    return isnan(a) || isnan(b) ? (double)NAN : fmax(a, b);
}

static double measure_all(const dnn_matrix *gradients, double norm_type) {
    size_t count = dnn_matrix_count(gradients), most = CHUNKS * DNN_CHUNK;
    double total = 0;
    for (size_t first = 0; first < count; first += most) {
        part p = {gradients, norm_type, first, {0}};
        size_t n = count - first < most ? count - first : most;
        dnn_for_chunks(n, measure_chunk, &p);
        for (size_t k = 0; k * DNN_CHUNK < n; k++)
            total = joined(total, p.sums[k], norm_type);
    }
    return total;
}

static double norm_of(const dnn_matrix *gradients, size_t count, double norm_type) {
    double total = 0;
    for (size_t k = 0; k < count; k++) {
        const dnn_matrix *m = &gradients[k];
        bool whole = dnn_matrix_is_contiguous(m);
        for (size_t j = 0; j < (whole ? 1 : m->cols); j++) {
            dnn_matrix run =
                dnn_matrix_of(m->dtype, whole ? dnn_matrix_count(m) : m->rows, 1,
                              dnn_matrix_count(m) == 0 ? m->data : dnn_matrix_at(m, 0, j));
            total = joined(total, measure_all(&run, norm_type), norm_type);
        }
    }
    return norm_type == 2 ? sqrt(total) : total;
}

/* A limit is a number above 0, infinity included: 0 would set all gradients to 0 without a word. */
static dnn_status check_limit(const char *function, const char *name, double limit,
                              dnn_error *err) {
    if (limit > 0)
        return DNN_OK;
    return dnn_fail(err, DNN_ERROR_ARGUMENT, "%s: %s must be above 0, got %g", function, name,
                    dnn_shown(limit));
}

dnn_status dnn_clip_grad_norm(dnn_matrix *gradients, size_t count, double max_norm,
                              double norm_type, bool check_finite, double *norm, dnn_error *err) {
    dnn_status status = check_limit("clip_grad_norm_", "max_norm", max_norm, err);
    if (status != DNN_OK)
        return status;
    if (norm_type != 1 && norm_type != 2 && norm_type != INFINITY)
        return dnn_fail(err, DNN_ERROR_ARGUMENT,
                        "clip_grad_norm_: norm_type must be 1, 2 or math.huge, got %g",
                        dnn_shown(norm_type));
    *norm = norm_of(gradients, count, norm_type);
    status = dnn_interrupt_check(err);
    if (status != DNN_OK)
        return status;
    if (check_finite && !isfinite(*norm))
        return dnn_fail(err, DNN_ERROR_NUMERIC,
                        "clip_grad_norm_: the norm of the gradients is %g; nothing was changed",
                        dnn_shown(*norm));
    double factor = max_norm / (*norm + 1e-6);
    for (size_t k = 0; k < count && !(factor >= 1) && status == DNN_OK; k++)
        status = dnn_binary_scalar(DNN_MUL, &gradients[k], &gradients[k], factor, false, err);
    return status;
}

dnn_status dnn_clip_grad_value(dnn_matrix *gradients, size_t count, double limit, dnn_error *err) {
    dnn_status status = check_limit("clip_grad_value_", "clip_value", limit, err);
    for (size_t k = 0; k < count && status == DNN_OK; k++)
        status = dnn_clamp(&gradients[k], &gradients[k], -limit, limit, err);
    return status;
}
