/* test_matrix.c: descriptors and views, copies between types, transposition, gathering,
 * concatenation. */
#include "check.h"

#include "core/memory.h"
#include "core/random.h"
#include "math/elementwise.h"
#include "math/matrix.h"

static dnn_error err;

static dnn_matrix make(dnn_dtype dtype, size_t rows, size_t cols) {
    dnn_matrix m;
    check_ok(dnn_matrix_create(&m, dtype, rows, cols, &err));
    return m;
}

/* Element (i, j) is 10 i + j (in uint8 as far as that goes). */
static dnn_matrix numbered(dnn_dtype dtype, size_t rows, size_t cols) {
    dnn_matrix m = make(dtype, rows, cols);
    for (size_t j = 0; j < cols; j++)
        for (size_t i = 0; i < rows; i++)
            dnn_matrix_set(&m, i, j, (double)(10 * i + j));
    return m;
}

static dnn_matrix block(const dnn_matrix *m, size_t i, size_t j, size_t rows, size_t cols) {
    dnn_matrix view;
    check_ok(dnn_matrix_block(&view, m, i, j, rows, cols, &err));
    return view;
}

static void elements_stand_in_column_major_order(void **state) {
    (void)state;
    float memory[] = {1, 2, 3, 4, 5, 6};
    dnn_matrix m = dnn_matrix_of(DNN_FLOAT32, 2, 3, memory);
    check_close(dnn_matrix_get(&m, 1, 0), 2, 0);
    check_close(dnn_matrix_get(&m, 0, 2), 5, 0);
    assert_ptr_equal(dnn_matrix_at(&m, 1, 2), &memory[5]);
    assert_int_equal(dnn_matrix_count(&m), 6);
}

static void storing_into_uint8_rounds_and_saturates(void **state) {
    (void)state;
    static const double cases[][2] = {
        {-1,        0  },
        {0.4,       0  },
        {0.6,       1  },
        {254.4,     254},
        {255.4,     255},
        {INFINITY,  255},
        {NAN,       0  },
        {-INFINITY, 0  }
    };
    uint8_t byte;
    dnn_matrix m = dnn_matrix_of(DNN_UINT8, 1, 1, &byte);
    for (size_t c = 0; c < sizeof cases / sizeof *cases; c++) {
        dnn_matrix_set(&m, 0, 0, cases[c][0]);
        check_close(byte, cases[c][1], 0);
    }
}

static void a_new_matrix_is_zero_and_given_back(void **state) {
    (void)state;
    uint64_t live = dnn_allocations_live();
    dnn_matrix m = make(DNN_FLOAT64, 3, 2);
    for (size_t k = 0; k < 6; k++)
        check_close(dnn_matrix_get(&m, k % 3, k / 3), 0, 0);
    dnn_matrix_free(&m);
    assert_int_equal(dnn_allocations_live(), live);
    assert_int_equal(dnn_matrix_count(&m), 0);
}

static void impossible_sizes_and_lack_of_memory_are_errors(void **state) {
    (void)state;
    dnn_matrix m;
    check_fails(dnn_matrix_create(&m, DNN_FLOAT64, SIZE_MAX / 4, 5, &err), DNN_ERROR_MEMORY,
                "matrix of float64 does not fit in memory");
    dnn_fail_allocation(1);
    check_fails(dnn_matrix_create(&m, DNN_FLOAT32, 30, 2, &err), DNN_ERROR_MEMORY,
                "out of memory: a 30 x 2 matrix of float32 needs 240 bytes");
    dnn_fail_allocation(0);
    assert_null(m.data);
}

static void a_block_shares_memory_and_must_lie_inside(void **state) {
    (void)state;
    dnn_matrix m = numbered(DNN_FLOAT32, 4, 5), b = block(&m, 1, 2, 2, 3);
    check_close(dnn_matrix_get(&b, 1, 2), 24, 0);
    dnn_matrix_set(&b, 0, 0, -1);
    check_close(dnn_matrix_get(&m, 1, 2), -1, 0);
    assert_false(dnn_matrix_is_contiguous(&b));
    check_fails(dnn_matrix_block(&b, &m, 3, 0, 2, 1, &err), DNN_ERROR_ARGUMENT,
                "rows 4 to 5 do not lie in a 4 x 5 matrix");
    check_fails(dnn_matrix_block(&b, &m, 0, 1, 1, 5, &err), DNN_ERROR_ARGUMENT,
                "columns 2 to 6 do not lie in a 4 x 5 matrix");
    check_fails(dnn_matrix_block(&b, &m, SIZE_MAX, 0, 1, 1, &err), DNN_ERROR_ARGUMENT, "rows");
    dnn_matrix_free(&m);
}

