/* Tests of the kinds of HDF5 files that come from elsewhere: booleans, links, strings, filters,
 * many axes, other files, and claims. The files are written here by the HDF5 library, or by h5py
 * (tests/fuzz/make_data_seeds.py). */
#include "check.h"

#include <hdf5.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "core/memory.h"
#include "data/hdf5.h"

#define SEEDS DNN_SOURCE_DIR "/tests/fuzz/seeds/hdf5/"

static dnn_error err;
static const char *const path = "test_hdf5_kinds.h5";

static dnn_hdf5 *open_seed(const char *name) {
    char whole[1024];
    dnn_hdf5 *file;
    snprintf(whole, sizeof whole, "%s%s", SEEDS, name);
    check_ok(dnn_hdf5_open(&file, whole, NULL, &err));
    return file;
}

static const dnn_hdf5_info *find(dnn_hdf5 *file, const char *name) {
    const dnn_hdf5_info *info;
    check_ok(dnn_hdf5_find(file, name, &info, &err));
    return info;
}

static void check_numbers(dnn_hdf5 *file, const char *name, dnn_dtype dtype, size_t rows,
                          size_t cols, const double *columns) {
    const dnn_hdf5_info *info = find(file, name);
    dnn_matrix m;
    assert_int_equal(info->dtype, dtype);
    assert_int_equal(info->rows, rows);
    assert_int_equal(info->cols, cols);
    check_ok(dnn_hdf5_check(file, info, &err));
    check_ok(dnn_matrix_create(&m, dtype, rows, cols, &err));
    check_ok(dnn_hdf5_read(file, info, &m, &err));
    for (size_t k = 0; k < rows * cols; k++)
        check_close(dnn_matrix_get(&m, k % rows, k / rows), columns[k], 0);
    dnn_matrix_free(&m);
}

#define check_refused(file, name, status, part)                                                    \
    check_fails(dnn_hdf5_check(file, find(file, name), &err), status, part)

static void booleans_enumerations_and_half_precision_are_numbers(void **state) {
    (void)state;
    dnn_hdf5 *file = open_seed("kinds");
    check_numbers(file, "bools", DNN_INT32, 1, 2, (double[]){1, 0});
    check_numbers(file, "f2", DNN_FLOAT32, 1, 2, (double[]){1, 1});
    check_numbers(file, "i8", DNN_FLOAT64, 1, 2, (double[]){1, -0x1p60});
    assert_string_equal(find(file, "bools")->type, "bool");
    check_refused(file, "complex", DNN_ERROR_TYPE,
                  "dataset 'complex' (compound, 1 axes) cannot be read as a matrix of numbers");
    dnn_hdf5_close(file);
    file = open_seed("axes");
    check_numbers(file, "enum", DNN_INT32, 1, 2, (double[]){0, 0});
    assert_int_equal(find(file, "ten")->rank, 10);
    assert_int_equal(find(file, "ten")->rows, 512);
    dnn_hdf5_close(file);
}

static hid_t new_file;

