/* bfloat16.c: float32 to pairs of bfloat16, by AVX512-BF16's own conversion. */
#include "math/bfloat16.h"

#ifdef __x86_64__

#include <immintrin.h>

#include "math/pieces.h"
#include "math/simd.h"

#define TARGET __attribute__((target("avx512f,avx512vl,avx512bw,avx512bf16")))

enum { LANES = 16 };

/* The first `count` lanes. */
DNN_INLINE __mmask16 first_lanes(size_t count) {
    return (__mmask16)((1u << dnn_least(count, LANES)) - 1);
}

/* low's LANES elements, then high's. */
TARGET DNN_INLINE __m512i rounded(__m512 low, __m512 high) {
    return (__m512i)_mm512_cvtne2ps_pbh(high, low);
}

TARGET static void column(uint32_t *pairs, const float *from, size_t k) {
    size_t l = 0;
    for (; l + 2 * LANES <= k; l += 2 * LANES)
        _mm512_storeu_si512(pairs + l / 2,
                            rounded(_mm512_loadu_ps(from + l), _mm512_loadu_ps(from + l + LANES)));
    if (l == k)
        return;
    size_t left = k - l, high = left > LANES ? left - LANES : 0;
    __m512i last = rounded(_mm512_maskz_loadu_ps(first_lanes(left), from + l),
                           _mm512_maskz_loadu_ps(first_lanes(high), from + l + LANES));
    _mm512_mask_storeu_epi32(pairs + l / 2, first_lanes(dnn_pieces(left, 2)), last);
}

TARGET void dnn_bfloat16_columns(uint32_t *pairs, size_t ld, const float *from, size_t ld_from,
                                 size_t count, size_t k) {
    for (size_t j = 0; j < count; j++)
        column(pairs + j * ld, from + j * ld_from, k);
}

/* Pairs of two columns; `second` is NULL: 0. */
TARGET static void two_columns(uint32_t *pairs, const float *first, const float *second,
                               size_t count) {
    const __m512i order =
        _mm512_set_epi16(31, 15, 30, 14, 29, 13, 28, 12, 27, 11, 26, 10, 25, 9, 24, 8, 23, 7, 22, 6,
                         21, 5, 20, 4, 19, 3, 18, 2, 17, 1, 16, 0);
    for (size_t i = 0; i < count; i += LANES) {
        __mmask16 there = first_lanes(count - i);
        __m512 low = _mm512_maskz_loadu_ps(there, first + i), high = _mm512_setzero_ps();
        if (second != NULL)
            high = _mm512_maskz_loadu_ps(there, second + i);
        _mm512_mask_storeu_epi32(pairs + i, there,
                                 _mm512_permutexvar_epi16(order, rounded(low, high)));
    }
}

TARGET void dnn_bfloat16_rows(uint32_t *pairs, size_t ld, const float *from, size_t ld_from,
                              size_t count, size_t k) {
    for (size_t l = 0; l < k; l += 2, pairs += ld)
        two_columns(pairs, from + l * ld_from, l + 1 < k ? from + (l + 1) * ld_from : NULL, count);
}

#endif