static void a_reshape_keeps_the_order_and_needs_contiguous_memory(void **state) {
    (void)state;
    dnn_matrix m = make(DNN_FLOAT64, 4, 3), r, b = block(&m, 0, 0, 2, 3);
    check_ok(dnn_arange(&m, 0, 1, &err));
    check_ok(dnn_matrix_reshape(&r, &m, 2, 6, &err));
    for (size_t k = 0; k < 12; k++)
        check_close(dnn_matrix_get(&r, k % 2, k / 2), (double)k, 0);
    check_fails(dnn_matrix_reshape(&r, &m, 5, 2, &err), DNN_ERROR_SHAPE,
                "reshape: 4 x 3 has 12 elements and cannot become 5 x 2");
    check_fails(dnn_matrix_reshape(&r, &b, 6, 1, &err), DNN_ERROR_ARGUMENT, "copy it first");
    dnn_matrix_free(&m);
}

static void overlap_of_blocks_of_one_parent_is_exact(void **state) {
    (void)state;
    enum { ROWS = 4, COLS = 3 };
    dnn_matrix m = make(DNN_FLOAT32, ROWS, COLS), blocks[60];
    size_t n = 0;
    for (size_t i = 0; i < ROWS; i++)
        for (size_t j = 0; j < COLS; j++)
            for (size_t rows = 1; i + rows <= ROWS; rows++)
                for (size_t cols = 1; j + cols <= COLS; cols++)
                    blocks[n++] = block(&m, i, j, rows, cols);
    for (size_t p = 0; p < n; p++) {
        check_ok(dnn_fill(&m, 0, &err));
        check_ok(dnn_fill(&blocks[p], 1, &err));
        for (size_t q = 0; q < n; q++) {
            bool shared = false;
            for (size_t k = 0; k < dnn_matrix_count(&blocks[q]); k++)
                shared =
                    shared || dnn_matrix_get(&blocks[q], k % blocks[q].rows, k / blocks[q].rows);
            assert_int_equal(dnn_matrix_overlap(&blocks[p], &blocks[q]), shared);
            assert_int_equal(dnn_matrix_safe_inplace(&blocks[p], &blocks[q]), !shared || p == q);
        }
    }
    dnn_matrix_free(&m);
}

static void a_copy_converts_every_type_to_every_other(void **state) {
    (void)state;
    static const double values[] = {0, 1, 3.5, 2.5, -7, 254.6, 300, 1e30, NAN, INFINITY};
    for (int from = 0; from < DNN_DTYPE_COUNT; from++) {
        for (int to = 0; to < DNN_DTYPE_COUNT; to++) {
            dnn_matrix a = make((dnn_dtype)from, 40, 9), out = make((dnn_dtype)to, 50, 9);
            dnn_matrix view = block(&out, 5, 0, 40, 9), one = make((dnn_dtype)to, 1, 1);
            for (size_t k = 0; k < 360; k++)
                dnn_matrix_set(&a, k % 40, k / 40, values[k % 10]);
            check_ok(dnn_matrix_copy(&view, &a, &err));
            for (size_t k = 0; k < 360; k++) {
                dnn_matrix_set(&one, 0, 0, dnn_matrix_get(&a, k % 40, k / 40));
                check_close(dnn_matrix_get(&view, k % 40, k / 40), dnn_matrix_get(&one, 0, 0), 0);
            }
            check_close(dnn_matrix_get(&out, 4, 3), 0, 0);
            check_close(dnn_matrix_get(&out, 45, 3), 0, 0);
            dnn_matrix_free(&a), dnn_matrix_free(&out), dnn_matrix_free(&one);
        }
    }
}

static void whole_numbers_are_rounded_to_even_and_saturated(void **state) {
    (void)state;
    static const struct {
        double from, to;
    } cases[] = {
        {2.5,        2            },
        {3.5,        4            },
        {-2.5,       -2           },
        {-7,         -7           },
        {1e10,       2147483647   },
        {-INFINITY,  -2147483648.0},
        {INFINITY,   2147483647   },
        {2147483646, 2147483646   },
        {NAN,        0            },
    };
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        dnn_matrix real = make(DNN_FLOAT64, 1, 1), whole = make(DNN_INT32, 1, 1);
        dnn_matrix_set(&real, 0, 0, cases[k].from);
        check_ok(dnn_matrix_copy(&whole, &real, &err));
        check_close(dnn_matrix_get(&whole, 0, 0), cases[k].to, 0);
        dnn_matrix_set(&whole, 0, 0, cases[k].from);
        check_close(dnn_matrix_get(&whole, 0, 0), cases[k].to, 0);
        dnn_matrix_free(&real), dnn_matrix_free(&whole);
    }
}

