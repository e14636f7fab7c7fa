/* Every operation, type and layout against a plain loop in double. */
#include "check.h"

#include "core/memory.h"
#include "core/random.h"
#include "core/threads.h"
#include "math/elementwise.h"

static dnn_error err;

/* --- a second implementation --- */

static double plain_binary(dnn_binary_op op, double x, double y) {
    switch (op) {
    case DNN_ADD:
        return x + y;
    case DNN_SUB:
        return x - y;
    case DNN_MUL:
        return x * y;
    case DNN_DIV:
        return x / y;
    case DNN_POW:
        return pow(x, y);
    case DNN_MAXIMUM:
        return isnan(x) || isnan(y) ? NAN : fmax(x, y);
    case DNN_MINIMUM:
        return isnan(x) || isnan(y) ? NAN : fmin(x, y);
    case DNN_LT:
        return x < y;
    case DNN_LE:
        return x <= y;
    case DNN_GT:
        return x > y;
    case DNN_GE:
        return x >= y;
    case DNN_EQ:
        return x == y;
    default:
        return x != y;
    }
}

static double plain_unary(dnn_unary_op op, double x) {
    switch (op) {
    case DNN_NEG:
        return -x;
    case DNN_EXP:
        return exp(x);
    case DNN_LOG:
        return log(x);
    case DNN_SQRT:
        return sqrt(x);
    case DNN_ABS:
        return fabs(x);
    case DNN_SIGN:
        return isnan(x) ? x : (x > 0) - (x < 0);
    case DNN_TANH:
        return tanh(x);
    case DNN_SIGMOID:
        return x >= 0 ? 1 / (1 + exp(-x)) : exp(x) / (1 + exp(x));
    case DNN_RELU:
        return isnan(x) ? x : fmax(x, 0);
    default:
        return isfinite(x) != 0;
    }
}

/* --- matrices in every layout --- */

typedef enum layout { CONTIGUOUS, STRIDED, ROW_VIEW, LAYOUTS } layout;

/* A matrix of its own memory; `parent` is what to free. */
typedef struct sample {
    dnn_matrix parent;
    dnn_matrix m;
} sample;

static dnn_random stream;

static sample make(dnn_dtype dtype, size_t rows, size_t cols, layout where) {
    static const double special[] = {0, -0.0, 1, -1, 2, INFINITY, -INFINITY, NAN, 0.5};
    size_t margin = where == CONTIGUOUS ? 0 : 3;
    sample s;
    check_ok(dnn_matrix_create(&s.parent, dtype, rows + margin, cols, &err));
    check_ok(dnn_matrix_block(&s.m, &s.parent, margin / 2, 0, rows, cols, &err));
    for (size_t j = 0; j < s.parent.cols; j++)
        for (size_t i = 0; i < s.parent.rows; i++)
            dnn_matrix_set(&s.parent, i, j,
                           dnn_random_below(&stream, 8) == 0 ? special[dnn_random_below(&stream, 9)]
                                                             : 3 * dnn_random_normal(&stream));
    return s;
}

static void drop(sample *s) {
    dnn_matrix_free(&s->parent);
}

static double broadcast_get(const dnn_matrix *m, size_t i, size_t j) {
    return dnn_matrix_get(m, m->rows == 1 ? 0 : i, m->cols == 1 ? 0 : j);
}

/* As the type holds it, within a few units in the last place. */
static void check_element(const char *name, dnn_dtype dtype, double got, double expected) {
    double ulp = dtype == DNN_FLOAT32 ? 0x1p-23 : 0x1p-52;
    if (dtype == DNN_FLOAT32)
        expected = (float)expected;
    if (got == expected || (isnan(got) && isnan(expected)) ||
        fabs(got - expected) <= 4 * ulp * fabs(expected))
        return;
    fail_msg("%s %s: got %.17g, expected %.17g", name, dnn_dtype_info(dtype)->name, got, expected);
}

static const struct {
    size_t rows, cols;
} shapes[] = {
    {1,    1   },
    {1,    7   },
    {7,    1   },
    {3,    5   },
    {70,   4   },
    {1500, 3   },
    {5,    700 },
    {1,    3000},
    {2,    0   }
};
#define SHAPES (sizeof shapes / sizeof *shapes)

static void check_one_binary(dnn_binary_op op, dnn_matrix *out, const dnn_matrix *a,
                             const dnn_matrix *b) {
    dnn_matrix expected;
    check_ok(dnn_matrix_create(&expected, DNN_FLOAT64, out->rows, out->cols, &err));
    for (size_t j = 0; j < out->cols; j++)
        for (size_t i = 0; i < out->rows; i++)
            dnn_matrix_set(&expected, i, j,
                           plain_binary(op, broadcast_get(a, i, j), broadcast_get(b, i, j)));
    check_ok(dnn_binary(op, out, a, b, &err));
    for (size_t j = 0; j < out->cols; j++)
        for (size_t i = 0; i < out->rows; i++)
            check_element(dnn_binary_name(op), out->dtype, dnn_matrix_get(out, i, j),
                          dnn_matrix_get(&expected, i, j));
    dnn_matrix_free(&expected);
}

