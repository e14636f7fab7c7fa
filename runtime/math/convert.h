/* convert.h: kernels that move elements from one type to another. */
#ifndef DNN_MATH_CONVERT_H
#define DNN_MATH_CONVERT_H

#include "math/walk.h"

/* out[i] = a[i] in another type. To uint8 and int32: rounded to nearest (ties to even), saturated,
 * NaN to 0.
 * The rows of the table are the types from, its columns the types to. */
extern dnn_kernel *const dnn_convert[DNN_DTYPE_COUNT][DNN_DTYPE_COUNT];

/* out[i] = scale * a[i] + shift, computed in double where either type is double or int32, else
 * in float. There is none to uint8 and int32 (NULL in the table). */
typedef void dnn_scale_kernel(size_t n, void *out, const void *a, double scale, double shift);
extern dnn_scale_kernel *const dnn_scale[DNN_DTYPE_COUNT][DNN_DTYPE_COUNT];

#endif
