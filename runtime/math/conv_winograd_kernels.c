/* conv_winograd_kernels.c: the transforms, from one source, for each instruction set. This file is
 * compiled with contraction to fused multiply-adds. */
#include "math/conv_winograd_kernels.h"

#include "math/conv_kernels.h"
#include "math/simd.h"

#define UNROLL             _Pragma("GCC unroll 36")
#define DNN_WINOGRAD_BLOCK 32 /* most channels of a block */

/* The points of interpolation are 0, P, -P, Q, -Q and infinity. These leave a quarter of the error
 * of 1 and 2, which are usual, and all constants but the weights' are exact. */
#define P  0.625f
#define Q  1.5f
#define P2 (P * P)
#define Q2 (Q * Q)

#ifdef __x86_64__

#define LANES       16
#define TARGET      __attribute__((target("avx512f,avx512dq,avx512vl,avx512bw,fma")))
#define LOCAL(name) name##_avx512
#include "math/conv_winograd_kernels.inc"

#define LANES       8
#define TARGET      __attribute__((target("avx2,fma")))
#define LOCAL(name) name##_avx2
#include "math/conv_winograd_kernels.inc"

#endif

#define LANES 4
#define TARGET
#define LOCAL(name) name##_base
#include "math/conv_winograd_kernels.inc"

const dnn_winograd_kernels *dnn_winograd_kernels_here(void) {
#ifdef __x86_64__
    dnn_vector_level level = dnn_cpu_level();
    if (level >= DNN_VECTORS_AVX512)
        return &kernels_avx512;
    if (level >= DNN_VECTORS_AVX2)
        return &kernels_avx2;
#endif
    return &kernels_base;
}
