/* conv_plain.h: the plain loop of convolutions in double, a convolution with its matrices, and
 * their comparison over types and instruction sets; for test_conv.c and test_conv_kinds.c. */
#ifndef DNN_TEST_CONV_PLAIN_H
#define DNN_TEST_CONV_PLAIN_H

#include "check.h"
#include "levels.h"

#include "core/memory.h"
#include "core/random.h"
#include "math/conv.h"
#include "math/fill.h"
#include "math/pool.h"

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

/* An elementwise function that shows where it is done twice; *context is the type. */
static void further_from_0(const void *context, void *elements, size_t count) {
    for (size_t i = 0; i < count; i++)
        if (*(const dnn_dtype *)context == DNN_FLOAT32)
            ((float *)elements)[i] += ((float *)elements)[i] < 0 ? -1 : 1;
        else
            ((double *)elements)[i] += ((double *)elements)[i] < 0 ? -1 : 1;
}

/* NaN is NaN. */
static void check_same(const dnn_matrix *m, const dnn_matrix *expected) {
    for (size_t j = 0; j < m->cols; j++)
        for (size_t i = 0; i < m->rows; i++)
            check_close(dnn_matrix_get(m, i, j), dnn_matrix_get(expected, i, j), 0);
}

/* A convolution and a pooling of windows of 2 x 2 in one, beside one after the other. */
static void check_pooled(bench *b, const dnn_matrix *bias, dnn_conv_after after,
                         const dnn_matrix *A) {
    const dnn_conv *c = &b->conv;
    dnn_pool pool = {
        c->out_height, c->out_width, c->out_channels, {2, 2},
           {2, 2},
           {0, 0},
           .dilation = {1, 1}
    };
    if (c->out_height < 2 || c->out_width < 2)
        return;
    check_ok(dnn_pool_plan(&pool, &err));
    size_t rows = pool.out_height * pool.out_width * c->out_channels;
    uint32_t *index = dnn_calloc(2 * rows * b->examples + 1, sizeof *index);
    dnn_matrix memory[2], expected = create(&memory[0], A->dtype, rows, b->examples, 0);
    dnn_matrix pooled = create(&memory[1], A->dtype, rows, b->examples, GAP);
    dnn_matrix before = copy_of(&memory[1]), other = copy_of(&b->memory[3]);
    check_ok(dnn_pool_max_forward(&pool, A, &expected, index, &err));
    for (int indexed = 0; indexed < 2; indexed++) {
        after.pooled = &pooled;
        after.index = indexed ? index + rows * b->examples : NULL;
        check_ok(dnn_conv_forward_with(c, &b->X, &b->W, bias, &after, &b->A, b->scratch, &err));
        check_same(&pooled, &expected);
        check_gap(&memory[1], &before);
        check_gap(&b->memory[3], &other);
    }
    assert_memory_equal(index, index + rows * b->examples, rows * b->examples * sizeof *index);
    assert_int_equal(index[2 * rows * b->examples], 0);
    for (size_t i = 0; i < 2; i++)
        dnn_matrix_free(&memory[i]);
    dnn_matrix_free(&before);
    dnn_matrix_free(&other);
    dnn_free(index);
}

/* What follows a convolution, beside the same done afterwards. A holds its outputs. */
static void check_after(bench *b, const dnn_matrix *bias) {
    dnn_conv_after after = {further_from_0, &b->A.dtype, NULL, NULL};
    dnn_matrix A = copy_of(&b->A), applied = copy_of(&b->A), other = copy_of(&b->memory[3]);
    further_from_0(&A.dtype, applied.data, dnn_matrix_count(&applied));
    check_ok(dnn_conv_forward_with(&b->conv, &b->X, &b->W, bias, &after, &b->A, b->scratch, &err));
    check_same(&b->A, &applied);
    check_gap(&b->memory[3], &other);
    check_pooled(b, bias, after, &applied);
    after.apply = NULL;
    check_pooled(b, bias, after, &A);
    check_ok(dnn_conv_forward_with(&b->conv, &b->X, &b->W, bias, &after, &b->A, b->scratch, &err));
    check_same(&b->A, &A);
    dnn_matrix_free(&A);
    dnn_matrix_free(&applied);
    dnn_matrix_free(&other);
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
    check_after(b, biased ? &b->bias : NULL);
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
    for (levels at = each_level(); next_level(&at);) {
        check_conv(c, DNN_FLOAT32, examples);
        check_conv(c, DNN_FLOAT64, examples);
    }
}

static inline dnn_conv conv(size_t height, size_t width, size_t in, size_t out, size_t kh,
                            size_t kw) {
    return (dnn_conv){
        height, width, in, out, {kh, kw},
            {1,  1 },
            {0,  0 },
            {1,  1 },
            1, 0, 0
    };
}

static inline dnn_conv padded(dnn_conv c, size_t rows, size_t cols) {
    c.padding[0] = rows;
    c.padding[1] = cols;
    return c;
}

static inline dnn_conv strided(dnn_conv c, size_t rows, size_t cols) {
    c.stride[0] = rows;
    c.stride[1] = cols;
    return c;
}

static inline dnn_conv dilated(dnn_conv c, size_t rows, size_t cols) {
    c.dilation[0] = rows;
    c.dilation[1] = cols;
    return c;
}

static inline dnn_conv grouped(dnn_conv c, size_t groups) {
    c.groups = groups;
    return c;
}

static inline size_t draw(dnn_random *r, size_t low, size_t high) {
    return low + (size_t)dnn_random_below(r, high - low + 1);
}

#endif
