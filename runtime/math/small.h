/* small.h: products of small matrices, which take less time than BLAS needs to begin.
 *
 * Internal to this folder. Every element of c is one sum in the order of k, of fused multiply-adds,
 * whatever the shape. */
#ifndef DNN_MATH_SMALL_H
#define DNN_MATH_SMALL_H

#include "math/mm_run.h"

/* True when the product is small and this CPU has the instructions for these kernels. */
bool dnn_small_suits(const dnn_mm_call *p);

/* Computes it on the calling thread. */
void dnn_small_run(const dnn_mm_call *p);

#endif
