/* convolution.c: how near the convolution kernels come to what the machine can compute.
 *
 *   bench_convolution [threads [rounds]]
 *
 * prints for the layers of a small network on 64 x 64 x 3 images, batch 32, and some others: the
 * best and the median time of a pass, and the share of the fused multiply-adds that the same cores
 * do in a loop that does nothing else. With `-` it reads requests, one a line, from standard input
 * and answers each with a time, for bench/convolution.py, which asks PyTorch the same in turns:
 *
 *   height width channels out_channels kernel stride padding groups batch pass threads
 *
 * where pass is forward, input or weight; or `peak threads`, answered in GFLOP/s. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "core/memory.h"
#include "core/threads.h"
#include "math/conv.h"
#include "math/cpu.h"
#include "math/fill.h"

#define FMA_STEPS 200000
#define FMA_CHAINS 12

static dnn_error err;
static volatile float sink;

static void demand(dnn_status status) {
    if (status == DNN_OK)
        return;
    fprintf(stderr, "bench_convolution: %s\n", err.text);
    exit(1);
}

static double seconds(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* --- the peak --- */

#define FMA_LOOP(name, lanes, attribute)                                                           \
    typedef float vec_##name __attribute__((vector_size(lanes * sizeof(float))));                  \
    attribute static void name(void *context, size_t task) {                                       \
        (void)context, (void)task;                                                                 \
        vec_##name sum[FMA_CHAINS] = {{0}}, x = (vec_##name){0} + 0.999f;                          \
        vec_##name y = (vec_##name){0} + 0.001f;                                                   \
        for (int k = 0; k < FMA_CHAINS; k++)                                                       \
            sum[k] += (float)k;                                                                    \
        for (int i = 0; i < FMA_STEPS; i++) {                                                      \
            _Pragma("GCC unroll 12") for (int k = 0; k < FMA_CHAINS; k++) sum[k] =                 \
                sum[k] * x + y;                                                                    \
        }                                                                                          \
        for (int k = 0; k < FMA_CHAINS; k++)                                                       \
            sink = sum[k][0];                                                                      \
    }
#ifdef __x86_64__
FMA_LOOP(fma_512, 16, __attribute__((target("avx512f,fma"))))
FMA_LOOP(fma_256, 8, __attribute__((target("avx2,fma"))))
#endif
FMA_LOOP(fma_128, 4, )

/* GFLOP/s of that many threads, the best of some rounds. */
static double peak(size_t threads) {
    dnn_task *loop = fma_128;
    double lanes = 4, best = 0;
#ifdef __x86_64__
    dnn_vector_level level = dnn_cpu_level();
    if (level >= DNN_VECTORS_AVX2) {
        loop = level == DNN_VECTORS_AVX512 ? fma_512 : fma_256;
        lanes = level == DNN_VECTORS_AVX512 ? 16 : 8;
    }
#endif
    dnn_set_threads(threads);
    for (int round = 0; round < 30; round++) {
        double begin = seconds();
        dnn_parallel(threads, loop, NULL);
        double rate = 2.0 * FMA_STEPS * FMA_CHAINS * lanes * (double)threads / (seconds() - begin);
        best = rate > best ? rate : best;
    }
    return best / 1e9;
}

/* --- convolutions --- */

typedef struct layer {
    dnn_conv conv;
    size_t examples;
    dnn_matrix X, W, bias, A, dX, dW;
    void *scratch;
} layer;

static dnn_matrix create(size_t rows, size_t cols) {
    dnn_matrix m;
    dnn_random stream = dnn_random_seeded(rows);
    demand(dnn_matrix_create(&m, DNN_FLOAT32, rows, cols, &err));
    demand(dnn_fill_uniform(&m, &stream, -1, 1, &err));
    return m;
}

static layer open_layer(dnn_conv conv, size_t examples) {
    layer l = {.conv = conv, .examples = examples};
    dnn_conv *c = &l.conv;
    demand(dnn_conv_plan(c, &err));
    l.X = create(c->height * c->width * c->channels, examples);
    l.dX = create(l.X.rows, examples);
    l.W = create(c->out_channels, c->kernel[0] * c->kernel[1] * c->channels / c->groups);
    l.dW = create(l.W.rows, l.W.cols);
    l.bias = create(c->out_channels, 1);
    l.A = create(c->out_height * c->out_width * c->out_channels, examples);
    l.scratch = dnn_alloc(dnn_conv_scratch(c, DNN_FLOAT32, examples));
    if (l.scratch == NULL)
        demand(dnn_fail(&err, DNN_ERROR_MEMORY, "no memory"));
    return l;
}

static void close_layer(layer *l) {
    dnn_matrix *all[] = {&l->X, &l->W, &l->bias, &l->A, &l->dX, &l->dW};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        dnn_matrix_free(all[i]);
    dnn_free(l->scratch);
}

static const char *const passes[] = {"forward", "input", "weight"};

static double run(layer *l, int pass) {
    double begin = seconds();
    if (pass == 0)
        demand(dnn_conv_forward(&l->conv, &l->X, &l->W, &l->bias, &l->A, l->scratch, &err));
    else if (pass == 1)
        demand(dnn_conv_backward_input(&l->conv, &l->W, &l->A, 0, &l->dX, l->scratch, &err));
    else
        demand(dnn_conv_backward_weight(&l->conv, &l->X, &l->A, 0, &l->dW, l->scratch, &err));
    return seconds() - begin;
}

