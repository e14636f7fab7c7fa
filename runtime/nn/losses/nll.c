/* nll.c: negative log-likelihood of log-probabilities a.
 *
 *     cost = -w[label] a[label] of a position,  da[label] = -w[label]
 *
 * The mean divides by the w of all labels that count, as PyTorch's. */

#include "core/interrupt.h"
#include "nn/losses/labels.h"

#define NAME "NLLLoss"

enum { REDUCTION, IGNORE_INDEX };

static dnn_labels labels_of(const dnn_loss_call *call) {
    return dnn_labels_of(NAME, call, call->Y->rows, call->settings[IGNORE_INDEX].number);
}

static dnn_status check(const dnn_loss_call *call, dnn_error *err) {
    dnn_status status = dnn_labels_check_shape(NAME, call, err);
    if (status != DNN_OK)
        return status;
    dnn_labels labels = labels_of(call);
    status = dnn_labels_check(&labels, call, err);
    if (status == DNN_OK && call->settings[REDUCTION].number == 0)
        status = dnn_labels_check_total(&labels, call, err);
    return status;
}

/* Adds -w a scale of each position of example j, or writes the slopes into dA. */
static double visit(const dnn_loss_call *call, const dnn_labels *labels, size_t j, double scale,
                    dnn_matrix *dA) {
    double part[DNN_LABELS_PART], cost = 0;
    for (size_t first = 0; first < labels->steps; first += DNN_LABELS_PART) {
        size_t n =
            labels->steps - first < DNN_LABELS_PART ? labels->steps - first : DNN_LABELS_PART;
        dnn_labels_read(labels, j * labels->steps + first, n, part);
        for (size_t p = 0; p < n; p++) {
            if (part[p] == labels->ignore)
                continue;
            size_t label = (size_t)part[p] - 1, row = (first + p) * labels->classes + label;
            double slope = -dnn_label_weight(labels, label) * scale;
            if (dA == NULL)
                cost += slope * dnn_matrix_get(call->A, row, j);
            else
                dnn_matrix_set(dA, row, j, slope);
        }
    }
    return cost;
}

static double forward(const dnn_loss_call *call) {
    dnn_labels labels = labels_of(call);
    double sum = 0;
    for (size_t j = 0; j < call->A->cols && !dnn_interrupt_requested(); j++) {
        double cost = visit(call, &labels, j, dnn_loss_weight(call, j), NULL);
        dnn_loss_note_cost(call, j, cost);
        sum += cost;
    }
    return call->settings[REDUCTION].number == 0 ? sum / *call->total : sum;
}

static void backward(const dnn_loss_call *call, dnn_matrix *dA) {
    dnn_labels labels = labels_of(call);
    double scale = call->settings[REDUCTION].number == 0 ? 1 / *call->total : 1;
    for (size_t j = 0; j < call->A->cols && !dnn_interrupt_requested(); j++) {
        dnn_matrix_clear_column(dA, j);
        visit(call, &labels, j, scale * dnn_loss_weight(call, j), dA);
    }
}

static const dnn_field fields[] = {DNN_LABELS_REDUCTION_ROW, DNN_IGNORE_INDEX_ROW, {.name = NULL}};

static const dnn_loss_case cases[] = {
    {"",               3, 4, 1, 0},
    {"reduction=sum",  6, 4, 2, 3},
    {"ignore_index=2", 6, 4, 2, 3},
    {"reduction=none", 4, 3, 1, 0},
    {NULL,             0, 0, 0, 0},
};

const dnn_loss_class dnn_loss_nll = {
    .name = "NLLLoss",
    .doc = "mean of -A[label], with log-probabilities A; Y holds class numbers from 1",
    .fields = fields,
    .vector = "weight",
    .cases = cases,
    .targets = DNN_TARGETS_LABELS,
    .check = check,
    .forward = forward,
    .backward = backward,
};
