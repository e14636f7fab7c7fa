/* peak.h: how fast this machine can compute, measured: what a share of it means. */
#ifndef DNN_MATH_PEAK_H
#define DNN_MATH_PEAK_H

#include "core/dtype.h"

/* Floating-point operations a second that independent fused multiply-adds in registers reach on all
 * threads together, each multiply-add counted as two; the best of some rounds that take 10 ms in
 * all. dtype is float32 or float64. */
double dnn_peak_flops(dnn_dtype dtype);

#endif