static void put(const char *name, hid_t stored, hid_t memory, hsize_t count, const void *values) {
    hid_t space = H5Screate_simple(1, &count, NULL);
    hid_t set = H5Dcreate2(new_file, name, stored, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    assert_true(set >= 0);
    assert_true(H5Dwrite(set, memory, H5S_ALL, H5S_ALL, H5P_DEFAULT, values) >= 0);
    H5Dclose(set);
    H5Sclose(space);
}

/* A type of one sign bit and so many of exponent and fraction. */
static void put_floats(const char *name, size_t exponent, size_t fraction, size_t bias,
                       const double values[2]) {
    hid_t type = H5Tcopy(H5T_IEEE_F64LE);
    size_t bits = 1 + exponent + fraction;
    assert_true(H5Tset_fields(type, bits - 1, fraction, exponent, 0, fraction) >= 0);
    assert_true(H5Tset_precision(type, bits) >= 0 && H5Tset_size(type, bits / 8) >= 0);
    assert_true(H5Tset_ebias(type, bias) >= 0);
    put(name, type, H5T_NATIVE_DOUBLE, 2, values);
    H5Tclose(type);
}

static void floating_point_becomes_a_type_that_holds_all_of_it(void **state) {
    (void)state;
    const double wide[] = {0x1p1000, -0x1p-1000}, narrow[] = {0x1.8p100, -0x1p-100},
                 moved[] = {0x1p200, 1};
    const long double extended[] = {1.0L, 0x1p16000L};
    new_file = H5Fcreate(path, H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
    put_floats("wide", 11, 20, 1023, wide);
    put_floats("fine", 8, 31, 127, narrow);
    put_floats("moved", 8, 23, 50, moved);
    put_floats("brain", 8, 7, 127, narrow);
    put_floats("beyond", 11, 52, 1000, wide);
    put("extended", H5T_NATIVE_LDOUBLE, H5T_NATIVE_LDOUBLE, 2, extended);
    H5Fclose(new_file);
    dnn_hdf5 *file;
    check_ok(dnn_hdf5_open(&file, path, NULL, &err));
    check_numbers(file, "wide", DNN_FLOAT64, 1, 2, wide);
    check_numbers(file, "fine", DNN_FLOAT64, 1, 2, narrow);
    check_numbers(file, "moved", DNN_FLOAT64, 1, 2, moved);
    check_numbers(file, "brain", DNN_FLOAT32, 1, 2, narrow);
    check_refused(file, "beyond", DNN_ERROR_TYPE,
                  "(float64, which a float64 does not hold, 1 axes");
    if (sizeof(long double) > sizeof(double))
        check_refused(file, "extended", DNN_ERROR_TYPE, ", which a float64 does not hold, 1 axes)");
    dnn_hdf5_close(file);
}

static void put_enum(const char *name, const char *first, int8_t of_first, const char *second,
                     int8_t of_second) {
    hid_t type = H5Tenum_create(H5T_NATIVE_INT8);
    H5Tenum_insert(type, first, &of_first);
    H5Tenum_insert(type, second, &of_second);
    put(name, type, type, 2, (int8_t[]){of_first, of_second});
    H5Tclose(type);
}

static void only_0_and_1_are_booleans(void **state) {
    (void)state;
    dnn_matrix m;
    new_file = H5Fcreate(path, H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
    put_enum("turned", "TRUE", 1, "FALSE", 0);
    put_enum("maybe", "FALSE", 0, "MAYBE", 7);
    put_enum("signed", "FALSE", 0, "TRUE", -1);
    put("bits", H5T_STD_B8LE, H5T_STD_B8LE, 3, (uint8_t[]){0, 1, 1});
    put("numbers", H5T_STD_B8LE, H5T_STD_B8LE, 4, (uint8_t[]){0, 1, 5, 128});
    H5Fclose(new_file);
    dnn_hdf5 *file;
    check_ok(dnn_hdf5_open(&file, path, NULL, &err));
    check_numbers(file, "turned", DNN_INT32, 1, 2, (double[]){1, 0});
    assert_string_equal(find(file, "turned")->type, "bool");
    check_numbers(file, "maybe", DNN_INT32, 1, 2, (double[]){0, 7});
    check_numbers(file, "signed", DNN_INT32, 1, 2, (double[]){0, -1});
    check_numbers(file, "bits", DNN_INT32, 1, 3, (double[]){0, 1, 1});
    check_ok(dnn_matrix_create(&m, DNN_INT32, 1, 4, &err));
    check_fails(dnn_hdf5_read(file, find(file, "numbers"), &m, &err), DNN_ERROR_TYPE,
                "'numbers' is bitfield8, and its element 3, 5, is neither 0 (false) nor 1 (true)");
    dnn_matrix_free(&m);
    dnn_hdf5_close(file);
}

static void an_int64_that_a_float64_does_not_hold_is_an_error(void **state) {
    (void)state;
    dnn_hdf5 *file = open_seed("kinds");
    dnn_matrix m;
    check_ok(dnn_matrix_create(&m, DNN_FLOAT64, 1, 1, &err));
    check_fails(dnn_hdf5_read(file, find(file, "inexact"), &m, &err), DNN_ERROR_TYPE,
                "dataset 'inexact' is int64, and its element 1, 9007199254740993, does not fit");
    dnn_matrix_free(&m);
    dnn_hdf5_close(file);
}

static void links_give_a_dataset_several_names_and_circles_end(void **state) {
    (void)state;
    static const char *const seeds[] = {"links", "latest"};
    for (size_t s = 0; s < 2; s++) {
        dnn_hdf5 *file = open_seed(seeds[s]);
        const double numbers[] = {0, 1, 2, 3};
        check_numbers(file, "g/x", DNN_FLOAT64, 1, 4, numbers);
        check_numbers(file, "soft", DNN_FLOAT64, 1, 4, numbers);
        check_numbers(file, "hard", DNN_FLOAT64, 1, 4, numbers);
        assert_int_equal(dnn_hdf5_count(file), 6);
        assert_string_equal(find(file, "dangling")->type, "link that leads nowhere");
        check_refused(
            file, "outside", DNN_ERROR_FORMAT,
            "dataset 'outside' is in another file ('/etc/passwd'), which is read only with "
            "{external = true}");
        assert_false(find(file, "through")->numeric); /* a soft link through an external one */
        dnn_hdf5_close(file);
    }
}

/* Every group of a chain links the next one twice: 2^30 names. */
static void groups_that_link_each_other_without_end_are_refused(void **state) {
    (void)state;
    hid_t file = H5Fcreate(path, H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT), group = file;
    dnn_hdf5 *opened;
    for (int depth = 0; depth < 30; depth++) {
        hid_t next = H5Gcreate2(group, "a", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
        assert_true(H5Lcreate_hard(group, "a", group, "b", H5P_DEFAULT, H5P_DEFAULT) >= 0);
        if (group != file)
            H5Gclose(group);
        group = next;
    }
    H5Gclose(group);
    H5Fclose(file);
    uint64_t live = dnn_allocations_live();
    check_fails(dnn_hdf5_open(&opened, path, NULL, &err), DNN_ERROR_FORMAT,
                "has more than 100000 names; do its groups link each other?");
    assert_int_equal(dnn_allocations_live(), live);
}

static void check_texts(dnn_hdf5 *file, const char *name, size_t count, const char *joined,
                        size_t size) {
    dnn_hdf5_texts texts;
    check_ok(dnn_hdf5_read_texts(file, find(file, name), &texts, &err));
    assert_int_equal(texts.count, count);
    assert_int_equal(texts.size, size);
    assert_memory_equal(texts.bytes, joined, size);
    dnn_hdf5_texts_free(&texts);
}

static void strings_of_fixed_and_variable_length_are_texts(void **state) {
    (void)state;
    dnn_hdf5 *file = open_seed("texts");
    dnn_hdf5_texts texts;
    check_texts(file, "variable", 3, "a\0\0longer", 10);
    check_texts(file, "fixed", 2, "ab\0c", 5);
    check_texts(file, "one", 1, "text", 5);
    uint64_t live = dnn_allocations_live();
    for (uint64_t n = 1, failed = 1; failed; n++) {
        dnn_fail_allocation(n);
        dnn_status status = dnn_hdf5_read_texts(file, find(file, "variable"), &texts, &err);
        dnn_fail_allocation(0);
        failed = status != DNN_OK;
        dnn_hdf5_texts_free(&texts);
        assert_int_equal(dnn_allocations_live(), live);
    }
    dnn_hdf5_close(file);
    file = open_seed("kinds");
    check_fails(dnn_hdf5_read_texts(file, find(file, "u8"), &texts, &err), DNN_ERROR_TYPE,
                "dataset 'u8' (uint8) is not strings");
    dnn_hdf5_close(file);
}

static void a_filter_that_is_not_installed_is_named(void **state) {
    (void)state;
    dnn_hdf5 *file = open_seed("packed");
    if (H5Zfilter_avail(32000) <= 0)
        check_refused(file, "lzf", DNN_ERROR_FORMAT,
                      "dataset 'lzf' is compressed with the filter lzf (number 32000), which is "
                      "not installed");
    double numbers[600];
    for (size_t i = 0; i < 600; i++)
        numbers[i] = (double)i;
    check_numbers(file, "gzip", DNN_FLOAT64, 10, 60, numbers);
    dnn_hdf5_close(file);
}

static void a_dataset_that_claims_more_than_its_file_can_hold_is_refused(void **state) {
    (void)state;
    dnn_hdf5 *file = open_seed("packed");
    check_refused(
        file, "never_written", DNN_ERROR_FORMAT,
        "would have 8796093022208 bytes, suspiciously many for the 0 that it has in the file; "
        "if you trust it, allow that by max_bytes");
    dnn_hdf5_close(file);
    check_ok(dnn_hdf5_open(&file, SEEDS "packed", &(dnn_hdf5_options){.max_bytes = 4000}, &err));
    check_refused(file, "gzip", DNN_ERROR_FORMAT, "would have 4800 bytes");
    dnn_hdf5_close(file);
}

/* A secret in another file, by external storage and by a virtual dataset: only when asked for. */
static void other_files_are_read_only_when_that_is_asked_for(void **state) {
    (void)state;
    dnn_hdf5 *file = open_seed("external");
    check_refused(file, "outside", DNN_ERROR_FORMAT, "is in another file ('/etc/passwd')");
    check_refused(file, "virtual", DNN_ERROR_FORMAT, "is in another file ('/tmp/other.h5')");
    dnn_hdf5_close(file);

    FILE *secret = fopen("test_hdf5_kinds.secret", "wb");
    fputs("\1\2\3", secret);
    fclose(secret);
    hid_t made = H5Fcreate(path, H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
    hid_t space = H5Screate_simple(1, (hsize_t[]){3}, NULL), how = H5Pcreate(H5P_DATASET_CREATE);
    H5Pset_external(how, "test_hdf5_kinds.secret", 0, 3);
    H5Dclose(H5Dcreate2(made, "secret", H5T_STD_U8LE, space, H5P_DEFAULT, how, H5P_DEFAULT));
    H5Pclose(how);
    how = H5Pcreate(H5P_DATASET_CREATE); /* a virtual one that maps the secret of its own file */
    H5Pset_virtual(how, space, ".", "secret", space);
    H5Dclose(H5Dcreate2(made, "through", H5T_STD_U8LE, space, H5P_DEFAULT, how, H5P_DEFAULT));
    H5Pclose(how);
    H5Sclose(space);
    H5Fclose(made);
    check_ok(dnn_hdf5_open(&file, path, NULL, &err));
    check_refused(file, "secret", DNN_ERROR_FORMAT, "is in another file");
    check_refused(file, "through", DNN_ERROR_FORMAT, "is in another file ('by a virtual dataset')");
    dnn_hdf5_close(file);
    check_ok(dnn_hdf5_open(&file, path, &(dnn_hdf5_options){.external = true}, &err));
    check_numbers(file, "secret", DNN_UINT8, 1, 3, (double[]){1, 2, 3});
    check_numbers(file, "through", DNN_UINT8, 1, 3, (double[]){1, 2, 3});
    dnn_hdf5_close(file);
    unlink("test_hdf5_kinds.secret");
}

static int remove_files(void **state) {
    (void)state;
    unlink(path);
    return 0;
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(booleans_enumerations_and_half_precision_are_numbers),
        cmocka_unit_test(floating_point_becomes_a_type_that_holds_all_of_it),
        cmocka_unit_test(only_0_and_1_are_booleans),
        cmocka_unit_test(an_int64_that_a_float64_does_not_hold_is_an_error),
        cmocka_unit_test(links_give_a_dataset_several_names_and_circles_end),
        cmocka_unit_test(groups_that_link_each_other_without_end_are_refused),
        cmocka_unit_test(strings_of_fixed_and_variable_length_are_texts),
        cmocka_unit_test(a_filter_that_is_not_installed_is_named),
        cmocka_unit_test(a_dataset_that_claims_more_than_its_file_can_hold_is_refused),
        cmocka_unit_test(other_files_are_read_only_when_that_is_asked_for),
    };
    return cmocka_run_group_tests(tests, NULL, remove_files);
}