static void a_copy_within_one_matrix_works_where_it_is_well_defined(void **state) {
    (void)state;
    dnn_matrix m = numbered(DNN_FLOAT32, 3, 4);
    dnn_matrix first = block(&m, 0, 0, 1, 4), last = block(&m, 2, 0, 1, 4);
    dnn_matrix left = block(&m, 0, 0, 3, 3), right = block(&m, 0, 1, 3, 3);
    check_ok(dnn_matrix_copy(&last, &first, &err));
    assert_true(dnn_matrix_equal(&first, &last));
    check_ok(dnn_matrix_copy(&m, &m, &err));
    check_fails(dnn_matrix_copy(&right, &left, &err), DNN_ERROR_ARGUMENT,
                "copy: input and output overlap in memory; copy the input first (:copy())");
    check_fails(dnn_matrix_copy(&left, &m, &err), DNN_ERROR_SHAPE,
                "copy: the result is 3 x 4, the output 3 x 3");
    dnn_matrix_free(&m);
}

static void transposition_swaps_rows_and_columns(void **state) {
    (void)state;
    static const size_t shapes[][2] = {
        {1,   1  },
        {1,   40 },
        {40,  1  },
        {17,  33 },
        {500, 300},
        {0,   3  }
    };
    dnn_random stream = dnn_random_seeded(3);
    for (size_t s = 0; s < sizeof shapes / sizeof *shapes; s++) {
        for (int d = 0; d < DNN_DTYPE_COUNT; d++) {
            size_t rows = shapes[s][0], cols = shapes[s][1];
            dnn_matrix parent = make((dnn_dtype)d, rows + 2, cols),
                       t = make((dnn_dtype)d, cols, rows);
            dnn_matrix a = block(&parent, 1, 0, rows, cols);
            for (size_t j = 0; j < cols; j++)
                for (size_t i = 0; i < rows; i++)
                    dnn_matrix_set(&a, i, j, 255 * dnn_random_uniform(&stream));
            check_ok(dnn_matrix_transpose(&t, &a, &err));
            for (size_t j = 0; j < cols; j++)
                for (size_t i = 0; i < rows; i++)
                    check_close(dnn_matrix_get(&t, j, i), dnn_matrix_get(&a, i, j), 0);
            dnn_matrix_free(&parent), dnn_matrix_free(&t);
        }
    }
    dnn_matrix m = make(DNN_FLOAT32, 3, 3);
    check_fails(dnn_matrix_transpose(&m, &m, &err), DNN_ERROR_ARGUMENT,
                "transpose: input and output");
    dnn_matrix_free(&m);
}

static void gathered_columns_are_converted_scaled_and_shifted(void **state) {
    (void)state;
    for (int from = 0; from < DNN_DTYPE_COUNT; from++) {
        for (int to = DNN_FLOAT32; to <= DNN_FLOAT64; to++) {
            enum { ROWS = 1111, COLS = 9, N = 70 };
            dnn_matrix a = make((dnn_dtype)from, ROWS, COLS), out = make((dnn_dtype)to, ROWS, N);
            uint32_t index[N];
            for (size_t k = 0; k < ROWS * COLS; k++)
                dnn_matrix_set(&a, k % ROWS, k / ROWS, (double)(k % 256));
            for (uint32_t k = 0; k < N; k++)
                index[k] = (7 * k + 3) % COLS;
            check_ok(dnn_matrix_gather_columns(&out, &a, index, 1.0 / 255, -0.5, &err));
            for (size_t k = 0; k < ROWS * N; k++) {
                double x = dnn_matrix_get(&a, k % ROWS, index[k / ROWS]);
                check_close(dnn_matrix_get(&out, k % ROWS, k / ROWS), x / 255 - 0.5,
                            to == DNN_FLOAT32 ? 1e-7 : 1e-15);
            }
            check_ok(dnn_matrix_gather_columns(&out, &a, index, 1, 0, &err));
            check_close(dnn_matrix_get(&out, 5, 1), dnn_matrix_get(&a, 5, index[1]), 0);
            index[4] = COLS;
            check_fails(dnn_matrix_gather_columns(&out, &a, index, 1, 0, &err), DNN_ERROR_ARGUMENT,
                        "gather: index 5 is 10, but the matrix has 9 columns");
            dnn_matrix_free(&a), dnn_matrix_free(&out);
        }
    }
}

