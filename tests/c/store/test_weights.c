/* A network's values go into a file as PyTorch has them, and come back; a file of another network
 * is recognised, and changes nothing. */
#include "weights_files.h"

#include "nn/layers/external.h"

static void they_come_back_in_either_type(void **state) {
    (void)state;
    dnn_error err;
    for (dnn_dtype from = DNN_FLOAT32; from <= DNN_FLOAT64; from++) {
        for (dnn_dtype to = DNN_FLOAT32; to <= DNN_FLOAT64; to++) {
            net saved = make(from, 7, 5, 1), loaded = make(to, 7, 5, 2);
            check_ok(dnn_weights_save(saved.network, path, NULL, 0, &err));
            check_ok(dnn_weights_load(loaded.network, path, NULL, 0, &err));
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

static void those_of_another_network_are_recognised_and_change_nothing(void **state) {
    (void)state;
    dnn_error err;
    net saved = make(DNN_FLOAT32, 20, 5, 1), other = make(DNN_FLOAT32, 7, 5, 2);
    dnn_matrix before = values_of(&other);
    check_ok(dnn_weights_save(saved.network, path, NULL, 0, &err));
    check_fails(dnn_weights_load(other.network, path, NULL, 0, &err), DNN_ERROR_SHAPE,
                "net.st: layer 1, Linear: weight is 5 x 7 here, 5 x 20 in the file; was it saved "
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
    write_foreign(
        (foreign[]){
            {"0.weight", 2, {1, 2}, NULL},
            {"0.bias",    1, {1}, "C64"},
            {.name = NULL         }
    },
        1);
    net n = make_net(DNN_FLOAT32, CHILDREN(linear(2, 1)), 3);
    check_load_fails(&n, NULL, 0, DNN_ERROR_TYPE, "net.st: tensor '0.bias' is C64");
    free_net(&n);
}

/* Conv2d, BatchNorm2d, Flatten and Linear on images of 3 x 3 pixels and 2 channels. */
static net images_net(void) {
    const dnn_shape input = dnn_shape_image(3, 3, 2);
    return net_of(DNN_FLOAT64,
                  sequential(layer_of("Conv2d", "in_channels=2 out_channels=3 kernel_size=2,1"),
                             layer_of("BatchNorm2d", "num_features=3"), plain("Flatten"),
                             linear(18, 2)),
                  &input, 1);
}

static const foreign images_file[] = {
    {"0.weight",    4, {3, 2, 2, 1}, NULL},
    {"0.bias", 1, {3}, NULL},
    {"1.weight",             1, {3}, NULL},
    {"1.bias",            1, {3}, NULL},
    {"1.running_mean",         1, {3}, NULL},
    {"1.running_var",    1, {3}, NULL},
    {"1.num_batches_tracked",          0, {0}, "I64"},
    {"3.weight",             2, {2, 18}, NULL},
    {"3.bias", 1, {2}, NULL},
    {.name = NULL        },
};

/* A kernel is (out, in, height, width) in files and [height][width][in][out] here; a Linear after a
 * Flatten has channels, then pixels there, and pixels, then channels here. */
static void kernels_and_flattened_images_stand_in_pytorchs_order(void **state) {
    (void)state;
    dnn_error err;
    write_foreign(images_file, 1);
    net n = images_net();
    check_ok(dnn_weights_load(n.network, path, NULL, 0, &err));
    dnn_matrix kernel = value_of(&n, "0.weight"), last = value_of(&n, "3.weight");
    for (size_t out = 0; out < 3; out++)
        for (size_t in = 0; in < 2; in++)
            for (size_t y = 0; y < 2; y++)
                assert_true(dnn_matrix_get(&kernel, out, 2 * y + in) ==
                            (double)(1 + 4 * out + 2 * in + y));
    const double start = 1 + 12 + 5 * 3 + 2; /* the counter takes the place of two numbers */
    for (size_t out = 0; out < 2; out++)
        for (size_t channel = 0; channel < 3; channel++)
            for (size_t pixel = 0; pixel < 6; pixel++) /* 2 x 3 pixels are left */
                assert_true(dnn_matrix_get(&last, out, 3 * pixel + channel) ==
                            start + (double)(18 * out + 6 * channel + pixel));
    free_net(&n);
}

static void what_is_saved_is_what_was_loaded(void **state) {
    (void)state;
    dnn_error err;
    write_foreign(images_file, 1);
    net n = images_net(), other = images_net();
    check_ok(dnn_weights_load(n.network, path, NULL, 0, &err));
    check_ok(dnn_weights_save(n.network, path, NULL, 0, &err));
    dnn_safetensors *file;
    check_ok(dnn_safetensors_open(&file, path, &err));
    double number = 1;
    for (const foreign *t = images_file; t->name != NULL; t++) {
        size_t place = 0;
        while (place < dnn_safetensors_count(file) &&
               strcmp(dnn_safetensors_tensor(file, place)->name, t->name) != 0)
            place++;
        assert_true(place < dnn_safetensors_count(file));
        const dnn_tensor_info *info = dnn_safetensors_tensor(file, place);
        assert_int_equal(info->rank, t->rank);
        size_t elements = 1;
        for (size_t axis = 0; axis < t->rank; axis++) {
            assert_int_equal(info->extent[axis], t->size[axis]);
            elements *= t->size[axis];
        }
        dnn_matrix column = matrix(DNN_FLOAT64, elements, 1, NULL);
        check_ok(dnn_safetensors_read_flat(file, place, &column, &err));
        for (size_t k = 0; k < elements && t->dtype == NULL; k++)
            assert_true(dnn_matrix_get(&column, k, 0) == number++);
        number += t->dtype != NULL ? 2 : 0;
        dnn_matrix_free(&column);
    }
    dnn_safetensors_close(file);
    check_ok(dnn_weights_load(other.network, path, NULL, 0, &err));
    assert_memory_equal(n.values, other.values, dnn_network_value_bytes(n.network));
    assert_memory_equal(n.kept, other.kept, dnn_network_kept_bytes(n.network));
    free_net(&n);
    free_net(&other);
}

/* Without a shape nobody knows in which order the Linear's columns are in files. */
static void an_order_that_is_not_known_yet_is_asked_for(void **state) {
    (void)state;
    dnn_error err;
    net n = make_net(DNN_FLOAT32, CHILDREN(plain("Flatten"), linear(12, 1)), 1);
    check_fails(dnn_weights_save(n.network, path, NULL, 0, &err), DNN_ERROR_STATE,
                "the shape of an example is not known yet");
    free_net(&n);
}

static dnn_status never(dnn_call *call, dnn_error *err) {
    (void)call;
    return dnn_fail(err, DNN_ERROR_CALLBACK, "not called here");
}

/* Its values have no layout of their own: they are matrices. */
static void values_of_a_layer_given_by_functions_are_matrices(void **state) {
    (void)state;
    dnn_error err;
    const dnn_external given = {.name = "Mine",
                                .value_count = 1,
                                .values = {{.name = "table", .rows = 2, .cols = 3}},
                                .forward = never,
                                .backward = never};
    dnn_layer *layer;
    check_ok(dnn_layer_create_external(&layer, &given, &err));
    net n = make_net(DNN_FLOAT32, CHILDREN(layer), 1);
    write_foreign(
        (foreign[]){
            {"0.table", 2, {2, 3}, NULL},
            {.name = NULL  }
    },
        1);
    check_ok(dnn_weights_load(n.network, path, NULL, 0, &err));
    dnn_matrix table = value_of(&n, "0.table");
    check_matrix(&table, (double[]){1, 2, 3, 4, 5, 6}, 0);
    check_ok(dnn_weights_save(n.network, path, NULL, 0, &err));
    memset(n.values, 0, dnn_network_value_bytes(n.network));
    check_ok(dnn_weights_load(n.network, path, NULL, 0, &err));
    check_matrix(&table, (double[]){1, 2, 3, 4, 5, 6}, 0);
    free_net(&n);
}

static void running_out_of_memory_changes_nothing_and_leaks_nothing(void **state) {
    (void)state;
    dnn_error err;
    net saved = make(DNN_FLOAT64, 4, 3, 1), other = make(DNN_FLOAT32, 4, 3, 2);
    dnn_matrix before = values_of(&other);
    check_ok(dnn_weights_save(saved.network, path, NULL, 0, &err));
    uint64_t live = dnn_allocations_live();
    for (uint64_t n = 1;; n++) {
        dnn_fail_allocation(n);
        dnn_status status = dnn_weights_load(other.network, path, NULL, 0, &err);
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

int main(void) {
    const struct CMUnitTest tests[] = {
        weights_test(they_come_back_in_either_type),
        weights_test(those_of_another_network_are_recognised_and_change_nothing),
        weights_test(a_file_that_fails_in_the_middle_changes_nothing),
        weights_test(kernels_and_flattened_images_stand_in_pytorchs_order),
        weights_test(what_is_saved_is_what_was_loaded),
        weights_test(an_order_that_is_not_known_yet_is_asked_for),
        weights_test(values_of_a_layer_given_by_functions_are_matrices),
        weights_test(running_out_of_memory_changes_nothing_and_leaks_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
