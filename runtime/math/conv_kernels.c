/* conv_kernels.c: the kernels of convolutions, from one source, for each type and instruction set.
 * This file is compiled with contraction to fused multiply-adds. */
#include "math/conv_kernels.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "math/simd.h"

#define UNROLL        _Pragma("GCC unroll 32")
#define DEPTH_OUTPUTS 8 /* of a depthwise tile */
#define DEPTH_TAPS    3 /* most kernels are as wide, or twice */

#ifdef __x86_64__

#define AVX512 __attribute__((target("avx512f,avx512dq,avx512vl,avx512bw,fma")))
#define AVX2   __attribute__((target("avx2,fma")))

#define REAL        float
#define BITS        uint32_t
#define LANES       16
#define MOST_1      13
#define MOST_2      13
#define CASES_1     CASES_13
#define CASES_2     CASES_13
#define TARGET      AVX512
#define LOCAL(name) name##_f32_avx512
#include "math/conv_kernels.inc"

#define REAL        double
#define BITS        uint64_t
#define LANES       8
#define MOST_1      13
#define MOST_2      13
#define CASES_1     CASES_13
#define CASES_2     CASES_13
#define TARGET      AVX512
#define LOCAL(name) name##_f64_avx512
#include "math/conv_kernels.inc"

#define REAL        float
#define BITS        uint32_t
#define LANES       8
#define MOST_1      12
#define MOST_2      6
#define CASES_1     CASES_12
#define CASES_2     CASES_6
#define TARGET      AVX2
#define LOCAL(name) name##_f32_avx2
#include "math/conv_kernels.inc"

#define REAL        double
#define BITS        uint64_t
#define LANES       4
#define MOST_1      12
#define MOST_2      6
#define CASES_1     CASES_12
#define CASES_2     CASES_6
#define TARGET      AVX2
#define LOCAL(name) name##_f64_avx2
#include "math/conv_kernels.inc"

/* For few channels. */
#define REAL        float
#define BITS        uint32_t
#define LANES       4
#define MOST_1      12
#define MOST_2      6
#define CASES_1     CASES_12
#define CASES_2     CASES_6
#define TARGET      AVX2
#define LOCAL(name) name##_f32_narrow
#include "math/conv_kernels.inc"

#endif

/* Vectors of 16 bytes: NEON on arm64, else what every CPU of the kind has. */
#ifdef __aarch64__
#define BASE_1  13
#define BASE_2  12
#define BASE_C1 CASES_13
#define BASE_C2 CASES_12
#else
#define BASE_1  12
#define BASE_2  6
#define BASE_C1 CASES_12
#define BASE_C2 CASES_6
#endif

#define REAL    float
#define BITS    uint32_t
#define LANES   4
#define MOST_1  BASE_1
#define MOST_2  BASE_2
#define CASES_1 BASE_C1
#define CASES_2 BASE_C2
#define TARGET
#define LOCAL(name) name##_f32_base
#include "math/conv_kernels.inc"

#define REAL    double
#define BITS    uint64_t
#define LANES   2
#define MOST_1  BASE_1
#define MOST_2  BASE_2
#define CASES_1 BASE_C1
#define CASES_2 BASE_C2
#define TARGET
#define LOCAL(name) name##_f64_base
#include "math/conv_kernels.inc"

const dnn_conv_kernels *dnn_conv_kernels_for(dnn_dtype dtype, size_t channels) {
    bool wide = dtype == DNN_FLOAT64;
#ifdef __x86_64__
    dnn_vector_level level = dnn_cpu_level();
    if (level >= DNN_VECTORS_AVX2 && !wide && channels <= 4)
        return &kernels_f32_narrow;
    if (level >= DNN_VECTORS_AVX512 && channels > (wide ? 4 : 8))
        return wide ? &kernels_f64_avx512 : &kernels_f32_avx512;
    if (level >= DNN_VECTORS_AVX2)
        return wide ? &kernels_f64_avx2 : &kernels_f32_avx2;
#else
    (void)channels;
#endif
    return wide ? &kernels_f64_base : &kernels_f32_base;
}
