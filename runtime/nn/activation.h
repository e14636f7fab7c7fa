/* activation.h: what the activation layers share: backward from A and dA alone, element by element.
 */
#ifndef DNN_NN_ACTIVATION_H
#define DNN_NN_ACTIVATION_H

#include "math/matrix.h"

/* The kernel of a class for both types: dX from A and dA, n elements. */
typedef struct dnn_slope {
    void (*f32)(float *dX, const float *A, const float *dA, size_t n);
    void (*f64)(double *dX, const double *A, const double *dA, size_t n);
} dnn_slope;

/* Applies it to matrices of one shape and type. */
void dnn_slope_apply(const dnn_slope *slope, dnn_matrix *dX, const dnn_matrix *A,
                     const dnn_matrix *dA);

#endif
