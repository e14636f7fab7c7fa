/* cpu.h: how far this CPU's vectors go, by what it says of itself.
 *
 * Internal to this folder. */
#ifndef DNN_MATH_CPU_H
#define DNN_MATH_CPU_H

#include <stdatomic.h>
#include <stdbool.h>

typedef enum dnn_vector_level {
    DNN_VECTORS_OLDER = 0,
    DNN_VECTORS_AVX2,   /* with FMA */
    DNN_VECTORS_AVX512, /* F, CD, BW, DQ and VL: what servers have had since 2017 */
} dnn_vector_level;

/* For tests: as if this CPU had no more than that. Only kernels that ask dnn_cpu_level follow it.
 */
extern dnn_vector_level dnn_cpu_limit;

/* What every small product asks of the CPU, looked up once: a dnn_vector_level, DNN_CPU_KNOWN,
 * DNN_CPU_HALVES where it is so, and DNN_CPU_SMALL where small products of any shape are faster by
 * this program's kernels than by BLAS's; 0 before that. */
enum { DNN_CPU_KNOWN = 4, DNN_CPU_HALVES = 8, DNN_CPU_SMALL = 16 };
extern atomic_int dnn_cpu_facts;
int dnn_cpu_look(void);

static inline int dnn_cpu_known(void) {
    int facts = atomic_load_explicit(&dnn_cpu_facts, memory_order_relaxed);
    return facts != 0 ? facts : dnn_cpu_look();
}

/* Also what the operating system saves at a switch of tasks. */
static inline dnn_vector_level dnn_cpu_measured(void) {
    return (dnn_vector_level)((unsigned)dnn_cpu_known() % DNN_CPU_KNOWN);
}

/* Whether it takes AVX-512's instructions in two halves, as AMD's Zen 4 does: then they compute no
 * more than AVX2's in the same time. */
static inline bool dnn_cpu_halves_vectors(void) {
    return (dnn_cpu_known() & DNN_CPU_HALVES) != 0;
}

static inline dnn_vector_level dnn_cpu_level(void) {
    dnn_vector_level level = dnn_cpu_measured();
    return level < dnn_cpu_limit ? level : dnn_cpu_limit;
}

static inline bool dnn_cpu_takes_small(void) {
    return (dnn_cpu_known() & DNN_CPU_SMALL) != 0 && dnn_cpu_limit == DNN_VECTORS_AVX512;
}

/* Whether it multiplies bfloat16, AVX512-BF16: Cooper Lake, Sapphire Rapids, Zen 4. */
static inline bool dnn_cpu_has_bfloat16(void) {
#ifdef __x86_64__
    return dnn_cpu_level() == DNN_VECTORS_AVX512 && __builtin_cpu_supports("avx512bf16");
#else
    return false;
#endif
}

#endif
