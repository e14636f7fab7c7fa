/* What readers and writers of tables and arrays do at the ends of what they are asked for: no
 * columns, no rows, shapes that do not fit, files that are not files. */
#include "check_file.h"

#include <stdlib.h>
#include <unistd.h>
#include <zlib.h>

#include "data/csv.h"
#include "data/npy.h"
#include "data/source.h"

static dnn_error err;
static const char *const path = "test_readers_limits.tmp";

static void write_file(const void *bytes, size_t size) {
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, size, file), size);
    assert_int_equal(fclose(file), 0);
}

static void only_files_are_read(void **state) {
    (void)state;
    dnn_source *source;
    check_fails(dnn_source_open(&source, "/dev/null", &err), DNN_ERROR_FILE,
                "/dev/null: is not a regular file");
    check_fails(dnn_source_open(&source, "/tmp", &err), DNN_ERROR_FILE,
                "/tmp: is a folder; expected a file");
}

/* A packed file of more than 10.7 MB may become a hundred times as much; what follows its only
 * member is passed over. */
static void a_large_packed_file_may_become_a_hundred_times_as_much(void **state) {
    (void)state;
    dnn_source *source;
    char bytes[5];
    gzFile packed = gzopen(path, "wb");
    assert_int_equal(gzwrite(packed, "numbers", 7), 7);
    assert_int_equal(gzclose(packed), Z_OK);
    check_ok(dnn_source_open(&source, path, &err));
    check_ok(dnn_source_read(source, bytes, 5, &err));
    assert_memory_equal(bytes, "numbe", 5);
    dnn_source_close(source);
    assert_int_equal(truncate(path, 12000000), 0);
    check_ok(dnn_source_open(&source, path, &err));
    check_ok(dnn_source_require(source, 1200000000, &err));
    check_fails(dnn_source_require(source, 1300000000, &err), DNN_ERROR_FORMAT,
                "would unpack to 1300000000 bytes or more, suspiciously many for its size");
    check_ok(dnn_source_read(source, bytes, 5, &err));
    assert_memory_equal(bytes, "numbe", 5);
    check_fails(dnn_source_read(source, bytes, 3, &err), DNN_ERROR_FORMAT, "ends 1 bytes too soon");
    dnn_source_close(source);
}

static void a_table_may_be_read_without_any_column(void **state) {
    (void)state;
    const dnn_csv_options options = {.header = 0, .dtype = DNN_FLOAT64};
    dnn_csv *csv;
    write_file("1,2\n3,4\n", 8);
    check_ok(dnn_csv_open(&csv, path, &options, &err));
    check_ok(dnn_csv_read(csv, NULL, 0, &err));
    assert_int_equal(dnn_csv_row_count(csv), 2);
    dnn_csv_close(csv);
}

static void a_table_needs_rows_that_are_not_passed_over(void **state) {
    (void)state;
    dnn_csv_options options = {.header = 0, .missing = DNN_CSV_SKIP, .dtype = DNN_FLOAT64};
    for (; options.header <= 1; options.header++) {
        dnn_csv *csv;
        write_file("a,b\n1,\n,2\n" + (options.header ? 0 : 4), options.header ? 10 : 6);
        check_ok(dnn_csv_open(&csv, path, &options, &err));
        check_fails(dnn_csv_read(csv, (size_t[]){0, 1}, 2, &err), DNN_ERROR_FORMAT,
                    "has no rows of values");
        assert_true((strstr(err.text, "after its header") != NULL) == (options.header == 1));
        dnn_csv_close(csv);
    }
}

static void labels_that_are_written_are_one_row(void **state) {
    (void)state;
    const char *const classes[] = {"cat", "dog"};
    double labels[] = {2, 1};
    dnn_matrix row = dnn_matrix_of(DNN_FLOAT64, 1, 2, labels);
    dnn_matrix column = dnn_matrix_of(DNN_FLOAT64, 2, 1, labels);
    dnn_csv_part part = {.matrix = &row, .classes = classes, .class_count = 2};
    check_ok(dnn_csv_write(path, &part, 1, ',', &err));
    assert_holds(path, "dog\ncat\n");
    part.class_count = 1;
    check_fails(dnn_csv_write(path, &part, 1, ',', &err), DNN_ERROR_ARGUMENT, "label 1 is 2");
    part.matrix = &column;
    check_fails(dnn_csv_write(path, &part, 1, ',', &err), DNN_ERROR_SHAPE, "expected 1 row");
    assert_holds(path, "dog\ncat\n");
}

static void an_array_is_written_in_a_shape_of_its_size_only(void **state) {
    (void)state;
    double numbers[] = {1, 2, 3, 4, 5, 6};
    dnn_matrix m = dnn_matrix_of(DNN_FLOAT64, 3, 2, numbers);
    uint64_t many[DNN_ARRAY_MAX_RANK + 1];
    for (size_t axis = 0; axis <= DNN_ARRAY_MAX_RANK; axis++)
        many[axis] = 1;
    many[0] = 2, many[1] = 3;
    const struct {
        uint64_t extent[3];
        int rank;
    } wrong[] = {
        {{2, 4},             2}, /* too many elements */
        {{3, 2},             2}, /* as many, but other columns */
        {{2, UINT64_MAX, 3}, 3}, /* more than can be counted */
        {{UINT64_MAX, 2, 3}, 3},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        check_fails(dnn_npy_write(path, &m, wrong[i].extent, wrong[i].rank, &err), DNN_ERROR_SHAPE,
                    "a matrix of 3 x 2 needs a shape that begins with its 2 columns and has 6 "
                    "elements");
    check_fails(dnn_npy_write(path, &m, many, DNN_ARRAY_MAX_RANK + 1, &err), DNN_ERROR_SHAPE,
                "needs a shape that begins with its 2 columns");
    check_ok(dnn_npy_write(path, &m, many, DNN_ARRAY_MAX_RANK, &err));
    dnn_matrix nothing = dnn_matrix_of(DNN_FLOAT64, 3, 0, numbers);
    dnn_source *source;
    dnn_array array;
    check_ok(dnn_npy_write(path, &nothing, NULL, 0, &err));
    check_ok(dnn_source_open(&source, path, &err));
    check_ok(dnn_npy_header(source, &array, &err));
    assert_true(array.rows == 3 && array.cols == 0);
    dnn_source_close(source);
}

static int remove_file(void **state) {
    (void)state;
    return unlink(path);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_files_are_read),
        cmocka_unit_test(a_large_packed_file_may_become_a_hundred_times_as_much),
        cmocka_unit_test(a_table_may_be_read_without_any_column),
        cmocka_unit_test(a_table_needs_rows_that_are_not_passed_over),
        cmocka_unit_test(labels_that_are_written_are_one_row),
        cmocka_unit_test(an_array_is_written_in_a_shape_of_its_size_only),
    };
    return cmocka_run_group_tests(tests, NULL, remove_file);
}
