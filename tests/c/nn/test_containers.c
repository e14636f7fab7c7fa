/* Containers become a list of calls with the names that files and people use. */
#include "check_gradients.h"

static void check_step(const net *n, size_t step, const char *kind, const char *path,
                       const char *place) {
    const dnn_step *s = dnn_network_step(n->network, step);
    assert_string_equal(s->layer->kind->name, kind);
    assert_string_equal(s->path, path);
    assert_string_equal(s->place, place);
}

/* --- nesting and names --- */

static void paths_count_from_0_and_places_from_1(void **state) {
    (void)state;
    net n = make_net(DNN_FLOAT64,
                     CHILDREN(linear(4, 4), residual(linear(4, 4), plain("Tanh")),
                              concat(linear(4, 2), sequential(linear(4, 3), plain("ReLU"))),
                              with_shortcut(residual(linear(5, 3)), linear(5, 3))),
                     1);
    check_step(&n, 0, "Linear", "0", "1");
    check_step(&n, 1, "Linear", "1.0", "2.1");
    check_step(&n, 2, "Tanh", "1.1", "2.2");
    check_step(&n, 3, "Add", "1", "2");
    check_step(&n, 4, "Linear", "2.0", "3.1");
    check_step(&n, 5, "Linear", "2.1.0", "3.2.1");
    check_step(&n, 6, "ReLU", "2.1.1", "3.2.2");
    check_step(&n, 7, "Concatenate", "2", "3");
    check_step(&n, 8, "Linear", "3.0", "4.1");
    check_step(&n, 9, "Linear", "3.shortcut", "4.shortcut");
    check_step(&n, 10, "Add", "3", "4");
    assert_int_equal(dnn_network_step_count(n.network), 11);
    static const char *const names[] = {
        "0.weight",   "0.bias",   "1.0.weight",        "1.0.bias",
        "2.0.weight", "2.0.bias", "2.1.0.weight",      "2.1.0.bias",
        "3.0.weight", "3.0.bias", "3.shortcut.weight", "3.shortcut.bias"};
    const dnn_parameters *p = dnn_network_parameters(n.network);
    assert_int_equal(p->segment_count, sizeof names / sizeof *names);
    for (size_t k = 0; k < p->segment_count; k++)
        assert_string_equal(p->segments[k].name, names[k]);
    assert_string_equal(p->segments[6].owner, "layer 3.2.1, Linear");
    char text[64];
    dnn_network_name_step(n.network, 5, text, sizeof text);
    assert_string_equal(text, "layer 3.2.1, Linear(4 -> 3)");
    free_net(&n);
}

static void a_container_finds_its_children_by_name_and_owns_them(void **state) {
    (void)state;
    dnn_error err;
    uint64_t live = dnn_allocations_live();
    dnn_layer *layer = plain("Sequential"), *relu = plain("ReLU");
    for (size_t k = 0; k < 20; k++)
        check_ok(dnn_layer_add_child(layer, relu, k == 7 ? "shortcut" : NULL, &err));
    assert_int_equal(relu->references, 21);
    assert_int_equal(layer->child_count, 20);
    assert_string_equal(layer->child_names[12], "12");
    assert_ptr_equal(dnn_layer_child(layer, "19"), relu);
    assert_ptr_equal(dnn_layer_child(layer, "shortcut"), relu);
    assert_null(dnn_layer_child(layer, "7"));
    assert_null(dnn_layer_child(layer, "20"));
    dnn_layer_release(layer);
    assert_int_equal(relu->references, 1);
    dnn_layer_release(relu);
    assert_true(dnn_allocations_live() == live);
}

static void containers_that_are_nested_too_deep_are_refused(void **state) {
    (void)state;
    dnn_error err;
    dnn_network *network;
    dnn_layer *layer = linear(2, 2);
    for (int depth = 1; depth <= 64; depth++)
        layer = sequential(layer);
    check_ok(dnn_network_create(&network, DNN_FLOAT32, layer, NULL, &err));
    dnn_network_destroy(network);
    dnn_layer *outermost = plain("Sequential");
    check_fails(dnn_layer_add_child(outermost, layer, NULL, &err), DNN_ERROR_ARGUMENT,
                "Sequential: containers are nested more than 64 deep");
    assert_int_equal(outermost->child_count, 0);
    dnn_layer_release(layer);
    dnn_layer_release(outermost);
    char name[300];
    memset(name, 'x', sizeof name - 1);
    name[sizeof name - 1] = '\0';
    layer = plain("Sequential");
    dnn_layer *child = linear(2, 2);
    check_ok(dnn_layer_add_child(layer, child, name, &err));
    dnn_layer_release(child);
    check_fails(dnn_network_create(&network, DNN_FLOAT32, layer, NULL, &err), DNN_ERROR_ARGUMENT,
                "Sequential: the names of nested layers are too long");
    dnn_layer_release(layer);
}

