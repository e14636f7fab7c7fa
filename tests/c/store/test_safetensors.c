/* The bytes are those of the published format; what is written is read back, whatever fails leaves
 * the old file; a file that lies is refused. */
#include "check.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#include "core/memory.h"
#include "core/random.h"
#include "math/fill.h"
#include "store/safetensors.h"
#include "store_file.h"

static dnn_matrix normal(dnn_dtype dtype, size_t rows, size_t cols) {
    dnn_error err;
    dnn_matrix m;
    dnn_random random = dnn_random_seeded(rows * 1000 + cols);
    check_ok(dnn_matrix_create(&m, dtype, rows, cols, &err));
    check_ok(dnn_fill_normal(&m, &random, 0, 1, &err));
    return m;
}

/* --- the bytes --- */

static float w_data[] = {1, 4, 2, 5, 3, 6}; /* column by column: rows 1 2 3 and 4 5 6 */
static double b_data[] = {0.5, -2};
static uint8_t u_data[] = {7, 9};

static const dnn_tensor sample[] = {
    {.name = "w", .matrix = {w_data, 2, 3, 2, DNN_FLOAT32}, .vector = true},
    {.name = "u", .matrix = {u_data, 1, 2, 1, DNN_UINT8},   .vector = true},
    {.name = "b", .matrix = {b_data, 2, 1, 2, DNN_FLOAT64}, .vector = true},
};
static const dnn_note sample_notes[] = {
    {"b", "x\"y"},
    {"a", "1"   }
};

/* By hand, after the description of the format: 8 bytes of length, the JSON filled up with spaces
 * to a multiple of 8, the numbers row by row, large types first. */
static size_t sample_file(char *bytes) {
    static const char header[] =
        "{\"__metadata__\":{\"a\":\"1\",\"b\":\"x\\\"y\"},"
        "\"b\":{\"dtype\":\"F64\",\"shape\":[2],\"data_offsets\":[0,16]},"
        "\"w\":{\"dtype\":\"F32\",\"shape\":[2,3],\"data_offsets\":[16,40]},"
        "\"u\":{\"dtype\":\"U8\",\"shape\":[1,2],\"data_offsets\":[40,42]}}";
    const double b[] = {0.5, -2};
    const float w[] = {1, 2, 3, 4, 5, 6};
    size_t size = sizeof header - 1, padded = (size + 7) / 8 * 8;
    memset(bytes, 0, 8);
    bytes[0] = (char)padded;
    memset(bytes + 8, ' ', padded);
    memcpy(bytes + 8, header, size);
    memcpy(bytes + 8 + padded, b, sizeof b);
    memcpy(bytes + 8 + padded + 16, w, sizeof w);
    memcpy(bytes + 8 + padded + 40, "\7\11", 2);
    return 8 + padded + 42;
}

static void the_bytes_are_the_formats(void **state) {
    (void)state;
    dnn_error err;
    char expected[512], got[512];
    size_t size = sample_file(expected);
    check_ok(dnn_safetensors_write(path, sample, 3, sample_notes, 2, &err));
    assert_int_equal(read_file(got, sizeof got), size);
    assert_memory_equal(got, expected, size);
    assert_int_equal((size - 42) % 8, 0);
}

