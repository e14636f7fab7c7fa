/* multi_label_margin.c: the hinge of several classes at a time. The labels of an example are in
 * its column of Y, and a 0 ends them.
 *
 *     cost = 1 / C sum over labels y and classes i that are not, of max(0, 1 - a[y] + a[i]) */
#ifdef T /* both_types.inc */

static double K(hinges)(const dnn_loss_call *call, size_t j, double scale, T *da) {
    const T *a = dnn_matrix_at(call->A, 0, j);
    size_t classes = call->A->rows, labels = labels_of(call->Y, j);
    double cost = 0;
    for (size_t i = 0; i < classes && da != NULL; i++)
        da[i] = 0;
    for (size_t i = 0; i < classes; i++) {
        if (is_label(call->Y, j, labels, i))
            continue;
        for (size_t k = 0; k < labels; k++) {
            size_t y = label_at(call->Y, j, k);
            double gap = 1 - (double)a[y] + (double)a[i];
            if (gap <= 0)
                continue;
            cost += gap;
            if (da != NULL) {
                da[i] = (T)((double)da[i] + scale);
                da[y] = (T)((double)da[y] - scale);
            }
        }
    }
    return cost * scale;
}

#else
#include "nn/losses/labels.h"

#define NAME "MultiLabelMarginLoss"

/* How many labels example j has, and label k as a class from 0. */
static size_t labels_of(const dnn_matrix *Y, size_t j) {
    size_t n = 0;
    while (n < Y->rows && dnn_matrix_get(Y, n, j) != 0)
        n++;
    return n;
}

static size_t label_at(const dnn_matrix *Y, size_t j, size_t k) {
    return (size_t)dnn_matrix_get(Y, k, j) - 1;
}

static bool is_label(const dnn_matrix *Y, size_t j, size_t labels, size_t class) {
    size_t k = 0;
    while (k < labels && label_at(Y, j, k) != class)
        k++;
    return k < labels;
}

#define KERNELS "nn/losses/multi_label_margin.c"
#include "nn/both_types.inc"

static dnn_status check(const dnn_loss_call *call, dnn_error *err) {
    const dnn_matrix *A = call->A, *Y = call->Y;
    dnn_status status = dnn_matrix_require_real(A, NAME, err);
    if (status != DNN_OK)
        return status;
    if (Y->cols != A->cols || dnn_matrix_count(A) == 0)
        return dnn_fail(err, DNN_ERROR_SHAPE,
                        NAME ": A is %zu x %zu, so Y must have %zu columns, the labels of an "
                             "example in each, not %zu x %zu%s",
                        A->rows, A->cols, A->cols, Y->rows, Y->cols,
                        Y->rows == A->cols ? " (is Y transposed?)" : "");
    for (size_t j = 0; j < Y->cols; j++)
        for (size_t k = labels_of(Y, j); k < Y->rows; k++)
            if (dnn_matrix_get(Y, k, j) != 0)
                return dnn_fail(err, DNN_ERROR_ARGUMENT,
                                NAME ": label %g at (%zu, %zu) comes after a 0, which ends the "
                                     "labels of an example; they count from 1",
                                dnn_shown(dnn_matrix_get(Y, k, j)), k + 1, j + 1);
    dnn_labels labels = {.name = NAME, .Y = Y, .classes = A->rows, .steps = Y->rows, .ignore = 0};
    return dnn_labels_check(&labels, call, err);
}

static double column(const dnn_loss_call *call, size_t j, double scale, dnn_matrix *dA) {
    double share = scale / (double)call->A->rows;
    void *da = dA == NULL ? NULL : dnn_matrix_at(dA, 0, j);
    return call->A->dtype == DNN_FLOAT32 ? hinges_f32(call, j, share, da)
                                         : hinges_f64(call, j, share, da);
}

static const dnn_field fields[] = {DNN_EXAMPLES_REDUCTION_ROW, {.name = NULL}};

static const dnn_loss_case cases[] = {
    {"",               3, 6, 1, 0},
    {"reduction=sum",  4, 5, 2, 0},
    {"reduction=none", 5, 3, 1, 0},
    {NULL,             0, 0, 0, 0},
};

const dnn_loss_class dnn_loss_multi_label_margin = {
    .name = NAME,
    .doc = "mean over examples of sum max(0, 1 - A[label] + A[i]) / C; labels from 1, 0 ends them",
    .fields = fields,
    .cases = cases,
    .targets = DNN_TARGETS_LABELS,
    .check = check,
    .column = column,
};

#endif
