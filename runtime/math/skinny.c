/* skinny.c: which products are skinny, and which kernels they get. */
#include "math/skinny.h"

#include "core/memory.h"
#include "math/cpu.h"
#include "math/pieces.h"
#include "math/scratch.h"
#include "math/skinny_kernels.h"

/* Below these the fixed costs show, and BLAS is as good. */
#define LONG_SIDE  512 /* of b, along its columns */
#define SHORT_SIDE 16  /* number of its columns */

#define TASKS      8  /* of dot, about */
#define TILES      6  /* columns: a multiple of each kernel's TILE */
#define DEPTH_STEP 64 /* of k: whole vectors */

typedef struct skinny_kernels {
    dnn_task *pack, *multiply, *add; /* outer packs a first, dot adds up its slices in the end */
} skinny_kernels;

/* The kernels for this CPU; NULL ones when it has none. */
static skinny_kernels kernels_for(const dnn_mm_call *p) {
#ifdef __x86_64__
    static const skinny_kernels table[2][2][2] = {
  /* [AVX-512][float64][b transposed] */
        {{{NULL, dnn_skinny_dot_f32_avx2, dnn_skinny_dot_add_f32_avx2},
          {dnn_skinny_pack_outer_f32_avx2, dnn_skinny_outer_f32_avx2, NULL}},
         {{NULL, dnn_skinny_dot_f64_avx2, dnn_skinny_dot_add_f64_avx2},
          {dnn_skinny_pack_outer_f64_avx2, dnn_skinny_outer_f64_avx2, NULL}}    },
        {{{NULL, dnn_skinny_dot_f32_avx512, dnn_skinny_dot_add_f32_avx512},
          {dnn_skinny_pack_outer_f32_avx512, dnn_skinny_outer_f32_avx512, NULL}},
         {{NULL, dnn_skinny_dot_f64_avx512, dnn_skinny_dot_add_f64_avx512},
          {dnn_skinny_pack_outer_f64_avx512, dnn_skinny_outer_f64_avx512, NULL}}},
    };
    dnn_vector_level level = dnn_cpu_level();
    if (level >= DNN_VECTORS_AVX2)
        return table[level == DNN_VECTORS_AVX512][p->dtype == DNN_FLOAT64][p->transpose_b];
#else
    (void)p;
#endif
    return (skinny_kernels){NULL, NULL, NULL};
}

bool dnn_skinny_suits(const dnn_mm_call *p) {
    size_t along = p->transpose_b ? p->n : p->k, across = p->transpose_b ? p->k : p->n;
    return p->m <= DNN_SKINNY_ROWS && !p->transpose_a && along >= LONG_SIDE &&
           across >= SHORT_SIDE && kernels_for(p).multiply != NULL;
}

/* Slices of k of which a's packed part stays in the second-level cache, and groups of columns, of
 * whole tiles, that make about TASKS tasks of them. */
static void cut(dnn_skinny *s) {
    const dnn_mm_call *p = s->product;
    s->slices = dnn_pieces(p->k * dnn_dtype_info(p->dtype)->size, DNN_SKINNY_SLICE);
    s->depth = dnn_pieces(dnn_pieces(p->k, s->slices), DEPTH_STEP) * DEPTH_STEP;
    s->slices = dnn_pieces(p->k, s->depth);
    s->columns = dnn_pieces(dnn_pieces(p->n, dnn_pieces(TASKS, s->slices)), TILES) * TILES;
    s->groups = dnn_pieces(p->n, s->columns);
}

dnn_status dnn_skinny_run(const dnn_mm_call *p, dnn_error *err) {
    size_t size = dnn_dtype_info(p->dtype)->size;
    skinny_kernels kernels = kernels_for(p);
    dnn_skinny s = {.product = p, .rows = (p->m + 3) / 4 * 4};
    if (!p->transpose_b)
        cut(&s);
    size_t elements = p->transpose_b ? s.rows * p->k : s.slices * p->m * p->n;
    size_t bytes = elements * size;
    s.work = dnn_scratch(bytes);
    if (s.work == NULL)
        return dnn_fail(err, DNN_ERROR_MEMORY,
                        "matrix product: not enough memory for %zu bytes of work", bytes);
    if (p->transpose_b) {
        dnn_parallel(1, kernels.pack, &s);
        return dnn_parallel_until(dnn_pieces(p->n * size, DNN_SKINNY_STRIP), kernels.multiply, &s,
                                  err);
    }
    dnn_status status = dnn_parallel_until(s.slices * s.groups, kernels.multiply, &s, err);
    if (status == DNN_OK)
        dnn_parallel(dnn_pieces(p->n, DNN_SKINNY_ADDED), kernels.add, &s);
    return status;
}
