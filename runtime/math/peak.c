/* peak.c: the measured peak. This file is compiled with contraction to fused multiply-adds. */
#include "math/peak.h"

#include <math.h>

#include "core/clock.h"
#include "core/threads.h"
#include "math/cpu.h"
#include "math/simd.h"

enum {
    CHAINS = 12,
    TURNS = 20000,
    ROUNDS = 8
}; /* enough chains to hide an instruction's latency */

/* x = a x + b in CHAINS vectors of `bytes` bytes; the sum keeps the compiler from leaving it out.
 * None starts at 1, which a and b leave as it is: the compiler would see that, and leave its chain
 * out. */
#define MEASURE(T, bytes, target, name)                                                            \
    target static double name(void) {                                                              \
        typedef T vec __attribute__((vector_size(bytes)));                                         \
        vec x[CHAINS], a = (vec){0} + (T)0.999, b = (vec){0} + (T)0.001;                           \
        for (int i = 0; i < CHAINS; i++)                                                           \
            x[i] = (vec){0} + (T)(i + 2);                                                          \
        for (int turn = 0; turn < TURNS; turn++) {                                                 \
            _Pragma("GCC unroll 12") for (int i = 0; i < CHAINS; i++) x[i] = x[i] * a + b;         \
        }                                                                                          \
        for (int i = 1; i < CHAINS; i++)                                                           \
            x[0] += x[i];                                                                          \
        return (double)x[0][0];                                                                    \
    }

#ifdef __x86_64__
MEASURE(float, 64, __attribute__((target("avx512f"))), f32_avx512)
MEASURE(double, 64, __attribute__((target("avx512f"))), f64_avx512)
MEASURE(float, 32, __attribute__((target("avx2,fma"))), f32_avx2)
MEASURE(double, 32, __attribute__((target("avx2,fma"))), f64_avx2)
#endif
MEASURE(float, 16, , f32_base)
MEASURE(double, 16, , f64_base)

/* Each thread's own quickest loop, while the others run theirs: a neighbour that takes a core away
 * for a while does not count. */
typedef struct run {
    double (*loop)(void);
    double sum[DNN_MAX_THREADS], seconds[DNN_MAX_THREADS];
} run;

static void run_loop(void *context, size_t task) {
    run *r = context;
    for (int round = 0; round < ROUNDS; round++) {
        double begun = dnn_clock_seconds();
        r->sum[task] = r->loop();
        r->seconds[task] = fmin(r->seconds[task], dnn_clock_seconds() - begun);
    }
}

double dnn_peak_flops(dnn_dtype dtype) {
    bool f32 = dtype == DNN_FLOAT32;
    size_t bytes = 16, threads = dnn_threads();
    run r = {.loop = f32 ? f32_base : f64_base};
#ifdef __x86_64__
    dnn_vector_level level = dnn_cpu_level();
    if (level == DNN_VECTORS_AVX512)
        r.loop = f32 ? f32_avx512 : f64_avx512, bytes = 64;
    else if (level == DNN_VECTORS_AVX2)
        r.loop = f32 ? f32_avx2 : f64_avx2, bytes = 32;
#endif
    for (size_t t = 0; t < threads; t++)
        r.seconds[t] = INFINITY;
    dnn_parallel(threads, run_loop, &r);
    double lanes = (double)(bytes / dnn_dtype_info(dtype)->size), flops = 0;
    for (size_t t = 0; t < threads; t++)
        flops += 2 * lanes * CHAINS * TURNS / r.seconds[t];
    return flops;
}
