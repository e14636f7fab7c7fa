/* small.c: small products, blocks of rows of c at a time from one source, small_kernels.inc, for
 * each type and width of a vector. This file is compiled with contraction to fused multiply-adds.
 */
#include "math/small.h"

#include <string.h>

#include "math/cpu.h"
#include "math/pieces.h"
#include "math/simd.h"

enum {
    DEPTH = 128,    /* most of k: what a packed block of a is deep */
    SIDE = 256,     /* most rows and columns of c */
    WORK = 1 << 16, /* multiplications from which on BLAS is as fast */
    TINY = 1 << 10, /* and up to which it is slower with any shape */
    FEW = 4         /* rows or columns that do not fill a vector or hide its latency */
};

#ifdef __x86_64__

#define REAL        float
#define LANES       16
#define TARGET      __attribute__((target("avx512f,avx512dq,avx512vl,avx512bw,fma")))
#define LOCAL(name) name##_f32x16
#include "math/small_kernels.inc"

#define REAL        float
#define LANES       8
#define TARGET      __attribute__((target("avx2,fma")))
#define LOCAL(name) name##_f32x8
#include "math/small_kernels.inc"

#define REAL        float
#define LANES       4
#define TARGET      __attribute__((target("avx2,fma")))
#define LOCAL(name) name##_f32x4
#include "math/small_kernels.inc"

#define REAL        double
#define LANES       8
#define TARGET      __attribute__((target("avx512f,avx512dq,avx512vl,avx512bw,fma")))
#define LOCAL(name) name##_f64x8
#include "math/small_kernels.inc"

#define REAL        double
#define LANES       4
#define TARGET      __attribute__((target("avx2,fma")))
#define LOCAL(name) name##_f64x4
#include "math/small_kernels.inc"

/* `lanes` rows of c from row `first` on, of which `rows` are there. */
typedef struct block_kernel {
    size_t lanes;
    void (*run)(const dnn_mm_call *p, size_t first, size_t rows);
} block_kernel;

/* By type; the widest first, which AVX-512 alone has. */
static const block_kernel kernels[2][4] = {
    {{16, block_f32x16}, {8, block_f32x8}, {4, block_f32x4}},
    {{8, block_f64x8},   {4, block_f64x4}                  },
};

/* Where a is not transposed BLAS has kernels for small shapes, and only whole vectors are faster;
 * where it is, b must have columns enough to be worth turning a round. */
bool dnn_small_suits(const dnn_mm_call *p) {
    if (p->m < FEW || p->n < FEW || p->m > SIDE || p->n > SIDE || p->k > DEPTH ||
        p->m * p->n * p->k > WORK)
        return false;
    size_t widest = p->dtype == DNN_FLOAT32 ? 16 : 8;
    bool worth = p->transpose_a ? p->n >= 16 && p->m >= 8 && p->k <= 64 : p->m % widest == 0;
    return (worth || p->m * p->n * p->k <= TINY) && dnn_cpu_level() >= DNN_VECTORS_AVX2;
}

void dnn_small_run(const dnn_mm_call *p) {
    const block_kernel *widest = kernels[p->dtype == DNN_FLOAT64];
    widest += dnn_cpu_level() < DNN_VECTORS_AVX512;
    for (size_t i = 0; i < p->m;) {
        const block_kernel *kernel = widest;
        while (kernel[1].lanes >= p->m - i)
            kernel++;
        size_t rows = dnn_least(kernel->lanes, p->m - i);
        kernel->run(p, i, rows);
        i += rows;
    }
}

#else

bool dnn_small_suits(const dnn_mm_call *p) {
    (void)p;
    return false;
}

void dnn_small_run(const dnn_mm_call *p) {
    (void)p;
}

#endif
