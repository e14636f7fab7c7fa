/* Tests of the HDF5 reader on files written here by the HDF5 library, and on the shared real ones.
 */
#include "interrupting.h"
#include "hdf5_failures.h"

#include <hdf5.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/memory.h"
#include "data/hdf5.h"

static dnn_error err;
static const char *const path = "test_hdf5.h5";

static void write_bytes(const void *bytes, size_t size) {
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, size, file), size);
    fclose(file);
}

static void add(hid_t file, const char *name, hid_t stored, hid_t memory, int rank,
                const hsize_t *extent, const void *values, bool packed) {
    hid_t space = rank == 0 ? H5Screate(H5S_SCALAR) : H5Screate_simple(rank, extent, NULL);
    hid_t how = H5Pcreate(H5P_DATASET_CREATE);
    if (packed) {
        H5Pset_chunk(how, rank, extent);
        H5Pset_deflate(how, 6);
    }
    hid_t set = H5Dcreate2(file, name, stored, space, H5P_DEFAULT, how, H5P_DEFAULT);
    assert_true(set >= 0);
    assert_true(H5Dwrite(set, memory, H5S_ALL, H5S_ALL, H5P_DEFAULT, values) >= 0);
    H5Dclose(set);
    H5Pclose(how);
    H5Sclose(space);
}

