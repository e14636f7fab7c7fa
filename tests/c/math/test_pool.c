/* Pooling against the plain loop, over shapes, types and instruction sets. */
#include "check.h"
#include "levels.h"

#include "core/memory.h"
#include "core/random.h"
#include "core/threads.h"
#include "interrupting.h"
#include "math/fill.h"
#include "math/pool.h"

static dnn_error err;

/* --- a second implementation: scatters, where the kernels gather --- */

typedef struct window {
    size_t y[64], x[64], rows, cols; /* its pixels */
    double counted;                  /* what an average divides by */
} window;

static size_t along(const dnn_pool *p, int d, size_t o, size_t *at, double *counted) {
    ptrdiff_t extent = (ptrdiff_t)(d == 0 ? p->height : p->width), pad = (ptrdiff_t)p->padding[d];
    size_t n = 0;
    double padding = 0;
    for (size_t k = 0; k < p->kernel[d]; k++) {
        ptrdiff_t i = (ptrdiff_t)(o * p->stride[d] + k * p->dilation[d]) - pad;
        if (i >= 0 && i < extent)
            at[n++] = (size_t)i;
        else if (i < extent + pad)
            padding++;
    }
    *counted *= (double)n + (p->count_include_pad ? padding : 0);
    return n;
}

static window window_of(const dnn_pool *p, size_t o) {
    window w = {.counted = 1};
    w.rows = along(p, 0, o / p->out_width, w.y, &w.counted);
    w.cols = along(p, 1, o % p->out_width, w.x, &w.counted);
    return w;
}

/* The maximum of a window, its pixel in *winner; or the average. */
static double plain(const dnn_pool *p, const dnn_matrix *X, size_t e, size_t o, size_t channel,
                    uint32_t *winner, double *average) {
    window w = window_of(p, o);
    double best = -INFINITY, sum = 0;
    *winner = UINT32_MAX;
    for (size_t r = 0; r < w.rows; r++)
        for (size_t c = 0; c < w.cols; c++) {
            size_t pixel = w.y[r] * p->width + w.x[c];
            double x = dnn_matrix_get(X, pixel * p->channels + channel, e);
            sum += x;
            if (*winner == UINT32_MAX || x > best || isnan(x)) {
                best = x;
                *winner = (uint32_t)pixel;
            }
        }
    *average = sum / w.counted;
    return best;
}

/* Gradients of the maxima and of the averages, added to what is there. */
static void plain_backward(const dnn_pool *p, const dnn_matrix *dA, size_t e,
                           const uint32_t *winners, double *max, double *average) {
    for (size_t o = 0; o < p->out_height * p->out_width; o++)
        for (size_t channel = 0; channel < p->channels; channel++) {
            double g = dnn_matrix_get(dA, o * p->channels + channel, e);
            uint32_t winner = winners[o * p->channels + channel];
            if (winner != UINT32_MAX)
                max[winner * p->channels + channel] += g;
            window w = window_of(p, o);
            for (size_t r = 0; r < w.rows; r++)
                for (size_t c = 0; c < w.cols; c++)
                    average[(w.y[r] * p->width + w.x[c]) * p->channels + channel] += g / w.counted;
        }
}

/* --- pooling with its matrices --- */

typedef struct bench {
    dnn_pool pool;
    dnn_matrix memory[3], X, dX, A; /* columns stand apart */
    uint32_t *index;
} bench;

static dnn_matrix create(dnn_matrix *memory, dnn_dtype dtype, size_t rows, size_t cols) {
    dnn_matrix view;
    dnn_random stream = dnn_random_seeded(rows);
    check_ok(dnn_matrix_create(memory, dtype, rows + 3, cols, &err));
    check_ok(dnn_fill_uniform(memory, &stream, -1, 1, &err));
    check_ok(dnn_matrix_block(&view, memory, 0, 0, rows, cols, &err));
    return view;
}

static bench open_bench(dnn_pool settings, dnn_dtype dtype, size_t examples) {
    bench b = {.pool = settings};
    dnn_pool *p = &b.pool;
    check_ok(dnn_pool_plan(p, &err));
    b.X = create(&b.memory[0], dtype, p->height * p->width * p->channels, examples);
    b.dX = create(&b.memory[1], dtype, b.X.rows, examples);
    b.A = create(&b.memory[2], dtype, p->out_height * p->out_width * p->channels, examples);
    b.index = dnn_calloc(b.A.rows * examples, sizeof *b.index);
    return b;
}

