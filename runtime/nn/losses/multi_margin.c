/* multi_margin.c: the hinge of several classes (Crammer & Singer 2001), of scores a and a label y.
 *
 *     cost = w[y] / C sum over i != y of max(0, margin - a[y] + a[i])^p,  p = 1 or 2 */
#ifdef T /* both_types.inc */

/* The cost of a column times weight / classes; and its slopes, where out is not NULL. */
static double K(column)(const T *a, T *out, size_t classes, size_t label, double margin,
                        bool square, double weight) {
    double cost = 0, pull = 0;
    for (size_t i = 0; i < classes; i++) {
        double gap = margin - (double)a[label] + (double)a[i];
        bool counts = i != label && gap > 0;
        double slope = !counts ? 0 : square ? 2 * gap * weight : weight;
        cost += !counts ? 0 : square ? gap * gap * weight : gap * weight;
        pull += slope;
        if (out != NULL)
            out[i] = (T)slope;
    }
    if (out != NULL)
        out[label] = (T)-pull;
    return cost;
}

#else
#include "nn/losses/labels.h"

#define NAME "MultiMarginLoss"

enum { REDUCTION, MARGIN, P };

#define KERNELS "nn/losses/multi_margin.c"
#include "nn/both_types.inc"

static dnn_labels labels_of(const dnn_loss_call *call) {
    return dnn_labels_of(NAME, call, 1, -1);
}

static dnn_status check(const dnn_loss_call *call, dnn_error *err) {
    dnn_status status = dnn_labels_check_shape(NAME, call, err);
    if (status == DNN_OK && call->Y->rows != 1)
        status = dnn_fail(err, DNN_ERROR_SHAPE, NAME ": Y must be 1 x %zu labels, not %zu x %zu",
                          call->A->cols, call->Y->rows, call->Y->cols);
    if (status == DNN_OK && call->settings[P].number > 2)
        status = dnn_fail(err, DNN_ERROR_ARGUMENT, NAME ": p must be 1 or 2, got %g",
                          call->settings[P].number);
    if (status != DNN_OK)
        return status;
    dnn_labels labels = labels_of(call);
    return dnn_labels_check(&labels, call, err);
}

static double column(const dnn_loss_call *call, size_t j, double scale, dnn_matrix *dA) {
    dnn_labels labels = labels_of(call);
    double label, margin = call->settings[MARGIN].number;
    bool square = call->settings[P].number == 2;
    dnn_labels_read(&labels, j, 1, &label);
    size_t y = (size_t)label - 1;
    double weight = scale * dnn_label_weight(&labels, y) / (double)labels.classes;
    const void *a = dnn_matrix_at(call->A, 0, j);
    void *out = dA == NULL ? NULL : dnn_matrix_at(dA, 0, j);
    return call->A->dtype == DNN_FLOAT32
               ? column_f32(a, out, labels.classes, y, margin, square, weight)
               : column_f64(a, out, labels.classes, y, margin, square, weight);
}

static const dnn_field fields[] = {
    DNN_EXAMPLES_REDUCTION_ROW,
    {.name = "margin",
      .kind = DNN_FIELD_REAL,
      .initial = 1,
      .high = 1e30,
      .doc = "by how much the label's score has to be above the others"},
    {.name = "p",
      .kind = DNN_FIELD_COUNT,
      .initial = 1,
      .low = 1,
      .doc = "the power of what is missing, 1 or 2"},
    {.name = NULL}
};

static const dnn_loss_case cases[] = {
    {"",                             3, 4, 1, 0},
    {"p=2 margin=0.5 reduction=sum", 4, 5, 1, 4},
    {"reduction=none",               4, 3, 1, 4},
    {NULL,                           0, 0, 0, 0},
};

const dnn_loss_class dnn_loss_multi_margin = {
    .name = NAME,
    .doc = "mean of sum max(0, margin - A[label] + A[i])^p / C; Y holds class numbers from 1",
    .fields = fields,
    .vector = "weight",
    .cases = cases,
    .targets = DNN_TARGETS_LABELS,
    .check = check,
    .column = column,
};

#endif
