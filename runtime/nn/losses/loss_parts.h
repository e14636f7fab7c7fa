/* loss_parts.h: what the losses share: reduction, weights, checks of the targets, the walk over A
 * and Y. */
#ifndef DNN_NN_LOSS_PARTS_H
#define DNN_NN_LOSS_PARTS_H

#include "nn/loss.h"

/* The choices of `reduction`, ended by NULL, and the settings of a loss that has no others. */
extern const char *const dnn_reductions[];
extern const dnn_field dnn_reduction_fields[];

/* The row of `reduction`, which comes first, for losses that have others. */
#define DNN_REDUCTION_ROW                                                                          \
    {                                                                                              \
        .name = "reduction", .kind = DNN_FIELD_CHOICE, .choices = dnn_reductions,                  \
        .doc =                                                                                     \
            "mean: cost and gradient are divided by the number of elements; sum: they are not; "   \
            "none: a cost for each example"                                                        \
    }

/* The same of a loss whose costs are of examples. */
#define DNN_EXAMPLES_REDUCTION_ROW                                                                 \
    {                                                                                              \
        .name = "reduction", .kind = DNN_FIELD_CHOICE, .choices = dnn_reductions,                  \
        .doc =                                                                                     \
            "mean: cost and gradient are divided by the number of examples; sum: they are not; "   \
            "none: a cost for each example"                                                        \
    }

/* What cost and gradient are multiplied by: 1 / count with "mean", 1 / m with "batchmean", else 1.
 */
double dnn_reduction_scale(const dnn_loss_call *call, size_t count);

/* The vector of the call, where there is one, has `count` numbers: "BCEWithLogitsLoss: pos_weight
 * holds 2 numbers, and there are 3 rows". */
dnn_status dnn_check_vector(const char *name, const dnn_loss_call *call, const char *vector,
                            size_t count, const char *what, dnn_error *err);

/* The weight of example j, and noting its cost where costs are wanted. */
double dnn_loss_weight(const dnn_loss_call *call, size_t j);
void dnn_loss_note_cost(const dnn_loss_call *call, size_t j, double cost);

/* Y has A's shape; A is real; Y has A's type or is stored as whole numbers (uint8). `name`
 * ("MSELoss") opens the messages. */
dnn_status dnn_check_targets(const char *name, const dnn_loss_call *call, dnn_error *err);

/* dnn_check_targets, and every target lies in 0..1; when `probabilities` every A does too (or is
 * NaN: a cost that is NaN says more). */
dnn_status dnn_check_unit_targets(const char *name, const dnn_loss_call *call, bool probabilities,
                                  dnn_error *err);

/* Every element of Y is -1 or 1. */
dnn_status dnn_check_signs(const char *name, const dnn_matrix *Y, dnn_error *err);

#endif
