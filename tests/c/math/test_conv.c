/* Convolutions against the plain loop in double, over shapes, types and instruction sets. */
#include "check.h"

#include "core/memory.h"
#include "core/random.h"
#include "core/threads.h"
#include "interrupting.h"
#include "math/conv.h"
#include "math/cpu.h"
#include "math/fill.h"

static dnn_error err;

/* --- a second implementation --- */

/* Calls `visit` for every product that a convolution consists of: elements of W (row, column), of
 * an image and of an output. */
typedef struct term {
    size_t w_row, w_col, in, out, example;
    bool padding; /* then `in` means nothing: the factor is 0 */
} term;

typedef struct sums {
    const dnn_matrix *X, *W, *dA;
    double *result; /* of A, dX or dW */
} sums;

typedef void visit(const term *t, sums *s);

static void each_tap(const dnn_conv *c, term t, size_t y, size_t x, size_t o, visit *f, sums *s) {
    size_t in = c->channels / c->groups, group = o / (c->out_channels / c->groups);
    for (size_t kh = 0; kh < c->kernel[0]; kh++)
        for (size_t kw = 0; kw < c->kernel[1]; kw++)
            for (size_t i = 0; i < in; i++) {
                ptrdiff_t row =
                    (ptrdiff_t)(y * c->stride[0] + kh * c->dilation[0]) - (ptrdiff_t)c->padding[0];
                ptrdiff_t col =
                    (ptrdiff_t)(x * c->stride[1] + kw * c->dilation[1]) - (ptrdiff_t)c->padding[1];
                t.padding =
                    row < 0 || col < 0 || row >= (ptrdiff_t)c->height || col >= (ptrdiff_t)c->width;
                t.w_row = o;
                t.w_col = (kh * c->kernel[1] + kw) * in + i;
                t.in = ((size_t)row * c->width + (size_t)col) * c->channels + group * in + i;
                t.out = (y * c->out_width + x) * c->out_channels + o;
                f(&t, s);
            }
}

static void each_term(const dnn_conv *c, size_t examples, visit *f, sums *s) {
    for (size_t e = 0; e < examples; e++)
        for (size_t y = 0; y < c->out_height; y++)
            for (size_t x = 0; x < c->out_width; x++)
                for (size_t o = 0; o < c->out_channels; o++)
                    each_tap(c, (term){.example = e}, y, x, o, f, s);
}

static void add_forward(const term *t, sums *s) {
    double x = t->padding ? 0 : dnn_matrix_get(s->X, t->in, t->example);
    s->result[t->out] += x * dnn_matrix_get(s->W, t->w_row, t->w_col);
}

static void add_input(const term *t, sums *s) {
    if (!t->padding)
        s->result[t->in] +=
            dnn_matrix_get(s->dA, t->out, t->example) * dnn_matrix_get(s->W, t->w_row, t->w_col);
}

static void add_weight(const term *t, sums *s) {
    double x = t->padding ? 0 : dnn_matrix_get(s->X, t->in, t->example);
    s->result[t->w_row + t->w_col * s->W->rows] += x * dnn_matrix_get(s->dA, t->out, t->example);
}

/* --- a convolution with its matrices --- */

typedef struct bench {
    dnn_conv conv;
    size_t examples;
    dnn_matrix memory[4], X, W, bias, A; /* X and A also stand for their gradients */
    void *scratch;
} bench;

#define GAP 3 /* elements between the columns of X and A */

static void fill(dnn_matrix *m, uint64_t seed) {
    dnn_random stream = dnn_random_seeded(seed);
    check_ok(dnn_fill_uniform(m, &stream, -1, 1, &err));
}

static dnn_matrix create(dnn_matrix *memory, dnn_dtype dtype, size_t rows, size_t cols,
                         size_t gap) {
    dnn_matrix view;
    check_ok(dnn_matrix_create(memory, dtype, rows + gap, cols, &err));
    fill(memory, rows * 31 + cols);
    check_ok(dnn_matrix_block(&view, memory, 0, 0, rows, cols, &err));
    return view;
}