static double flops(const layer *l) {
    return 2.0 * (double)(l->W.rows * l->W.cols) *
           (double)(l->conv.out_height * l->conv.out_width * l->examples);
}

static int by_size(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static dnn_conv square(size_t side, size_t in, size_t out, size_t kernel, size_t stride,
                       size_t padding, size_t groups) {
    return (dnn_conv){.height = side,
                      .width = side,
                      .channels = in,
                      .out_channels = out,
                      .kernel = {kernel, kernel},
                      .stride = {stride, stride},
                      .padding = {padding, padding},
                      .dilation = {1, 1},
                      .groups = groups};
}

/* --- the table --- */

static double best_of(layer *l, int pass, size_t rounds, double *median) {
    double *times = dnn_alloc(rounds * sizeof *times), best;
    for (size_t i = 0; i < rounds; i++)
        times[i] = run(l, pass);
    qsort(times, rounds, sizeof *times, by_size);
    best = times[0];
    *median = times[rounds / 2];
    dnn_free(times);
    return best;
}

static void print_table(size_t threads, size_t rounds) {
    const struct {
        const char *name;
        dnn_conv conv;
        size_t examples;
    } rows[] = {
        {"64x64   3->16  3x3",     square(64, 3, 16, 3, 1, 1, 1),     32},
        {"32x32  16->32  3x3",     square(32, 16, 32, 3, 1, 1, 1),    32},
        {"16x16  32->64  3x3",     square(16, 32, 64, 3, 1, 1, 1),    32},
        {"8x8    64->128 3x3",     square(8, 64, 128, 3, 1, 1, 1),    32},
        {"28x28   1->6   5x5",     square(28, 1, 6, 5, 1, 2, 1),      64},
        {"14x14   6->16  5x5",     square(14, 6, 16, 5, 1, 0, 1),     64},
        {"28x28  64->128 1x1",     square(28, 64, 128, 1, 1, 0, 1),   8 },
        {"28x28  64      3x3 dw",  square(28, 64, 64, 3, 1, 1, 64),   8 },
        {"28x28  64->128 3x3 /2",  square(28, 64, 128, 3, 2, 1, 1),   8 },
    };
    double most = peak(threads), total = 0, total_flops = 0;
    printf("%zu thread(s), %zu rounds; the peak is %.1f GFLOP/s\n", threads, rounds, most);
    printf("%-22s %-8s %9s %9s %9s %6s\n", "", "", "best ms", "median", "GFLOP/s", "share");
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        layer l = open_layer(rows[i].conv, rows[i].examples);
        for (int pass = 0; pass < 3; pass++) {
            double median, best = best_of(&l, pass, rounds, &median), rate = flops(&l) / best / 1e9;
            printf("%-22s %-8s %9.3f %9.3f %9.1f %5.0f%%\n", pass == 0 ? rows[i].name : "",
                   passes[pass], best * 1e3, median * 1e3, rate, 100 * rate / most);
            if (i < 4 && !(i == 0 && pass == 1)) { /* the image's own gradient is not wanted */
                total += best;
                total_flops += flops(&l);
            }
        }
        close_layer(&l);
    }
    printf("%-31s %9.3f %19.1f %5.0f%%\n", "a step of the first four", total * 1e3,
           total_flops / total / 1e9, 100 * total_flops / total / 1e9 / most);
}

/* --- requests --- */

static int pass_named(const char *name) {
    for (int pass = 0; pass < 3; pass++)
        if (strcmp(name, passes[pass]) == 0)
            return pass;
    demand(dnn_fail(&err, DNN_ERROR_ARGUMENT, "%s is not a pass", name));
    return 0;
}

/* Keeps the layer of the request before, which is often the same. */
static void answer(const char *line) {
    static layer l;
    static size_t last[9];
    size_t n[9], threads;
    char pass[16];
    if (sscanf(line, "peak %zu", &threads) == 1) {
        printf("%.9g\n", peak(threads));
    } else if (sscanf(line, "%zu %zu %zu %zu %zu %zu %zu %zu %zu %15s %zu", &n[0], &n[1], &n[2],
                      &n[3], &n[4], &n[5], &n[6], &n[7], &n[8], pass, &threads) == 11) {
        if (memcmp(n, last, sizeof n) != 0) {
            close_layer(&l);
            dnn_conv c = square(n[0], n[2], n[3], n[4], n[5], n[6], n[7]);
            c.width = n[1];
            l = open_layer(c, n[8]);
            memcpy(last, n, sizeof n);
        }
        dnn_set_threads(threads);
        run(&l, pass_named(pass));
        printf("%.9g\n", run(&l, pass_named(pass)));
    } else {
        demand(dnn_fail(&err, DNN_ERROR_ARGUMENT, "not a request: %s", line));
    }
    fflush(stdout);
}

int main(int argc, char **argv) {
    if (argc > 1 && strcmp(argv[1], "-") == 0) {
        char line[256];
        while (fgets(line, sizeof line, stdin) != NULL)
            answer(line);
        return 0;
    }
    size_t threads = argc > 1 ? strtoul(argv[1], NULL, 10) : dnn_threads();
    size_t rounds = argc > 2 ? strtoul(argv[2], NULL, 10) : 50;
    print_table(threads < 1 ? 1 : threads, rounds < 1 ? 1 : rounds);
    return 0;
}
