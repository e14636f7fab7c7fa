/* loss_parts.h: what the losses share: reduction, weights, checks of the targets, the walk over A
 * and Y. */
#ifndef DNN_NN_LOSS_PARTS_H
#define DNN_NN_LOSS_PARTS_H

#include "nn/loss.h"

/* The choices of `reduction`, ended by NULL, and the settings of a loss that has no others. */
extern const char *const dnn_reductions[];
extern const dnn_field dnn_reduction_fields[];

/* What cost and gradient are multiplied by: 1 / count with "mean", else 1. */
double dnn_reduction_scale(const dnn_setting *settings, size_t count);

/* The vector of the call, where there is one, has `count` numbers: "BCEWithLogitsLoss: pos_weight
 * holds 2 numbers, and there are 3 rows". */
dnn_status dnn_check_vector(const char *name, const dnn_loss_call *call, const char *vector,
                            size_t count, const char *what, dnn_error *err);

/* The weight of example j, and noting its cost where costs are wanted. */
double dnn_loss_weight(const dnn_loss_call *call, size_t j);
void dnn_loss_note_cost(const dnn_loss_call *call, size_t j, double cost);

/* The kernels of a loss that is a sum over elements: the cost of n elements, and their gradients
 * times scale. */
typedef struct dnn_elementwise_loss {
    double (*cost_f32)(const float *A, const float *Y, size_t n);
    double (*cost_f64)(const double *A, const double *Y, size_t n);
    void (*gradient_f32)(float *dA, const float *A, const float *Y, size_t n, double scale);
    void (*gradient_f64)(double *dA, const double *A, const double *Y, size_t n, double scale);
} dnn_elementwise_loss;

/* Y has A's shape; A is real; Y has A's type or is stored as whole numbers (uint8). `name`
 * ("MSELoss") opens the messages. */
dnn_status dnn_check_targets(const char *name, const dnn_loss_call *call, dnn_error *err);

/* dnn_check_targets, and every target lies in 0..1; when `probabilities` every A does too (or is
 * NaN: a cost that is NaN says more). */
dnn_status dnn_check_unit_targets(const char *name, const dnn_loss_call *call, bool probabilities,
                                  dnn_error *err);

/* forward and backward of such a loss. */
double dnn_elementwise_forward(const dnn_elementwise_loss *loss, const dnn_loss_call *call);
void dnn_elementwise_backward(const dnn_elementwise_loss *loss, const dnn_loss_call *call,
                              dnn_matrix *dA);

#endif
