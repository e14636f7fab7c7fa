/* A network's values go into a file as PyTorch has them, and come back; a file of another network
 * is recognised, and changes nothing. */
#include "../nn/nets.h"

#include <stdlib.h>
#include <unistd.h>

#include "nn/layers/external.h"
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
    return make_net(dtype, CHILDREN(linear(in, hidden), plain("ReLU"), linear(hidden, 1)), seed);
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

/* --- files made by hand --- */

/* A tensor of a file that some other program has written. */
typedef struct foreign {
    const char *name;
    size_t rank, size[4];
    const char *dtype; /* NULL: F32, the numbers 1, 2, 3, ... and so on through the file */
} foreign;

/* Tensors up to one without a name; float32 numbers are `first`, `first` + 1, ... in the order of
 * the file. */
static void write_foreign(const foreign *tensors, double first) {
    char header[2048] = "{";
    float numbers[1024];
    size_t count = 0;
    for (const foreign *t = tensors; t->name != NULL; t++) {
        char shape[64] = "";
        size_t begin = count, elements = 1;
        for (size_t axis = 0; axis < t->rank; axis++) {
            size_t used = strlen(shape);
            snprintf(shape + used, sizeof shape - used, "%s%zu", axis > 0 ? "," : "",
                     t->size[axis]);
            elements *= t->size[axis];
        }
        bool whole = t->dtype != NULL; /* I64, C64: twice as long */
        for (size_t k = 0; k < elements * (whole ? 2 : 1); k++, count++)
            numbers[count] = whole ? 0 : (float)(first + (double)count);
        size_t used = strlen(header);
        snprintf(header + used, sizeof header - used,
                 "%s\"%s\":{\"dtype\":\"%s\",\"shape\":[%s],\"data_offsets\":[%zu,%zu]}",
                 t == tensors ? "" : ",", t->name, whole ? t->dtype : "F32", shape, 4 * begin,
                 4 * count);
    }
    strcat(header, "}");
    const uint64_t length = strlen(header);
    FILE *file = fopen(path, "wb");
    fwrite(&length, sizeof length, 1, file);
    fwrite(header, length, 1, file);
    fwrite(numbers, sizeof *numbers, count, file);
    fclose(file);
}

