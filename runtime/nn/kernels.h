/* kernels.h: the inner loops of layers, losses and optimisers, for float32 and float64.
 *
 * The source of each pair is one function in kernels.inc. Vectors are contiguous; an output may be
 * an input itself but may not overlap one otherwise. */
#ifndef DNN_NN_KERNELS_H
#define DNN_NN_KERNELS_H

#include <stdbool.h>
#include <stddef.h>

/* Backward of the activations: dX from A and dA. ReLU: dA where A > 0, else 0, but dA where A is
 * NaN. */
void dnn_relu_backward_f32(float *dX, const float *A, const float *dA, size_t n);
void dnn_relu_backward_f64(double *dX, const double *A, const double *dA, size_t n);
void dnn_sigmoid_backward_f32(float *dX, const float *A, const float *dA, size_t n);
void dnn_sigmoid_backward_f64(double *dX, const double *A, const double *dA, size_t n);
void dnn_tanh_backward_f32(float *dX, const float *A, const float *dA, size_t n);
void dnn_tanh_backward_f64(double *dX, const double *A, const double *dA, size_t n);

/* True when all elements lie in 0..1; a NaN counts as inside when `nan`. */
bool dnn_within_unit_f32(const float *x, size_t n, bool nan);
bool dnn_within_unit_f64(const double *x, size_t n, bool nan);

/* Elementwise losses: the sum of the costs of n elements, and their gradients times scale. */
double dnn_bce_cost_f32(const float *A, const float *Y, size_t n);
double dnn_bce_cost_f64(const double *A, const double *Y, size_t n);
void dnn_bce_gradient_f32(float *dA, const float *A, const float *Y, size_t n, double scale);
void dnn_bce_gradient_f64(double *dA, const double *A, const double *Y, size_t n, double scale);
double dnn_bce_with_logits_cost_f32(const float *Z, const float *Y, size_t n);
double dnn_bce_with_logits_cost_f64(const double *Z, const double *Y, size_t n);
void dnn_bce_with_logits_gradient_f32(float *dZ, const float *Z, const float *Y, size_t n,
                                      double scale);
void dnn_bce_with_logits_gradient_f64(double *dZ, const double *Z, const double *Y, size_t n,
                                      double scale);
double dnn_mse_cost_f32(const float *A, const float *Y, size_t n);
double dnn_mse_cost_f64(const double *A, const double *Y, size_t n);
void dnn_mse_gradient_f32(float *dA, const float *A, const float *Y, size_t n, double scale);
void dnn_mse_gradient_f64(double *dA, const double *A, const double *Y, size_t n, double scale);

/* Cross entropy of one column of logits; label counts from 0. Its gradient takes three passes:
 * shift (out = z - max z), exp of out, then out = (out / sum - [c == label]) * scale. */
double dnn_cross_entropy_cost_f32(const float *z, size_t classes, size_t label);
double dnn_cross_entropy_cost_f64(const double *z, size_t classes, size_t label);
void dnn_softmax_shift_f32(float *out, const float *z, size_t classes);
void dnn_softmax_shift_f64(double *out, const double *z, size_t classes);
void dnn_softmax_gradient_f32(float *out, size_t classes, size_t label, double scale);
void dnn_softmax_gradient_f64(double *out, size_t classes, size_t label, double scale);

/* p -= lr (g + decay p). */
void dnn_sgd_f32(float *p, const float *g, size_t n, double lr, double decay);
void dnn_sgd_f64(double *p, const double *g, size_t n, double lr, double decay);

/* v = momentum v + g + decay p;  p -= lr v, with Nesterov lr (g + decay p + momentum v). */
void dnn_sgd_momentum_f32(float *p, const float *g, float *v, size_t n, double lr, double decay,
                          double momentum, bool nesterov);
void dnn_sgd_momentum_f64(double *p, const double *g, double *v, size_t n, double lr, double decay,
                          double momentum, bool nesterov);

/* The constants of one step of Adam. */
typedef struct dnn_adam_step {
    double beta1, beta2, eps;
    double rate;   /* lr / (1 - beta1^t) */
    double root;   /* 1 / sqrt(1 - beta2^t) */
    double decay;  /* added to the gradient: decay * p */
    double shrink; /* p is first multiplied by 1 - shrink (AdamW: lr * weight_decay) */
} dnn_adam_step;

/* m = beta1 m + (1 - beta1) g;  v = beta2 v + (1 - beta2) g^2;  p -= rate m / (root sqrt(v) + eps).
 */
void dnn_adam_f32(float *p, const float *g, float *m, float *v, size_t n,
                  const dnn_adam_step *step);
void dnn_adam_f64(double *p, const double *g, double *m, double *v, size_t n,
                  const dnn_adam_step *step);

#endif
