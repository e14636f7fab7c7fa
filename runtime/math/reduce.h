/* reduce.h: sums, means, extremes, norms, along rows, columns or everything.
 *
 * Sums are added pairwise in double, in an order that depends on the shape alone, so a result has
 * the same bits on any number of threads. The axis is Lua's and Torch's: 1 reduces over rows (the
 * result is 1 x cols, a value per column), 2 over columns (rows x 1). */
#ifndef DNN_MATH_REDUCE_H
#define DNN_MATH_REDUCE_H

#include "math/matrix.h"

typedef enum dnn_reduce_op {
    DNN_SUM = 0,
    DNN_MEAN,
    DNN_MAX, /* NaN if any is NaN */
    DNN_MIN,
    DNN_ARGMAX, /* position counted from 1; the first NaN, else the first of equals */
    DNN_ARGMIN,
    DNN_NORM, /* Euclidean (Frobenius), without overflow or underflow of the squares */
    DNN_STD,  /* standard deviation, divided by n - correction */
    DNN_ANY,  /* 1 when an element is not 0 */
    DNN_ALL,
    DNN_REDUCE_COUNT
} dnn_reduce_op;

const char *dnn_reduce_name(dnn_reduce_op op);

/* Reduces along `axis` (1 or 2) into out, of a's type (any/all of uint8: uint8). max, min, argmax
 * and argmin of nothing are DNN_ERROR_SHAPE; sum is 0, mean NaN. argmax and argmin along more than
 * DNN_WHOLE_FLOAT32 elements of float32, whose places that type does not hold, are DNN_ERROR_TYPE.
 */
dnn_status dnn_reduce(dnn_reduce_op op, int axis, dnn_matrix *out, const dnn_matrix *a,
                      int correction, dnn_error *err);

/* Reduces everything to one number. argmax and argmin count in column-major order, from 1. sum,
 * mean, max, min, any and all also take uint8 and int32. */
dnn_status dnn_reduce_all(dnn_reduce_op op, double *out, const dnn_matrix *a, int correction,
                          dnn_error *err);

/* Sum of squares of n contiguous reals, in double, in a fixed order; for gradient norms. */
double dnn_sum_squares(dnn_dtype dtype, const void *x, size_t n);

/* True when all n contiguous reals are finite; *where (may be NULL) is the first that is not. */
bool dnn_all_finite(dnn_dtype dtype, const void *x, size_t n, size_t *where);

#endif
