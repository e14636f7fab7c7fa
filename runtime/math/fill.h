/* fill.h: matrices of random numbers, in column-major order, advancing the stream. */
#ifndef DNN_MATH_FILL_H
#define DNN_MATH_FILL_H

#include "core/random.h"
#include "math/matrix.h"

/* A number uniform in [low, high), both finite, low <= high; low where they are equal. */
double dnn_uniform_between(dnn_random *stream, double low, double high);

/* Uniform in [low, high). float32 takes the float64 numbers of the same stream, rounded, where that
 * stays inside. */
dnn_status dnn_fill_uniform(dnn_matrix *out, dnn_random *stream, double low, double high,
                            dnn_error *err);

/* Normal with the given mean and standard deviation (>= 0). */
dnn_status dnn_fill_normal(dnn_matrix *out, dnn_random *stream, double mean, double deviation,
                           dnn_error *err);

/* 1 with probability p in [0, 1], else 0. */
dnn_status dnn_fill_bernoulli(dnn_matrix *out, dnn_random *stream, double p, dnn_error *err);

#endif