static void every_binary_operation_agrees_with_a_plain_loop_in_every_layout(void **state) {
    (void)state;
    for (size_t c = 0; c < SHAPES * LAYOUTS * LAYOUTS * 2; c++) {
        dnn_dtype dtype = c % 2 ? DNN_FLOAT64 : DNN_FLOAT32;
        layout la = c / 2 % LAYOUTS, lout = c / 2 / LAYOUTS % LAYOUTS;
        size_t rows = shapes[c / 2 / LAYOUTS / LAYOUTS].rows;
        size_t cols = shapes[c / 2 / LAYOUTS / LAYOUTS].cols;
        for (int op = 0; op < DNN_BINARY_COUNT; op++) {
            sample out = make(dtype, rows, cols, lout), a = make(dtype, rows, cols, la);
            const sample b[] = {make(dtype, rows, cols, lout), make(dtype, rows, 1, la),
                                make(dtype, 1, cols, ROW_VIEW), make(dtype, 1, 1, la)};
            for (size_t k = 0; k < 4; k++) {
                check_one_binary((dnn_binary_op)op, &out.m, &a.m, &b[k].m);
                check_one_binary((dnn_binary_op)op, &out.m, &b[k].m, &a.m);
            }
            check_one_binary((dnn_binary_op)op, &out.m, &out.m, &a.m); /* in place */
            check_one_binary((dnn_binary_op)op, &a.m, &b[0].m, &a.m);
            for (size_t k = 0; k < 4; k++)
                drop((sample *)&b[k]);
            drop(&out), drop(&a);
        }
    }
}

static void every_unary_operation_agrees_with_a_plain_loop_in_every_layout(void **state) {
    (void)state;
    for (size_t c = 0; c < SHAPES * LAYOUTS * LAYOUTS * 4; c++) {
        dnn_dtype dtype = c % 2 ? DNN_FLOAT64 : DNN_FLOAT32;
        bool in_place = c / 2 % 2;
        layout la = c / 4 % LAYOUTS, lout = c / 4 / LAYOUTS % LAYOUTS;
        size_t rows = shapes[c / 4 / LAYOUTS / LAYOUTS].rows;
        size_t cols = shapes[c / 4 / LAYOUTS / LAYOUTS].cols;
        for (int op = 0; op < DNN_UNARY_COUNT; op++) {
            sample a = make(dtype, rows, cols, la), out = make(dtype, rows, cols, lout);
            dnn_matrix before;
            check_ok(dnn_matrix_create(&before, dtype, rows, cols, &err));
            check_ok(dnn_matrix_copy(&before, &a.m, &err));
            dnn_matrix *to = in_place ? &a.m : &out.m;
            check_ok(dnn_unary((dnn_unary_op)op, to, &a.m, &err));
            for (size_t j = 0; j < cols; j++)
                for (size_t i = 0; i < rows; i++)
                    check_element(dnn_unary_name((dnn_unary_op)op), dtype, dnn_matrix_get(to, i, j),
                                  plain_unary((dnn_unary_op)op, dnn_matrix_get(&before, i, j)));
            dnn_matrix_free(&before);
            drop(&a), drop(&out);
        }
    }
}

static void elements_around_a_written_view_are_left_alone(void **state) {
    (void)state;
    for (size_t rows = 1; rows <= 100; rows += 33) {
        sample a = make(DNN_FLOAT32, rows, 50, STRIDED);
        check_ok(dnn_fill(&a.parent, 7, &err));
        check_ok(dnn_binary_scalar(DNN_ADD, &a.m, &a.m, 1, false, &err));
        for (size_t j = 0; j < 50; j++)
            for (size_t i = 0; i < a.parent.rows; i++)
                check_close(dnn_matrix_get(&a.parent, i, j), i >= 1 && i < 1 + rows ? 8 : 7, 0);
        drop(&a);
    }
}

static void scalars_stand_on_either_side(void **state) {
    (void)state;
    for (int d = DNN_FLOAT32; d <= DNN_FLOAT64; d++) {
        for (int op = 0; op < DNN_BINARY_COUNT; op++) {
            sample a = make((dnn_dtype)d, 41, 37, STRIDED),
                   out = make((dnn_dtype)d, 41, 37, CONTIGUOUS);
            for (int first = 0; first < 2; first++) {
                check_ok(dnn_binary_scalar((dnn_binary_op)op, &out.m, &a.m, 2, first, &err));
                for (size_t j = 0; j < 37; j++)
                    for (size_t i = 0; i < 41; i++) {
                        double x = dnn_matrix_get(&a.m, i, j);
                        check_element(
                            dnn_binary_name((dnn_binary_op)op), (dnn_dtype)d,
                            dnn_matrix_get(&out.m, i, j),
                            plain_binary((dnn_binary_op)op, first ? 2 : x, first ? x : 2));
                    }
            }
            drop(&a), drop(&out);
        }
    }
}

