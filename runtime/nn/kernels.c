/* kernels.c: kernels.inc for float32 and for float64. */
#include "nn/kernels.h"

#include <math.h>

#include "math/simd.h"

#define root_f32 sqrtf
#define root_f64 sqrt

#define T       float
#define K(name) name##_f32
#include "nn/kernels.inc"
#undef T
#undef K

#define T       double
#define K(name) name##_f64
#include "nn/kernels.inc"
