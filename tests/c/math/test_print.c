/* test_print.c: the text of matrices. */
#include "check.h"

#include <stdlib.h>
#include <sys/mman.h>

#include "math/elementwise.h"
#include "math/print.h"

static dnn_error err;
static double memory[1000];

/* A float64 matrix of the given rows of numbers, on `memory`. */
static dnn_matrix rows_of(size_t rows, size_t cols, const double *values) {
    dnn_matrix m = dnn_matrix_of(DNN_FLOAT64, rows, cols, memory);
    for (size_t k = 0; k < rows * cols; k++)
        dnn_matrix_set(&m, k / cols, k % cols, values[k]);
    return m;
}

static void check_text(const dnn_matrix *m, size_t width, const char *expected) {
    char text[4096];
    size_t length = dnn_matrix_format(m, text, sizeof text, 4, width, 20);
    assert_string_equal(text, expected);
    assert_int_equal(length, strlen(expected));
}

static void decimals_stand_under_decimals(void **state) {
    (void)state;
    dnn_matrix m = rows_of(2, 3, (double[]){1, -2.5, 1000.12345, 0.5, 3, -0.0125});
    check_text(&m, 80,
               "Matrix float64 2 x 3\n"
               "     1.0000    -2.5000  1000.1235\n"
               "     0.5000     3.0000    -0.0125");
}

static void whole_numbers_have_no_point(void **state) {
    (void)state;
    dnn_matrix m = rows_of(2, 2, (double[]){1, -20, 300, 4});
    check_text(&m, 80,
               "Matrix float64 2 x 2\n"
               "    1  -20\n"
               "  300    4");
    uint8_t bytes[] = {0, 255, 7};
    m = dnn_matrix_of(DNN_UINT8, 1, 3, bytes);
    check_text(&m, 80,
               "Matrix uint8 1 x 3\n"
               "    0  255    7");
    int32_t ids[] = {2147483647, -5};
    m = dnn_matrix_of(DNN_INT32, 1, 2, ids);
    check_text(&m, 80,
               "Matrix int32 1 x 2\n"
               "  2147483647          -5");
}

static void wide_ranges_and_small_numbers_are_shown_as_powers_of_ten(void **state) {
    (void)state;
    dnn_matrix m = rows_of(2, 1, (double[]){1.5e-20, -3e30});
    check_text(&m, 80,
               "Matrix float64 2 x 1\n"
               "   1.5000e-20\n"
               "  -3.0000e+30");
    m = rows_of(1, 2, (double[]){0.0000025, 0});
    check_text(&m, 80,
               "Matrix float64 1 x 2\n"
               "  2.5000e-06  0.0000e+00");
    m = rows_of(1, 1, (double[]){5e-324});
    check_text(&m, 80,
               "Matrix float64 1 x 1\n"
               "  4.9407e-324");
    m = rows_of(1, 1, (double[]){1e300});
    check_text(&m, 80,
               "Matrix float64 1 x 1\n"
               "  1.0000e+300");
}

static void infinities_and_nan_are_named_and_do_not_change_the_notation(void **state) {
    (void)state;
    dnn_matrix m = rows_of(2, 2, (double[]){INFINITY, NAN, -INFINITY, 3});
    check_text(&m, 80,
               "Matrix float64 2 x 2\n"
               "   inf   nan\n"
               "  -inf     3");
    m = rows_of(1, 2, (double[]){NAN, 0.25});
    check_text(&m, 80,
               "Matrix float64 1 x 2\n"
               "     nan  0.2500");
}

static void an_empty_matrix_is_its_first_line(void **state) {
    (void)state;
    dnn_matrix m = dnn_matrix_of(DNN_FLOAT32, 0, 5, NULL);
    check_text(&m, 80, "Matrix float32 0 x 5");
}

static void a_large_matrix_is_elided_in_the_middle(void **state) {
    (void)state;
    dnn_matrix m = dnn_matrix_of(DNN_FLOAT64, 25, 40, memory);
    check_ok(dnn_arange(&m, 1, 1, &err));
    check_text(&m, 40,
               "Matrix float64 25 x 40\n"
               "     1    26    51  ...   951   976\n"
               "     2    27    52  ...   952   977\n"
               "     3    28    53  ...   953   978\n"
               "     :     :     :  ...     :     :\n"
               "    23    48    73  ...   973   998\n"
               "    24    49    74  ...   974   999\n"
               "    25    50    75  ...   975  1000");
}