static void gathering_bytes_copies_bytes_and_refuses_to_scale_them(void **state) {
    (void)state;
    dnn_matrix a = numbered(DNN_UINT8, 5, 4), out = make(DNN_UINT8, 5, 2);
    const uint32_t index[] = {3, 1};
    check_ok(dnn_matrix_gather_columns(&out, &a, index, 1, 0, &err));
    check_close(dnn_matrix_get(&out, 4, 0), 43, 0);
    check_close(dnn_matrix_get(&out, 4, 1), 41, 0);
    check_fails(dnn_matrix_gather_columns(&out, &a, index, 2, 0, &err), DNN_ERROR_TYPE,
                "gather: uint8 is for stored data only");
    dnn_matrix_free(&a), dnn_matrix_free(&out);
}

static void concatenation_puts_parts_below_or_beside_each_other(void **state) {
    (void)state;
    dnn_matrix a = numbered(DNN_FLOAT32, 2, 3), b = numbered(DNN_FLOAT32, 1, 3),
               c = numbered(DNN_FLOAT32, 2, 1), below = make(DNN_FLOAT32, 3, 3),
               beside = make(DNN_FLOAT32, 2, 4), d = make(DNN_FLOAT64, 2, 3);
    check_ok(dnn_matrix_concat(&below, (const dnn_matrix *[]){&a, &b}, 2, 1, &err));
    check_close(dnn_matrix_get(&below, 1, 2), 12, 0);
    check_close(dnn_matrix_get(&below, 2, 2), 2, 0);
    check_ok(dnn_matrix_concat(&beside, (const dnn_matrix *[]){&c, &a}, 2, 2, &err));
    check_close(dnn_matrix_get(&beside, 1, 0), 10, 0);
    check_close(dnn_matrix_get(&beside, 1, 3), 12, 0);
    check_fails(
        dnn_matrix_concat(&below, (const dnn_matrix *[]){&a, &c}, 2, 1, &err), DNN_ERROR_SHAPE,
        "cat: matrix 2 is 2 x 1 and the first 2 x 3; to append rows they need as many columns");
    check_fails(dnn_matrix_concat(&below, (const dnn_matrix *[]){&a, &d}, 2, 1, &err),
                DNN_ERROR_TYPE, "cat: matrix 2 is float64 and the first is float32");
    check_fails(dnn_matrix_concat(&below, NULL, 0, 1, &err), DNN_ERROR_ARGUMENT, "at least one");
    check_fails(dnn_matrix_concat(&below, (const dnn_matrix *[]){&a}, 1, 3, &err),
                DNN_ERROR_ARGUMENT, "cat: axis 3; 1 appends rows, 2 appends columns");
    dnn_matrix *all[] = {&a, &b, &c, &below, &beside, &d};
    for (size_t k = 0; k < 6; k++)
        dnn_matrix_free(all[k]);
}

static void equality_asks_for_type_shape_and_elements(void **state) {
    (void)state;
    dnn_matrix a = numbered(DNN_FLOAT32, 4, 4), b = numbered(DNN_FLOAT32, 4, 4),
               d = numbered(DNN_FLOAT64, 4, 4);
    dnn_matrix part = block(&a, 1, 1, 2, 2), same = block(&b, 1, 1, 2, 2),
               other = block(&b, 0, 1, 2, 2);
    assert_true(dnn_matrix_equal(&a, &b));
    assert_true(dnn_matrix_equal(&part, &same));
    assert_false(dnn_matrix_equal(&part, &other));
    assert_false(dnn_matrix_equal(&a, &d));
    assert_false(dnn_matrix_equal(&a, &part));
    dnn_matrix_set(&a, 0, 0, NAN);
    assert_false(dnn_matrix_equal(&a, &a));
    dnn_matrix_free(&a), dnn_matrix_free(&b), dnn_matrix_free(&d);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(elements_stand_in_column_major_order),
        cmocka_unit_test(storing_into_uint8_rounds_and_saturates),
        cmocka_unit_test(a_new_matrix_is_zero_and_given_back),
        cmocka_unit_test(impossible_sizes_and_lack_of_memory_are_errors),
        cmocka_unit_test(a_block_shares_memory_and_must_lie_inside),
        cmocka_unit_test(a_reshape_keeps_the_order_and_needs_contiguous_memory),
        cmocka_unit_test(overlap_of_blocks_of_one_parent_is_exact),
        cmocka_unit_test(a_copy_converts_every_type_to_every_other),
        cmocka_unit_test(whole_numbers_are_rounded_to_even_and_saturated),
        cmocka_unit_test(a_copy_within_one_matrix_works_where_it_is_well_defined),
        cmocka_unit_test(transposition_swaps_rows_and_columns),
        cmocka_unit_test(gathered_columns_are_converted_scaled_and_shifted),
        cmocka_unit_test(gathering_bytes_copies_bytes_and_refuses_to_scale_them),
        cmocka_unit_test(concatenation_puts_parts_below_or_beside_each_other),
        cmocka_unit_test(equality_asks_for_type_shape_and_elements),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