static void clamp_and_where_agree_with_their_formulas(void **state) {
    (void)state;
    for (int d = DNN_FLOAT32; d <= DNN_FLOAT64; d++) {
        sample a = make((dnn_dtype)d, 30, 50, STRIDED), b = make((dnn_dtype)d, 30, 1, CONTIGUOUS),
               c = make((dnn_dtype)d, 1, 50, ROW_VIEW),
               out = make((dnn_dtype)d, 30, 50, CONTIGUOUS);
        check_ok(dnn_clamp(&out.m, &a.m, -1, 2, &err));
        for (size_t k = 0; k < 1500; k++) {
            double x = dnn_matrix_get(&a.m, k % 30, k / 30);
            check_element("clamp", (dnn_dtype)d, dnn_matrix_get(&out.m, k % 30, k / 30),
                          isnan(x) ? x : fmin(fmax(x, -1), 2));
        }
        check_ok(dnn_where(&out.m, &a.m, &b.m, &c.m, &err));
        for (size_t k = 0; k < 1500; k++)
            check_element("where", (dnn_dtype)d, dnn_matrix_get(&out.m, k % 30, k / 30),
                          dnn_matrix_get(&a.m, k % 30, k / 30) != 0
                              ? dnn_matrix_get(&b.m, k % 30, 0)
                              : dnn_matrix_get(&c.m, 0, k / 30));
        drop(&a), drop(&b), drop(&c), drop(&out);
    }
}

/* --- size, threads, constants --- */

static void large_matrices_give_the_same_bits_on_one_thread_and_on_many(void **state) {
    (void)state;
    size_t threads = dnn_threads();
    sample a = make(DNN_FLOAT32, 1001, 301, STRIDED), b = make(DNN_FLOAT32, 1, 301, ROW_VIEW);
    dnn_matrix one, many;
    check_ok(dnn_matrix_create(&one, DNN_FLOAT32, 1001, 301, &err));
    check_ok(dnn_matrix_create(&many, DNN_FLOAT32, 1001, 301, &err));
    dnn_set_threads(1);
    check_ok(dnn_binary(DNN_MUL, &one, &a.m, &b.m, &err));
    check_ok(dnn_unary(DNN_TANH, &one, &one, &err));
    dnn_set_threads(3);
    check_ok(dnn_binary(DNN_MUL, &many, &a.m, &b.m, &err));
    check_ok(dnn_unary(DNN_TANH, &many, &many, &err));
    dnn_set_threads(threads);
    assert_memory_equal(one.data, many.data, 1001 * 301 * sizeof(float));
    dnn_matrix_free(&one), dnn_matrix_free(&many), drop(&a), drop(&b);
}

static void fill_arange_and_eye_write_what_they_say(void **state) {
    (void)state;
    for (int d = 0; d < DNN_DTYPE_COUNT; d++) {
        sample s = make((dnn_dtype)d, 4, 6, STRIDED);
        check_ok(dnn_fill(&s.m, 300, &err));
        check_close(dnn_matrix_get(&s.m, 3, 5), d == DNN_UINT8 ? 255 : 300, 0);
        check_ok(dnn_eye(&s.m, &err));
        for (size_t k = 0; k < 24; k++)
            check_close(dnn_matrix_get(&s.m, k % 4, k / 4), k % 4 == k / 4, 0);
        drop(&s);
    }
    sample s = make(DNN_FLOAT64, 4, 6, STRIDED);
    check_ok(dnn_arange(&s.m, 10, -0.5, &err));
    for (size_t k = 0; k < 24; k++)
        check_close(dnn_matrix_get(&s.m, k % 4, k / 4), 10 - 0.5 * (double)k, 0);
    drop(&s);
}

static void steps_that_float32_does_not_hold_are_refused(void **state) {
    (void)state;
    dnn_matrix m;
    check_ok(dnn_matrix_create(&m, DNN_FLOAT32, 5, 1, &err));
    static const double whole[] = {0x1p24 - 4, -0x1p24, 0x1p25 - 8, 1e7}, steps[] = {1, 1, 2, 1e6};
    for (size_t k = 0; k < 4; k++) {
        check_ok(dnn_arange(&m, whole[k], steps[k], &err));
        for (size_t i = 0; i < 5; i++)
            assert_true(dnn_matrix_get(&m, i, 0) == whole[k] + (double)i * steps[k]);
    }
    check_fails(
        dnn_arange(&m, 0x1p24 - 3, 1, &err), DNN_ERROR_ARGUMENT,
        "arange: float32 holds whole numbers up to 16777216 only, and these go from 16777213 "
        "to 16777217; take {dtype = \"float64\"}");
    check_fails(dnn_arange(&m, 2 - 0x1p24, -1, &err), DNN_ERROR_ARGUMENT, "to -16777218;");
    check_fails(dnn_arange(&m, 0x1p25, 1, &err), DNN_ERROR_ARGUMENT, "from 33554432");
    check_ok(dnn_arange(&m, 0.5, 0x1p24, &err)); /* rounded, as every number in float32 */
    dnn_matrix_free(&m);
}

