/* cross_entropy.c: cross entropy of logits against class numbers, the softmax included.
 *
 *     p = softmax of a column of A,  cost = mean over columns of -log p[label]
 *     dA = (p - [row == label]) / columns
 *
 * The column's maximum is subtracted first, so no exponential overflows. */
#include <math.h>

#include "core/interrupt.h"
#include "math/elementwise.h"
#include "nn/kernels.h"
#include "nn/loss_parts.h"

static dnn_status check_labels(const dnn_matrix *A, const dnn_matrix *Y, dnn_error *err) {
    for (size_t j = 0; j < Y->cols; j++) {
        double label = dnn_matrix_get(Y, 0, j);
        if (!(label >= 1 && label <= (double)A->rows))
            return dnn_fail(
                err, DNN_ERROR_ARGUMENT,
                "CrossEntropyLoss: label %g at column %zu is outside 1..%zu%s", dnn_shown(label),
                j + 1, A->rows,
                A->rows == 1 ? "; A has one row, a single class: for classes 0 and 1 take "
                               "BCEWithLogitsLoss"
                : label == 0 ? "; labels count from 1 in Lua (add 1 to labels that count "
                               "from 0)"
                             : " (A has a row for each class)");
        if (label != floor(label))
            return dnn_fail(
                err, DNN_ERROR_ARGUMENT,
                "CrossEntropyLoss: label %g at column %zu is not a whole number; labels "
                "are the numbers of classes, 1..C",
                label, j + 1);
    }
    return DNN_OK;
}

static dnn_status check(const double *settings, const dnn_matrix *A, const dnn_matrix *Y,
                        dnn_error *err) {
    (void)settings;
    dnn_status status = dnn_matrix_require_real(A, "CrossEntropyLoss", err);
    if (status != DNN_OK)
        return status;
    if (dnn_matrix_count(A) == 0)
        return dnn_fail(err, DNN_ERROR_SHAPE,
                        "CrossEntropyLoss: A is %zu x %zu, there is nothing to compare", A->rows,
                        A->cols);
    if (Y->rows != 1 || Y->cols != A->cols) {
        const char *hint = "";
        if (Y->rows == A->cols && Y->cols == 1)
            hint = " (is Y transposed?)";
        else if (Y->rows == A->rows && Y->cols == A->cols)
            hint = " (one-hot columns? give the class numbers 1..C instead)";
        return dnn_fail(err, DNN_ERROR_SHAPE,
                        "CrossEntropyLoss: A is %zu x %zu, so Y must be 1 x %zu labels, not "
                        "%zu x %zu%s",
                        A->rows, A->cols, A->cols, Y->rows, Y->cols, hint);
    }
    return check_labels(A, Y, err);
}

/* The label of column j, counted from 0. */
static size_t label_of(const dnn_matrix *Y, size_t j) {
    return (size_t)dnn_matrix_get(Y, 0, j) - 1;
}

static double forward(const double *settings, const dnn_matrix *A, const dnn_matrix *Y) {
    double cost = 0;
    for (size_t j = 0; j < A->cols && !dnn_interrupt_requested(); j++) {
        const void *column = dnn_matrix_at(A, 0, j);
        cost += A->dtype == DNN_FLOAT32
                    ? dnn_cross_entropy_cost_f32(column, A->rows, label_of(Y, j))
                    : dnn_cross_entropy_cost_f64(column, A->rows, label_of(Y, j));
    }
    return cost * dnn_reduction_scale(settings, A->cols);
}

static void backward(const double *settings, const dnn_matrix *A, const dnn_matrix *Y,
                     dnn_matrix *dA) {
    double scale = dnn_reduction_scale(settings, A->cols);
    bool f32 = A->dtype == DNN_FLOAT32;
    for (size_t j = 0; j < A->cols && !dnn_interrupt_requested(); j++) {
        if (f32)
            dnn_softmax_shift_f32(dnn_matrix_at(dA, 0, j), dnn_matrix_at(A, 0, j), A->rows);
        else
            dnn_softmax_shift_f64(dnn_matrix_at(dA, 0, j), dnn_matrix_at(A, 0, j), A->rows);
    }
    dnn_unary(DNN_EXP, dA, dA,
              NULL); /* one call for all columns: vectorised; only interruption fails */
    for (size_t j = 0; j < A->cols; j++) {
        if (f32)
            dnn_softmax_gradient_f32(dnn_matrix_at(dA, 0, j), A->rows, label_of(Y, j), scale);
        else
            dnn_softmax_gradient_f64(dnn_matrix_at(dA, 0, j), A->rows, label_of(Y, j), scale);
    }
}

static const char *const reductions[] = {"mean", "sum", NULL};

static const dnn_field fields[] = {
    {.name = "reduction",
     .kind = DNN_FIELD_CHOICE,
     .choices = reductions,
     .doc = "mean: cost and gradient are divided by the number of examples; sum: they are not"},
    {.name = NULL}
};

const dnn_loss_class dnn_loss_cross_entropy = {
    .name = "CrossEntropyLoss",
    .doc = "mean of -log softmax(A)[label]; Y is 1 x m class numbers from 1",
    .fields = fields,
    .labels = true,
    .check = check,
    .forward = forward,
    .backward = backward,
};
