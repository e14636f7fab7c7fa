/* Tests of HDF5 files that a process of their own reads: the same comes as without it, and what
 * happens to that process is an error at most. Files of tests/fuzz/make_data_seeds.py. */
#include "check.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/interrupt.h"
#include "core/memory.h"
#include "data/hdf5.h"

#define SEEDS DNN_SOURCE_DIR "/tests/fuzz/seeds/hdf5/"

static dnn_error err;
static const char *const copy = "test_hdf5_apart.h5";

static dnn_hdf5 *open_file(const char *path, bool apart) {
    dnn_hdf5 *file;
    dnn_hdf5_options options = {.apart = apart};
    check_ok(dnn_hdf5_open(&file, path, &options, &err));
    return file;
}

static void copy_seed(const char *name) {
    char whole[1024], bytes[1 << 16];
    snprintf(whole, sizeof whole, "%s%s", SEEDS, name);
    FILE *from = fopen(whole, "rb"), *to = fopen(copy, "wb");
    assert_non_null(from);
    size_t size = fread(bytes, 1, sizeof bytes, from);
    assert_int_equal(fwrite(bytes, 1, size, to), size);
    fclose(from);
    fclose(to);
}

/* The number of the only process that this one has started; 0: none is left. */
static pid_t child(void) {
    char path[64], text[64] = "";
    snprintf(path, sizeof path, "/proc/self/task/%d/children", (int)getpid());
    FILE *children = fopen(path, "r");
    if (children != NULL && fgets(text, sizeof text, children) == NULL)
        text[0] = '\0';
    if (children != NULL)
        fclose(children);
    return (pid_t)strtol(text, NULL, 10);
}

/* Both say the same of a dataset's numbers, and they are the same bytes. The file is open here only
 * after the other process has answered: one that is started again is a copy of this one, and must
 * not find it open. */
static void check_same_numbers(dnn_hdf5 *apart, size_t i) {
    const dnn_hdf5_info *info = dnn_hdf5_dataset(apart, i);
    dnn_error other = {0};
    dnn_matrix a, b;
    dnn_status read = DNN_OK, check = dnn_hdf5_check(apart, info, &other);
    if (check == DNN_OK) {
        check_ok(dnn_matrix_create(&a, info->dtype, info->rows, info->cols, &err));
        check_ok(dnn_matrix_create(&b, info->dtype, info->rows, info->cols, &err));
        read = dnn_hdf5_read(apart, info, &a, &other);
    }
    dnn_hdf5 *here = open_file(copy, false);
    info = dnn_hdf5_dataset(here, i);
    err = (dnn_error){0};
    assert_int_equal(dnn_hdf5_check(here, info, &err), check);
    if (check == DNN_OK) {
        assert_int_equal(dnn_hdf5_read(here, info, &b, &err), read);
        if (read == DNN_OK)
            assert_memory_equal(a.data, b.data,
                                dnn_matrix_count(&a) * dnn_dtype_info(info->dtype)->size);
        dnn_matrix_free(&a);
        dnn_matrix_free(&b);
    }
    assert_string_equal(other.text, err.text);
    dnn_hdf5_close(here);
}

static void check_same_texts(dnn_hdf5 *apart, size_t i) {
    dnn_error other = {0};
    dnn_hdf5_texts a, b;
    dnn_status status = dnn_hdf5_read_texts(apart, dnn_hdf5_dataset(apart, i), &a, &other);
    dnn_hdf5 *here = open_file(copy, false);
    err = (dnn_error){0};
    assert_int_equal(dnn_hdf5_read_texts(here, dnn_hdf5_dataset(here, i), &b, &err), status);
    assert_string_equal(other.text, err.text);
    assert_int_equal(a.count, b.count);
    assert_int_equal(a.size, b.size);
    if (a.size > 0)
        assert_memory_equal(a.bytes, b.bytes, a.size);
    dnn_hdf5_texts_free(&a);
    dnn_hdf5_texts_free(&b);
    dnn_hdf5_close(here);
}

static void check_same_list(dnn_hdf5 *apart) {
    dnn_hdf5 *here = open_file(copy, false);
    assert_int_equal(dnn_hdf5_count(apart), dnn_hdf5_count(here));
    for (size_t i = 0; i < dnn_hdf5_count(here); i++) {
        const dnn_hdf5_info *a = dnn_hdf5_dataset(apart, i), *b = dnn_hdf5_dataset(here, i);
        assert_string_equal(a->name, b->name);
        assert_string_equal(a->type, b->type);
        assert_int_equal(a->elsewhere != NULL, b->elsewhere != NULL);
        assert_memory_equal(a->extent, b->extent, sizeof a->extent);
    }
    dnn_hdf5_close(here);
}

static void another_process_reads_the_same(void **state) {
    (void)state;
    static const char *const seeds[] = {"axes",  "damaged", "external", "kinds",
                                        "links", "latest",  "packed",   "texts"};
    uint64_t live = dnn_allocations_live();
    for (size_t k = 0; k < sizeof seeds / sizeof *seeds; k++) {
        copy_seed(seeds[k]);
        dnn_hdf5 *apart = open_file(copy, true);
        check_same_list(apart);
        for (size_t i = 0; i < dnn_hdf5_count(apart); i++) {
            check_same_numbers(apart, i);
            check_same_texts(apart, i);
        }
        dnn_hdf5_close(apart);
        assert_int_equal(child(), 0);
    }
    assert_int_equal(dnn_allocations_live(), live);
}

