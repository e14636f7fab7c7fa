/* Tests of the readers of arrays and tables that Lua cannot make: memory that runs out at every
 * allocation, interruptions, and memory that is not taken. What is read is tested in
 * tests/lua/readers_spec.lua. */
#include "interrupting.h"

#include <stdio.h>
#include <unistd.h>

#include "core/memory.h"
#include "data/cifar.h"
#include "data/csv.h"
#include "data/idx.h"
#include "data/npy.h"
#include "data/npz.h"

static dnn_error err;
static const char *const path = "test_readers.tmp";

static void write_file(const char *name, const void *bytes, size_t size) {
    FILE *file = fopen(name, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, size, file), size);
    assert_int_equal(fclose(file), 0);
}

static dnn_status read_idx(const char *name) {
    dnn_source *source;
    dnn_array array;
    dnn_matrix m = {.data = NULL};
    dnn_status status = dnn_source_open(&source, name, &err);
    if (status == DNN_OK)
        status = dnn_idx_header(source, &array, &err);
    if (status == DNN_OK)
        status =
            dnn_matrix_create(&m, dnn_stored_info(array.type)->dtype, array.rows, array.cols, &err);
    if (status == DNN_OK)
        status = dnn_array_read_last(&array, source, &m, &err);
    dnn_matrix_free(&m);
    dnn_source_close(source);
    return status;
}

static dnn_status read_npz(const char *name) {
    dnn_npz *npz;
    dnn_source *source = NULL;
    dnn_array array;
    dnn_matrix m = {.data = NULL};
    dnn_status status = dnn_npz_open(&npz, name, &err);
    for (size_t i = 0; status == DNN_OK && i < dnn_npz_count(npz); i++) {
        status = dnn_npz_member(npz, i, &source, &err);
        if (status == DNN_OK)
            status = dnn_npy_header(source, &array, &err);
        if (status == DNN_OK)
            status = dnn_matrix_create(&m, dnn_stored_info(array.type)->dtype, array.rows,
                                       array.cols, &err);
        if (status == DNN_OK)
            status = dnn_array_read_last(&array, source, &m, &err);
        dnn_matrix_free(&m);
        dnn_source_close(source);
        source = NULL;
    }
    dnn_npz_close(npz);
    return status;
}

static dnn_status read_csv(const char *name) {
    const dnn_csv_options options = {.header = -1, .missing = DNN_CSV_MEAN, .dtype = DNN_FLOAT64};
    dnn_csv *csv;
    dnn_matrix m = {.data = NULL};
    dnn_status status = dnn_csv_open(&csv, name, &options, &err);
    if (status == DNN_OK)
        status = dnn_csv_read(csv, (size_t[]){1, 0}, 2, &err);
    if (status == DNN_OK)
        status = dnn_matrix_create(&m, DNN_FLOAT64, 2, dnn_csv_row_count(csv), &err);
    if (status == DNN_OK)
        status = dnn_csv_take(csv, 0, &m, &err);
    dnn_matrix_free(&m);
    dnn_csv_close(csv);
    return status;
}

/* The n-th allocation fails, for every n, until `read` needs fewer: an error each time, no leak.
 * Returns how many it needs. */
static uint64_t fail_every_allocation(dnn_status (*read)(const char *), const char *name) {
    uint64_t live = dnn_allocations_live();
    for (uint64_t n = 1;; n++) {
        dnn_fail_allocation(n);
        dnn_status status = read(name);
        dnn_fail_allocation(0);
        assert_int_equal(dnn_allocations_live(), live);
        if (status == DNN_OK)
            return n - 1;
        if (status != DNN_ERROR_MEMORY)
            fail_msg("allocation %llu: %s", (unsigned long long)n, err.text);
        assert_non_null(strstr(err.text, "memory"));
    }
}

#define SEEDS DNN_SOURCE_DIR "/tests/fuzz/seeds/"