/* --- misuse --- */

static void misuse_is_named_with_both_shapes_or_types_and_the_fix(void **state) {
    (void)state;
    dnn_matrix a, b, c, d, bytes, column, out;
    check_ok(dnn_matrix_create(&a, DNN_FLOAT32, 20, 209, &err));
    check_ok(dnn_matrix_create(&b, DNN_FLOAT32, 209, 1, &err));
    check_ok(dnn_matrix_create(&c, DNN_FLOAT64, 20, 209, &err));
    check_ok(dnn_matrix_create(&d, DNN_FLOAT32, 3, 4, &err));
    check_ok(dnn_matrix_create(&bytes, DNN_UINT8, 20, 209, &err));
    check_ok(dnn_matrix_create(&out, DNN_FLOAT32, 20, 209, &err));
    check_ok(dnn_matrix_block(&column, &out, 0, 0, 20, 1, &err));
    check_fails(dnn_binary(DNN_ADD, &out, &a, &b, &err), DNN_ERROR_SHAPE,
                "add: 20 x 209 and 209 x 1 do not fit: each dimension must agree or be 1 (the "
                "transpose of the second, 1 x 209, would fit: B:t())");
    check_fails(dnn_binary(DNN_MUL, &out, &a, &d, &err), DNN_ERROR_SHAPE,
                "cmul: 20 x 209 and 3 x 4 do not fit: each dimension must agree or be 1");
    assert_null(strstr(err.text, "transpose"));
    check_fails(dnn_binary(DNN_ADD, &out, &a, &c, &err), DNN_ERROR_TYPE,
                "add: float32 and float64 do not mix; convert one with :float() or :double()");
    check_fails(dnn_unary(DNN_EXP, &out, &c, &err), DNN_ERROR_TYPE, "exp: float64 and float32");
    check_fails(dnn_unary(DNN_EXP, &out, &bytes, &err), DNN_ERROR_TYPE,
                "exp: uint8 is for stored data only; convert with :float() or :double() first");
    check_fails(dnn_unary(DNN_EXP, &d, &a, &err), DNN_ERROR_SHAPE,
                "exp: the result is 20 x 209, the output 3 x 4");
    check_fails(dnn_binary(DNN_SUB, &out, &a, &column, &err), DNN_ERROR_ARGUMENT,
                "sub: the output overlaps an operand that it is not; copy the operand first");
    check_fails(dnn_clamp(&out, &a, 2, 1, &err), DNN_ERROR_ARGUMENT,
                "clamp: expected low <= high, got low = 2 and high = 1");
    dnn_matrix *all[] = {&a, &b, &c, &d, &bytes, &out};
    for (size_t k = 0; k < 6; k++)
        dnn_matrix_free(all[k]);
}

static void arithmetic_allocates_nothing(void **state) {
    (void)state;
    sample a = make(DNN_FLOAT32, 1000, 200, STRIDED), b = make(DNN_FLOAT32, 1000, 1, CONTIGUOUS);
    uint64_t before = dnn_allocation_count();
    check_ok(dnn_binary(DNN_ADD, &a.m, &a.m, &b.m, &err));
    check_ok(dnn_unary(DNN_SIGMOID, &a.m, &a.m, &err));
    assert_int_equal(dnn_allocation_count(), before);
    drop(&a), drop(&b);
}

int main(void) {
    stream = dnn_random_seeded(7);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_binary_operation_agrees_with_a_plain_loop_in_every_layout),
        cmocka_unit_test(every_unary_operation_agrees_with_a_plain_loop_in_every_layout),
        cmocka_unit_test(elements_around_a_written_view_are_left_alone),
        cmocka_unit_test(scalars_stand_on_either_side),
        cmocka_unit_test(clamp_and_where_agree_with_their_formulas),
        cmocka_unit_test(large_matrices_give_the_same_bits_on_one_thread_and_on_many),
        cmocka_unit_test(fill_arange_and_eye_write_what_they_say),
        cmocka_unit_test(steps_that_float32_does_not_hold_are_refused),
        cmocka_unit_test(misuse_is_named_with_both_shapes_or_types_and_the_fix),
        cmocka_unit_test(arithmetic_allocates_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