static void a_lone_layer_has_no_number(void **state) {
    (void)state;
    dnn_error err;
    net n = net_of(DNN_FLOAT64, linear(4, 2), NULL, 1);
    check_step(&n, 0, "Linear", "", "");
    assert_string_equal(dnn_network_parameters(n.network)->segments[0].name, "weight");
    assert_string_equal(dnn_network_parameters(n.network)->segments[0].owner, "Linear");
    size_t bytes;
    dnn_matrix X = dnn_matrix_of(DNN_FLOAT64, 3, 2, NULL);
    check_fails(dnn_network_plan(n.network, &X, &bytes, &err), DNN_ERROR_SHAPE,
                "Linear(4 -> 2): needs 4 rows (features), X is 3 x 2");
    free_net(&n);
}

static void learnt_values_come_first_and_kept_ones_after_them(void **state) {
    (void)state;
    net n = make_net(DNN_FLOAT64,
                     CHILDREN(layer_of("BatchNorm1d", "num_features=3"), linear(3, 3),
                              residual(layer_of("BatchNorm1d", "num_features=3"))),
                     1);
    const dnn_parameters *p = dnn_network_parameters(n.network);
    static const char *const names[] = {
        "0.weight",         "0.bias",          "1.weight",
        "1.bias",           "2.0.weight",      "2.0.bias",
        "0.running_mean",   "0.running_var",   "0.num_batches_tracked",
        "2.0.running_mean", "2.0.running_var", "2.0.num_batches_tracked"};
    assert_int_equal(p->segment_count, 12);
    assert_int_equal(p->learnt_count, 6);
    for (size_t k = 0; k < 12; k++)
        assert_string_equal(p->segments[k].name, names[k]);
    dnn_matrix weight = value_of(&n, "2.0.weight"), variance = value_of(&n, "2.0.running_var");
    check_matrix(&weight, (double[]){1, 1, 1}, 0);
    check_matrix(&variance, (double[]){1, 1, 1}, 0);
    free_net(&n);
}

static void the_summary_shows_how_layers_are_nested(void **state) {
    (void)state;
    net n = make_net(DNN_FLOAT32, CHILDREN(linear(4, 3), residual(linear(3, 3), plain("Tanh"))), 1);
    dnn_network_step(n.network, 0)->layer->frozen = true;
    dnn_network_note_layers(n.network);
    char text[1024];
    dnn_network_describe(n.network, text, sizeof text);
    assert_string_equal(text, "Sequential float32, 4 layers\n"
                              "  #    layer                output    parameters\n"
                              "  1    Linear(4 -> 3)            3            15  frozen\n"
                              "  2.1    Linear(3 -> 3)          3            12\n"
                              "  2.2    Tanh                    3             0\n"
                              "  2    Add                       3             0\n"
                              "       total                                  27  (108 bytes)\n");
    free_net(&n);
}

/* --- what they compute --- */

/* W x + b by hand. */
static double product(const net *n, const char *path, size_t row, const double *x) {
    char weight[64], bias[64];
    snprintf(weight, sizeof weight, "%s.weight", path);
    snprintf(bias, sizeof bias, "%s.bias", path);
    dnn_matrix W = value_of(n, weight), b = value_of(n, bias);
    double sum = dnn_matrix_get(&b, row, 0);
    for (size_t k = 0; k < W.cols; k++)
        sum += dnn_matrix_get(&W, row, k) * x[k];
    return sum;
}

static void a_residual_adds_its_input(void **state) {
    (void)state;
    net n = make_net(DNN_FLOAT64, CHILDREN(residual(linear(3, 3), plain("Tanh"))), 1);
    dnn_matrix X = normal_matrix(DNN_FLOAT64, 3, 4, 2);
    const dnn_matrix *A = forward(&n, &X);
    for (size_t j = 0; j < 4; j++)
        for (size_t i = 0; i < 3; i++)
            check_close(dnn_matrix_get(A, i, j),
                        tanh(product(&n, "0.0", i, dnn_matrix_at(&X, 0, j))) +
                            dnn_matrix_get(&X, i, j),
                        1e-14);
    dnn_matrix_free(&X);
    check_gradients(&n, 3);
    free_net(&n);
}