static void what_it_holds_is_told_and_read(void **state) {
    (void)state;
    dnn_error err;
    char bytes[512];
    dnn_safetensors *file;
    write_file(bytes, sample_file(bytes));
    check_ok(dnn_safetensors_open(&file, path, &err));
    assert_int_equal(dnn_safetensors_count(file), 3);
    assert_int_equal(dnn_safetensors_note_count(file), 2);
    assert_string_equal(dnn_safetensors_find_note(file, "b"), "x\"y");
    assert_null(dnn_safetensors_find_note(file, "c"));
    const char *const names[] = {"b", "w", "u"};
    for (size_t i = 0; i < 3; i++) {
        const dnn_tensor_info *t = dnn_safetensors_tensor(file, i);
        const dnn_tensor *s = &sample[i == 0 ? 2 : i == 1 ? 0 : 1];
        dnn_matrix m;
        assert_string_equal(t->name, names[i]);
        assert_true(t->readable && t->dtype == s->matrix.dtype && t->rows == s->matrix.rows &&
                    t->cols == s->matrix.cols);
        check_ok(dnn_matrix_create(&m, t->dtype, t->rows, t->cols, &err));
        check_ok(dnn_safetensors_read(file, i, &m, &err));
        assert_true(dnn_matrix_equal(&m, &s->matrix));
        dnn_matrix_free(&m);
    }
    dnn_matrix wrong = {w_data, 3, 2, 3, DNN_FLOAT32};
    check_fails(dnn_safetensors_read(file, 1, &wrong, &err), DNN_ERROR_SHAPE,
                "a.st: tensor 'w' is 2 x 3, not 3 x 2");
    dnn_safetensors_close(file);
}

static void an_int64_that_a_float64_does_not_hold_is_an_error(void **state) {
    (void)state;
    const struct {
        int64_t number;
        const char *problem;
    } cases[] = {
        {(1LL << 53) + 1,  "tensor 'n' is I64, and its element 2, 9007199254740993, does not fit" },
        {-(1LL << 53) - 1, "tensor 'n' is I64, and its element 2, -9007199254740993, does not fit"},
        {-(1LL << 53),     NULL                                                                   },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        dnn_error err;
        dnn_safetensors *file;
        dnn_matrix m;
        char bytes[8 + 56 + 16] = {56};
        const int64_t numbers[] = {7, cases[i].number};
        memset(bytes + 8, ' ', 56);
        memcpy(bytes + 8, "{\"n\":{\"dtype\":\"I64\",\"shape\":[2],\"data_offsets\":[0,16]}}", 55);
        memcpy(bytes + 8 + 56, numbers, 16);
        write_file(bytes, sizeof bytes);
        check_ok(dnn_safetensors_open(&file, path, &err));
        check_ok(dnn_matrix_create(&m, DNN_FLOAT64, 2, 1, &err));
        dnn_status status = dnn_safetensors_read(file, 0, &m, &err);
        if (cases[i].problem != NULL)
            check_fails(status, DNN_ERROR_TYPE, cases[i].problem);
        else
            assert_true(status == DNN_OK && dnn_matrix_get(&m, 1, 0) == -0x1p53);
        dnn_matrix_free(&m);
        dnn_safetensors_close(file);
    }
}

static void round_trip(const dnn_matrix *m, dnn_dtype as) {
    dnn_error err;
    dnn_matrix back, expected;
    dnn_safetensors *file;
    dnn_tensor tensor = {.name = "m", .matrix = *m, .vector = true};
    check_ok(dnn_safetensors_write(path, &tensor, 1, NULL, 0, &err));
    check_ok(dnn_safetensors_open(&file, path, &err));
    check_ok(dnn_matrix_create(&back, as, m->rows, m->cols, &err));
    check_ok(dnn_matrix_create(&expected, as, m->rows, m->cols, &err));
    check_ok(dnn_matrix_copy(&expected, m, &err));
    check_ok(dnn_safetensors_read(file, 0, &back, &err));
    assert_true(dnn_matrix_equal(&back, &expected));
    dnn_safetensors_close(file);
    dnn_matrix_free(&back);
    dnn_matrix_free(&expected);
}

