/* A network's parameters go into a file and come back; a file of another network is told apart, and
 * changes nothing. */
#include "../nn/nets.h"
#include "check.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "store/weights.h"

static char folder[64], path[96];

static int make_folder(void **state) {
    (void)state;
    strcpy(folder, "/tmp/dnn-weights-XXXXXX");
    if (mkdtemp(folder) == NULL)
        return -1;
    snprintf(path, sizeof path, "%s/net.st", folder);
    return 0;
}

static int remove_folder(void **state) {
    (void)state;
    unlink(path);
    return rmdir(folder);
}

static net make(dnn_dtype dtype, size_t in, size_t hidden, uint64_t seed) {
    return make_net(dtype, (dnn_layer *[]){linear(in, hidden), plain("ReLU"), linear(hidden, 1)}, 3,
                    seed);
}

/* The flat vector of values, as a matrix of its own. */
static dnn_matrix values_of(const net *n) {
    dnn_error err;
    dnn_matrix copy;
    const dnn_parameters *p = dnn_network_parameters(n->network);
    dnn_matrix values = dnn_matrix_of(p->dtype, p->count, 1, p->values);
    check_ok(dnn_matrix_create(&copy, p->dtype, p->count, 1, &err));
    check_ok(dnn_matrix_copy(&copy, &values, &err));
    return copy;
}

static void they_come_back_in_either_type(void **state) {
    (void)state;
    dnn_error err;
    for (dnn_dtype from = DNN_FLOAT32; from <= DNN_FLOAT64; from++) {
        for (dnn_dtype to = DNN_FLOAT32; to <= DNN_FLOAT64; to++) {
            net saved = make(from, 7, 5, 1), loaded = make(to, 7, 5, 2);
            check_ok(dnn_weights_save(dnn_network_parameters(saved.network), path, NULL, 0, &err));
            check_ok(dnn_weights_load(dnn_network_parameters(loaded.network), path, &err));
            dnn_matrix a = values_of(&saved), b = values_of(&loaded), c = values_of(&loaded);
            check_ok(dnn_matrix_copy(&c, &a, &err)); /* as the matrix converts */
            assert_true(dnn_matrix_equal(&b, &c));
            dnn_matrix_free(&a);
            dnn_matrix_free(&b);
            dnn_matrix_free(&c);
            free_net(&saved);
            free_net(&loaded);
        }
    }
}

static void those_of_another_network_are_told_and_change_nothing(void **state) {
    (void)state;
    dnn_error err;
    net saved = make(DNN_FLOAT32, 20, 5, 1), other = make(DNN_FLOAT32, 7, 5, 2);
    dnn_matrix before = values_of(&other);
    check_ok(dnn_weights_save(dnn_network_parameters(saved.network), path, NULL, 0, &err));
    check_fails(dnn_weights_load(dnn_network_parameters(other.network), path, &err),
                DNN_ERROR_SHAPE,
                "net.st: layer 1 Linear: weight is 5 x 7 here, 5 x 20 in the file; was it saved "
                "from another network?");
    dnn_matrix after = values_of(&other);
    assert_true(dnn_matrix_equal(&before, &after));
    dnn_matrix_free(&before);
    dnn_matrix_free(&after);
    free_net(&saved);
    free_net(&other);
}

/* All tensors fit by name and shape, but the last cannot be read. */
static void a_file_that_fails_in_the_middle_changes_nothing(void **state) {
    (void)state;
    dnn_error err;
    static const char header[] =
        "{\"1.weight\":{\"dtype\":\"F32\",\"shape\":[1,2],\"data_offsets\":[0,8]},"
        "\"1.bias\":{\"dtype\":\"C64\",\"shape\":[1],\"data_offsets\":[8,16]}}";
    const uint64_t length = sizeof header - 1;
    const float numbers[4] = {1, 2};
    FILE *file = fopen(path, "wb");
    fwrite(&length, sizeof length, 1, file);
    fwrite(header, sizeof header - 1, 1, file);
    fwrite(numbers, sizeof numbers, 1, file);
    fclose(file);
    net n = make_net(DNN_FLOAT32, (dnn_layer *[]){linear(2, 1)}, 1, 3);
    dnn_matrix before = values_of(&n);
    check_fails(dnn_weights_load(dnn_network_parameters(n.network), path, &err), DNN_ERROR_TYPE,
                "net.st: tensor '1.bias' is C64");
    dnn_matrix after = values_of(&n);
    assert_true(dnn_matrix_equal(&before, &after));
    dnn_matrix_free(&before);
    dnn_matrix_free(&after);
    free_net(&n);
}

static void running_out_of_memory_changes_nothing_and_leaks_nothing(void **state) {
    (void)state;
    dnn_error err;
    net saved = make(DNN_FLOAT64, 4, 3, 1), other = make(DNN_FLOAT32, 4, 3, 2);
    dnn_matrix before = values_of(&other);
    check_ok(dnn_weights_save(dnn_network_parameters(saved.network), path, NULL, 0, &err));
    uint64_t live = dnn_allocations_live();
    for (uint64_t n = 1;; n++) {
        dnn_fail_allocation(n);
        dnn_status status = dnn_weights_load(dnn_network_parameters(other.network), path, &err);
        dnn_fail_allocation(0);
        assert_int_equal(dnn_allocations_live(), live);
        if (status == DNN_OK)
            break;
        assert_int_equal(status, DNN_ERROR_MEMORY);
        dnn_matrix after = values_of(&other);
        assert_true(dnn_matrix_equal(&before, &after));
        dnn_matrix_free(&after);
    }
    dnn_matrix_free(&before);
    free_net(&saved);
    free_net(&other);
}

#define weights_test(f) cmocka_unit_test_setup_teardown(f, make_folder, remove_folder)

int main(void) {
    const struct CMUnitTest tests[] = {
        weights_test(they_come_back_in_either_type),
        weights_test(those_of_another_network_are_told_and_change_nothing),
        weights_test(a_file_that_fails_in_the_middle_changes_nothing),
        weights_test(running_out_of_memory_changes_nothing_and_leaks_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
