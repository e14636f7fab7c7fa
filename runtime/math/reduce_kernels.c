/* reduce_kernels.c: the folds for float32 and float64, from one source. */
#include "math/reduce_kernels.h"

#include <float.h>

#include "math/simd.h"

#define LANES ((size_t)16)

#define REAL     float
#define NAME(op) dnn_f32_##op
#define LARGEST  FLT_MAX
#include "math/reduce_kernels.inc"

#define REAL     double
#define NAME(op) dnn_f64_##op
#define LARGEST  DBL_MAX
#include "math/reduce_kernels.inc"