static void write_sample(void) {
    uint8_t pictures[2 * 3 * 4];
    for (size_t i = 0; i < sizeof pictures; i++)
        pictures[i] = (uint8_t)(10 * i);
    hid_t file = H5Fcreate(path, H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
    add(file, "pictures", H5T_STD_U8LE, H5T_NATIVE_UCHAR, 3, (hsize_t[]){2, 3, 4}, pictures, true);
    add(file, "labels", H5T_STD_I64LE, H5T_NATIVE_LLONG, 1, (hsize_t[]){3},
        (long long[]){1, -7, 9007199254740992}, false);
    add(file, "big", H5T_IEEE_F32BE, H5T_NATIVE_FLOAT, 2, (hsize_t[]){2, 2},
        (float[]){0.5f, -1, 2, 3}, false);
    add(file, "pi", H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE, 0, NULL, (double[]){3.14159265358979},
        false);
    add(file, "none", H5T_STD_I16LE, H5T_NATIVE_SHORT, 2, (hsize_t[]){0, 5}, (short[]){0}, false);
    hid_t group = H5Gcreate2(file, "deep", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    add(group, "shorts", H5T_STD_U16BE, H5T_NATIVE_USHORT, 1, (hsize_t[]){2},
        (unsigned short[]){65535, 256}, false);
    H5Gclose(group);
    hid_t text = H5Tcopy(H5T_C_S1);
    H5Tset_size(text, 7);
    add(file, "names", text, text, 1, (hsize_t[]){2}, "non-catcat\0\0\0\0", false);
    H5Tclose(text);
    H5Fclose(file);
}

/* The dataset as a matrix, which the caller frees. */
static dnn_matrix read_dataset(dnn_hdf5 *file, const char *name) {
    const dnn_hdf5_info *info;
    dnn_matrix m;
    check_ok(dnn_hdf5_find(file, name, &info, &err));
    check_ok(dnn_matrix_create(&m, info->dtype, info->rows, info->cols, &err));
    check_ok(dnn_hdf5_read(file, info, &m, &err));
    return m;
}

static void check_values(dnn_hdf5 *file, const char *name, dnn_dtype dtype, size_t rows,
                         size_t cols, const double *columns) {
    dnn_matrix m = read_dataset(file, name);
    assert_int_equal(m.dtype, dtype);
    assert_int_equal(m.rows, rows);
    assert_int_equal(m.cols, cols);
    for (size_t k = 0; k < rows * cols; k++)
        check_close(dnn_matrix_get(&m, k % rows, k / rows), columns[k], 0);
    dnn_matrix_free(&m);
}

static void lists_every_dataset_sorted_with_its_shape_and_type(void **state) {
    (void)state;
    write_sample();
    dnn_hdf5 *file;
    check_ok(dnn_hdf5_open(&file, path, NULL, &err));
    const char *names[] = {"big", "deep/shorts", "labels", "names", "none", "pi", "pictures"};
    const char *types[] = {"float32", "uint16", "int64", "string", "int16", "float64", "uint8"};
    assert_int_equal(dnn_hdf5_count(file), 7);
    for (size_t i = 0; i < 7; i++) {
        const dnn_hdf5_info *info = dnn_hdf5_dataset(file, i);
        assert_string_equal(info->name, names[i]);
        assert_string_equal(info->type, types[i]);
        assert_int_equal(info->numeric, strcmp(names[i], "names") != 0);
    }
    const dnn_hdf5_info *pictures = dnn_hdf5_dataset(file, 6);
    assert_int_equal(pictures->rank, 3);
    assert_int_equal(pictures->extent[0], 2);
    assert_int_equal(pictures->extent[2], 4);
    dnn_hdf5_close(file);
}

static void the_first_axis_becomes_columns_and_numbers_of_any_kind_convert(void **state) {
    (void)state;
    write_sample();
    dnn_hdf5 *file;
    check_ok(dnn_hdf5_open(&file, path, NULL, &err));
    double pictures[24];
    for (size_t i = 0; i < 24; i++)
        pictures[i] = 10.0 * (double)i;
    check_values(file, "pictures", DNN_UINT8, 12, 2, pictures);
    check_values(file, "labels", DNN_FLOAT64, 1, 3, (double[]){1, -7, 9007199254740992});
    check_values(file, "big", DNN_FLOAT32, 2, 2, (double[]){0.5, -1, 2, 3});
    check_values(file, "pi", DNN_FLOAT64, 1, 1, (double[]){3.14159265358979});
    check_values(file, "deep/shorts", DNN_INT32, 1, 2, (double[]){65535, 256});
    check_values(file, "none", DNN_INT32, 5, 0, NULL);
    dnn_hdf5_close(file);
}

/* Two axes of 700 x 16384 bytes, more than one slab; byte (i, j) is that of a rule. */
static uint8_t rule(size_t i, size_t j) {
    return (uint8_t)(31 * i + 7 * j + i * j % 11);
}

static void write_long(bool packed) {
    enum { COUNT = 700, LENGTH = 16384 };
    uint8_t *bytes = malloc(COUNT * LENGTH);
    for (size_t i = 0; i < COUNT; i++)
        for (size_t j = 0; j < LENGTH; j++)
            bytes[i * LENGTH + j] = rule(i, j);
    hid_t file = H5Fcreate(path, H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
    hid_t space = H5Screate_simple(2, (hsize_t[]){COUNT, LENGTH}, NULL);
    hid_t how = H5Pcreate(H5P_DATASET_CREATE);
    if (packed) {
        H5Pset_chunk(how, 2, (hsize_t[]){96, 1000});
        H5Pset_deflate(how, 1);
    }
    hid_t set = H5Dcreate2(file, "long", H5T_STD_U8LE, space, H5P_DEFAULT, how, H5P_DEFAULT);
    assert_true(H5Dwrite(set, H5T_NATIVE_UCHAR, H5S_ALL, H5S_ALL, H5P_DEFAULT, bytes) >= 0);
    H5Dclose(set);
    H5Pclose(how);
    H5Sclose(space);
    H5Fclose(file);
    free(bytes);
}

static void a_long_dataset_is_read_whole_also_after_an_interruption(void **state) {
    (void)state;
    for (int packed = 0; packed < 2; packed++) {
        write_long(packed);
        dnn_hdf5 *file;
        check_ok(dnn_hdf5_open(&file, path, NULL, &err));
        dnn_matrix m = read_dataset(file, "long");
        check_interrupted(dnn_hdf5_read(file, dnn_hdf5_dataset(file, 0), &m, &err));
        memset(m.data, 0, dnn_matrix_count(&m));
        check_ok(dnn_hdf5_read(file, dnn_hdf5_dataset(file, 0), &m, &err));
        const uint8_t *bytes = m.data;
        for (size_t i = 0; i < m.cols; i++)
            for (size_t j = 0; j < m.rows; j++)
                if (bytes[i * m.rows + j] != rule(i, j))
                    fail_msg("byte (%zu, %zu)", i, j);
        dnn_matrix_free(&m);
        dnn_hdf5_close(file);
    }
}

static void names_what_a_file_has_and_refuses_text_and_wrong_matrices(void **state) {
    (void)state;
    write_sample();
    dnn_hdf5 *file;
    const dnn_hdf5_info *info;
    dnn_matrix m;
    check_ok(dnn_hdf5_open(&file, path, NULL, &err));
    check_fails(
        dnn_hdf5_find(file, "label", &info, &err), DNN_ERROR_ARGUMENT,
        "test_hdf5.h5: has no dataset 'label'; it has: big, deep/shorts, labels, names, none, pi, "
        "pictures");
    check_ok(dnn_hdf5_find(file, "names", &info, &err));
    check_ok(dnn_matrix_create(&m, DNN_FLOAT64, 1, 2, &err));
    check_fails(
        dnn_hdf5_read(file, info, &m, &err), DNN_ERROR_TYPE,
        "test_hdf5.h5: dataset 'names' (string, 1 axes) cannot be read as a matrix of numbers");
    check_ok(dnn_hdf5_find(file, "big", &info, &err));
    check_fails(dnn_hdf5_read(file, info, &m, &err), DNN_ERROR_SHAPE,
                "dataset 'big' needs a contiguous 2 x 2 float32 matrix; got 1 x 2 float64");
    dnn_matrix_free(&m);
    dnn_hdf5_close(file);
}

static void names_as_many_datasets_as_fit_as_a_whole(void **state) {
    (void)state;
    char name[32];
    dnn_hdf5 *file;
    const dnn_hdf5_info *info;
    hid_t made = H5Fcreate(path, H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
    for (int i = 0; i < 60; i++) {
        snprintf(name, sizeof name, "dataset %02d", i);
        add(made, name, H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE, 0, NULL, (double[]){1}, false);
    }
    H5Fclose(made);
    check_ok(dnn_hdf5_open(&file, path, NULL, &err));
    check_fails(dnn_hdf5_find(file, "x", &info, &err), DNN_ERROR_ARGUMENT,
                "dataset 17, ... (60 in all)");
    dnn_hdf5_close(file);
}

static void says_why_a_file_cannot_be_opened(void **state) {
    (void)state;
    dnn_hdf5 *file;
    check_fails(dnn_hdf5_open(&file, "nowhere.h5", NULL, &err), DNN_ERROR_FILE,
                "nowhere.h5: No such file or directory");
    check_fails(dnn_hdf5_open(&file, ".", NULL, &err), DNN_ERROR_FILE, ".: Is a directory");
    assert_int_equal(mkfifo("test_hdf5.pipe", 0600), 0);
    check_fails(dnn_hdf5_open(&file, "test_hdf5.pipe", NULL, &err), DNN_ERROR_FILE,
                "test_hdf5.pipe: is not a regular file");
    unlink("test_hdf5.pipe");
    write_bytes("", 0);
    check_fails(dnn_hdf5_open(&file, path, NULL, &err), DNN_ERROR_FORMAT,
                "test_hdf5.h5: expected an HDF5 file, but the file is empty");
    write_bytes("PK\3\4 this is a zip", 18);
    check_fails(dnn_hdf5_open(&file, path, NULL, &err), DNN_ERROR_FORMAT,
                "test_hdf5.h5: expected an HDF5 file, got a zip archive; unpack it first");
    assert_null(file);
}

static size_t read_sample(uint8_t **bytes) {
    write_sample();
    FILE *stream = fopen(path, "rb");
    assert_non_null(stream);
    fseek(stream, 0, SEEK_END);
    size_t size = (size_t)ftell(stream);
    rewind(stream);
    *bytes = malloc(size);
    assert_int_equal(fread(*bytes, 1, size, stream), size);
    fclose(stream);
    return size;
}

static void a_file_cut_short_is_an_error_at_every_length(void **state) {
    (void)state;
    uint8_t *bytes;
    size_t size = read_sample(&bytes);
    uint64_t live = dnn_allocations_live();
    for (size_t length = 0; length < size; length += 13) {
        dnn_hdf5 *file;
        write_bytes(bytes, length);
        check_fails(dnn_hdf5_open(&file, path, NULL, &err), DNN_ERROR_FORMAT, "test_hdf5.h5: ");
    }
    write_bytes(bytes, size - 1);
    dnn_hdf5 *file;
    check_fails(dnn_hdf5_open(&file, path, NULL, &err), DNN_ERROR_FORMAT,
                "test_hdf5.h5: the HDF5 file is cut short or damaged");
    assert_int_equal(dnn_allocations_live(), live);
    free(bytes);
}

static void a_damaged_packed_dataset_is_an_error(void **state) {
    (void)state;
    uint8_t *bytes;
    size_t size = read_sample(&bytes), at = 0;
    /* zlib's header of level 6 begins the only packed chunk */
    while (at + 1 < size && !(bytes[at] == 0x78 && bytes[at + 1] == 0x9c))
        at++;
    assert_true(at + 8 < size);
    memset(bytes + at, 0xee, 8);
    write_bytes(bytes, size);
    free(bytes);
    dnn_hdf5 *file;
    const dnn_hdf5_info *info;
    dnn_matrix m;
    check_ok(dnn_hdf5_open(&file, path, NULL, &err));
    check_ok(dnn_hdf5_find(file, "pictures", &info, &err));
    check_ok(dnn_matrix_create(&m, info->dtype, info->rows, info->cols, &err));
    check_fails(dnn_hdf5_read(file, info, &m, &err), DNN_ERROR_FORMAT,
                "dataset 'pictures' cannot be read; the HDF5 file is damaged");
    dnn_matrix_free(&m);
    dnn_hdf5_close(file);
}

static void survives_every_failed_allocation(void **state) {
    (void)state;
    write_sample();
    check_open_survives_failures(path);
}

static void reads_the_shared_cats(void **state) {
    (void)state;
    const char *shared = getenv("DNN_SHARED");
    char name[1024];
    snprintf(name, sizeof name, "%s/data/catvnoncat/train_catvnoncat.h5",
             shared != NULL ? shared : DNN_SOURCE_DIR "/../shared");
    if (access(name, R_OK) != 0) {
        print_message("%s is absent\n", name);
        skip();
    }
    dnn_hdf5 *file;
    check_ok(dnn_hdf5_open(&file, name, NULL, &err));
    dnn_matrix x = read_dataset(file, "train_set_x"), y = read_dataset(file, "train_set_y");
    assert_int_equal(x.dtype, DNN_UINT8);
    assert_int_equal(x.rows, 12288);
    assert_int_equal(x.cols, 209);
    /* The course's notebook prints the first values of its flattened training set. */
    const double first[] = {17, 31, 56, 22, 33};
    for (size_t i = 0; i < 5; i++)
        check_close(dnn_matrix_get(&x, i, 0), first[i], 0);
    double cats = 0;
    for (size_t j = 0; j < y.cols; j++)
        cats += dnn_matrix_get(&y, 0, j);
    check_close(cats, 72, 0); /* 72 of 209: a network that always says "no" has 65.55 % */
    dnn_matrix_free(&x);
    dnn_matrix_free(&y);
    dnn_hdf5_close(file);
}

static int remove_sample(void **state) {
    (void)state;
    unlink(path);
    return 0;
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lists_every_dataset_sorted_with_its_shape_and_type),
        cmocka_unit_test(the_first_axis_becomes_columns_and_numbers_of_any_kind_convert),
        cmocka_unit_test(a_long_dataset_is_read_whole_also_after_an_interruption),
        cmocka_unit_test(names_what_a_file_has_and_refuses_text_and_wrong_matrices),
        cmocka_unit_test(names_as_many_datasets_as_fit_as_a_whole),
        cmocka_unit_test(says_why_a_file_cannot_be_opened),
        cmocka_unit_test(a_file_cut_short_is_an_error_at_every_length),
        cmocka_unit_test(a_damaged_packed_dataset_is_an_error),
        cmocka_unit_test(survives_every_failed_allocation),
        cmocka_unit_test(reads_the_shared_cats),
    };
    return cmocka_run_group_tests(tests, NULL, remove_sample);
}