static void close_bench(bench *b) {
    for (size_t i = 0; i < 3; i++)
        dnn_matrix_free(&b->memory[i]);
    dnn_free(b->index);
}

static void check_forward(bench *b) {
    const dnn_pool *p = &b->pool;
    double tolerance = b->X.dtype == DNN_FLOAT32 ? 1e-5 : 1e-13;
    check_ok(dnn_pool_max_forward(p, &b->X, &b->A, NULL, &err));
    check_ok(dnn_pool_max_forward(p, &b->X, &b->A, b->index, &err));
    for (size_t e = 0; e < b->X.cols; e++)
        for (size_t i = 0; i < b->A.rows; i++) {
            uint32_t winner;
            double average,
                max = plain(p, &b->X, e, i / p->channels, i % p->channels, &winner, &average);
            check_close(dnn_matrix_get(&b->A, i, e), max, 0);
            assert_int_equal(b->index[e * b->A.rows + i], winner);
        }
    if (p->dilation[0] != 1 || p->dilation[1] != 1)
        return;
    check_ok(dnn_pool_average_forward(p, &b->X, &b->A, &err));
    for (size_t e = 0; e < b->X.cols; e++)
        for (size_t i = 0; i < b->A.rows; i++) {
            uint32_t winner;
            double average;
            plain(p, &b->X, e, i / p->channels, i % p->channels, &winner, &average);
            check_close(dnn_matrix_get(&b->A, i, e), average, tolerance);
        }
}

static void check_backward(bench *b, double beta) {
    const dnn_pool *p = &b->pool;
    double tolerance = b->X.dtype == DNN_FLOAT32 ? 1e-5 : 1e-13;
    for (int averages = 0; averages < (p->dilation[0] * p->dilation[1] == 1 ? 2 : 1); averages++)
        for (size_t e = 0; e < b->X.cols; e++) {
            double *expected = dnn_calloc(2 * b->X.rows, sizeof *expected);
            for (size_t i = 0; i < b->X.rows; i++) {
                expected[i] = beta == 0 ? 0 : dnn_matrix_get(&b->X, i, e);
                expected[b->X.rows + i] = expected[i];
            }
            plain_backward(p, &b->A, e, b->index + e * b->A.rows, expected, expected + b->X.rows);
            if (e == 0) {
                check_ok(dnn_matrix_copy(&b->dX, &b->X, &err));
                if (beta == 0)
                    dnn_matrix_set(&b->dX, 0, 0, NAN); /* is not read */
                check_ok(averages
                             ? dnn_pool_average_backward(p, &b->A, beta, &b->dX, &err)
                             : dnn_pool_max_backward(p, b->index, &b->A, NULL, beta, &b->dX, &err));
            }
            for (size_t i = 0; i < b->X.rows; i++)
                check_close(dnn_matrix_get(&b->dX, i, e), expected[averages * b->X.rows + i],
                            tolerance);
            dnn_free(expected);
        }
}

/* A winner that is 0 or less gets nothing; a NaN lets all through. */
static void check_gated_backward(bench *b, double beta) {
    dnn_matrix gate, gated, expected;
    check_ok(dnn_matrix_create(&gate, b->A.dtype, b->A.rows, b->A.cols, &err));
    check_ok(dnn_matrix_create(&gated, b->A.dtype, b->A.rows, b->A.cols, &err));
    check_ok(dnn_matrix_create(&expected, b->X.dtype, b->X.rows, b->X.cols, &err));
    check_ok(dnn_matrix_copy(&expected, &b->dX, &err));
    for (size_t e = 0; e < gate.cols; e++)
        for (size_t i = 0; i < gate.rows; i++) {
            double open = (double)(i * 7 % 3) - 1;
            dnn_matrix_set(&gate, i, e, i % 11 == 5 ? NAN : open);
            dnn_matrix_set(&gated, i, e,
                           i % 11 != 5 && open <= 0 ? 0 : dnn_matrix_get(&b->A, i, e));
        }
    check_ok(dnn_pool_max_backward(&b->pool, b->index, &gated, NULL, beta, &expected, &err));
    check_ok(dnn_pool_max_backward(&b->pool, b->index, &b->A, &gate, beta, &b->dX, &err));
    for (size_t e = 0; e < b->X.cols; e++)
        for (size_t i = 0; i < b->X.rows; i++)
            check_close(dnn_matrix_get(&b->dX, i, e), dnn_matrix_get(&expected, i, e), 0);
    dnn_matrix_free(&gate);
    dnn_matrix_free(&gated);
    dnn_matrix_free(&expected);
}

