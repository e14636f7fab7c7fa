/* skinny_kernels.c: the kernels of skinny products, from one source, for each type and instruction
 * set. This file is compiled with contraction to fused multiply-adds. */
#include "math/skinny_kernels.h"

#ifdef __x86_64__

#include <stdbool.h>
#include <string.h>

#include "math/pieces.h"
#include "math/simd.h"

#define AVX512 __attribute__((target("avx512f,avx512dq,avx512vl,avx512bw,fma")))
#define AVX2   __attribute__((target("avx2,fma")))

#define REAL        float
#define LANES       16
#define TILE        6
#define GROUP       24
#define TARGET      AVX512
#define NAME(name)  dnn_skinny_##name##_f32_avx512
#define LOCAL(name) name##_f32_avx512
#include "math/skinny_kernels.inc"

#define REAL        double
#define LANES       8
#define TILE        6
#define GROUP       24
#define TARGET      AVX512
#define NAME(name)  dnn_skinny_##name##_f64_avx512
#define LOCAL(name) name##_f64_avx512
#include "math/skinny_kernels.inc"

#define REAL        float
#define LANES       8
#define TILE        3
#define GROUP       12
#define TARGET      AVX2
#define NAME(name)  dnn_skinny_##name##_f32_avx2
#define LOCAL(name) name##_f32_avx2
#include "math/skinny_kernels.inc"

#define REAL        double
#define LANES       4
#define TILE        3
#define GROUP       12
#define TARGET      AVX2
#define NAME(name)  dnn_skinny_##name##_f64_avx2
#define LOCAL(name) name##_f64_avx2
#include "math/skinny_kernels.inc"

#endif
