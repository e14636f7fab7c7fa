/* elementwise_kernels.c: the kernels for float32 and float64, from one source. */
#include "math/elementwise_kernels.h"

#include <float.h>
#include <math.h>

#include "math/functions.h"
#include "math/simd.h"

#define REAL     float
#define NAME(op) dnn_f32_##op
#define FN(op)   dnn_##op##_f32
#define LIBM(op) op##f
#define LARGEST  FLT_MAX
#include "math/elementwise_kernels.inc"

#define REAL     double
#define NAME(op) dnn_f64_##op
#define FN(op)   dnn_##op##_f64
#define LIBM(op) op
#define LARGEST  DBL_MAX
#include "math/elementwise_kernels.inc"
