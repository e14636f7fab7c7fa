/* Tests of HDF5 files at their limits: shapes and names beyond all bounds, deep groups, filters
 * that nobody has, texts of every form, and datasets that are not what they were. The files are
 * written here by the HDF5 library. */
#include "check.h"
#include "hdf5_failures.h"

#include <hdf5.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "core/memory.h"
#include "data/hdf5.h"

static dnn_error err;
static const char *const path = "test_hdf5_edges.h5";
static const char *const beside = "test_hdf5_edges_2.h5";

static hid_t create(void) {
    hid_t made = H5Fcreate(path, H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
    assert_true(made >= 0);
    return made;
}

static dnn_hdf5 *open_made(void) {
    dnn_hdf5 *file;
    check_ok(dnn_hdf5_open(&file, path, NULL, &err));
    return file;
}

static const dnn_hdf5_info *find(dnn_hdf5 *file, const char *name) {
    const dnn_hdf5_info *info;
    check_ok(dnn_hdf5_find(file, name, &info, &err));
    return info;
}

/* In chunks of `chunk`, where that is not NULL; without values where they are NULL. */
static void add_chunked(hid_t file, const char *name, hid_t stored, hid_t memory, int rank,
                        const hsize_t *extent, const hsize_t *chunk, const void *values) {
    hid_t space = H5Screate_simple(rank, extent, NULL), how = H5Pcreate(H5P_DATASET_CREATE);
    if (chunk != NULL)
        H5Pset_chunk(how, rank, chunk);
    hid_t set = H5Dcreate2(file, name, stored, space, H5P_DEFAULT, how, H5P_DEFAULT);
    assert_true(set >= 0);
    if (values != NULL)
        assert_true(H5Dwrite(set, memory, H5S_ALL, H5S_ALL, H5P_DEFAULT, values) >= 0);
    H5Dclose(set);
    H5Pclose(how);
    H5Sclose(space);
}

static void add(hid_t file, const char *name, hid_t type, int rank, const hsize_t *extent,
                const void *values) {
    add_chunked(file, name, type, type, rank, extent, NULL, values);
}

static hid_t strings_of(size_t size, H5T_str_t padding) {
    hid_t type = H5Tcopy(H5T_C_S1);
    H5Tset_size(type, size);
    H5Tset_strpad(type, padding);
    return type;
}

static void check_texts(dnn_hdf5 *file, const char *name, size_t count, const char *joined,
                        size_t size) {
    dnn_hdf5_texts texts;
    check_ok(dnn_hdf5_read_texts(file, find(file, name), &texts, &err));
    assert_int_equal(texts.count, count);
    assert_int_equal(texts.size, size);
    if (size > 0)
        assert_memory_equal(texts.bytes, joined, size);
    dnn_hdf5_texts_free(&texts);
}

static void check_numbers(dnn_hdf5 *file, const char *name, dnn_dtype dtype, size_t cols,
                          const double *values) {
    const dnn_hdf5_info *info = find(file, name);
    dnn_matrix m;
    assert_int_equal(info->dtype, dtype);
    check_ok(dnn_matrix_create(&m, dtype, 1, cols, &err));
    check_ok(dnn_hdf5_read(file, info, &m, &err));
    for (size_t k = 0; k < cols; k++)
        check_close(dnn_matrix_get(&m, 0, k), values[k], 0);
    dnn_matrix_free(&m);
}

#define check_refused(file, name, status, part)                                                    \
    check_fails(dnn_hdf5_check(file, find(file, name), &err), status, part)

static void bits_are_booleans_in_bytes_alone(void **state) {
    (void)state;
    hid_t made = create();
    add(made, "bits", H5T_STD_B8LE, 1, (hsize_t[]){3}, (unsigned char[]){1, 0, 1});
    add(made, "wide", H5T_STD_B16LE, 1, (hsize_t[]){1}, (unsigned short[]){1});
    H5Fclose(made);
    dnn_hdf5 *file = open_made();
    assert_string_equal(find(file, "bits")->type, "bitfield8");
    check_numbers(file, "bits", DNN_INT32, 3, (double[]){1, 0, 1});
    check_refused(file, "wide", DNN_ERROR_TYPE, "(bitfield16, 1 axes) cannot be read as a matrix");
    dnn_hdf5_close(file);
}

static void shapes_that_no_matrix_can_have_are_refused(void **state) {
    (void)state;
    const hsize_t chunk[] = {1024, 1024}, huge = (hsize_t)1 << 40;
    hid_t made = create(), none = H5Screate(H5S_NULL), wide = H5Tcopy(H5T_STD_I64LE);
    H5Dclose(H5Dcreate2(made, "null", H5T_STD_I32LE, none, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT));
    add_chunked(made, "overflow", H5T_STD_U8LE, -1, 2, (hsize_t[]){huge, huge}, chunk, NULL);
    add_chunked(made, "huge", H5T_STD_U8LE, -1, 2, (hsize_t[]){huge, (hsize_t)1 << 20}, chunk,
                NULL);
    add_chunked(made, "empty", H5T_STD_U8LE, -1, 2, (hsize_t[]){0, huge}, NULL, NULL);
    H5Tset_size(wide, 16);
    add(made, "wide", wide, 1, (hsize_t[]){2}, NULL);
    H5Fclose(made);
    dnn_hdf5 *file = open_made();
    check_refused(file, "null", DNN_ERROR_TYPE,
                  "'null' (int32, without values, 0 axes) cannot be read");
    check_refused(file, "overflow", DNN_ERROR_TYPE,
                  "'overflow' (uint8, more elements than can be counted, 2 axes) cannot be read");
    check_refused(file, "huge", DNN_ERROR_TYPE,
                  "'huge' (uint8, more elements than can be counted, 2 axes) cannot be read");
    check_refused(file, "empty", DNN_ERROR_TYPE,
                  "'empty' (uint8, no elements, and other axes of more than 16777216, 2 axes)");
    check_refused(file, "wide", DNN_ERROR_TYPE, "'wide' (int128, 1 axes) cannot be read");
    dnn_hdf5_close(file);
    H5Sclose(none);
    H5Tclose(wide);
}

static void whole_numbers_that_a_float64_does_not_hold_are_named(void **state) {
    (void)state;
    hid_t made = create();
    dnn_matrix m;
    add(made, "below", H5T_NATIVE_LLONG, 1, (hsize_t[]){2}, (long long[]){4, -9007199254740993});
    add(made, "above", H5T_NATIVE_ULLONG, 1, (hsize_t[]){2}, (unsigned long long[]){~0ull, 4});
    H5Fclose(made);
    dnn_hdf5 *file = open_made();
    check_ok(dnn_matrix_create(&m, DNN_FLOAT64, 1, 2, &err));
    check_fails(dnn_hdf5_read(file, find(file, "below"), &m, &err), DNN_ERROR_TYPE,
                "'below' is int64, and its element 2, -9007199254740993, does not fit a float64");
    check_fails(dnn_hdf5_read(file, find(file, "above"), &m, &err), DNN_ERROR_TYPE,
                "'above' is uint64, and its element 1, 18446744073709551615, does not fit");
    dnn_matrix_free(&m);
    dnn_hdf5_close(file);
}

static void strings_come_without_their_padding(void **state) {
    (void)state;
    hid_t made = create(), spaces = strings_of(4, H5T_STR_SPACEPAD);
    hid_t variable = strings_of(H5T_VARIABLE, H5T_STR_NULLTERM),
          three = strings_of(3, H5T_STR_NULLPAD);
    static char many[2000 * 3];
    memset(many, 'x', sizeof many);
    add(made, "spaces", spaces, 1, (hsize_t[]){3}, "ab  c de    ");
    add(made, "unwritten", variable, 1, (hsize_t[]){2}, NULL);
    add(made, "many", three, 2, (hsize_t[]){1, 2000}, many);
    add(made, "none", three, 1, (hsize_t[]){0}, NULL);
    add(made, "flat", variable, 2, (hsize_t[]){3, 0}, NULL);
    H5Fclose(made);
    dnn_hdf5 *file = open_made();
    check_texts(file, "spaces", 3, "ab\0c de\0", 9);
    check_texts(file, "unwritten", 2, "\0", 2);
    check_texts(file, "none", 0, "", 0);
    check_texts(file, "flat", 0, "", 0);
    dnn_hdf5_texts texts;
    check_ok(dnn_hdf5_read_texts(file, find(file, "many"), &texts, &err));
    assert_true(texts.count == 2000 && texts.size == 2000 * 4 && texts.bytes[3] == '\0');
    dnn_hdf5_texts_free(&texts);
    dnn_hdf5_close(file);
    H5Tclose(spaces);
    H5Tclose(variable);
    H5Tclose(three);
}

/* The references to texts of variable length are numbers in the file: here all lead to the longest
 * text, so that a file of 100 kB claims 110 MB. */
static void texts_that_share_their_bytes_cannot_become_more_than_the_file_bears(void **state) {
    (void)state;
    enum { COUNT = 1100, LENGTH = 100000, REFERENCE = 16 };
    static char long_text[LENGTH + 1], references[COUNT * REFERENCE];
    const char *texts[COUNT];
    for (size_t i = 0; i < COUNT; i++)
        texts[i] = i == 0 ? long_text : "x";
    memset(long_text, 'x', LENGTH);
    hid_t made = create(), variable = strings_of(H5T_VARIABLE, H5T_STR_NULLTERM);
    add(made, "texts", variable, 1, (hsize_t[]){COUNT}, texts);
    hid_t set = H5Dopen2(made, "texts", H5P_DEFAULT);
    long at = (long)H5Dget_offset(set);
    H5Dclose(set);
    H5Tclose(variable);
    H5Fclose(made);
    FILE *file = fopen(path, "r+b");
    assert_int_equal(fseek(file, at, SEEK_SET), 0);
    assert_int_equal(fread(references, REFERENCE, 1, file), 1);
    for (size_t i = 1; i < COUNT; i++)
        memcpy(references + i * REFERENCE, references, REFERENCE);
    fseek(file, at, SEEK_SET);
    assert_int_equal(fwrite(references, REFERENCE, COUNT, file), COUNT);
    fclose(file);
    dnn_hdf5 *opened = open_made();
    dnn_hdf5_texts out;
    check_fails(dnn_hdf5_read_texts(opened, find(opened, "texts"), &out, &err), DNN_ERROR_FORMAT,
                "'texts' has texts of more than 67");
    dnn_hdf5_close(opened);
}

static void texts_that_claim_more_than_can_be_counted_are_refused(void **state) {
    (void)state;
    hid_t made = create(), strings = strings_of(64, H5T_STR_NULLPAD);
    add_chunked(made, "claims", strings, -1, 1, (hsize_t[]){(hsize_t)1 << 58}, (hsize_t[]){16},
                NULL);
    H5Tclose(strings);
    H5Fclose(made);
    dnn_hdf5 *file = open_made();
    dnn_hdf5_texts texts;
    check_fails(dnn_hdf5_read_texts(file, find(file, "claims"), &texts, &err), DNN_ERROR_FORMAT,
                "'claims' would have 18446744073709551615 bytes, suspiciously many for the 0");
    dnn_hdf5_close(file);
}

static void groups_deeper_than_64_and_names_longer_than_4096_are_listed_and_not_read(void **state) {
    (void)state;
    char name[251];
    hid_t made = create(), group = made;
    memset(name, 'n', sizeof name - 1);
    name[sizeof name - 1] = '\0';
    for (int depth = 0; depth < 70; depth++) {
        hid_t next = H5Gcreate2(group, "g", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
        add(group, "x", H5T_STD_U8LE, 1, (hsize_t[]){1}, NULL);
        if (group != made)
            H5Gclose(group);
        group = next;
    }
    H5Gclose(group);
    group = made;
    for (int depth = 0; depth < 20; depth++) {
        hid_t next = H5Gcreate2(group, name, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
        add(next, "y", H5T_STD_U8LE, 1, (hsize_t[]){1}, NULL);
        if (group != made)
            H5Gclose(group);
        group = next;
    }
    H5Gclose(group);
    H5Tcommit2(made, "a type", H5T_STD_I8LE, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    H5Fclose(made);
    dnn_hdf5 *file = open_made();
    assert_int_equal(dnn_hdf5_count(file), 64 + 1 + 16 + 1);
    size_t deep = 0, too_long = 0;
    for (size_t i = 0; i < dnn_hdf5_count(file); i++) {
        deep += strcmp(dnn_hdf5_dataset(file, i)->type, "group more than 64 deep") == 0;
        too_long += strcmp(dnn_hdf5_dataset(file, i)->type, "group with too long names") == 0;
    }
    assert_true(deep == 1 && too_long == 1);
    const dnn_hdf5_info *info;
    assert_int_equal(dnn_hdf5_find(file, "nowhere", &info, &err), DNN_ERROR_ARGUMENT);
    assert_true(strlen(err.text) < sizeof err.text);
    dnn_hdf5_close(file);
}

/* A filter that is in no list has the name that it was written with, where it has one. */
static size_t keep(unsigned flags, size_t count, const unsigned *values, size_t size, size_t *room,
                   void **bytes) {
    (void)flags, (void)count, (void)values, (void)room, (void)bytes;
    return size;
}

static void a_filter_that_nobody_has_is_named_as_it_was_written(void **state) {
    (void)state;
    static const H5Z_class2_t mine = {H5Z_CLASS_T_VERS, 300, 1, 1, "mine", NULL, NULL, keep};
    hid_t made = create(), space = H5Screate_simple(1, (hsize_t[]){4}, NULL);
    assert_true(H5Zregister(&mine) >= 0);
    for (H5Z_filter_t id = 300; id < 302; id++) {
        hid_t how = H5Pcreate(H5P_DATASET_CREATE);
        H5Pset_chunk(how, 1, (hsize_t[]){4});
        H5Pset_filter(how, id, H5Z_FLAG_OPTIONAL, 0, NULL);
        hid_t set = H5Dcreate2(made, id == 300 ? "mine" : "other", H5T_STD_U8LE, space, H5P_DEFAULT,
                               how, H5P_DEFAULT);
        assert_true(set >= 0);
        H5Dclose(set);
        H5Pclose(how);
    }
    H5Sclose(space);
    H5Fclose(made);
    assert_true(H5Zunregister(300) >= 0);
    dnn_hdf5 *file = open_made();
    check_refused(file, "mine", DNN_ERROR_FORMAT,
                  "is compressed with the filter mine (number 300), which is not installed");
    check_refused(file, "other", DNN_ERROR_FORMAT, "(number 301), which is not installed");
    dnn_hdf5_close(file);
}

static void an_example_larger_than_what_is_read_at_once_is_read_whole(void **state) {
    (void)state;
    const size_t rows = 9000000;
    uint8_t *bytes = calloc(rows, 2);
    bytes[rows - 1] = 1;
    bytes[rows] = 2;
    bytes[2 * rows - 1] = 3;
    hid_t made = create();
    add(made, "wide", H5T_STD_U8LE, 2, (hsize_t[]){2, rows}, bytes);
    H5Fclose(made);
    dnn_hdf5 *file = open_made();
    dnn_matrix m;
    check_ok(dnn_matrix_create(&m, DNN_UINT8, rows, 2, &err));
    check_ok(dnn_hdf5_read(file, find(file, "wide"), &m, &err));
    assert_memory_equal(m.data, bytes, 2 * rows);
    dnn_matrix_free(&m);
    dnn_hdf5_close(file);
    free(bytes);
}

/* As far as the library can tell, the shape is another one than when the file was listed. */
static void a_shape_that_is_no_longer_true_is_an_error(void **state) {
    (void)state;
    hid_t made = create(), text = strings_of(2, H5T_STR_NULLPAD);
    add(made, "numbers", H5T_STD_U16LE, 1, (hsize_t[]){3}, (uint16_t[]){1, 2, 3});
    add(made, "texts", text, 1, (hsize_t[]){2}, "abcd");
    H5Tclose(text);
    H5Fclose(made);
    dnn_hdf5 *file = open_made();
    dnn_hdf5_info numbers = *find(file, "numbers"), texts = *find(file, "texts");
    dnn_hdf5_texts out;
    dnn_matrix m;
    numbers.cols = texts.cols = 7;
    check_ok(dnn_matrix_create(&m, DNN_INT32, 1, 7, &err));
    check_fails(dnn_hdf5_read(file, &numbers, &m, &err), DNN_ERROR_FORMAT,
                "'numbers' cannot be read; the HDF5 file is damaged");
    check_fails(dnn_hdf5_read_texts(file, &texts, &out, &err), DNN_ERROR_FORMAT,
                "'texts' cannot be read; the HDF5 file is damaged");
    dnn_matrix_free(&m);
    dnn_hdf5_close(file);
}

static void a_file_that_was_removed_is_read_and_one_that_was_replaced_is_not(void **state) {
    (void)state;
    hid_t made = create();
    add(made, "x", H5T_NATIVE_INT, 1, (hsize_t[]){2}, (int[]){4, 5});
    H5Fclose(made);
    dnn_hdf5 *file = open_made();
    assert_int_equal(rename(path, beside), 0);
    check_numbers(file, "x", DNN_INT32, 2, (double[]){4, 5});
    made = create();
    H5Fclose(made);
    dnn_matrix m;
    check_ok(dnn_matrix_create(&m, DNN_INT32, 1, 2, &err));
    check_fails(dnn_hdf5_read(file, find(file, "x"), &m, &err), DNN_ERROR_FILE,
                "test_hdf5_edges.h5: has changed since it was opened; open it again");
    dnn_hdf5_texts texts;
    check_fails(dnn_hdf5_read_texts(file, find(file, "x"), &texts, &err), DNN_ERROR_FILE,
                "has changed since it was opened");
    check_refused(file, "x", DNN_ERROR_FILE, "has changed since it was opened");
    dnn_matrix_free(&m);
    dnn_hdf5_close(file);
}

static void links_to_other_files_are_followed_when_that_is_asked_for(void **state) {
    (void)state;
    hid_t made = create();
    add(made, "x", H5T_NATIVE_INT, 1, (hsize_t[]){2}, (int[]){4, 5});
    H5Fclose(made);
    assert_int_equal(rename(path, beside), 0);
    made = create();
    H5Lcreate_external(beside, "x", made, "linked", H5P_DEFAULT, H5P_DEFAULT);
    H5Lcreate_external("nowhere.h5", "x", made, "lost", H5P_DEFAULT, H5P_DEFAULT);
    H5Fclose(made);
    dnn_hdf5 *file;
    uint64_t live = dnn_allocations_live();
    check_ok(dnn_hdf5_open(&file, path, &(dnn_hdf5_options){.external = true}, &err));
    check_numbers(file, "linked", DNN_INT32, 2, (double[]){4, 5});
    check_refused(file, "lost", DNN_ERROR_FORMAT, "is in another file ('nowhere.h5')");
    dnn_hdf5_close(file);
    assert_int_equal(dnn_allocations_live(), live);
    check_open_survives_failures(path);
}

static int remove_files(void **state) {
    (void)state;
    unlink(path);
    unlink(beside);
    return 0;
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bits_are_booleans_in_bytes_alone),
        cmocka_unit_test(shapes_that_no_matrix_can_have_are_refused),
        cmocka_unit_test(whole_numbers_that_a_float64_does_not_hold_are_named),
        cmocka_unit_test(strings_come_without_their_padding),
        cmocka_unit_test(texts_that_share_their_bytes_cannot_become_more_than_the_file_bears),
        cmocka_unit_test(texts_that_claim_more_than_can_be_counted_are_refused),
        cmocka_unit_test(groups_deeper_than_64_and_names_longer_than_4096_are_listed_and_not_read),
        cmocka_unit_test(a_filter_that_nobody_has_is_named_as_it_was_written),
        cmocka_unit_test(an_example_larger_than_what_is_read_at_once_is_read_whole),
        cmocka_unit_test(a_shape_that_is_no_longer_true_is_an_error),
        cmocka_unit_test(a_file_that_was_removed_is_read_and_one_that_was_replaced_is_not),
        cmocka_unit_test(links_to_other_files_are_followed_when_that_is_asked_for),
    };
    return cmocka_run_group_tests(tests, NULL, remove_files);
}