static void says_as_well_why_a_file_cannot_be_opened(void **state) {
    (void)state;
    dnn_hdf5 *file;
    dnn_hdf5_options apart = {.apart = true};
    check_fails(dnn_hdf5_open(&file, "nowhere.h5", &apart, &err), DNN_ERROR_FILE,
                "nowhere.h5: No such file or directory");
    assert_null(file);
    check_fails(dnn_hdf5_open(&file, SEEDS "torn", &apart, &err), DNN_ERROR_FORMAT,
                "the HDF5 file is cut short or damaged");
    assert_int_equal(child(), 0);
}

static void check_readable(dnn_hdf5 *file) {
    dnn_hdf5_texts texts;
    const dnn_hdf5_info *info;
    check_ok(dnn_hdf5_find(file, "fixed", &info, &err));
    check_ok(dnn_hdf5_read_texts(file, info, &texts, &err));
    assert_int_equal(texts.count, 2);
    dnn_hdf5_texts_free(&texts);
}

static void a_process_that_crashes_is_an_error_and_another_one_follows(void **state) {
    (void)state;
    dnn_hdf5_texts texts;
    dnn_hdf5 *file = open_file(SEEDS "texts", true);
    check_readable(file);
    if (child() == 0) {
        print_message("the kernel does not list children\n");
        dnn_hdf5_close(file);
        skip();
    }
    kill(child(), SIGKILL);
    check_fails(dnn_hdf5_read_texts(file, dnn_hdf5_dataset(file, 0), &texts, &err),
                DNN_ERROR_MEMORY,
                "texts: the HDF5 library crashed (signal 9): memory was short, or the file is "
                "damaged");
    assert_int_equal(child(), 0);
    check_readable(file);
    dnn_hdf5_close(file);
    assert_int_equal(child(), 0);
}

static void a_process_that_has_nothing_to_do_ends_and_another_one_follows(void **state) {
    (void)state;
    dnn_hdf5 *file = open_file(SEEDS "texts", true);
    for (int tenths = 0; tenths < 300 && child() > 0; tenths++)
        usleep(100000);
    assert_int_equal(child(), 0); /* not even a zombie */
    check_readable(file);
    dnn_hdf5_close(file);
    assert_int_equal(child(), 0);
}

static void a_request_to_stop_ends_the_process(void **state) {
    (void)state;
    dnn_hdf5_texts texts;
    dnn_hdf5 *file = open_file(SEEDS "texts", true);
    dnn_interrupt_request();
    dnn_status status = dnn_hdf5_read_texts(file, dnn_hdf5_dataset(file, 0), &texts, &err);
    dnn_interrupt_clear();
    assert_int_equal(status, DNN_ERROR_INTERRUPTED);
    assert_int_equal(child(), 0);
    check_readable(file);
    dnn_hdf5_close(file);
}

static void a_dataset_that_has_changed_since_is_not_read(void **state) {
    (void)state;
    dnn_matrix m;
    const dnn_hdf5_info *info;
    copy_seed("kinds");
    dnn_hdf5 *file = open_file(copy, true);
    check_ok(dnn_hdf5_find(file, "bools", &info, &err));
    dnn_hdf5_info other = *info;
    other.cols = 7;
    check_ok(dnn_matrix_create(&m, other.dtype, other.rows, other.cols, &err));
    check_fails(dnn_hdf5_read(file, &other, &m, &err), DNN_ERROR_FORMAT,
                "dataset 'bools' has changed since the file was opened");
    dnn_matrix_free(&m);
    dnn_hdf5_close(file);
}

static void survives_every_failed_allocation(void **state) {
    (void)state;
    uint64_t live = dnn_allocations_live();
    dnn_status status = DNN_ERROR_MEMORY;
    for (uint64_t n = 1; status != DNN_OK; n++) {
        dnn_hdf5 *file;
        dnn_hdf5_options apart = {.apart = true};
        dnn_hdf5_texts texts = {0};
        dnn_fail_allocation(n);
        status = dnn_hdf5_open(&file, SEEDS "texts", &apart, &err);
        if (status == DNN_OK)
            status = dnn_hdf5_read_texts(file, dnn_hdf5_dataset(file, 0), &texts, &err);
        dnn_fail_allocation(0);
        dnn_hdf5_texts_free(&texts);
        dnn_hdf5_close(file);
        assert_int_equal(dnn_allocations_live(), live);
        assert_int_equal(child(), 0);
        assert_in_range(n, 1, 30);
    }
}

static int remove_copy(void **state) {
    (void)state;
    unlink(copy);
    return 0;
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(another_process_reads_the_same),
        cmocka_unit_test(says_as_well_why_a_file_cannot_be_opened),
        cmocka_unit_test(a_process_that_crashes_is_an_error_and_another_one_follows),
        cmocka_unit_test(a_process_that_has_nothing_to_do_ends_and_another_one_follows),
        cmocka_unit_test(a_request_to_stop_ends_the_process),
        cmocka_unit_test(a_dataset_that_has_changed_since_is_not_read),
        cmocka_unit_test(survives_every_failed_allocation),
    };
    return cmocka_run_group_tests(tests, NULL, remove_copy);
}