static void matrices_of_every_shape_come_back_converted_where_asked(void **state) {
    (void)state;
    static const size_t shapes[][2] = {
        {1,      1     },
        {1,      300000}, /* a row that is longer than what is transposed at once */
        {300000, 1     },
        {700,    400   },
        {0,      3     },
        {3,      0     },
        {129,    65    }
    };
    for (size_t s = 0; s < sizeof shapes / sizeof *shapes; s++) {
        for (dnn_dtype dtype = DNN_FLOAT32; dtype <= DNN_FLOAT64; dtype++) {
            dnn_matrix m = normal(dtype, shapes[s][0], shapes[s][1]);
            round_trip(&m, DNN_FLOAT32);
            round_trip(&m, DNN_FLOAT64);
            dnn_matrix_free(&m);
        }
    }
}

static void views_are_written_as_what_they_show(void **state) {
    (void)state;
    dnn_error err;
    dnn_matrix m = normal(DNN_FLOAT32, 40, 30), part;
    check_ok(dnn_matrix_block(&part, &m, 7, 5, 20, 11, &err));
    round_trip(&part, DNN_FLOAT32);
    check_ok(dnn_matrix_block(&part, &m, 7, 0, 1, 30, &err));
    round_trip(&part, DNN_FLOAT64);
    dnn_matrix_free(&m);
}

/* --- what fails --- */

static void names_that_no_file_can_hold_are_refused(void **state) {
    (void)state;
    dnn_error err;
    dnn_matrix one = {w_data, 1, 1, 1, DNN_FLOAT32};
    const dnn_tensor twice[] = {
        {.name = "a", .matrix = one, .vector = true},
        {.name = "a", .matrix = one, .vector = true}
    };
    check_fails(dnn_safetensors_write(path, twice, 2, NULL, 0, &err), DNN_ERROR_ARGUMENT,
                "a.st: tensor 'a' comes twice");
    const dnn_tensor reserved = {.name = "__metadata__", .matrix = one, .vector = true},
                     bytes = {.name = "\xff", .matrix = one, .vector = true};
    check_fails(dnn_safetensors_write(path, &reserved, 1, NULL, 0, &err), DNN_ERROR_ARGUMENT,
                "has the name reserved for the metadata");
    check_fails(dnn_safetensors_write(path, &bytes, 1, NULL, 0, &err), DNN_ERROR_ARGUMENT,
                "is not UTF-8 text");
    assert_int_not_equal(access(path, F_OK), 0);
}

/* A limit on the size of files acts as a full disk: at every size that is too small. */
static void a_full_disk_leaves_the_old_file_at_whatever_byte_it_fills(void **state) {
    (void)state;
    dnn_error err;
    char expected[512], got[512];
    size_t size = sample_file(expected);
    struct rlimit old, small;
    check_ok(dnn_safetensors_write(path, sample, 3, sample_notes, 2, &err));
    getrlimit(RLIMIT_FSIZE, &old);
    for (size_t limit = 0; limit < size; limit++) {
        small = old;
        small.rlim_cur = limit;
        setrlimit(RLIMIT_FSIZE, &small);
        dnn_status status = dnn_safetensors_write(path, sample, 3, sample_notes, 2, &err);
        setrlimit(RLIMIT_FSIZE, &old);
        check_fails(status, DNN_ERROR_FILE, "cannot be written: File too large");
        assert_int_equal(read_file(got, sizeof got), size);
        assert_memory_equal(got, expected, size);
    }
}

static dnn_status write_sample(dnn_error *err) {
    return dnn_safetensors_write(path, sample, 3, sample_notes, 2, err);
}

static dnn_status read_sample(dnn_error *err) {
    dnn_safetensors *file;
    float numbers[6];
    double doubles[6];
    dnn_matrix m = dnn_matrix_of(DNN_FLOAT32, 2, 3, numbers);
    dnn_matrix d = dnn_matrix_of(DNN_FLOAT64, 2, 3, doubles);
    dnn_status status = dnn_safetensors_open(&file, path, err);
    if (status == DNN_OK)
        status = dnn_safetensors_read(file, 1, &m, err);
    if (status == DNN_OK)
        status = dnn_safetensors_read(file, 1, &d, err);
    dnn_safetensors_close(file);
    return status;
}