static void check_pool(dnn_pool settings, size_t examples) {
    for (levels at = each_level(); next_level(&at);)
        for (dnn_dtype dtype = DNN_FLOAT32; dtype <= DNN_FLOAT64; dtype++) {
            bench b = open_bench(settings, dtype, examples);
            check_forward(&b);
            check_backward(&b, 0);
            check_backward(&b, 1);
            check_gated_backward(&b, 0);
            check_gated_backward(&b, 1);
            close_bench(&b);
        }
}

static dnn_pool pool(size_t height, size_t width, size_t channels, size_t kernel, size_t stride,
                     size_t padding) {
    return (dnn_pool){
        .height = height,
        .width = width,
        .channels = channels,
        .kernel = {kernel,  kernel },
        .stride = {stride,  stride },
        .padding = {padding, padding},
        .dilation = {1,       1      }
    };
}

/* --- tests --- */

static void common_shapes_agree_with_the_plain_loop(void **state) {
    (void)state;
    check_pool(pool(8, 8, 16, 2, 2, 0), 3);
    check_pool(pool(9, 11, 37, 3, 2, 1), 2);
    check_pool(pool(7, 7, 20, 7, 7, 0), 2);
    check_pool(pool(2, 600, 3, 2, 2, 0), 1);
}

static void windows_side_by_side_agree_with_the_plain_loop(void **state) {
    (void)state;
    for (size_t channels = 1; channels <= 35; channels++) {
        check_pool(pool(2 + channels % 5, 2 + channels % 7, channels, 2, 2, 0), 2);
        dnn_pool p = pool(3, 5 + channels % 2, channels, 2, 2, 0);
        p.ceil_mode = true;
        check_pool(p, 1);
    }
    check_pool(pool(28, 28, 6, 2, 2, 0), 2);
    check_pool(pool(3, 521, 5, 2, 2, 0), 1);
}

static size_t draw(dnn_random *r, size_t low, size_t high) {
    return low + (size_t)dnn_random_below(r, high - low + 1);
}

static void drawn_shapes_agree_with_the_plain_loop(void **state) {
    (void)state;
    dnn_random r = dnn_random_seeded(99);
    for (int i = 0; i < 100; i++) {
        dnn_pool p = {.height = draw(&r, 1, 12),
                      .width = draw(&r, 1, 12),
                      .channels = draw(&r, 1, 20),
                      .ceil_mode = draw(&r, 0, 1) == 1,
                      .count_include_pad = draw(&r, 0, 1) == 1};
        for (int d = 0; d < 2; d++) {
            size_t extent = d == 0 ? p.height : p.width, reach;
            do {
                p.kernel[d] = draw(&r, 1, 5);
                p.dilation[d] = i % 2 == 0 ? 1 : draw(&r, 1, 3);
                reach = (p.kernel[d] - 1) * p.dilation[d] + 1;
                p.padding[d] = draw(&r, 0, reach / 2);
            } while (reach > extent + 2 * p.padding[d]);
            p.stride[d] = draw(&r, 1, 4);
        }
        check_pool(p, draw(&r, 1, 3));
    }
}