static void check_load_fails(net *n, const dnn_name_map *maps, size_t map_count,
                             dnn_status expected, const char *part) {
    dnn_error err;
    dnn_matrix before = values_of(n);
    check_fails(dnn_weights_load(n->network, path, maps, map_count, &err), expected, part);
    dnn_matrix after = values_of(n);
    assert_true(dnn_matrix_equal(&before, &after));
    dnn_matrix_free(&before);
    dnn_matrix_free(&after);
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

/* As this program's first versions wrote them, a bias as a matrix of one column. */
static void files_that_count_layers_from_1_are_read(void **state) {
    (void)state;
    dnn_error err;
    write_foreign(
        (foreign[]){
            {"1.weight", 2, {2, 2}, NULL},
            {"1.bias",    2, {2, 1}, NULL},
            {"3.weight",          2, {1, 2}, NULL},
            {"3.bias",      2, {1, 1}, NULL},
            {.name = NULL     }
    },
        1);
    net n = make(DNN_FLOAT64, 2, 2, 1);
    check_ok(dnn_weights_load(n.network, path, NULL, 0, &err));
    dnn_matrix first = value_of(&n, "0.weight"), bias = value_of(&n, "0.bias"),
               last = value_of(&n, "2.weight");
    check_matrix(&first, (double[]){1, 2, 3, 4}, 0);
    check_matrix(&bias, (double[]){5, 6}, 0);
    check_matrix(&last, (double[]){7, 8}, 0);
    free_net(&n);
}

static void a_layer_by_itself_has_names_without_a_number(void **state) {
    (void)state;
    dnn_error err;
    net n = net_of(DNN_FLOAT32, linear(2, 1), NULL, 1);
    write_foreign(
        (foreign[]){
            {"weight", 2, {1, 2}, NULL},
            {"bias",  1, {1}, NULL},
            {.name = NULL       }
    },
        1);
    check_ok(dnn_weights_load(n.network, path, NULL, 0, &err));
    dnn_matrix weight = value_of(&n, "weight");
    check_matrix(&weight, (double[]){1, 2}, 0);
    write_foreign(
        (foreign[]){
            {"1.weight", 2, {1, 2}, NULL},
            {"1.bias",    1, {1}, NULL},
            {.name = NULL         }
    },
        4);
    check_ok(dnn_weights_load(n.network, path, NULL, 0, &err));
    check_matrix(&weight, (double[]){4, 5}, 0);
    free_net(&n);
}

static void modules_with_names_are_mapped_to_places(void **state) {
    (void)state;
    dnn_error err;
    write_foreign(
        (foreign[]){
            {"fc1.weight", 2, {2, 2}, NULL},
            {"fc1.bias",      1, {2}, NULL},
            {"head.out.weight",            2, {1, 2}, NULL},
            {"head.out.bias",      1, {1}, NULL},
            {.name = NULL       }
    },
        1);
    net n = make(DNN_FLOAT32, 2, 2, 1);
    check_load_fails(&n, NULL, 0, DNN_ERROR_SHAPE,
                     "modules with names are mapped to places, as in {names = {fc1 = \"0\"}}");
    const dnn_name_map half[] = {
        {"fc1",  "0"},
        {"head", "2"}
    };
    check_load_fails(&n, half, 2, DNN_ERROR_SHAPE,
                     "2.weight (Linear, 1 x 2) is missing in the file");
    const dnn_name_map maps[] = {
        {"fc",       "2"},
        {"fc1",      "0"},
        {"head.out", "2"}
    };
    check_ok(dnn_weights_load(n.network, path, maps, 3, &err)); /* "fc" is not "fc1" */
    dnn_matrix first = value_of(&n, "0.weight"), last = value_of(&n, "2.weight");
    check_matrix(&first, (double[]){1, 2, 3, 4}, 0);
    check_matrix(&last, (double[]){7, 8}, 0);
    free_net(&n);
}

static void a_prefix_of_all_names_is_mapped_away(void **state) {
    (void)state;
    dnn_error err;
    write_foreign(
        (foreign[]){
            {"net.0.weight", 2, {1, 2}, NULL},
            {"net.0.bias",        1, {1}, NULL},
            {.name = NULL             }
    },
        1);
    net n = make_net(DNN_FLOAT32, CHILDREN(linear(2, 1)), 3);
    const dnn_name_map maps[] = {
        {"net", ""}
    };
    check_ok(dnn_weights_load(n.network, path, maps, 1, &err));
    dnn_matrix weight = value_of(&n, "0.weight");
    check_matrix(&weight, (double[]){1, 2}, 0);
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

/* PyTorch's older files have no count of batches; nothing else may be missing. */
static void a_counter_may_be_missing_and_nothing_else(void **state) {
    (void)state;
    dnn_error err;
    foreign some[4] = {
        {"0.weight", 1, {2}, NULL},
        {"0.bias",       1, {2}, NULL},
        {"0.running_mean",          1, {2}, NULL},
        {.name = NULL  }
    };
    write_foreign(some, 1);
    net n = make_net(DNN_FLOAT32, CHILDREN(layer_of("BatchNorm1d", "num_features=2")), 1);
    check_load_fails(&n, NULL, 0, DNN_ERROR_SHAPE,
                     "0.running_var (BatchNorm1d, 2 x 1) is missing in the file");
    write_foreign(
        (foreign[]){
            some[0], some[1], some[2], {"0.running_var", 1, {2}, NULL},
               {.name = NULL           }
    },
        1);
    check_ok(dnn_weights_load(n.network, path, NULL, 0, &err));
    dnn_matrix variance = value_of(&n, "0.running_var");
    check_matrix(&variance, (double[]){7, 8}, 0);
    free_net(&n);
}

static void what_does_not_fit_is_listed_and_what_is_too_much_named(void **state) {
    (void)state;
    write_foreign(
        (foreign[]){
            {"0.weight", 2, {1, 2}, NULL},
            {"0.bias",    1, {1}, NULL},
            {"1.weight",          2, {3, 4}, NULL},
            {.name = NULL     }
    },
        1);
    net n = make_net(DNN_FLOAT32, CHILDREN(linear(2, 1)), 3);
    check_load_fails(&n, NULL, 0, DNN_ERROR_SHAPE,
                     "1.weight (3 x 4) in the file has no place in this network");
    free_net(&n);
    n = make_net(DNN_FLOAT32, CHILDREN(linear(1, 2)), 3);
    check_load_fails(&n, NULL, 0, DNN_ERROR_SHAPE,
                     "weight is 2 x 1 here, 1 x 2 in the file, its transpose");
    free_net(&n);
}

/* PyTorch's state_dict has both names of a module that is called twice. */
static void a_layer_that_is_called_twice_may_have_both_names(void **state) {
    (void)state;
    dnn_error err;
    dnn_layer *layer = linear(1, 1);
    dnn_layer_retain(layer);
    net n = make_net(DNN_FLOAT32, CHILDREN(layer, plain("Tanh"), layer), 3);
    write_foreign(
        (foreign[]){
            {"0.weight", 2, {1, 1}, NULL},
            {"0.bias",    1, {1}, NULL},
            {"2.weight",          2, {1, 1}, NULL},
            {"2.bias",      1, {1}, NULL},
            {.name = NULL     }
    },
        1);
    check_ok(dnn_weights_load(n.network, path, NULL, 0, &err));
    dnn_matrix weight = value_of(&n, "0.weight");
    check_matrix(&weight, (double[]){1}, 0);
    check_ok(dnn_weights_save(n.network, path, NULL, 0, &err));
    check_ok(dnn_weights_load(n.network, path, NULL, 0, &err)); /* with one name */
    free_net(&n);
}

/* Without a shape nobody knows in which order the Linear's columns stand in files. */
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

#define weights_test(f) cmocka_unit_test_setup_teardown(f, make_folder, remove_folder)

int main(void) {
    const struct CMUnitTest tests[] = {
        weights_test(they_come_back_in_either_type),
        weights_test(those_of_another_network_are_recognised_and_change_nothing),
        weights_test(a_file_that_fails_in_the_middle_changes_nothing),
        weights_test(files_that_count_layers_from_1_are_read),
        weights_test(a_layer_by_itself_has_names_without_a_number),
        weights_test(modules_with_names_are_mapped_to_places),
        weights_test(a_prefix_of_all_names_is_mapped_away),
        weights_test(kernels_and_flattened_images_stand_in_pytorchs_order),
        weights_test(what_is_saved_is_what_was_loaded),
        weights_test(a_counter_may_be_missing_and_nothing_else),
        weights_test(what_does_not_fit_is_listed_and_what_is_too_much_named),
        weights_test(a_layer_that_is_called_twice_may_have_both_names),
        weights_test(an_order_that_is_not_known_yet_is_asked_for),
        weights_test(values_of_a_layer_given_by_functions_are_matrices),
        weights_test(running_out_of_memory_changes_nothing_and_leaks_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