static bench open_bench(dnn_conv settings, dnn_dtype dtype, size_t examples) {
    bench b = {.conv = settings, .examples = examples};
    dnn_conv *c = &b.conv;
    check_ok(dnn_conv_plan(c, &err));
    b.X = create(&b.memory[0], dtype, c->height * c->width * c->channels, examples, GAP);
    b.W = create(&b.memory[1], dtype, c->out_channels,
                 c->kernel[0] * c->kernel[1] * c->channels / c->groups, 1);
    b.bias = create(&b.memory[2], dtype, c->out_channels, 1, 0);
    b.A =
        create(&b.memory[3], dtype, c->out_height * c->out_width * c->out_channels, examples, GAP);
    b.scratch = dnn_alloc(dnn_conv_scratch(c, dtype, examples));
    assert_non_null(b.scratch);
    return b;
}

static void close_bench(bench *b) {
    for (size_t i = 0; i < 4; i++)
        dnn_matrix_free(&b->memory[i]);
    dnn_free(b->scratch);
}

static dnn_matrix copy_of(const dnn_matrix *m) {
    dnn_matrix copy;
    check_ok(dnn_matrix_create(&copy, m->dtype, m->rows, m->cols, &err));
    check_ok(dnn_matrix_copy(&copy, m, &err));
    return copy;
}

static double tolerance(const dnn_matrix *m, size_t terms) {
    return (m->dtype == DNN_FLOAT32 ? 2e-7 : 4e-16) * (double)(terms + 8);
}

static void compare(const dnn_matrix *m, const double *expected, size_t example, size_t terms) {
    for (size_t i = 0; i < m->rows; i++)
        check_close(dnn_matrix_get(m, i, example), expected[i], tolerance(m, terms));
}

/* The elements between columns are nobody's. */
static void check_gap(const dnn_matrix *memory, const dnn_matrix *copy) {
    for (size_t j = 0; j < memory->cols; j++)
        for (size_t i = memory->rows - GAP; i < memory->rows; i++)
            assert_true(dnn_matrix_get(memory, i, j) == dnn_matrix_get(copy, i, j));
}

static void check_forward(bench *b, bool biased) {
    const dnn_conv *c = &b->conv;
    dnn_matrix copy = copy_of(&b->memory[3]);
    check_ok(dnn_conv_forward(c, &b->X, &b->W, biased ? &b->bias : NULL, &b->A, b->scratch, &err));
    check_gap(&b->memory[3], &copy);
    double *expected = dnn_calloc(b->A.rows, sizeof(double));
    for (size_t e = 0; e < b->examples; e++) {
        for (size_t i = 0; i < b->A.rows; i++)
            expected[i] = biased ? dnn_matrix_get(&b->bias, i % c->out_channels, 0) : 0;
        dnn_matrix X, A;
        check_ok(dnn_matrix_block(&X, &b->X, 0, e, b->X.rows, 1, &err));
        check_ok(dnn_matrix_block(&A, &b->A, 0, e, b->A.rows, 1, &err));
        each_term(c, 1, add_forward, &(sums){&X, &b->W, NULL, expected});
        compare(&A, expected, 0, b->W.cols);
    }
    dnn_free(expected);
    dnn_matrix_free(&copy);
}

static void check_input(bench *b, double beta) {
    const dnn_conv *c = &b->conv;
    fill(&b->memory[0], 5);
    dnn_matrix copy = copy_of(&b->memory[0]);
    if (beta == 0)
        dnn_matrix_set(&b->X, 0, 0, NAN); /* is not read */
    check_ok(dnn_conv_backward_input(c, &b->W, &b->A, beta, &b->X, b->scratch, &err));
    check_gap(&b->memory[0], &copy);
    double *expected = dnn_calloc(b->X.rows, sizeof(double));
    for (size_t e = 0; e < b->examples; e++) {
        for (size_t i = 0; i < b->X.rows; i++)
            expected[i] = beta == 0 ? 0 : dnn_matrix_get(&copy, i, e);
        dnn_matrix dX, dA;
        check_ok(dnn_matrix_block(&dX, &b->X, 0, e, b->X.rows, 1, &err));
        check_ok(dnn_matrix_block(&dA, &b->A, 0, e, b->A.rows, 1, &err));
        each_term(c, 1, add_input, &(sums){NULL, &b->W, &dA, expected});
        compare(&dX, expected, 0, b->W.cols / (c->channels / c->groups) * c->out_channels);
    }
    dnn_free(expected);
    dnn_matrix_free(&copy);
}