/* Values of one window of four, and the index of the winner. */
static void check_winner(float a, float b, float c, float d, uint32_t winner) {
    for (size_t channels = 1; channels <= 32; channels++) {
        float X[4 * 32], A[32];
        uint32_t index[32];
        for (size_t i = 0; i < 4 * channels; i++)
            X[i] = (float[]){a, b, c, d}[i / channels];
        dnn_pool p = pool(2, 2, channels, 2, 2, 0);
        check_ok(dnn_pool_plan(&p, &err));
        dnn_matrix x = dnn_matrix_of(DNN_FLOAT32, 4 * channels, 1, X),
                   out = dnn_matrix_of(DNN_FLOAT32, channels, 1, A);
        check_ok(dnn_pool_max_forward(&p, &x, &out, index, &err));
        for (size_t i = 0; i < channels; i++) {
            assert_int_equal(index[i], winner);
            check_close(A[i], X[winner * channels], 0);
        }
    }
}

static void the_first_maximum_wins_and_nan_over_all(void **state) {
    (void)state;
    check_winner(1, 3, 3, 2, 1);
    check_winner(-INFINITY, -INFINITY, -INFINITY, -INFINITY, 0);
    check_winner(1, NAN, INFINITY, 2, 1);
    check_winner(NAN, 1, 2, 3, 0);
    check_winner(0, NAN, 1, NAN, 3);
    check_winner(-0.0f, 0.0f, -1, 0, 0);
}

static void results_have_the_same_bits_on_any_number_of_threads(void **state) {
    (void)state;
    size_t usual = dnn_threads();
    bench b[2];
    for (size_t i = 0; i < 2; i++) {
        dnn_set_threads(i == 0 ? 1 : 3);
        b[i] = open_bench(pool(50, 51, 17, 3, 2, 1), DNN_FLOAT32, 5);
        check_ok(dnn_pool_max_forward(&b[i].pool, &b[i].X, &b[i].A, b[i].index, &err));
        check_ok(dnn_pool_max_backward(&b[i].pool, b[i].index, &b[i].A, NULL, 0, &b[i].dX, &err));
        assert_true(dnn_matrix_equal(&b[0].dX, &b[i].dX));
        check_ok(dnn_pool_average_forward(&b[i].pool, &b[i].X, &b[i].A, &err));
        check_ok(dnn_pool_average_backward(&b[i].pool, &b[i].A, 0, &b[i].X, &err));
        assert_true(dnn_matrix_equal(&b[0].X, &b[i].X));
    }
    check_interrupted(dnn_pool_average_forward(&b[0].pool, &b[0].X, &b[0].A, &err));
    close_bench(&b[0]);
    close_bench(&b[1]);
    dnn_set_threads(usual);
}

static void settings_that_fit_no_image_are_refused_with_the_reason(void **state) {
    (void)state;
    dnn_pool p = pool(4, 5, 1, 6, 1, 0);
    check_fails(dnn_pool_plan(&p, &err), DNN_ERROR_SHAPE,
                "kernel 6 x 6 is larger than the 4 x 5 image");
    p = pool(4, 5, 1, 3, 1, 2);
    check_fails(dnn_pool_plan(&p, &err), DNN_ERROR_ARGUMENT,
                "padding 2 x 2 is more than half of the kernel, 3 x 3");
    p = pool(4, 5, 1, 2, 0, 0);
    check_fails(dnn_pool_plan(&p, &err), DNN_ERROR_ARGUMENT, "stride must be at least 1, got 0");
    p = pool(4, 5, 1, 2, 2, 0);
    p.dilation[1] = 2;
    bench b = open_bench(p, DNN_FLOAT32, 1);
    check_fails(dnn_pool_average_forward(&b.pool, &b.X, &b.A, &err), DNN_ERROR_ARGUMENT,
                "dilation must be 1, got 1 x 2");
    b.X.rows--;
    check_fails(dnn_pool_max_forward(&b.pool, &b.X, &b.A, NULL, &err), DNN_ERROR_SHAPE,
                "expected X to be 20 x 1, got 19 x 1");
    close_bench(&b);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(common_shapes_agree_with_the_plain_loop),
        cmocka_unit_test(windows_side_by_side_agree_with_the_plain_loop),
        cmocka_unit_test(drawn_shapes_agree_with_the_plain_loop),
        cmocka_unit_test(the_first_maximum_wins_and_nan_over_all),
        cmocka_unit_test(results_have_the_same_bits_on_any_number_of_threads),
        cmocka_unit_test(settings_that_fit_no_image_are_refused_with_the_reason),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
