/* small.c: products in blocks of rows of c, which pack a alone, from one source, small_kernels.inc,
 * for each type and width of a vector, and of up to four rows, small_few.inc; and on which CPU
 * which of them are faster so than by BLAS. This file is compiled with contraction to fused
 * multiply-adds.
 *
 * Products on bfloat16 are the same ones: their elements are pairs that follow each other along k,
 * two bfloat16 in the place of one float32, of which one instruction adds both products to a sum.
 */
#include "math/small.h"

#include <string.h>

#include "math/bfloat16.h"
#include "math/cpu.h"
#include "math/pieces.h"
#include "math/simd.h"

enum {
    DEPTH = DNN_SMALL_DEPTH,
    SIDE = DNN_SMALL_SIDE,
    MANY = 128, /* columns of b from which on packing a is worth it, as columns far apart collide */
    FEW = 4,    /* rows of c, which leave most of a vector empty */
    APART = 1024, /* elements from one column to the next */
    GAP = 16,     /* between rows of packed pairs, which would collide in the cache */
    MOST_ROWS = 32,
    /* Multiplications up to which this is faster than BLAS: see dnn_small_suits. */
    TINY = 1 << 10,
    VECTOR = 1 << 12, /* where one side is a vector */
    SMALL = 1 << 16,
    MIDDLE = DNN_SMALL_WORK,
    LARGE = 1 << 27
};

#ifdef __x86_64__

#include <immintrin.h>

#define REAL        float
#define LANES       16
#define TARGET      __attribute__((target("avx512f,avx512dq,avx512vl,avx512bw,fma")))
#define LOCAL(name) name##_f32x16
#define JOIN(q)                                                                                    \
    (_mm512_insertf32x8(_mm512_castps256_ps512(_mm256_set_m128((__m128)(q)[1], (__m128)(q)[0])),   \
                        _mm256_set_m128((__m128)(q)[3], (__m128)(q)[2]), 1))
#include "math/small_kernels.inc"

#define REAL        float
#define LANES       8
#define TARGET      __attribute__((target("avx2,fma")))
#define LOCAL(name) name##_f32x8
#define JOIN(q)     (_mm256_set_m128((__m128)(q)[1], (__m128)(q)[0]))
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
#define JOIN(q)     (_mm512_insertf64x4(_mm512_castpd256_pd512((__m256d)(q)[0]), (__m256d)(q)[1], 1))
#include "math/small_kernels.inc"

#define REAL        double
#define LANES       4
#define TARGET      __attribute__((target("avx2,fma")))
#define LOCAL(name) name##_f64x4
#define JOIN(q)     ((q)[0])
#include "math/small_kernels.inc"

#define REAL        float
#define LANES       16
#define VECTORS     2
#define TARGET      __attribute__((target("avx512f,avx512vl,avx512bw,avx512bf16,fma")))
#define LOCAL(name) name##_b16x32
#define MULTIPLY_ADD(sum, x, b)                                                                    \
    ((sum) = _mm512_dpbf16_ps(sum, (__m512bh)(x), (__m512bh)_mm512_set1_ps(b)))
#include "math/small_kernels.inc"

#define REAL        float
#define LANES       16
#define TARGET      __attribute__((target("avx512f,avx512vl,avx512bw,avx512bf16,fma")))
#define LOCAL(name) name##_b16x16
#define MULTIPLY_ADD(sum, x, b)                                                                    \
    ((sum) = _mm512_dpbf16_ps(sum, (__m512bh)(x), (__m512bh)_mm512_set1_ps(b)))
#include "math/small_kernels.inc"

#define REAL        float
#define LANES       8
#define TARGET      __attribute__((target("avx512f,avx512vl,avx512bw,avx512bf16,fma")))
#define LOCAL(name) name##_b16x8
#define MULTIPLY_ADD(sum, x, b)                                                                    \
    ((sum) = _mm256_dpbf16_ps(sum, (__m256bh)(x), (__m256bh)_mm256_set1_ps(b)))
#include "math/small_kernels.inc"

#define REAL        float
#define LANES       4
#define TARGET      __attribute__((target("avx512f,avx512vl,avx512bw,avx512bf16,fma")))
#define LOCAL(name) name##_b16x4
#define MULTIPLY_ADD(sum, x, b)                                                                    \
    ((sum) = _mm_dpbf16_ps(sum, (__m128bh)(x), (__m128bh)_mm_set1_ps(b)))
#include "math/small_kernels.inc"

/* `lanes` rows of c from row `first` on, of which `rows` are there. */
typedef struct block_kernel {
    size_t lanes; /* of all its vectors */
    void (*run)(const dnn_mm_call *p, size_t first, size_t rows);
} block_kernel;

/* By type, pairs of bfloat16 last; the widest first, which AVX-512 alone has. */
enum { F32, F64, PAIRS };
/* clang-format off */
static const block_kernel kernels[3][5] = {
    [F32]   = {{16, block_f32x16}, {8, block_f32x8}, {4, block_f32x4}},
    [F64]   = {{8, block_f64x8}, {4, block_f64x4}},
    [PAIRS] = {{32, block_b16x32}, {16, block_b16x16}, {8, block_b16x8}, {4, block_b16x4}},
};
/* clang-format on */

