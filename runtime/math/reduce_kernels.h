/* reduce_kernels.h: the kernels of reduce.h for contiguous runs of at most a few thousand elements.
 *
 * Their one source is reduce_kernels.inc. Each works on 16 interleaved lanes, in double for sums,
 * and merges the lanes pairwise: an order that is fixed by n. */
#ifndef DNN_MATH_REDUCE_KERNELS_H
#define DNN_MATH_REDUCE_KERNELS_H

#include <stddef.h>

/* Folds x[0 .. n-1] into one number. Only the scaled squares use mean and scale. */
typedef double dnn_fold_kernel(size_t n, const void *x, double mean, double scale);

dnn_fold_kernel dnn_f32_sum;
dnn_fold_kernel dnn_f32_squares;        /* sum of x^2 */
dnn_fold_kernel dnn_f32_scaled_squares; /* sum of ((x - mean) * scale)^2 */
dnn_fold_kernel dnn_f32_nonzero;        /* how many are not 0 */
dnn_fold_kernel dnn_f32_not_finite;     /* whether one is not finite, 1 or 0 */
dnn_fold_kernel dnn_f32_max;            /* n >= 1; NaN if any is NaN */
dnn_fold_kernel dnn_f32_min;

dnn_fold_kernel dnn_f64_sum;
dnn_fold_kernel dnn_f64_squares;
dnn_fold_kernel dnn_f64_scaled_squares;
dnn_fold_kernel dnn_f64_nonzero;
dnn_fold_kernel dnn_f64_not_finite;
dnn_fold_kernel dnn_f64_max;
dnn_fold_kernel dnn_f64_min;

/* sum[i] += x[i + j * ld] over j < cols, for i < n. */
typedef void dnn_row_sum_kernel(size_t n, size_t cols, const void *x, size_t ld, double *sum);

dnn_row_sum_kernel dnn_f32_row_sum;
dnn_row_sum_kernel dnn_f64_row_sum;

#endif
