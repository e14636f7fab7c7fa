/* conv_planes_kernels.c: the kernels of convolutions to few channels, from one source, for each type
 * and instruction set. This file is compiled with contraction to fused multiply-adds. */
#include "math/conv_planes_kernels.h"

#include "math/pieces.h"
#include "math/simd.h"

#define UNROLL       _Pragma("GCC unroll 32")
#define VECTORS_MOST 8

#ifdef __x86_64__

#define AVX512 __attribute__((target("avx512f,avx512dq,avx512vl,avx512bw,fma")))
#define AVX2   __attribute__((target("avx2,fma")))

/* 32 registers */
#define VECTORS_1 8
#define VECTORS_2 8
#define VECTORS_3 6
#define VECTORS_4 6
#define VECTORS_5 4
#define VECTORS_6 4
#define VECTORS_7 3

#define REAL        float
#define LANES       16
#define TARGET      AVX512
#define LOCAL(name) name##_f32_avx512
#include "math/conv_planes_kernels.inc"

#define REAL        double
#define LANES       8
#define TARGET      AVX512
#define LOCAL(name) name##_f64_avx512
#include "math/conv_planes_kernels.inc"

#undef VECTORS_1
#undef VECTORS_2
#undef VECTORS_3
#undef VECTORS_4
#undef VECTORS_5
#undef VECTORS_6
#undef VECTORS_7

#endif

/* 16 of them */
#define VECTORS_1 6
#define VECTORS_2 4
#define VECTORS_3 3
#define VECTORS_4 3
#define VECTORS_5 2
#define VECTORS_6 2
#define VECTORS_7 2

#ifdef __x86_64__

#define REAL        float
#define LANES       8
#define TARGET      AVX2
#define LOCAL(name) name##_f32_avx2
#include "math/conv_planes_kernels.inc"

#define REAL        double
#define LANES       4
#define TARGET      AVX2
#define LOCAL(name) name##_f64_avx2
#include "math/conv_planes_kernels.inc"

#endif

/* Vectors of 16 bytes: NEON on arm64, else what every CPU of the kind has. */
#define REAL        float
#define LANES       4
#define TARGET
#define LOCAL(name) name##_f32_base
#include "math/conv_planes_kernels.inc"

#define REAL        double
#define LANES       2
#define TARGET
#define LOCAL(name) name##_f64_base
#include "math/conv_planes_kernels.inc"

dnn_conv_planes_kernel *dnn_conv_planes_for(dnn_dtype dtype, size_t width) {
    bool wide = dtype == DNN_FLOAT64;
#ifdef __x86_64__
    dnn_vector_level level = dnn_cpu_level();
    if (level >= DNN_VECTORS_AVX512 && width > (wide ? 4 : 8))
        return wide ? planes_f64_avx512 : planes_f32_avx512;
    if (level >= DNN_VECTORS_AVX2)
        return wide ? planes_f64_avx2 : planes_f32_avx2;
#else
    (void)width;
#endif
    return wide ? planes_f64_base : planes_f32_base;
}
