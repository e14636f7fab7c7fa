/* multi_label_soft_margin.c: several classes at a time, y = 0 or 1, of logits a.
 *
 *     cost = 1 / C sum of w (log(1 + exp(a)) - y a),  da = w (sigmoid(a) - y) / C */
#ifdef T /* both_types.inc */

static double K(logits)(const dnn_loss_call *call, size_t j, const double *w, double scale, T *da) {
    const T *a = dnn_matrix_at(call->A, 0, j);
    double cost = 0;
    for (size_t i = 0; i < call->A->rows; i++) {
        double x = (double)a[i], y = dnn_matrix_get(call->Y, i, j), weight = w == NULL ? 1 : w[i];
        cost += weight * (dnn_softplus_f64(x) - y * x);
        if (da != NULL)
            da[i] = (T)(weight * (dnn_sigmoid_f64(x) - y) * scale);
    }
    return cost * scale;
}

#else
#include "math/functions.h"
#include "nn/losses/loss_parts.h"

#define NAME "MultiLabelSoftMarginLoss"

#define KERNELS "nn/losses/multi_label_soft_margin.c"
#include "nn/both_types.inc"

static dnn_status check(const dnn_loss_call *call, dnn_error *err) {
    dnn_status status = dnn_check_unit_targets(NAME, call, false, err);
    return status == DNN_OK ? dnn_check_vector(NAME, call, "weight", call->A->rows, "class", err)
                            : status;
}

static double column(const dnn_loss_call *call, size_t j, double scale, dnn_matrix *dA) {
    const double *w = call->vector == NULL ? NULL : call->vector->data;
    double share = scale / (double)call->A->rows;
    void *da = dA == NULL ? NULL : dnn_matrix_at(dA, 0, j);
    return call->A->dtype == DNN_FLOAT32 ? logits_f32(call, j, w, share, da)
                                         : logits_f64(call, j, w, share, da);
}

static const dnn_field fields[] = {DNN_EXAMPLES_REDUCTION_ROW, {.name = NULL}};

static const dnn_loss_case cases[] = {
    {"",               3, 6, 0, 0},
    {"reduction=sum",  4, 5, 0, 4},
    {"reduction=none", 2, 4, 0, 0},
    {NULL,             0, 0, 0, 0},
};

const dnn_loss_class dnn_loss_multi_label_soft_margin = {
    .name = NAME,
    .doc = "mean over classes and examples of log(1 + exp(A)) - Y A, with Y of 0 and 1",
    .fields = fields,
    .vector = "weight",
    .cases = cases,
    .check = check,
    .column = column,
};

#endif
