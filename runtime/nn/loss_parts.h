/* loss_parts.h: what the losses share: reduction, checks of the targets, the walk over A and Y. */
#ifndef DNN_NN_LOSS_PARTS_H
#define DNN_NN_LOSS_PARTS_H

#include "nn/loss.h"

/* The settings of a loss that has only `reduction`: "mean" or "sum". */
extern const dnn_field dnn_reduction_fields[];

/* The gradient's factor: 1 / count with "mean", 1 with "sum". */
double dnn_reduction_scale(const double *settings, size_t count);

/* The kernels of a loss that is a sum over elements, see kernels.h. */
typedef struct dnn_elementwise_loss {
    double (*cost_f32)(const float *A, const float *Y, size_t n);
    double (*cost_f64)(const double *A, const double *Y, size_t n);
    void (*gradient_f32)(float *dA, const float *A, const float *Y, size_t n, double scale);
    void (*gradient_f64)(double *dA, const double *A, const double *Y, size_t n, double scale);
} dnn_elementwise_loss;

/* Y has A's shape; A is real; Y has A's type or is uint8. `name` ("MSELoss") opens the messages. */
dnn_status dnn_check_targets(const char *name, const dnn_matrix *A, const dnn_matrix *Y,
                             dnn_error *err);

/* dnn_check_targets, and every target lies in 0..1; when `probabilities` every A does too (or is
 * NaN: a cost that is NaN says more). */
dnn_status dnn_check_unit_targets(const char *name, const dnn_matrix *A, const dnn_matrix *Y,
                                  bool probabilities, dnn_error *err);

/* forward and backward of such a loss. */
double dnn_elementwise_forward(const dnn_elementwise_loss *loss, const double *settings,
                               const dnn_matrix *A, const dnn_matrix *Y);
void dnn_elementwise_backward(const dnn_elementwise_loss *loss, const double *settings,
                              const dnn_matrix *A, const dnn_matrix *Y, dnn_matrix *dA);

#endif
