/* small.h: products of small matrices, which take less time than BLAS needs to begin, and where they
 * are faster than BLAS those of larger ones.
 *
 * Internal to this folder. Every element of c is a sum in the order of k, of fused multiply-adds,
 * whatever the shape; after each DEPTH of them it is added to c. */
#ifndef DNN_MATH_SMALL_H
#define DNN_MATH_SMALL_H

#include "math/mm_run.h"

/* True when this is the fastest way on this CPU, on one thread. */
bool dnn_small_suits(const dnn_mm_call *p);

/* Computes it on the calling thread; with p->bfloat16, too, where the CPU has it. True where the shape
 * is so small that p->sums are made, too. */
bool dnn_small_run(const dnn_mm_call *p);

#endif
