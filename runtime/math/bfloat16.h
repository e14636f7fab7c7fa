/* bfloat16.h: float32 rounded to bfloat16, its upper half, and brought together in pairs that
 * follow each other along k, as the CPU multiplies them. To the nearest, ties to even; NaN stays
 * NaN; what is below the least normal number becomes 0.
 *
 * Internal to this folder. */
#ifndef DNN_MATH_BFLOAT16_H
#define DNN_MATH_BFLOAT16_H

#include <stdint.h>

#include "math/mm_run.h"
#include "math/precision.h"

/* Of c and of the sums, at least: less is hardly faster. */
enum { DNN_BFLOAT16_SIDE = 32, DNN_BFLOAT16_DEPTH = 16 };

/* Whether a product is to be computed so, see precision.h. */
static inline bool dnn_bfloat16_suits(const dnn_mm_call *p) {
    return p->m >= DNN_BFLOAT16_SIDE && p->n >= DNN_BFLOAT16_SIDE && p->k >= DNN_BFLOAT16_DEPTH &&
           p->dtype == DNN_FLOAT32 && dnn_matmul_on_bfloat16();
}

/* From `count` columns of k elements, ld_from apart: k / 2 pairs each, ld apart. Where k is odd,
 * the last pair ends with 0. These two run only where the CPU has bfloat16. */
void dnn_bfloat16_columns(uint32_t *pairs, size_t ld, const float *from, size_t ld_from,
                          size_t count, size_t k);

/* The same from k columns of `count` elements: k / 2 columns of as many pairs. */
void dnn_bfloat16_rows(uint32_t *pairs, size_t ld, const float *from, size_t ld_from, size_t count,
                       size_t k);

#endif