static void check_weight(bench *b, double beta) {
    const dnn_conv *c = &b->conv;
    fill(&b->memory[0], 6);
    double *expected = dnn_calloc(b->W.rows * b->W.cols, sizeof(double));
    if (beta != 0)
        for (size_t i = 0; i < b->W.rows * b->W.cols; i++)
            expected[i] = dnn_matrix_get(&b->W, i % b->W.rows, i / b->W.rows);
    else
        dnn_matrix_set(&b->W, 0, 0, NAN);
    check_ok(dnn_conv_backward_weight(c, &b->X, &b->A, beta, &b->W, b->scratch, &err));
    each_term(c, b->examples, add_weight, &(sums){&b->X, &b->W, &b->A, expected});
    for (size_t i = 0; i < b->W.rows * b->W.cols; i++)
        check_close(dnn_matrix_get(&b->W, i % b->W.rows, i / b->W.rows), expected[i],
                    2 * tolerance(&b->W, c->out_height * c->out_width * b->examples));
    dnn_free(expected);
}

static void check_conv(dnn_conv c, dnn_dtype dtype, size_t examples) {
    bench b = open_bench(c, dtype, examples);
    check_forward(&b, true);
    check_forward(&b, false);
    fill(&b.memory[3], 9);
    check_input(&b, 0);
    check_input(&b, 1);
    check_weight(&b, 1);
    check_weight(&b, 0);
    close_bench(&b);
}

/* With every instruction set that this CPU has. */
static void check_everywhere(dnn_conv c, size_t examples) {
    dnn_vector_level limit = dnn_cpu_limit;
    for (dnn_vector_level level = DNN_VECTORS_OLDER; level <= dnn_cpu_measured(); level++) {
        dnn_cpu_limit = level;
        check_conv(c, DNN_FLOAT32, examples);
        check_conv(c, DNN_FLOAT64, examples);
    }
    dnn_cpu_limit = limit;
}

static dnn_conv conv(size_t height, size_t width, size_t in, size_t out, size_t kh, size_t kw) {
    return (dnn_conv){
        height, width, in, out, {kh, kw},
            {1,  1 },
            {0,  0 },
            {1,  1 },
            1, 0, 0
    };
}

static dnn_conv padded(dnn_conv c, size_t rows, size_t cols) {
    c.padding[0] = rows;
    c.padding[1] = cols;
    return c;
}

static dnn_conv strided(dnn_conv c, size_t rows, size_t cols) {
    c.stride[0] = rows;
    c.stride[1] = cols;
    return c;
}

static dnn_conv dilated(dnn_conv c, size_t rows, size_t cols) {
    c.dilation[0] = rows;
    c.dilation[1] = cols;
    return c;
}

static dnn_conv grouped(dnn_conv c, size_t groups) {
    c.groups = groups;
    return c;
}

/* --- tests --- */

static void common_shapes_agree_with_the_plain_loop(void **state) {
    (void)state;
    check_everywhere(padded(conv(9, 8, 3, 16, 3, 3), 1, 1), 3);
    check_everywhere(padded(conv(8, 8, 16, 32, 3, 3), 1, 1), 2);
    check_everywhere(conv(12, 12, 1, 6, 5, 5), 2);
    check_everywhere(conv(6, 5, 20, 50, 1, 1), 2);
    check_everywhere(strided(conv(16, 16, 3, 8, 4, 4), 4, 4), 1);
    check_everywhere(padded(strided(conv(11, 13, 3, 20, 7, 7), 2, 2), 3, 3), 1);
    check_everywhere(grouped(padded(conv(7, 7, 24, 24, 3, 3), 1, 1), 24), 2);
    check_everywhere(grouped(padded(strided(conv(7, 7, 8, 16, 3, 3), 2, 2), 1, 1), 8), 2);
}

