/* pool_kernels.c: the kernels of pooling, from one source, for each type and instruction set. */
#include "math/pool_kernels.h"

#include <math.h>

#include "math/pieces.h"
#include "math/simd.h"

#ifdef __x86_64__

#define AVX512 __attribute__((target("avx512f,avx512dq,avx512vl,avx512bw,fma")))
#define AVX2   __attribute__((target("avx2,fma")))

#define REAL        float
#define BITS        uint32_t
#define LANES       16
#define TARGET      AVX512
#define LOCAL(name) name##_f32_avx512
#include "math/pool_kernels.inc"

#define REAL        double
#define BITS        uint64_t
#define LANES       8
#define TARGET      AVX512
#define LOCAL(name) name##_f64_avx512
#include "math/pool_kernels.inc"

#define REAL        float
#define BITS        uint32_t
#define LANES       8
#define TARGET      AVX2
#define LOCAL(name) name##_f32_avx2
#include "math/pool_kernels.inc"

#define REAL        double
#define BITS        uint64_t
#define LANES       4
#define TARGET      AVX2
#define LOCAL(name) name##_f64_avx2
#include "math/pool_kernels.inc"

/* For few channels. */
#define REAL        float
#define BITS        uint32_t
#define LANES       4
#define TARGET      AVX2
#define LOCAL(name) name##_f32_narrow
#include "math/pool_kernels.inc"

#endif

#define REAL        float
#define BITS        uint32_t
#define LANES       4
#define TARGET      /* what every CPU of the kind has */
#define LOCAL(name) name##_f32_base
#include "math/pool_kernels.inc"

#define REAL  double
#define BITS  uint64_t
#define LANES 2
#define TARGET
#define LOCAL(name) name##_f64_base
#include "math/pool_kernels.inc"

const dnn_pool_kernels *dnn_pool_kernels_for(dnn_dtype dtype, size_t channels) {
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
