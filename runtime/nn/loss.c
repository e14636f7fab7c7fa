/* loss.c: the entrances, which check before they compute, and the checks that losses share. */
#include "nn/loss.h"

#include <math.h>

#include "core/interrupt.h"
#include "nn/kernels.h"
#include "nn/loss_parts.h"

dnn_status dnn_loss_forward(const dnn_loss_class *kind, const double *settings, const dnn_matrix *A,
                            const dnn_matrix *Y, double *cost, dnn_error *err) {
    dnn_status status = kind->check(settings, A, Y, err);
    if (status != DNN_OK)
        return status;
    *cost = kind->forward(settings, A, Y);
    return dnn_interrupt_check(err); /* a part may have been left out */
}

dnn_status dnn_loss_backward(const dnn_loss_class *kind, const double *settings,
                             const dnn_matrix *A, const dnn_matrix *Y, dnn_matrix *dA,
                             dnn_error *err) {
    dnn_status status = kind->check(settings, A, Y, err);
    if (status != DNN_OK)
        return status;
    if (dA->rows != A->rows || dA->cols != A->cols)
        return dnn_fail(err, DNN_ERROR_SHAPE, "%s: dA must be %zu x %zu like A, not %zu x %zu",
                        kind->name, A->rows, A->cols, dA->rows, dA->cols);
    status = dnn_matrix_require_same_type(A, dA, kind->name, err);
    if (status != DNN_OK)
        return status;
    kind->backward(settings, A, Y, dA);
    return dnn_interrupt_check(err);
}

static const char *const reductions[] = {"mean", "sum", NULL};

const dnn_field dnn_reduction_fields[] = {
    {.name = "reduction",
     .kind = DNN_FIELD_CHOICE,
     .choices = reductions,
     .doc = "mean: cost and gradient are divided by the number of elements; sum: they are not"},
    {.name = NULL}
};

double dnn_reduction_scale(const double *settings, size_t count) {
    return settings[0] == 0 ? 1 / (double)count : 1;
}

dnn_status dnn_check_targets(const char *name, const dnn_matrix *A, const dnn_matrix *Y,
                             dnn_error *err) {
    dnn_status status = dnn_matrix_require_real(A, name, err);
    if (status != DNN_OK)
        return status;
    if (A->rows != Y->rows || A->cols != Y->cols)
        return dnn_fail(
            err, DNN_ERROR_SHAPE, "%s: A is %zu x %zu, Y is %zu x %zu; they need the same shape%s",
            name, A->rows, A->cols, Y->rows, Y->cols,
            A->rows == Y->cols && A->cols == Y->rows ? " (columns are examples: is Y transposed?)"
            : A->rows == Y->rows                     ? " (are both of the same batch?)"
            : A->cols == Y->cols && Y->rows == 1     ? " (class numbers are for CrossEntropyLoss)"
                                                     : "");
    if (dnn_matrix_count(A) == 0)
        return dnn_fail(err, DNN_ERROR_SHAPE, "%s: A is %zu x %zu, there is nothing to compare",
                        name, A->rows, A->cols);
    return Y->dtype == DNN_UINT8 ? DNN_OK : dnn_matrix_require_same_type(A, Y, name, err);
}

static bool within_unit(const dnn_matrix *m, size_t col, size_t rows, bool nan) {
    const void *x = dnn_matrix_at(m, 0, col);
    if (m->dtype == DNN_FLOAT32)
        return dnn_within_unit_f32(x, rows, nan);
    if (m->dtype == DNN_FLOAT64)
        return dnn_within_unit_f64(x, rows, nan);
    const unsigned char *bytes = x;
    for (size_t i = 0; i < rows; i++)
        if (bytes[i] > 1)
            return false;
    return true;
}

/* Fails at the first element outside 0..1 (or NaN, unless `nan`). */
static dnn_status check_unit(const char *name, const char *what, const char *fix,
                             const dnn_matrix *m, bool nan, dnn_error *err) {
    bool whole = dnn_matrix_is_contiguous(m);
    size_t run = whole ? dnn_matrix_count(m) : m->rows, runs = whole ? 1 : m->cols;
    for (size_t c = 0; c < runs; c++) {
        if (within_unit(m, c, run, nan))
            continue;
        for (size_t k = 0; k < run; k++) {
            size_t i = k % m->rows, j = c + k / m->rows;
            double x = dnn_matrix_get(m, i, j);
            if ((x >= 0 && x <= 1) || (nan && isnan(x)))
                continue;
            return dnn_fail(err, DNN_ERROR_ARGUMENT, "%s: %s(%zu, %zu) is %g, outside 0..1%s", name,
                            what, i + 1, j + 1, dnn_shown(x), fix);
        }
    }
    return DNN_OK;
}

dnn_status dnn_check_unit_targets(const char *name, const dnn_matrix *A, const dnn_matrix *Y,
                                  bool probabilities, dnn_error *err) {
    dnn_status status = dnn_check_targets(name, A, Y, err);
    if (status == DNN_OK)
        status = check_unit(name, "Y", "; targets are 0, 1 or a probability", Y, false, err);
    if (status == DNN_OK && probabilities)
        status = check_unit(name, "A",
                            "; end the network with a Sigmoid, or use BCEWithLogitsLoss on logits",
                            A, true, err);
    return status;
}