static void depthwise_agrees_with_the_plain_loop(void **state) {
    (void)state;
    check_everywhere(grouped(padded(conv(7, 11, 35, 35, 3, 3), 1, 1), 35), 2);
    check_everywhere(grouped(dilated(strided(conv(9, 10, 18, 18, 2, 4), 2, 1), 1, 2), 18), 2);
    check_conv(grouped(padded(conv(3, 40, 600, 600, 3, 3), 1, 1), 600), DNN_FLOAT32, 1);
    check_conv(grouped(conv(100, 100, 2, 2, 90, 95), 2), DNN_FLOAT64, 1);
}

static size_t draw(dnn_random *r, size_t low, size_t high) {
    return low + (size_t)dnn_random_below(r, high - low + 1);
}

/* A drawn convolution whose kernel fits. */
static dnn_conv draw_conv(dnn_random *r) {
    dnn_conv c = {.groups = draw(r, 1, 3)};
    c.channels = c.groups * draw(r, 1, 5);
    c.out_channels = c.groups * draw(r, 1, draw(r, 0, 1) == 0 ? 6 : 40);
    c.height = draw(r, 1, 10);
    c.width = draw(r, 1, 17);
    for (int d = 0; d < 2; d++) {
        size_t extent = d == 0 ? c.height : c.width;
        do {
            c.kernel[d] = draw(r, 1, 5);
            c.dilation[d] = draw(r, 1, 4);
            c.padding[d] = draw(r, 0, 4);
        } while ((c.kernel[d] - 1) * c.dilation[d] + 1 > extent + 2 * c.padding[d]);
        c.stride[d] = draw(r, 1, 4);
    }
    return c;
}

static void drawn_shapes_agree_with_the_plain_loop(void **state) {
    (void)state;
    dnn_random r = dnn_random_seeded(2024);
    for (int i = 0; i < 60; i++)
        check_everywhere(draw_conv(&r), draw(&r, 1, 3));
}

/* Many channels and 3 x 3: Winograd's algorithm, with every way in which a tile can be cut. */
static void winograd_agrees_with_the_plain_loop(void **state) {
    (void)state;
    dnn_random r = dnn_random_seeded(7);
    for (size_t i = 0; i < 12; i++) {
        dnn_conv c =
            conv(draw(&r, 4, 14), draw(&r, 4, 14), draw(&r, 16, 40), draw(&r, 16, 70), 3, 3);
        check_everywhere(padded(c, i % 3, draw(&r, 0, 2)), draw(&r, 1, 3));
    }
    check_everywhere(padded(conv(16, 16, 16, 16, 3, 3), 1, 1), 4); /* several tasks */
}

static void winograd_lets_nan_and_infinity_reach_only_what_they_meet(void **state) {
    (void)state;
    bench b = open_bench(padded(conv(9, 14, 20, 37, 3, 3), 1, 1), DNN_FLOAT32, 2);
    dnn_matrix_set(&b.X, (4 * 14 + 7) * 20 + 1, 1, NAN);
    dnn_matrix_set(&b.X, (1 * 14 + 0) * 20 + 19, 0, INFINITY);
    check_forward(&b, true);
    fill(&b.memory[3], 4);
    dnn_matrix_set(&b.A, (3 * 14 + 5) * 37 + 36, 1, NAN);
    dnn_matrix_set(&b.A, (8 * 14 + 13) * 37 + 2, 0, -INFINITY);
    check_input(&b, 0);
    check_input(&b, 1);
    check_weight(&b, 0);
    close_bench(&b);
    b = open_bench(padded(conv(6, 6, 16, 16, 3, 3), 1, 1), DNN_FLOAT32, 1);
    dnn_matrix_set(&b.X, 0, 0, 1e38); /* finite results, but not on the way there */
    dnn_matrix_set(&b.X, 3 * 16, 0, -1e38);
    for (size_t i = 0; i < b.W.rows; i++)
        for (size_t j = 0; j < b.W.cols; j++)
            dnn_matrix_set(&b.W, i, j, i == j ? 1 : 0);
    check_ok(dnn_conv_forward(&b.conv, &b.X, &b.W, NULL, &b.A, b.scratch, &err));
    check_close(dnn_matrix_get(&b.A, 7 * 16, 0), 1e38, 1e32);
    close_bench(&b);
}