static void running_out_of_memory_is_an_error_wherever_it_happens(void **state) {
    (void)state;
    uint64_t idx = fail_every_allocation(read_idx, SEEDS "idx/gzipped");
    uint64_t npz = fail_every_allocation(read_npz, SEEDS "npz/deflated");
    static const char table[] = "a,b\nx,1\n\"y \"\"z\",\nx,3\n";
    write_file(path, table, sizeof table - 1);
    uint64_t csv = fail_every_allocation(read_csv, path);
    print_message("%llu, %llu and %llu allocations were made to fail\n", (unsigned long long)idx,
                  (unsigned long long)npz, (unsigned long long)csv);
    assert_true(idx >= 5 && npz >= 15 && csv >= 12);
}

static void an_interruption_ends_the_reading(void **state) {
    (void)state;
    write_file(path, "1,2\n3,4\n", 8);
    check_interrupted(read_csv(path));
    check_ok(read_csv(path));
    check_interrupted(read_idx(SEEDS "idx/gzipped"));
    check_ok(read_idx(SEEDS "idx/gzipped"));
    check_interrupted(read_npz(SEEDS "npz/deflated"));
    check_ok(read_npz(SEEDS "npz/deflated"));
}

/* A file with a hole is as large as it says and takes no place on the disk; one of 2^60 elements
 * cannot be that large. */
static void claims_are_held_against_the_file_before_memory_is_taken(void **state) {
    (void)state;
    dnn_source *source;
    dnn_array array;
    static const char header[] = "\x93NUMPY\1\0\x76\0{'descr': '|u1', 'fortran_order': False, "
                                 "'shape': (1152921504606846976,), }  "
                                 "                                              \n";
    write_file(path, header, 128);
    check_ok(dnn_source_open(&source, path, &err));
    uint64_t before = dnn_allocation_count();
    check_fails(dnn_npy_header(source, &array, &err), DNN_ERROR_FORMAT,
                "its shape has more elements than can be counted");
    assert_in_range(dnn_allocation_count() - before, 0, 2); /* the header's text */
    dnn_source_close(source);
}

static void a_matrix_of_another_shape_is_refused(void **state) {
    (void)state;
    dnn_source *source;
    dnn_array array;
    dnn_matrix m;
    check_ok(dnn_source_open(&source, SEEDS "idx/images", &err));
    check_ok(dnn_idx_header(source, &array, &err));
    check_ok(dnn_matrix_create(&m, DNN_FLOAT32, array.rows, array.cols, &err));
    check_fails(dnn_array_read_last(&array, source, &m, &err), DNN_ERROR_SHAPE,
                "images: needs a contiguous 6 x 2 uint8 matrix, got 6 x 2 float32");
    dnn_matrix_free(&m);
    dnn_source_close(source);
}

static void columns_that_a_table_does_not_have_are_refused(void **state) {
    (void)state;
    const dnn_csv_options options = {.header = -1, .dtype = DNN_FLOAT64};
    dnn_csv *csv;
    dnn_matrix m;
    write_file(path, "1,2\n3,4\n", 8);
    check_ok(dnn_csv_open(&csv, path, &options, &err));
    check_fails(dnn_csv_read(csv, (size_t[]){0, 2}, 2, &err), DNN_ERROR_ARGUMENT,
                "test_readers.tmp: column 3 does not exist; there are 2");
    dnn_csv_close(csv);
    check_ok(dnn_csv_open(&csv, path, &options, &err));
    check_fails(dnn_csv_read(csv, (size_t[]){1, 1}, 2, &err), DNN_ERROR_ARGUMENT,
                "test_readers.tmp: column 2 is given twice; there are 2");
    dnn_csv_close(csv);
    check_ok(dnn_csv_open(&csv, path, &options, &err));
    check_ok(dnn_csv_read(csv, (size_t[]){1}, 1, &err));
    static const struct {
        size_t first, rows, cols;
        dnn_dtype dtype;
    } wrong[] = {
        {1, 1, 2, DNN_FLOAT64},
        {0, 2, 2, DNN_FLOAT64},
        {0, 1, 3, DNN_FLOAT64},
        {0, 1, 2, DNN_FLOAT32}
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        check_ok(dnn_matrix_create(&m, wrong[i].dtype, wrong[i].rows, wrong[i].cols, &err));
        check_fails(dnn_csv_take(csv, wrong[i].first, &m, &err), DNN_ERROR_SHAPE,
                    "needs a matrix of 2 columns of its type");
        dnn_matrix_free(&m);
    }
    dnn_csv_close(csv);
}

