/* elementwise_kernels.h: the kernels of elementwise.h for contiguous runs, one per operation and
 * type.
 *
 * Their one source is elementwise_kernels.inc. All are dnn_kernel (walk.h): inputs a, b, c as the
 * operation needs them, an input may be the output. exp, log, tanh and sigmoid are functions.h's. */
#ifndef DNN_MATH_ELEMENTWISE_KERNELS_H
#define DNN_MATH_ELEMENTWISE_KERNELS_H

#include "math/walk.h"

dnn_kernel dnn_f32_neg;
dnn_kernel dnn_f32_exp;
dnn_kernel dnn_f32_log;
dnn_kernel dnn_f32_sqrt;
dnn_kernel dnn_f32_abs;
dnn_kernel dnn_f32_sign;
dnn_kernel dnn_f32_tanh;
dnn_kernel dnn_f32_sigmoid;
dnn_kernel dnn_f32_relu;
dnn_kernel dnn_f32_isfinite;
dnn_kernel dnn_f32_add;
dnn_kernel dnn_f32_sub;
dnn_kernel dnn_f32_mul;
dnn_kernel dnn_f32_div;
dnn_kernel dnn_f32_pow;
dnn_kernel dnn_f32_maximum;
dnn_kernel dnn_f32_minimum;
dnn_kernel dnn_f32_lt;
dnn_kernel dnn_f32_le;
dnn_kernel dnn_f32_gt;
dnn_kernel dnn_f32_ge;
dnn_kernel dnn_f32_eq;
dnn_kernel dnn_f32_ne;
dnn_kernel dnn_f32_clamp; /* min(max(a, b), c) */
dnn_kernel dnn_f32_where; /* b where a is not 0, else c */

dnn_kernel dnn_f64_neg;
dnn_kernel dnn_f64_exp;
dnn_kernel dnn_f64_log;
dnn_kernel dnn_f64_sqrt;
dnn_kernel dnn_f64_abs;
dnn_kernel dnn_f64_sign;
dnn_kernel dnn_f64_tanh;
dnn_kernel dnn_f64_sigmoid;
dnn_kernel dnn_f64_relu;
dnn_kernel dnn_f64_isfinite;
dnn_kernel dnn_f64_add;
dnn_kernel dnn_f64_sub;
dnn_kernel dnn_f64_mul;
dnn_kernel dnn_f64_div;
dnn_kernel dnn_f64_pow;
dnn_kernel dnn_f64_maximum;
dnn_kernel dnn_f64_minimum;
dnn_kernel dnn_f64_lt;
dnn_kernel dnn_f64_le;
dnn_kernel dnn_f64_gt;
dnn_kernel dnn_f64_ge;
dnn_kernel dnn_f64_eq;
dnn_kernel dnn_f64_ne;
dnn_kernel dnn_f64_clamp; /* min(max(a, b), c) */
dnn_kernel dnn_f64_where; /* b where a is not 0, else c */

#endif
