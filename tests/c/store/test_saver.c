/* A snapshot is written beside the training, whole and with a checksum. */
#include "check.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/interrupt.h"
#include "core/memory.h"
#include "store/saver.h"
#include "store_file.h"

static float weights[6] = {1, 2, 3, 4, 5, 6};
static double biases[2] = {0.5, -0.5};

static void make_tensors(dnn_tensor tensors[2]) {
    tensors[0] =
        (dnn_tensor){.name = "weight", .matrix = dnn_matrix_of(DNN_FLOAT32, 2, 3, weights)};
    tensors[1] = (dnn_tensor){
        .name = "bias", .matrix = dnn_matrix_of(DNN_FLOAT64, 2, 1, biases), .vector = true};
}

static const dnn_note notes[] = {
    {"step", "20" },
    {"lr",   "0.1"}
};

static void the_file_holds_what_was_there_at_the_start_and_a_checksum(void **state) {
    (void)state;
    dnn_error err;
    dnn_tensor tensors[2];
    dnn_saver *saver;
    dnn_safetensors *file;
    uint64_t live = dnn_allocations_live();
    make_tensors(tensors);
    dnn_interrupt_request(); /* Ctrl-C during a save must not cost the checkpoint */
    check_ok(dnn_saver_start(&saver, path, tensors, 2, notes, 2, &err));
    check_ok(dnn_saver_finish(saver, &err));
    dnn_interrupt_clear();
    check_ok(dnn_safetensors_open(&file, path, &err));
    assert_non_null(dnn_safetensors_find_note(file, DNN_CHECKSUM_NOTE));
    assert_string_equal(dnn_safetensors_find_note(file, "step"), "20");
    assert_int_equal(dnn_safetensors_count(file), 2);
    dnn_safetensors_close(file);
    assert_int_equal(dnn_allocations_live(), live);
}

static void what_is_not_finite_is_not_written(void **state) {
    (void)state;
    dnn_error err;
    dnn_tensor tensors[2];
    dnn_saver *saver;
    const double bad[] = {NAN, INFINITY, -INFINITY};
    make_tensors(tensors);
    for (size_t i = 0; i < 3; i++) {
        weights[4] = (float)bad[i];
        check_ok(dnn_saver_start(&saver, path, tensors, 2, notes, 2, &err));
        check_fails(dnn_saver_finish(saver, &err), DNN_ERROR_NUMERIC,
                    "not written: 'weight' holds a value that is not finite");
        assert_int_not_equal(access(path, F_OK), 0);
    }
    weights[4] = 5;
}

static void failures_come_with_finish(void **state) {
    (void)state;
    dnn_error err;
    dnn_tensor tensors[2];
    dnn_saver *saver;
    make_tensors(tensors);
    check_ok(dnn_saver_start(&saver, "/nowhere/at/all", tensors, 2, notes, 2, &err));
    check_fails(dnn_saver_finish(saver, &err), DNN_ERROR_FILE,
                "/nowhere/at/all: cannot be written");
    uint64_t live = dnn_allocations_live();
    for (uint64_t n = 1; n <= 12; n++) {
        dnn_fail_allocation(n);
        dnn_status status = dnn_saver_start(&saver, path, tensors, 2, notes, 2, &err);
        if (status == DNN_OK)
            status = dnn_saver_finish(saver, &err);
        dnn_fail_allocation(0);
        assert_true(status == DNN_OK || status == DNN_ERROR_MEMORY);
        assert_int_equal(dnn_allocations_live(), live);
    }
}

static void a_process_that_exits_waits_for_its_file(void **state) {
    (void)state;
    dnn_error err;
    dnn_safetensors *file;
    int status;
    pid_t child = fork();
    if (child == 0) {
        dnn_tensor tensors[2];
        dnn_saver *saver;
        make_tensors(tensors);
        exit(dnn_saver_start(&saver, path, tensors, 2, notes, 2, &err) == DNN_OK ? 0 : 1);
    }
    waitpid(child, &status, 0);
    assert_int_equal(status, 0);
    check_ok(dnn_safetensors_open(&file, path, &err));
    dnn_safetensors_close(file);
}

#define in_folder(f) cmocka_unit_test_setup_teardown(f, make_path, remove_path)

int main(void) {
    const struct CMUnitTest tests[] = {
        in_folder(the_file_holds_what_was_there_at_the_start_and_a_checksum),
        in_folder(what_is_not_finite_is_not_written),
        in_folder(failures_come_with_finish),
        in_folder(a_process_that_exits_waits_for_its_file),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
