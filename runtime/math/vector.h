/* vector.h: a matrix times a vector, c = alpha * op(a) * b + beta * c + bias, where a's columns are
 * as they are added up: reading the matrix is all that it takes.
 *
 * Internal to this folder. Fused multiply-adds; the order of a sum depends on the shape alone. */
#ifndef DNN_MATH_VECTOR_H
#define DNN_MATH_VECTOR_H

#include "math/mm_run.h"

/* True when one side of c is 1, the columns of the matrix are long enough, and this CPU has the
 * kernels. */
bool dnn_vector_suits(const dnn_mm_call *p);

/* Computes it, on several threads where the matrix is large enough. */
dnn_status dnn_vector_run(const dnn_mm_call *p, dnn_error *err);

#endif
