/* skinny_kernels.h: the inner loops of skinny.c for two types and two instruction sets, from one
 * source, skinny_kernels.inc.
 *
 * Two forms. "dot": b is not transposed, so vectors run along k and their lanes are added up at the
 * end of a slice. "outer": b is transposed, so vectors run along n and the result is turned round
 * at the end. Both pack a, with rows of 0 up to a multiple of 4: dot the slice of each task, outer
 * all of it before. All are tasks of core/threads.h on a dnn_skinny. */
#ifndef DNN_MATH_SKINNY_KERNELS_H
#define DNN_MATH_SKINNY_KERNELS_H

#include "core/threads.h"
#include "math/mm_run.h"

#define DNN_SKINNY_ROWS  32   /* most rows of a */
#define DNN_SKINNY_SLICE 6144 /* bytes of a column of b, per task of dot */
#define DNN_SKINNY_ADDED 32   /* columns of c, per task of dot_add */
#define DNN_SKINNY_STRIP 3072 /* bytes of a column of b, per task of outer */
#define DNN_SKINNY_PAGES 256  /* columns of b that outer goes along at once */

typedef struct dnn_skinny {
    const dnn_mm_call *product;
    size_t rows; /* m rounded up to a multiple of 4 */
    void *work;  /* outer: a packed, rows x k elements; dot: m x n elements for each slice */

    /* dot: k is cut in slices, and n in groups of columns */
    size_t depth, slices, columns, groups;
} dnn_skinny;

#ifdef __x86_64__
dnn_task dnn_skinny_dot_f32_avx512;
dnn_task dnn_skinny_dot_add_f32_avx512;
dnn_task dnn_skinny_pack_outer_f32_avx512;
dnn_task dnn_skinny_outer_f32_avx512;

dnn_task dnn_skinny_dot_f64_avx512;
dnn_task dnn_skinny_dot_add_f64_avx512;
dnn_task dnn_skinny_pack_outer_f64_avx512;
dnn_task dnn_skinny_outer_f64_avx512;

dnn_task dnn_skinny_dot_f32_avx2;
dnn_task dnn_skinny_dot_add_f32_avx2;
dnn_task dnn_skinny_pack_outer_f32_avx2;
dnn_task dnn_skinny_outer_f32_avx2;

dnn_task dnn_skinny_dot_f64_avx2;
dnn_task dnn_skinny_dot_add_f64_avx2;
dnn_task dnn_skinny_pack_outer_f64_avx2;
dnn_task dnn_skinny_outer_f64_avx2;
#endif

#endif
