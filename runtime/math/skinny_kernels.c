/* skinny_kernels.c: the kernels of skinny products, from one source, for each type and instruction
 * set. This file is compiled with contraction to fused multiply-adds. */
#include "math/skinny_kernels.h"

#ifdef __x86_64__

#include <immintrin.h>
#include <stdbool.h>
#include <string.h>

#include "math/pieces.h"
#include "math/simd.h"

#define AVX512 __attribute__((target("avx512f,avx512dq,avx512vl,avx512bw,fma")))
#define AVX2   __attribute__((target("avx2,fma")))

#define LINE 64 /* bytes of a cache line */

/* FOURS: a choice of four lanes of two vectors, repeated for all of their fours. JOIN: a vector of
 * fours. */
#define FOURS_16(x, y, a, b, c, d)                                                                 \
    __builtin_shufflevector(x, y, a, b, c, d, (a) + 4, (b) + 4, (c) + 4, (d) + 4, (a) + 8,         \
                            (b) + 8, (c) + 8, (d) + 8, (a) + 12, (b) + 12, (c) + 12, (d) + 12)
#define FOURS_8(x, y, a, b, c, d)                                                                  \
    __builtin_shufflevector(x, y, a, b, c, d, (a) + 4, (b) + 4, (c) + 4, (d) + 4)
#define FOURS_4(x, y, a, b, c, d) __builtin_shufflevector(x, y, a, b, c, d)

#define REAL  float
#define LANES 16
#define FOURS FOURS_16
#define JOIN(q)                                                                                    \
    (_mm512_insertf32x8(_mm512_castps256_ps512(_mm256_set_m128((__m128)(q)[1], (__m128)(q)[0])),   \
                        _mm256_set_m128((__m128)(q)[3], (__m128)(q)[2]), 1))
#define TILE        6
#define GROUP       12
#define VECTORS     2
#define TARGET      AVX512
#define NAME(name)  dnn_skinny_##name##_f32_avx512
#define LOCAL(name) name##_f32_avx512
#include "math/skinny_kernels.inc"

#define REAL        double
#define LANES       8
#define FOURS       FOURS_8
#define JOIN(q)     (_mm512_insertf64x4(_mm512_castpd256_pd512((__m256d)(q)[0]), (__m256d)(q)[1], 1))
#define TILE        6
#define GROUP       12
#define VECTORS     2
#define TARGET      AVX512
#define NAME(name)  dnn_skinny_##name##_f64_avx512
#define LOCAL(name) name##_f64_avx512
#include "math/skinny_kernels.inc"

#define REAL        float
#define LANES       8
#define FOURS       FOURS_8
#define JOIN(q)     (_mm256_set_m128((__m128)(q)[1], (__m128)(q)[0]))
#define TILE        3
#define GROUP       12
#define VECTORS     1
#define TARGET      AVX2
#define NAME(name)  dnn_skinny_##name##_f32_avx2
#define LOCAL(name) name##_f32_avx2
#include "math/skinny_kernels.inc"

#define REAL        double
#define LANES       4
#define FOURS       FOURS_4
#define JOIN(q)     ((q)[0])
#define TILE        3
#define GROUP       12
#define VECTORS     1
#define TARGET      AVX2
#define NAME(name)  dnn_skinny_##name##_f64_avx2
#define LOCAL(name) name##_f64_avx2
#include "math/skinny_kernels.inc"

#endif