static void a_shortcut_brings_the_input_to_the_shape_of_the_layers(void **state) {
    (void)state;
    net n =
        make_net(DNN_FLOAT64,
                 CHILDREN(with_shortcut(residual(linear(3, 2), plain("Tanh")), linear(3, 2))), 1);
    dnn_matrix X = normal_matrix(DNN_FLOAT64, 3, 4, 2);
    const dnn_matrix *A = forward(&n, &X);
    for (size_t j = 0; j < 4; j++)
        for (size_t i = 0; i < 2; i++)
            check_close(dnn_matrix_get(A, i, j),
                        tanh(product(&n, "0.0", i, dnn_matrix_at(&X, 0, j))) +
                            product(&n, "0.shortcut", i, dnn_matrix_at(&X, 0, j)),
                        1e-14);
    dnn_matrix_free(&X);
    check_gradients(&n, 3);
    free_net(&n);
}

static void concat_puts_outputs_one_after_the_other(void **state) {
    (void)state;
    net n = make_net(DNN_FLOAT64, CHILDREN(concat(linear(3, 2), plain("Tanh"), linear(3, 1))), 1);
    dnn_matrix X = normal_matrix(DNN_FLOAT64, 3, 4, 2);
    const dnn_matrix *A = forward(&n, &X);
    assert_int_equal(A->rows, 6);
    for (size_t j = 0; j < 4; j++) {
        const double *x = dnn_matrix_at(&X, 0, j);
        const double expected[] = {
            product(&n, "0.0", 0, x), product(&n, "0.0", 1, x), tanh(x[0]), tanh(x[1]), tanh(x[2]),
            product(&n, "0.2", 0, x)};
        for (size_t i = 0; i < 6; i++)
            check_close(dnn_matrix_get(A, i, j), expected[i], 1e-14);
    }
    dnn_matrix_free(&X);
    check_gradients(&n, 3);
    free_net(&n);
}

static void nested_containers_have_right_gradients(void **state) {
    (void)state;
    net n = make_net(DNN_FLOAT64,
                     CHILDREN(with_shortcut(residual(residual(linear(4, 4), plain("Tanh")),
                                                     concat(linear(4, 1),
                                                            residual(linear(4, 4), plain("Tanh")))),
                                            linear(4, 5)),
                              residual(plain("Sigmoid")), linear(5, 2)),
                     1);
    check_gradients(&n, 4);
    free_net(&n);
}

static void shapes_that_do_not_meet_name_the_container(void **state) {
    (void)state;
    dnn_error err;
    dnn_network *network;
    dnn_layer *layer = sequential(linear(4, 4), residual(linear(4, 5)));
    check_fails(dnn_network_create(&network, DNN_FLOAT64, layer, NULL, &err), DNN_ERROR_SHAPE,
                "layer 2, Add: cannot add 5 and 4; the layers of a Residual keep the shape of its "
                "input, or {shortcut = layer} brings the input to theirs");
    dnn_layer_release(layer);
    const dnn_shape image = dnn_shape_image(4, 4, 1);
    layer = concat(plain("ReLU"), layer_of("MaxPool2d", "kernel_size=2"));
    check_fails(dnn_network_create(&network, DNN_FLOAT64, layer, &image, &err), DNN_ERROR_SHAPE,
                "cannot join the channels of 4 x 4 x 1 and 2 x 2 x 1: all but the last size must "
                "agree");
    dnn_layer_release(layer);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(paths_count_from_0_and_places_from_1),
        cmocka_unit_test(a_container_finds_its_children_by_name_and_owns_them),
        cmocka_unit_test(containers_that_are_nested_too_deep_are_refused),
        cmocka_unit_test(a_lone_layer_has_no_number),
        cmocka_unit_test(learnt_values_come_first_and_kept_ones_after_them),
        cmocka_unit_test(the_summary_shows_how_layers_are_nested),
        cmocka_unit_test(a_residual_adds_its_input),
        cmocka_unit_test(a_shortcut_brings_the_input_to_the_shape_of_the_layers),
        cmocka_unit_test(concat_puts_outputs_one_after_the_other),
        cmocka_unit_test(nested_containers_have_right_gradients),
        cmocka_unit_test(shapes_that_do_not_meet_name_the_container),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
