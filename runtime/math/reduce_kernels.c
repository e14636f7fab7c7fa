/* reduce_kernels.c: the folds for float32 and float64, from one source. */
#include "math/reduce_kernels.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

#include "math/simd.h"

#define LANES ((size_t)16)

#define REAL     float
#define NAME(op) dnn_f32_##op
#define BITS     uint32_t
#include "math/reduce_kernels.inc"

#define REAL     double
#define NAME(op) dnn_f64_##op
#define BITS     uint64_t
#include "math/reduce_kernels.inc"
