/* elementwise.h: losses that are a sum over elements, of a(i, j) and y(i, j).
 *
 * A file of such a loss has two inline functions for both types, of an element a, its target y, its
 * row's weight w (of the class's vector; 1 without) and the first setting p after `reduction`:
 *
 *     #ifdef T
 *     DNN_INLINE T K(cost)(T a, T y, T w, T p) { ... }
 *     DNN_INLINE T K(slope)(T a, T y, T w, T p) { ... }        d cost / d a
 *     #include "nn/losses/elementwise_loops.inc"
 *     #else
 *     #define KERNELS "nn/losses/huber.c"
 *     #include "nn/losses/elementwise.inc"
 *
 * which define `kernels`, for the class. */
#ifndef DNN_NN_LOSSES_ELEMENTWISE_H
#define DNN_NN_LOSSES_ELEMENTWISE_H

#include "nn/losses/loss_parts.h"

/* n elements of one or more columns, all of A's type. */
typedef struct dnn_elements {
    const void *A, *Y;
    void *dA; /* NULL: the cost is wanted */
    size_t n;
    const double *w; /* a number for each of the n, or ... */
    size_t w_step;   /* ... one for all, with a step of 0 */
    double p;
    double scale; /* of the gradient */
} dnn_elements;

typedef struct dnn_elementwise_loss {
    double (*cost_f32)(const dnn_elements *e);
    double (*cost_f64)(const dnn_elements *e);
    void (*gradient_f32)(const dnn_elements *e);
    void (*gradient_f64)(const dnn_elements *e);
} dnn_elementwise_loss;

dnn_status dnn_elementwise_check(const dnn_loss_class *kind, const dnn_loss_call *call,
                                 dnn_error *err);
double dnn_elementwise_forward(const dnn_loss_class *kind, const dnn_loss_call *call);
void dnn_elementwise_backward(const dnn_loss_class *kind, const dnn_loss_call *call,
                              dnn_matrix *dA);

#endif
