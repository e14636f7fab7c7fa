/* small.c: products in blocks of rows of c, which pack a alone, from one source, small_kernels.inc,
 * for each type and width of a vector; and on which CPU which of them are faster so than by BLAS.
 * This file is compiled with contraction to fused multiply-adds. */
#include "math/small.h"

#include <string.h>

#include "math/cpu.h"
#include "math/pieces.h"
#include "math/simd.h"

enum {
    DEPTH = 256, /* most of k: what a packed block of a is deep */
    SIDE = 256,  /* most columns of c that are worked on at a time */
    MANY = 128,  /* columns of b from which on packing a is worth it, as columns far apart collide */
    APART = 1024, /* elements from one column to the next */
    /* Multiplications up to which this is faster than BLAS: see dnn_small_suits. */
    TINY = 1 << 10,
    VECTOR = 1 << 12, /* where one side is a vector */
    SMALL = 1 << 16,
    MIDDLE = 1 << 20,
    LARGE = 1 << 27
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

/* BLAS's kernels for AVX-512 have a way of their own for small shapes, unless a is transposed: there
 * only whole vectors are faster here. Where a is transposed, b must have columns enough to be worth
 * turning a round. */
static bool beats_avx512(const dnn_mm_call *p, size_t work) {
    size_t widest = p->dtype == DNN_FLOAT32 ? 16 : 8;
    if (p->m < 4 || p->n < 4 || p->k > 128)
        return false;
    bool worth = p->transpose_a ? p->n >= 16 && p->m >= 8 && p->k <= 64 : p->m % widest == 0;
    return work <= TINY || (worth && work <= SMALL);
}

/* BLAS also packs b: that is worth it for large products, and where steps along k are so far apart
 * that they collide in the cache. */
static bool beats_avx2(const dnn_mm_call *p, size_t work) {
    bool apart = (p->transpose_a && p->lda >= APART) || (p->transpose_b && p->ldb >= APART);
    if (p->dtype == DNN_FLOAT32 && dnn_cpu_halves_vectors() && !apart && work <= LARGE)
        return true;
    return p->m <= SIDE && p->n <= SIDE && p->k <= DEPTH && work <= MIDDLE;
}

bool dnn_small_suits(const dnn_mm_call *p) {
    size_t work;
    if (dnn_cpu_level() < DNN_VECTORS_AVX2 || __builtin_mul_overflow(p->m, p->n, &work) ||
        __builtin_mul_overflow(work, p->k, &work) ||
        ((p->m == 1 || p->n == 1) && work > VECTOR))
        return false;
    bool avx512 = dnn_cpu_level() == DNN_VECTORS_AVX512 && !dnn_cpu_halves_vectors();
    return avx512 ? beats_avx512(p, work) : beats_avx2(p, work);
}

/* All rows of a product of few columns and little depth. */
static void run_part(const dnn_mm_call *p) {
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

void dnn_small_run(const dnn_mm_call *p) {
    for (size_t j = 0; j < p->n; j += SIDE)
        for (size_t l = 0; l < p->k; l += DEPTH) {
            dnn_mm_call part = *p;
            part.n = dnn_least(SIDE, p->n - j);
            part.k = dnn_least(DEPTH, p->k - l);
            part.a = dnn_mm_element(p, p->a, p->lda, p->transpose_a, 0, l);
            part.b = dnn_mm_element(p, p->b, p->ldb, p->transpose_b, l, j);
            part.c = (void *)dnn_mm_element(p, p->c, p->ldc, false, 0, j);
            part.beta = l == 0 ? p->beta : 1;
            run_part(&part);
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