/* Patches that do not fit a task's memory come in chunks. */
static void chunks_of_channels_and_taps_agree_with_the_plain_loop(void **state) {
    (void)state;
    check_conv(padded(conv(3, 40, 600, 2, 3, 3), 1, 1), DNN_FLOAT32, 1);
    check_conv(dilated(padded(conv(1, 3000, 5, 2, 1, 3), 0, 999), 1, 999), DNN_FLOAT64, 1);
    check_conv(conv(160, 160, 1, 1, 150, 150), DNN_FLOAT64, 1);
    check_conv(conv(2, 20000, 1, 1, 2, 19999), DNN_FLOAT32, 1);
}

static void results_have_the_same_bits_on_any_number_of_threads(void **state) {
    (void)state;
    size_t usual = dnn_threads();
    bench b[3];
    for (size_t i = 0; i < 3; i++) {
        dnn_set_threads(i == 0 ? 1 : 2 * i);
        b[i] = open_bench(strided(padded(conv(30, 31, 5, 40, 3, 3), 1, 2), 2, 1), DNN_FLOAT32, 9);
        check_ok(dnn_conv_forward(&b[i].conv, &b[i].X, &b[i].W, &b[i].bias, &b[i].A, b[i].scratch,
                                  &err));
        assert_true(dnn_matrix_equal(&b[0].A, &b[i].A));
        check_ok(
            dnn_conv_backward_input(&b[i].conv, &b[i].W, &b[i].A, 0, &b[i].X, b[i].scratch, &err));
        assert_true(dnn_matrix_equal(&b[0].X, &b[i].X));
        check_ok(
            dnn_conv_backward_weight(&b[i].conv, &b[i].X, &b[i].A, 0, &b[i].W, b[i].scratch, &err));
        assert_true(dnn_matrix_equal(&b[0].W, &b[i].W));
    }
    for (size_t i = 0; i < 3; i++)
        close_bench(&b[i]);
    dnn_set_threads(usual);
}

/* What each output has met decides it, and nothing else does. */
static void nan_and_infinity_reach_what_they_meet_and_nothing_else(void **state) {
    (void)state;
    bench b = open_bench(padded(conv(9, 20, 3, 17, 3, 3), 1, 1), DNN_FLOAT32, 2);
    dnn_matrix_set(&b.X, (4 * 20 + 7) * 3 + 1, 1, NAN);
    dnn_matrix_set(&b.X, (1 * 20 + 0) * 3 + 2, 0, INFINITY);
    check_forward(&b, true);
    dnn_matrix_set(&b.W, 3, 5, -INFINITY);
    check_forward(&b, true);
    fill(&b.memory[1], 3);
    fill(&b.memory[3], 4);
    dnn_matrix_set(&b.A, (3 * 20 + 5) * 17 + 16, 1, NAN);
    dnn_matrix_set(&b.A, (8 * 20 + 19) * 17 + 2, 0, INFINITY);
    check_input(&b, 0);
    check_weight(&b, 0);
    close_bench(&b);
}

static void long_convolutions_end_when_they_are_asked_to(void **state) {
    (void)state;
    bench b = open_bench(padded(conv(40, 40, 8, 16, 3, 3), 1, 1), DNN_FLOAT32, 8);
    check_interrupted(dnn_conv_forward(&b.conv, &b.X, &b.W, &b.bias, &b.A, b.scratch, &err));
    check_interrupted(dnn_conv_backward_input(&b.conv, &b.W, &b.A, 0, &b.X, b.scratch, &err));
    dnn_matrix copy = copy_of(&b.W);
    dnn_interrupt_request();
    assert_int_equal(dnn_conv_backward_weight(&b.conv, &b.X, &b.A, 1, &b.W, b.scratch, &err),
                     DNN_ERROR_INTERRUPTED);
    dnn_interrupt_clear();
    assert_true(dnn_matrix_equal(&copy, &b.W));
    dnn_matrix_free(&copy);
    close_bench(&b);
}