/* BLAS's kernels for AVX-512 have a way of their own for small shapes, unless a is transposed:
 * there only whole vectors are faster here. Where a is transposed, b must have columns enough to be
 * worth turning a round. */
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
    dnn_vector_level level = dnn_cpu_level();
    size_t work = dnn_mm_work(p);
    if (level < DNN_VECTORS_AVX2 || work == SIZE_MAX || ((p->m == 1 || p->n == 1) && work > VECTOR))
        return false;
    return level == DNN_VECTORS_AVX512 && !dnn_cpu_halves_vectors() ? beats_avx512(p, work)
                                                                    : beats_avx2(p, work);
}

/* The kernel for the next rows of c, of which `left` are left, and how many of those it computes.
 */
static const block_kernel *next_kernel(const block_kernel *kernel, size_t left, size_t *rows) {
    while (kernel[1].lanes >= left)
        kernel++;
    *rows = dnn_least(kernel->lanes, left);
    return kernel;
}

/* The rows of the tables of kernels: those of a type that this CPU does not have are left out. */
static size_t type_of(const dnn_mm_call *p) {
    return p->dtype == DNN_FLOAT64 ? F64 : F32;
}

static size_t widest(void) {
    return dnn_cpu_level() < DNN_VECTORS_AVX512;
}

/* The same with elements rounded to bfloat16 and brought together in pairs, those of b once. */
static void run_rounded_part(const dnn_mm_call *p) {
    _Alignas(64) uint32_t b[DEPTH / 2 * (SIDE + GAP)], a[DEPTH / 2 * MOST_ROWS];
    dnn_mm_call pairs = *p;
    pairs.k = dnn_pieces(p->k, 2);
    pairs.a = a;
    pairs.b = b;
    pairs.ldb = p->transpose_b ? SIDE + GAP : DEPTH / 2;
    (p->transpose_b ? dnn_bfloat16_rows : dnn_bfloat16_columns)(b, pairs.ldb, p->b, p->ldb, p->n,
                                                                p->k);
    for (size_t i = 0; i < p->m; i += pairs.m) {
        const block_kernel *kernel = next_kernel(kernels[PAIRS], p->m - i, &pairs.m);
        const void *from = dnn_mm_element(p, p->a, p->lda, p->transpose_a, i, 0);
        pairs.lda = p->transpose_a ? DEPTH / 2 : kernel->lanes;
        (p->transpose_a ? dnn_bfloat16_columns : dnn_bfloat16_rows)(a, pairs.lda, from, p->lda,
                                                                    pairs.m, p->k);
        pairs.c = (float *)p->c + i;
        pairs.bias = p->bias == NULL ? NULL : (const float *)p->bias + i;
        kernel->run(&pairs, 0, pairs.m);
    }
}

/* Kernels for c whose rows would leave most of a vector empty, the widest first: by type, as above.
 */
typedef struct few_kernel {
    size_t lanes;
    void (*run)(const dnn_mm_call *p);
} few_kernel;

/* clang-format off */
static const few_kernel few_kernels[2][3] = {
    [F32] = {{16, few_f32x16}, {8, few_f32x8}},
    [F64] = {{8, few_f64x8}, {4, few_f64x4}},
};
/* clang-format on */

void dnn_small_run_part(const dnn_mm_call *p) {
    if (p->m <= FEW && p->alpha == 1) {
        const few_kernel *few = &few_kernels[type_of(p)][widest()];
        while (few->lanes > p->n)
            few++;
        if (few->lanes != 0) {
            few->run(p);
            return;
        }
    }
    const block_kernel *kernel = &kernels[type_of(p)][widest()];
    for (size_t i = 0, rows; i < p->m; i += rows) {
        kernel = next_kernel(kernel, p->m - i, &rows);
        kernel->run(p, i, rows);
    }
}

bool dnn_small_run(const dnn_mm_call *p) {
    if (p->n <= SIDE && p->k <= DEPTH && !p->bfloat16) {
        dnn_small_run_part(p);
        return true;
    }
    for (size_t j = 0; j < p->n; j += SIDE)
        for (size_t l = 0; l < p->k; l += DEPTH) {
            dnn_mm_call part = *p;
            part.n = dnn_least(SIDE, p->n - j);
            part.k = dnn_least(DEPTH, p->k - l);
            part.a = dnn_mm_element(p, p->a, p->lda, p->transpose_a, 0, l);
            part.b = dnn_mm_element(p, p->b, p->ldb, p->transpose_b, l, j);
            part.c = (void *)dnn_mm_element(p, p->c, p->ldc, false, 0, j);
            part.beta = l == 0 ? p->beta : 1;
            part.bias = l + part.k == p->k ? p->bias : NULL;
            part.sums = NULL;
            (p->bfloat16 ? run_rounded_part : dnn_small_run_part)(&part);
        }
    return false;
}

#else

bool dnn_small_suits(const dnn_mm_call *p) {
    (void)p;
    return false;
}

bool dnn_small_run(const dnn_mm_call *p) {
    (void)p;
    return false;
}

void dnn_small_run_part(const dnn_mm_call *p) {
    (void)p;
}

#endif