static void images_of_cifar_need_matrices_of_their_size(void **state) {
    (void)state;
    static const uint8_t record[3073] = {7};
    static const struct {
        size_t rows, cols, label_rows, labels, count, first;
        dnn_dtype dtype;
        dnn_status status;
    } cases[] = {
        {3072, 2, 1, 2, 1, 1, DNN_UINT8,   DNN_OK          },
        {3072, 2, 1, 2, 1, 2, DNN_UINT8,   DNN_ERROR_SHAPE },
        {3072, 2, 1, 1, 1, 0, DNN_UINT8,   DNN_ERROR_SHAPE },
        {3072, 2, 2, 2, 1, 0, DNN_UINT8,   DNN_ERROR_SHAPE },
        {3071, 2, 1, 2, 1, 0, DNN_UINT8,   DNN_ERROR_SHAPE },
        {3072, 2, 1, 2, 1, 0, DNN_FLOAT32, DNN_ERROR_SHAPE },
        {3072, 2, 1, 2, 2, 0, DNN_UINT8,   DNN_ERROR_FORMAT}, /* of which there is one */
    };
    write_file(path, record, sizeof record);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        dnn_source *source;
        dnn_matrix pixels, labels;
        check_ok(dnn_source_open(&source, path, &err));
        check_ok(dnn_matrix_create(&pixels, cases[i].dtype, cases[i].rows, cases[i].cols, &err));
        check_ok(
            dnn_matrix_create(&labels, DNN_FLOAT32, cases[i].label_rows, cases[i].labels, &err));
        assert_int_equal(
            dnn_cifar_read(source, cases[i].count, &pixels, &labels, cases[i].first, &err),
            cases[i].status);
        if (cases[i].status == DNN_OK)
            check_close(dnn_matrix_get(&labels, 0, 1), 8, 0); /* labels count from 1 */
        dnn_matrix_free(&pixels);
        dnn_matrix_free(&labels);
        dnn_source_close(source);
    }
}

/* 1 GiB of zeros in about a megabyte: allowed by name only. */
static void what_would_unpack_to_suspiciously_much_has_to_be_allowed(void **state) {
    (void)state;
    dnn_source *source;
    check_ok(dnn_source_open(&source, SEEDS "idx/bomb", &err));
    dnn_source_allow(source, 1000);
    check_fails(
        dnn_source_require(source, 1001, &err), DNN_ERROR_FORMAT,
        "would unpack to 1001 bytes or more, suspiciously many for its size; if you trust it, "
        "allow that by max_bytes");
    char *bytes = dnn_alloc(300020);
    check_fails(dnn_source_read(source, bytes, 300008, &err), DNN_ERROR_FORMAT,
                "suspiciously many");
    dnn_source_close(source);
    check_ok(dnn_source_open(&source, SEEDS "idx/bomb", &err));
    check_ok(dnn_source_require(source, 300008, &err));
    check_fails(dnn_source_require(source, (uint64_t)1 << 40, &err), DNN_ERROR_FORMAT,
                "its header promises 1099511627776 bytes of data, but at most");
    check_ok(dnn_source_read(source, bytes, 300008, &err));
    check_fails(dnn_source_read(source, bytes, 1, &err), DNN_ERROR_FORMAT, "ends 1 bytes too soon");
    dnn_free(bytes);
    dnn_source_close(source);
}

static int remove_files(void **state) {
    (void)state;
    unlink(path);
    return 0;
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(running_out_of_memory_is_an_error_wherever_it_happens),
        cmocka_unit_test(an_interruption_ends_the_reading),
        cmocka_unit_test(claims_are_held_against_the_file_before_memory_is_taken),
        cmocka_unit_test(a_matrix_of_another_shape_is_refused),
        cmocka_unit_test(columns_that_a_table_does_not_have_are_refused),
        cmocka_unit_test(images_of_cifar_need_matrices_of_their_size),
        cmocka_unit_test(what_would_unpack_to_suspiciously_much_has_to_be_allowed),
    };
    return cmocka_run_group_tests(tests, NULL, remove_files);
}
