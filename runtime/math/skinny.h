/* skinny.h: products whose left operand has few rows, while the right one is a big matrix read
 * once.
 *
 * Internal to this folder. The first layer of a network on images is two of them: W X (20 x 12288
 * times 12288 x 209) and dW = dZ X'. They last as long as X takes to come from memory, so these
 * kernels read it in place, once, and fetch ahead; BLAS packs it first. */
#ifndef DNN_MATH_SKINNY_H
#define DNN_MATH_SKINNY_H

#include "math/mm_run.h"

/* True when the product has this form and this CPU the instructions for it. */
bool dnn_skinny_suits(const dnn_mm_call *p);

/* Computes it on the pool, with the same bits on any number of threads of one CPU. Fails only with
 * DNN_ERROR_MEMORY. */
dnn_status dnn_skinny_run(const dnn_mm_call *p, dnn_error *err);

#endif