static void scratch_for_many_examples_suffices_for_fewer(void **state) {
    (void)state;
    const dnn_conv convs[] = {padded(conv(8, 8, 64, 128, 3, 3), 1, 1), conv(5, 9, 16, 20, 3, 3),
                              padded(conv(4, 4, 200, 200, 3, 3), 1, 1), conv(9, 9, 3, 70, 5, 5)};
    for (size_t i = 0; i < sizeof convs / sizeof *convs; i++) {
        dnn_conv c = convs[i];
        check_ok(dnn_conv_plan(&c, &err));
        for (size_t examples = 0; examples < 300; examples++)
            assert_true(dnn_conv_scratch(&c, DNN_FLOAT32, examples) <=
                        dnn_conv_scratch(&c, DNN_FLOAT32, examples + 1));
    }
}

static void settings_that_fit_no_image_are_refused_with_the_reason(void **state) {
    (void)state;
    dnn_conv c = conv(4, 4, 1, 1, 5, 5);
    check_fails(dnn_conv_plan(&c, &err), DNN_ERROR_SHAPE,
                "kernel 5 x 5 is larger than the 4 x 4 image");
    c = padded(dilated(conv(4, 4, 1, 1, 3, 3), 3, 1), 1, 0);
    check_fails(dnn_conv_plan(&c, &err), DNN_ERROR_SHAPE,
                "kernel 7 x 3 (dilated) is larger than the 6 x 4 image (padded)");
    c = grouped(conv(4, 4, 6, 8, 3, 3), 4);
    check_fails(dnn_conv_plan(&c, &err), DNN_ERROR_ARGUMENT,
                "groups = 4 must divide channels (6) and out_channels (8)");
    c = strided(conv(4, 4, 1, 1, 3, 3), 0, 1);
    check_fails(dnn_conv_plan(&c, &err), DNN_ERROR_ARGUMENT, "stride must be at least 1, got 0");
    c = dilated(conv(4, 4, 1, 1, 3, 3), SIZE_MAX / 2, 1);
    check_fails(dnn_conv_plan(&c, &err), DNN_ERROR_ARGUMENT, "too large");
}

static void matrices_of_another_shape_or_type_are_refused(void **state) {
    (void)state;
    bench b = open_bench(conv(4, 4, 2, 3, 3, 3), DNN_FLOAT32, 2);
    dnn_matrix wrong = b.X;
    wrong.rows--;
    check_fails(dnn_conv_forward(&b.conv, &wrong, &b.W, NULL, &b.A, b.scratch, &err),
                DNN_ERROR_SHAPE, "expected X to be 32 x 2, got 31 x 2");
    wrong = b.A;
    wrong.cols = 1;
    check_fails(dnn_conv_backward_input(&b.conv, &b.W, &wrong, 0, &b.X, b.scratch, &err),
                DNN_ERROR_SHAPE, "expected dA to be 12 x 2, got 12 x 1");
    wrong = b.W;
    wrong.dtype = DNN_FLOAT64;
    check_fails(dnn_conv_backward_weight(&b.conv, &b.X, &b.A, 0, &wrong, b.scratch, &err),
                DNN_ERROR_TYPE, "dW is float64, expected float32");
    close_bench(&b);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(common_shapes_agree_with_the_plain_loop),
        cmocka_unit_test(depthwise_agrees_with_the_plain_loop),
        cmocka_unit_test(drawn_shapes_agree_with_the_plain_loop),
        cmocka_unit_test(winograd_agrees_with_the_plain_loop),
        cmocka_unit_test(winograd_lets_nan_and_infinity_reach_only_what_they_meet),
        cmocka_unit_test(chunks_of_channels_and_taps_agree_with_the_plain_loop),
        cmocka_unit_test(results_have_the_same_bits_on_any_number_of_threads),
        cmocka_unit_test(nan_and_infinity_reach_what_they_meet_and_nothing_else),
        cmocka_unit_test(long_convolutions_end_when_they_are_asked_to),
        cmocka_unit_test(scratch_for_many_examples_suffices_for_fewer),
        cmocka_unit_test(settings_that_fit_no_image_are_refused_with_the_reason),
        cmocka_unit_test(matrices_of_another_shape_or_type_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
