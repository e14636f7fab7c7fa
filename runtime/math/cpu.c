/* cpu.c: what this CPU says of itself, asked once, and what tests withhold of it. */
#include "math/cpu.h"

dnn_vector_level dnn_cpu_limit = DNN_VECTORS_AVX512;

atomic_int dnn_cpu_facts;

static dnn_vector_level level(void) {
#ifdef __x86_64__
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512cd") &&
        __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq") &&
        __builtin_cpu_supports("avx512vl"))
        return DNN_VECTORS_AVX512;
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
        return DNN_VECTORS_AVX2;
#endif
    return DNN_VECTORS_OLDER;
}

static bool halves_vectors(void) {
#ifdef __x86_64__
    return __builtin_cpu_is("amdfam19h") && level() == DNN_VECTORS_AVX512;
#else
    return false;
#endif
}

int dnn_cpu_look(void) {
    bool small = level() == DNN_VECTORS_AVX2 || halves_vectors();
    int facts = (int)level() | DNN_CPU_KNOWN | (halves_vectors() ? DNN_CPU_HALVES : 0) |
                (small ? DNN_CPU_SMALL : 0);
    atomic_store_explicit(&dnn_cpu_facts, facts, memory_order_relaxed);
    return facts;
}