/* The n-th allocation fails, for every n, until `run` needs fewer. Returns how many it needs. */
static uint64_t fail_every_allocation(dnn_status (*run)(dnn_error *err)) {
    dnn_error err;
    uint64_t live = dnn_allocations_live();
    for (uint64_t n = 1;; n++) {
        dnn_fail_allocation(n);
        dnn_status status = run(&err);
        dnn_fail_allocation(0);
        assert_int_equal(dnn_allocations_live(), live);
        if (status == DNN_OK)
            return n - 1;
        assert_int_equal(status, DNN_ERROR_MEMORY);
    }
}

/* jansson's memory is counted too while it writes. Its parser leaks a string where it has no
 * memory for the next, and says something else. */
static void running_out_of_memory_is_told_wherever_it_happens(void **state) {
    (void)state;
    json_set_alloc_funcs(dnn_alloc, dnn_free);
    uint64_t writing = fail_every_allocation(write_sample);
    json_set_alloc_funcs(malloc, free);
    assert_true(writing > 20);
    assert_true(fail_every_allocation(read_sample) >= 5);
}

static void a_file_that_shrinks_while_it_is_read_is_told(void **state) {
    (void)state;
    dnn_error err;
    char bytes[512];
    float numbers[6];
    dnn_matrix m = dnn_matrix_of(DNN_FLOAT32, 2, 3, numbers);
    dnn_safetensors *file;
    size_t size = sample_file(bytes);
    write_file(bytes, size);
    check_ok(dnn_safetensors_open(&file, path, &err));
    assert_int_equal(truncate(path, (off_t)size - 20), 0);
    check_fails(dnn_safetensors_read(file, 1, &m, &err), DNN_ERROR_FORMAT,
                "a.st: is shorter than it was a moment ago");
    dnn_safetensors_close(file);
}

static void every_shorter_file_is_refused(void **state) {
    (void)state;
    dnn_error err;
    char bytes[512];
    dnn_safetensors *file;
    for (size_t size = sample_file(bytes); size-- > 0;) {
        write_file(bytes, size);
        assert_int_equal(dnn_safetensors_open(&file, path, &err), DNN_ERROR_FORMAT);
        assert_null(file);
        assert_int_equal(strncmp(err.text, path, strlen(path)), 0);
    }
}

static void a_header_beyond_all_measure_is_refused_before_memory_is_taken(void **state) {
    (void)state;
    dnn_error err;
    dnn_safetensors *file;
    const uint64_t lengths[] = {100000001, (uint64_t)1 << 40, UINT64_MAX, UINT64_MAX - 7};
    for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
        write_file(&lengths[i], sizeof lengths[i]);
        assert_int_equal(truncate(path, 200000000), 0); /* a file with a hole: no bytes on disk */
        check_fails(dnn_safetensors_open(&file, path, &err), DNN_ERROR_FORMAT,
                    "it claims a header of");
    }
}

#define tensors_test(f) cmocka_unit_test_setup_teardown(f, make_path, remove_path)

int main(void) {
    const struct CMUnitTest tests[] = {
        tensors_test(the_bytes_are_the_formats),
        tensors_test(what_it_holds_is_told_and_read),
        tensors_test(an_int64_that_a_float64_does_not_hold_is_an_error),
        tensors_test(matrices_of_every_shape_come_back_converted_where_asked),
        tensors_test(views_are_written_as_what_they_show),
        tensors_test(names_that_no_file_can_hold_are_refused),
        tensors_test(a_full_disk_leaves_the_old_file_at_whatever_byte_it_fills),
        tensors_test(running_out_of_memory_is_told_wherever_it_happens),
        tensors_test(a_file_that_shrinks_while_it_is_read_is_told),
        tensors_test(every_shorter_file_is_refused),
        tensors_test(a_header_beyond_all_measure_is_refused_before_memory_is_taken),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