static void a_low_screen_gets_fewer_rows_and_height_0_the_first_line(void **state) {
    (void)state;
    char text[256];
    dnn_matrix m = dnn_matrix_of(DNN_FLOAT64, 5, 1, memory);
    check_ok(dnn_arange(&m, 1, 1, &err));
    dnn_matrix_format(&m, text, sizeof text, 4, 80, 3);
    assert_string_equal(text, "Matrix float64 5 x 1\n  1\n  2\n  :\n  5");
    dnn_matrix_format(&m, text, sizeof text, 4, 80, 0);
    assert_string_equal(text, "Matrix float64 5 x 1");
}

static void a_view_shows_its_own_elements(void **state) {
    (void)state;
    dnn_matrix m = dnn_matrix_of(DNN_FLOAT64, 4, 4, memory), view;
    check_ok(dnn_arange(&m, 1, 1, &err));
    check_ok(dnn_matrix_block(&view, &m, 1, 2, 2, 2, &err));
    check_text(&view, 80,
               "Matrix float64 2 x 2\n"
               "  10  14\n"
               "  11  15");
}

static void no_line_is_longer_than_the_width_unless_two_columns_are(void **state) {
    (void)state;
    char text[20000];
    dnn_matrix m = dnn_matrix_of(DNN_FLOAT64, 2, 500, memory);
    check_ok(dnn_arange(&m, -3.5, 0.37, &err));
    for (size_t width = 0; width < 300; width++) {
        dnn_matrix_format(&m, text, sizeof text, 3, width, 20);
        for (const char *line = strchr(text, '\n'); line != NULL; line = strchr(line + 1, '\n'))
            assert_true(strcspn(line + 1, "\n") <= (width < 30 ? 30 : width));
    }
}

static void a_text_that_is_too_long_is_cut_and_its_length_told(void **state) {
    (void)state;
    dnn_matrix m = rows_of(1, 2, (double[]){1, 2});
    const char *whole = "Matrix float64 1 x 2\n  1  2";
    char text[64];
    for (size_t size = 1; size < 40; size++) {
        memset(text, 'x', sizeof text);
        assert_int_equal(dnn_matrix_format(&m, text, size, 4, 80, 20), strlen(whole));
        size_t kept = strlen(whole) < size - 1 ? strlen(whole) : size - 1;
        assert_int_equal(strlen(text), kept);
        assert_memory_equal(text, whole, kept);
        assert_int_equal(text[size], 'x');
    }
    assert_int_equal(dnn_matrix_format(&m, NULL, 0, 4, 80, 20), strlen(whole));
}

/* The columns in the middle may not even be read. */
static void a_huge_matrix_reads_only_what_it_shows(void **state) {
    (void)state;
    enum { N = 10000 };
    const size_t column = N * sizeof(float), page = 65536;
    char *space = mmap(NULL, N * column, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (space == MAP_FAILED)
        skip();
    size_t begin = (100 * column + page - 1) / page * page, end = 9900 * column / page * page;
    assert_int_equal(mprotect(space + begin, end - begin, PROT_NONE), 0);
    dnn_matrix m = dnn_matrix_of(DNN_FLOAT32, N, N, space);
    char text[4096];
    size_t length = dnn_matrix_format(&m, text, sizeof text, 4, 80, 20);
    assert_true(length < 1000);
    assert_non_null(strstr(text, "10000 x 10000"));
    munmap(space, N * column);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(decimals_stand_under_decimals),
        cmocka_unit_test(whole_numbers_have_no_point),
        cmocka_unit_test(wide_ranges_and_small_numbers_are_shown_as_powers_of_ten),
        cmocka_unit_test(infinities_and_nan_are_named_and_do_not_change_the_notation),
        cmocka_unit_test(an_empty_matrix_is_its_first_line),
        cmocka_unit_test(a_large_matrix_is_elided_in_the_middle),
        cmocka_unit_test(a_low_screen_gets_fewer_rows_and_height_0_the_first_line),
        cmocka_unit_test(a_view_shows_its_own_elements),
        cmocka_unit_test(no_line_is_longer_than_the_width_unless_two_columns_are),
        cmocka_unit_test(a_text_that_is_too_long_is_cut_and_its_length_told),
        cmocka_unit_test(a_huge_matrix_reads_only_what_it_shows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
