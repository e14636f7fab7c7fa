/* The shape of an example is given, wanted by the first layers, or found from the number of rows;
 * what does not fit is refused with the reason, when the network is built if it can be. */
#include "nets.h"

#define CONV "in_channels=3 out_channels=2 kernel_size=3"

static void check_shape(dnn_shape shape, const char *expected) {
    char text[DNN_SHAPE_TEXT];
    dnn_shape_text(&shape, text);
    assert_string_equal(text, expected);
}

static void check_input(net *n, size_t rows, const char *expected) {
    plan_net(n, rows, 2);
    check_shape(dnn_network_input_shape(n->network), expected);
}

static void check_plan_fails(net *n, size_t rows, size_t cols, const char *part) {
    dnn_error err;
    size_t bytes;
    dnn_matrix X = dnn_matrix_of(DNN_FLOAT32, rows, cols, NULL);
    check_fails(dnn_network_plan(n->network, &X, &bytes, &err), DNN_ERROR_SHAPE, part);
}

static void check_refused(dnn_layer *layer, const dnn_shape *input, const char *part) {
    dnn_error err;
    dnn_network *network;
    uint64_t live = dnn_allocations_live();
    check_fails(dnn_network_create(&network, DNN_FLOAT32, layer, input, &err), DNN_ERROR_SHAPE,
                part);
    assert_null(network);
    assert_true(dnn_allocations_live() == live);
    dnn_layer_release(layer);
}

static void the_shape_of_an_image_is_found_where_one_fits(void **state) {
    (void)state;
    net n = make_net(DNN_FLOAT32,
                     CHILDREN(layer_of("Conv2d", CONV), plain("Flatten"), linear(72, 1)), 1);
    check_shape(dnn_network_input_shape(n.network), "any");
    check_shape(dnn_network_output_shape(n.network, 0), "any");
    check_input(&n, 192, "8 x 8 x 3"); /* of 64 pixels, 6 x 6 are left */
    check_shape(dnn_network_output_shape(n.network, 0), "6 x 6 x 2");
    check_shape(dnn_network_output_shape(n.network, 1), "72");
    free_net(&n);
}

static void where_several_fit_they_are_listed(void **state) {
    (void)state;
    net n = make_net(DNN_FLOAT32, CHILDREN(layer_of("Conv2d", CONV)), 1);
    check_plan_fails(&n, 192, 2,
                     "X has 192 rows, and an example may be 4 x 16 x 3, 8 x 8 x 3, 16 x 4 x 3; say "
                     "which: start the network with dnn.Input(height, width, channels)");
    check_input(&n, 27, "3 x 3 x 3"); /* only one is large enough */
    check_plan_fails(&n, 720, 2, "5 x 48 x 3, ...; say which");
    free_net(&n);
}

static void where_none_fits_the_reason_is_given(void **state) {
    (void)state;
    net n = make_net(DNN_FLOAT32,
                     CHILDREN(layer_of("Conv2d", CONV), plain("Flatten"), linear(72, 1)), 1);
    check_plan_fails(&n, 65, 2,
                     "layer 1, Conv2d(3 -> 2, kernel_size = 3 x 3): X has 65 rows, which cannot be "
                     "examples of any x any x 3");
    check_plan_fails(&n, 12, 2, "is larger than the 1 x 4 image");
    check_input(&n, 192, "8 x 8 x 3"); /* a refusal leaves nothing behind */
    free_net(&n);
}

static void a_given_shape_is_held(void **state) {
    (void)state;
    const dnn_shape input = dnn_shape_image(8, 8, 3);
    net n = net_of(DNN_FLOAT32, sequential(layer_of("Conv2d", CONV)), &input, 1);
    check_shape(dnn_network_output_shape(n.network, 0), "6 x 6 x 2");
    check_input(&n, 192, "8 x 8 x 3");
    check_plan_fails(&n, 100, 5,
                     "X is 100 x 5; a column is an example of 8 x 8 x 3, so X needs 192 rows");
    check_plan_fails(&n, 5, 192, "so X needs 192 rows; is X transposed?");
    free_net(&n);
}

static void a_sequence_has_as_many_steps_as_its_rows_give(void **state) {
    (void)state;
    const dnn_shape input = dnn_shape_sequence(5, 3);
    net n = net_of(DNN_FLOAT32, sequential(layer_of("BatchNorm1d", "num_features=3"), linear(3, 4)),
                   &input, 1);
    check_shape(dnn_network_output_shape(n.network, 1), "5 x 4");
    free_net(&n);
    n = make_net(DNN_FLOAT32,
                 CHILDREN(layer_of("Embedding", "num_embeddings=9 embedding_dim=2"), linear(2, 3)),
                 1);
    check_input(&n, 7, "7");
    check_shape(dnn_network_output_shape(n.network, 1), "7 x 3");
    check_input(&n, 4, "4");
    check_shape(dnn_network_output_shape(n.network, 1), "4 x 3");
    free_net(&n);
}

static void what_does_not_fit_a_known_shape_is_found_when_the_network_is_built(void **state) {
    (void)state;
    const dnn_shape small = dnn_shape_image(4, 4, 3), grey = dnn_shape_image(8, 8, 1);
    check_refused(sequential(layer_of("Conv2d", CONV), plain("ReLU"),
                             layer_of("Conv2d", "in_channels=2 out_channels=2 kernel_size=3")),
                  &small, "layer 3, Conv2d(2 -> 2, kernel_size = 3 x 3)");
    check_refused(
        sequential(layer_of("Conv2d", CONV)), &grey,
        "layer 1, Conv2d(3 -> 2, kernel_size = 3 x 3): needs 3 channels, but its input is "
        "8 x 8 x 1");
    check_refused(sequential(layer_of("MaxPool2d", "kernel_size=5")), &small,
                  "is larger than the 4 x 4 image");
    check_refused(sequential(linear(3, 2), plain("ReLU"),
                             residual(layer_of("Conv2d", "in_channels=2 out_channels=2 "
                                                         "kernel_size=1"))),
                  NULL, "layer 3.1, Conv2d");
    check_refused(sequential(layer_of("Conv2d", CONV), linear(50, 1)), &small,
                  "layer 2, Linear(50 -> 1): needs 50 features, but its input is 2 x 2 x 2 (the "
                  "output of layer 1, Conv2d(3 -> 2, kernel_size = 3 x 3))");
}

/* A Linear after images works at every pixel, or on the whole image, as its size says. */
static void a_linear_takes_channels_or_whole_examples(void **state) {
    (void)state;
    const dnn_shape input = dnn_shape_image(2, 3, 4);
    net n = net_of(DNN_FLOAT32, sequential(linear(4, 5)), &input, 1);
    check_shape(dnn_network_output_shape(n.network, 0), "2 x 3 x 5");
    free_net(&n);
    n = net_of(DNN_FLOAT32, sequential(linear(24, 5)), &input, 1);
    check_shape(dnn_network_output_shape(n.network, 0), "5");
    free_net(&n);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_shape_of_an_image_is_found_where_one_fits),
        cmocka_unit_test(where_several_fit_they_are_listed),
        cmocka_unit_test(where_none_fits_the_reason_is_given),
        cmocka_unit_test(a_given_shape_is_held),
        cmocka_unit_test(a_sequence_has_as_many_steps_as_its_rows_give),
        cmocka_unit_test(what_does_not_fit_a_known_shape_is_found_when_the_network_is_built),
        cmocka_unit_test(a_linear_takes_channels_or_whole_examples),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
