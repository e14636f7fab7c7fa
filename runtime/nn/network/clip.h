/* clip.h: gradients that are cut back before a step. */
#ifndef DNN_NN_NETWORK_CLIP_H
#define DNN_NN_NETWORK_CLIP_H

#include "math/matrix.h"

/* Multiplies all gradients by max_norm / (norm + 1e-6) where that is below 1, as PyTorch's
 * clip_grad_norm_; *norm is the norm before, of all elements as one vector. norm_type is 1, 2 or
 * INFINITY, max_norm above 0 (DNN_ERROR_ARGUMENT). DNN_ERROR_NUMERIC, and nothing is changed,
 * where `check_finite` and the norm is not finite. The result does not depend on the number of
 * threads. */
dnn_status dnn_clip_grad_norm(dnn_matrix *gradients, size_t count, double max_norm,
                              double norm_type, bool check_finite, double *norm, dnn_error *err);

/* Moves every element into -limit..limit; NaN stays NaN. limit is above 0. */
dnn_status dnn_clip_grad_value(dnn_matrix *gradients, size_t count, double limit, dnn_error *err);

#endif
