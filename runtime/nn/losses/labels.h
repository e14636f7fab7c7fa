/* labels.h: targets that are class numbers: a label for each position of A.
 *
 * A column of A holds a number for each class, or so for several positions (steps of a sequence,
 * pixels), one after the other; Y is positions x m labels 1..C. One label may stand for "does not
 * count" (ignore_index), and classes may have weights. */
#ifndef DNN_NN_LOSSES_LABELS_H
#define DNN_NN_LOSSES_LABELS_H

#include "nn/losses/loss_parts.h"

enum { DNN_LABELS_PART = 128 }; /* labels that are worth reading at a time */

/* Rows of settings. */
#define DNN_LABELS_REDUCTION_ROW                                                                   \
    {                                                                                              \
        .name = "reduction", .kind = DNN_FIELD_CHOICE, .choices = dnn_reductions,                  \
        .doc =                                                                                     \
            "mean: cost and gradient are divided by the number of labels that count, or by their " \
            "weights; sum: they are not; none: a cost for each example"                            \
    }
#define DNN_IGNORE_INDEX_ROW                                                                       \
    {                                                                                              \
        .name = "ignore_index", .kind = DNN_FIELD_COUNT, .initial = -100, .low = -2147483647,      \
        .doc = "the label of positions that do not count, such as padding"                         \
    }

typedef struct dnn_labels {
    const char *name;      /* of the loss, which opens the messages */
    const dnn_matrix *Y;   /* of any type */
    const double *weights; /* one for each class; NULL: 1 */
    size_t classes, steps; /* positions of a column */
    double ignore;         /* the label that does not count */
} dnn_labels;

/* The labels of a call with so many positions in a column. */
dnn_labels dnn_labels_of(const char *name, const dnn_loss_call *call, size_t steps, double ignore);

/* A is real and not empty. DNN_ERROR_SHAPE with a hint unless the columns of A and Y are as many
 * and the rows of Y divide A's. */
dnn_status dnn_labels_check_shape(const char *name, const dnn_loss_call *call, dnn_error *err);

/* Every label is a whole number 1..classes, or the one that does not count; the weights are as many
 * as the classes. Then *call->total is what a mean divides by: the weights of those that count. */
dnn_status dnn_labels_check(const dnn_labels *labels, const dnn_loss_call *call, dnn_error *err);

/* Labels of positions [first, first + n), counted through all columns, as they are in Y. */
void dnn_labels_read(const dnn_labels *labels, size_t first, size_t n, double *out);

/* The weight of a class, from 0. */
static inline double dnn_label_weight(const dnn_labels *labels, size_t label) {
    return labels->weights == NULL ? 1 : labels->weights[label];
}

/* A failure where that is 0. */
dnn_status dnn_labels_check_total(const dnn_labels *labels, const dnn_loss_call *call,
                                  dnn_error *err);

#endif
