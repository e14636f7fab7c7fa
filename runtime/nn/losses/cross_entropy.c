/* cross_entropy.c: cross entropy of logits against class numbers, the softmax included.
 *
 *     p = softmax of a column of A,  cost = mean over columns of -log p[label]
 *     dA = (p - [row == label]) / columns
 *
 * The column's maximum is subtracted first, so no exponential overflows. */
#ifdef T /* both_types.inc; labels count from 0 */

DNN_INLINE T K(largest)(const T *z, size_t classes) {
    T top = z[0];
    for (size_t c = 1; c < classes; c++)
        top = z[c] > top ? z[c] : top;
    return top;
}

static double K(cost)(const T *z, size_t classes, size_t label) {
    double top = K(largest)(z, classes), sum = 0;
    for (size_t c = 0; c < classes; c++)
        sum += exp(z[c] - top);
    return log(sum) - (z[label] - top);
}

/* The gradient takes three passes: out = z - max z, exp of out, and this:
 * out = (out / sum - [c == label]) * scale. */
static void K(gradient)(T *out, size_t classes, size_t label, double scale) {
    double sum = 0;
    for (size_t c = 0; c < classes; c++)
        sum += out[c];
    double factor = scale / sum;
    for (size_t c = 0; c < classes; c++)
        out[c] = (T)(out[c] * factor);
    out[label] -= (T)scale;
}

static void K(shift)(T *out, const T *z, size_t classes) {
    T top = K(largest)(z, classes);
    for (size_t c = 0; c < classes; c++)
        out[c] = z[c] - top;
}

#else
#include <math.h>

#include "core/interrupt.h"
#include "math/elementwise.h"
#include "math/simd.h"
#include "nn/losses/loss_parts.h"

#define KERNELS "nn/losses/cross_entropy.c"
#include "nn/both_types.inc"

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

static dnn_status check(const dnn_loss_call *call, dnn_error *err) {
    const dnn_matrix *A = call->A, *Y = call->Y;
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

static double forward(const dnn_loss_call *call) {
    const dnn_matrix *A = call->A;
    double sum = 0;
    for (size_t j = 0; j < A->cols && !dnn_interrupt_requested(); j++) {
        const void *column = dnn_matrix_at(A, 0, j);
        double cost = A->dtype == DNN_FLOAT32 ? cost_f32(column, A->rows, label_of(call->Y, j))
                                              : cost_f64(column, A->rows, label_of(call->Y, j));
        cost *= dnn_loss_weight(call, j);
        dnn_loss_note_cost(call, j, cost);
        sum += cost;
    }
    return sum * dnn_reduction_scale(call->settings, A->cols);
}

static void backward(const dnn_loss_call *call, dnn_matrix *dA) {
    const dnn_matrix *A = call->A;
    double scale = dnn_reduction_scale(call->settings, A->cols);
    bool f32 = A->dtype == DNN_FLOAT32;
    for (size_t j = 0; j < A->cols && !dnn_interrupt_requested(); j++) {
        if (f32)
            shift_f32(dnn_matrix_at(dA, 0, j), dnn_matrix_at(A, 0, j), A->rows);
        else
            shift_f64(dnn_matrix_at(dA, 0, j), dnn_matrix_at(A, 0, j), A->rows);
    }
    /* One call for all columns: vectorised; only an interruption fails. */
    dnn_unary(DNN_EXP, dA, dA, NULL);
    for (size_t j = 0; j < A->cols; j++) {
        double factor = scale * dnn_loss_weight(call, j);
        if (f32)
            gradient_f32(dnn_matrix_at(dA, 0, j), A->rows, label_of(call->Y, j), factor);
        else
            gradient_f64(dnn_matrix_at(dA, 0, j), A->rows, label_of(call->Y, j), factor);
    }
}

static const dnn_field fields[] = {
    {.name = "reduction",
     .kind = DNN_FIELD_CHOICE,
     .choices = dnn_reductions,
     .doc = "mean: cost and gradient are divided by the number of examples; sum: they are not; "
            "none: a cost for each example"},
    {.name = NULL}
};

static const dnn_loss_case cases[] = {
    {"",               3, 4},
    {"reduction=sum",  2, 5},
    {"reduction=none", 4, 3},
    {NULL,             0, 0},
};

const dnn_loss_class dnn_loss_cross_entropy = {
    .name = "CrossEntropyLoss",
    .doc = "mean of -log softmax(A)[label]; Y is 1 x m class numbers from 1",
    .fields = fields,
    .cases = cases,
    .labels = true,
    .check = check,
    .forward = forward,
    .backward = backward,
};

#endif
