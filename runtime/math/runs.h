/* runs.h: loops over contiguous runs that several kernels of this folder share.
 *
 * Internal to this folder. */
#ifndef DNN_MATH_RUNS_H
#define DNN_MATH_RUNS_H

#include <stddef.h>

/* a[i] = exp(x[i] - by); a may be x. */
void dnn_run_exp_f32(float *a, const float *x, size_t n, float by);
void dnn_run_exp_f64(double *a, const double *x, size_t n, double by);

/* a[i] *= factor. */
void dnn_run_scale_f32(float *a, size_t n, float factor);
void dnn_run_scale_f64(double *a, size_t n, double factor);

/* Sum of a[i] b[i] in double, on 16 lanes that are merged pairwise: an order that is fixed by n. */
double dnn_run_dot_f32(const float *a, const float *b, size_t n);
double dnn_run_dot_f64(const double *a, const double *b, size_t n);

/* out[i] (+)= a[i] (b[i] - by). */
void dnn_run_slope_f32(float *out, const float *a, const float *b, size_t n, float by, int add);
void dnn_run_slope_f64(double *out, const double *a, const double *b, size_t n, double by, int add);

#endif
