/* skinny.c: which products are skinny, and which kernels they get. */
#include "math/skinny.h"

#include "math/cpu.h"
#include "math/scratch.h"
#include "math/skinny_kernels.h"

/* Below these the fixed costs show, and BLAS is as good. */
#define LONG_SIDE  512 /* of b, along its columns */
#define SHORT_SIDE 16  /* number of its columns */

typedef struct skinny_kernels {
    dnn_task *pack, *multiply;
} skinny_kernels;

/* The kernels for this CPU; NULL ones when it has none. */
static skinny_kernels kernels_for(const dnn_mm_call *p) {
#ifdef __x86_64__
    static const skinny_kernels table[2][2][2] = {
  /* [AVX-512][float64][b transposed] */
        {{{dnn_skinny_pack_dot_f32_avx2, dnn_skinny_dot_f32_avx2},
          {dnn_skinny_pack_outer_f32_avx2, dnn_skinny_outer_f32_avx2}},
         {{dnn_skinny_pack_dot_f64_avx2, dnn_skinny_dot_f64_avx2},
          {dnn_skinny_pack_outer_f64_avx2, dnn_skinny_outer_f64_avx2}}    },
        {{{dnn_skinny_pack_dot_f32_avx512, dnn_skinny_dot_f32_avx512},
          {dnn_skinny_pack_outer_f32_avx512, dnn_skinny_outer_f32_avx512}},
         {{dnn_skinny_pack_dot_f64_avx512, dnn_skinny_dot_f64_avx512},
          {dnn_skinny_pack_outer_f64_avx512, dnn_skinny_outer_f64_avx512}}},
    };
    dnn_vector_level level = dnn_cpu_level();
    if (level >= DNN_VECTORS_AVX2)
        return table[level == DNN_VECTORS_AVX512][p->dtype == DNN_FLOAT64][p->transpose_b];
#else
    (void)p;
#endif
    return (skinny_kernels){NULL, NULL};
}

bool dnn_skinny_suits(const dnn_mm_call *p) {
    size_t along = p->transpose_b ? p->n : p->k, across = p->transpose_b ? p->k : p->n;
    return p->m <= DNN_SKINNY_ROWS && !p->transpose_a && along >= LONG_SIDE &&
           across >= SHORT_SIDE && kernels_for(p).pack != NULL;
}

static size_t tasks_of(size_t extent, size_t step) {
    return (extent + step - 1) / step;
}

dnn_status dnn_skinny_run(const dnn_mm_call *p, dnn_error *err) {
    size_t size = dnn_dtype_info(p->dtype)->size;
    skinny_kernels kernels = kernels_for(p);
    dnn_skinny s = {.product = p, .rows = (p->m + 3) / 4 * 4};
    s.packed = dnn_scratch(s.rows * p->k * size);
    if (s.packed == NULL)
        return dnn_fail(err, DNN_ERROR_MEMORY,
                        "matrix product: not enough memory for %zu bytes of work",
                        s.rows * p->k * size);
    size_t packs = p->transpose_b ? 1 : tasks_of(p->k, DNN_SKINNY_DEPTH);
    size_t tasks = p->transpose_b ? tasks_of(p->n * size, DNN_SKINNY_STRIP)
                                  : tasks_of(p->n, DNN_SKINNY_COLUMNS);
    dnn_parallel(packs, kernels.pack, &s);
    return dnn_parallel_until(tasks, kernels.multiply, &s, err);
}
