/* limits.c: what this machine can do at most, for the shares in run.py: bench_limits [threads].
 *
 * Prints "flops F cache C memory M": float32 operations a second of fused multiply-adds in
 * registers, and bytes a second that are read from the second-level caches and from memory, by all
 * threads together; and of several threads "handover S", the seconds in which a cache line goes
 * from one to another and back. Each is the best of some rounds. */
#include <math.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/clock.h"
#include "core/memory.h"
#include "core/threads.h"
#include "math/peak.h"
#include "math/simd.h"

enum { ROUNDS = 15, TRIPS = 2000, CACHE_BYTES = 256 << 10, MEMORY_BYTES = 64 << 20 };

typedef uint32_t line __attribute__((vector_size(64)));

/* Of whole numbers, whose sum any order gives; four at a time, so that reading is what it waits
 * for.
 */
DNN_CLONES static uint32_t read_lines(const line *x, size_t n) {
    line a = {0}, b = {0}, c = {0}, d = {0};
    for (size_t i = 0; i + 4 <= n; i += 4) {
        a += x[i];
        b += x[i + 1];
        c += x[i + 2];
        d += x[i + 3];
    }
    a += b + c + d;
    return a[0];
}

/* Each thread reads its part again and again; its quickest time counts, so that a neighbour that
 * takes a core away for a while does not. */
typedef struct reading {
    const line *data;
    size_t count;  /* lines of a thread's part */
    size_t passes; /* over them, in a round */
    uint32_t sum[DNN_MAX_THREADS];
    double seconds[DNN_MAX_THREADS];
} reading;

static void read_part(void *context, size_t task) {
    reading *r = context;
    const line *part = r->data + task * r->count;
    r->seconds[task] = INFINITY;
    for (int round = 0; round < ROUNDS; round++) {
        double begun = dnn_clock_seconds();
        for (size_t pass = 0; pass < r->passes; pass++)
            r->sum[task] += read_lines(part, r->count);
        r->seconds[task] = fmin(r->seconds[task], dnn_clock_seconds() - begun);
    }
}

/* Bytes a second of all threads, each of which reads so many bytes over and over. */
static double read_speed(size_t bytes, size_t passes) {
    size_t threads = dnn_threads();
    line *data = dnn_calloc(threads * bytes, 1);
    double speed = 0;
    if (data == NULL) {
        fputs("bench_limits: out of memory\n", stderr);
        exit(1);
    }
    memset(data, 1, threads * bytes);
    reading r = {.data = data, .count = bytes / sizeof *data, .passes = passes};
    dnn_parallel(threads, read_part, &r);
    for (size_t t = 0; t < threads; t++)
        speed += (double)bytes * (double)passes / r.seconds[t];
    dnn_free(data);
    return speed;
}

typedef struct handover {
    _Atomic uint32_t trips, here;
    double seconds; /* INFINITY: there was one thread after all */
} handover;

/* Whether both threads are there: the system may refuse the second, and then one thread is both
 * tasks, one after the other, and the first has waited in vain. */
static bool meet(handover *h) {
    enum { NOBODY, ONE, BOTH, GIVEN_UP };
    uint32_t nobody = NOBODY, one = ONE;
    if (!atomic_compare_exchange_strong(&h->here, &nobody, ONE))
        return atomic_compare_exchange_strong(&h->here, &one, BOTH);
    double end = dnn_clock_seconds() + 1;
    while (atomic_load(&h->here) == ONE)
        if (dnn_clock_seconds() > end && atomic_compare_exchange_strong(&h->here, &one, GIVEN_UP))
            return false;
    return true;
}

/* Threads 0 and 1 count by turns. */
static void count_trips(void *context, size_t task) {
    handover *h = context;
    if (!meet(h))
        return;
    for (int round = 0; round < ROUNDS; round++) {
        double begun = dnn_clock_seconds();
        for (int trip = 0; trip < TRIPS; trip++) {
            while (atomic_load(&h->trips) % 2 != task) {
            }
            atomic_fetch_add(&h->trips, 1);
        }
        if (task == 0)
            h->seconds = fmin(h->seconds, (dnn_clock_seconds() - begun) / TRIPS);
    }
}

int main(int argc, char **argv) {
    if (argc > 1)
        dnn_set_threads((size_t)strtoul(argv[1], NULL, 10));
    double flops = dnn_peak_flops(DNN_FLOAT32), cache = read_speed(CACHE_BYTES, 64);
    printf("flops %.6g cache %.6g memory %.6g", flops, cache, read_speed(MEMORY_BYTES, 1));
    if (dnn_threads() > 1) {
        handover h = {.seconds = INFINITY};
        dnn_parallel(2, count_trips, &h);
        if (isfinite(h.seconds))
            printf(" handover %.3g", h.seconds);
    }
    putchar('\n');
    return 0;
}
