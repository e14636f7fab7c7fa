/* run_log.c: what logging a scalar costs the one who trains: the distribution of single calls.
 *
 *     ninja bench_run_log && build/bench/bench_run_log [FOLDER]
 *
 * A step logs ten curves, a step takes 50 us, and the log's own thread writes them meanwhile. The
 * time of an empty measurement is printed beside, and included in the other. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "log/run_log.h"

enum { CALLS = 500000, TAGS = 10, STEP_NANOSECONDS = 50000 };

static uint32_t nanoseconds[CALLS];

static uint64_t now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static int ascending(const void *a, const void *b) {
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

/* NULL: measures nothing. */
static void measure(const char *name, dnn_run_log *log) {
    char tags[TAGS][32];
    for (int t = 0; t < TAGS; t++)
        snprintf(tags[t], sizeof tags[t], "grad_norm/%d Linear", t + 1);
    for (int i = 0; i < CALLS; i++) {
        uint64_t start = now();
        if (log != NULL)
            dnn_run_log_scalar(log, i / TAGS, tags[i % TAGS], 0.5);
        nanoseconds[i] = (uint32_t)(now() - start);
        while (i % TAGS == 0 && now() - start < STEP_NANOSECONDS) {
        }
    }
    qsort(nanoseconds, CALLS, sizeof *nanoseconds, ascending);
    printf("%-18s median %4u ns   99 %% %4u ns   99.9 %% %5u ns   largest %.3f ms\n", name,
           nanoseconds[CALLS / 2], nanoseconds[CALLS / 100 * 99], nanoseconds[CALLS / 1000 * 999],
           1e-6 * nanoseconds[CALLS - 1]);
}

int main(int argc, char **argv) {
    dnn_error err;
    dnn_run_log *log;
    if (dnn_run_log_open(&log, argc > 1 ? argv[1] : "/tmp/dnn-bench-run-log", &err) != DNN_OK) {
        fprintf(stderr, "%s\n", err.text);
        return 1;
    }
    measure("empty measurement", NULL);
    measure("one scalar", log);
    dnn_run_log_close(log);
    return 0;
}
