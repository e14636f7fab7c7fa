/* A layer's weights are drawn as one image per unit, in a grid. */
#include "nets.h"

#include "nn/network/weight_image.h"

/* The plan of a layer's first value on images of that shape. */
static bool plan(dnn_weight_image *p, const dnn_layer *layer, const dnn_shape *in) {
    dnn_value values[DNN_LAYER_VALUES];
    return dnn_layer_values(layer, in, values) > 0 && dnn_weight_image_plan(p, &values[0], in);
}

static bool plan_linear(dnn_weight_image *p, size_t units, size_t features) {
    const dnn_shape in = dnn_shape_vector(features);
    dnn_layer *layer = linear(features, units);
    bool planned = plan(p, layer, &in);
    dnn_layer_release(layer);
    return planned;
}

static void features_that_are_squares_of_pixels_are_recognised(void **state) {
    (void)state;
    dnn_weight_image p;
    assert_true(plan_linear(&p, 20, 12288)); /* 64 x 64 x 3 */
    assert_int_equal(p.grid.tile_height, 64);
    assert_int_equal(p.grid.tile_width, 64);
    assert_int_equal(p.grid.channels, 3);
    assert_int_equal(p.grid.columns, 5);
    assert_int_equal(p.grid.width, 5 * 64 + 4);
    assert_int_equal(p.grid.height, 4 * 64 + 3);
    assert_true(plan_linear(&p, 1000, 784)); /* 28 x 28 */
    assert_int_equal(p.grid.tile_height, 28);
    assert_int_equal(p.grid.channels, 1);
    assert_int_equal(p.units, DNN_WEIGHT_IMAGE_UNITS);
    assert_false(plan_linear(&p, 20, 100000));
    assert_false(plan_linear(&p, 20, 9)); /* 3 x 3: more likely no image */
}

static void kernels_and_units_on_images_have_their_shapes(void **state) {
    (void)state;
    dnn_weight_image p;
    const dnn_shape image = dnn_shape_image(6, 5, 3), many = dnn_shape_image(6, 5, 8);
    dnn_layer *conv = layer_of("Conv2d", "in_channels=3 out_channels=16 kernel_size=3,4");
    assert_true(plan(&p, conv, &image));
    assert_int_equal(p.grid.tile_height, 3);
    assert_int_equal(p.grid.tile_width, 4);
    assert_int_equal(p.grid.channels, 3);
    assert_int_equal(p.units, 16);
    assert_int_equal(p.grid.width, 4 * 4 + 3);
    assert_int_equal(p.grid.height, 4 * 3 + 3);
    dnn_layer *dense = linear(90, 2);
    assert_true(plan(&p, dense, &image));
    assert_int_equal(p.grid.tile_height, 6);
    assert_int_equal(p.grid.tile_width, 5);
    dnn_layer *others[] = {plain("ReLU"),
                           layer_of("Conv2d", "in_channels=3 out_channels=4 kernel_size=2"),
                           layer_of("BatchNorm2d", "num_features=8"), linear(240, 2)};
    for (size_t k = 0; k < sizeof others / sizeof *others; k++) {
        assert_false(plan(&p, others[k], k == 1 ? &image : &many));
        dnn_layer_release(others[k]);
    }
    dnn_layer_release(conv);
    dnn_layer_release(dense);
}

/* A kernel is drawn from its place in memory: rows of pixels, channels fastest. */
static void a_kernel_is_drawn_pixel_by_pixel(void **state) {
    (void)state;
    dnn_weight_image p;
    const dnn_shape image = dnn_shape_image(6, 6, 1);
    dnn_layer *conv = layer_of("Conv2d", "in_channels=1 out_channels=1 kernel_size=3");
    assert_true(plan(&p, conv, &image));
    dnn_matrix W = matrix(DNN_FLOAT64, 1, 9, (double[]){0, 1, 0, 0, 0, -1, 0.5, 0, 0});
    uint8_t pixels[9];
    dnn_weight_image_draw(&p, &W, pixels);
    const uint8_t expected[] = {128, 255, 128, 128, 128, 1, 192, 128, 128};
    assert_memory_equal(pixels, expected, sizeof expected);
    dnn_matrix_free(&W);
    dnn_layer_release(conv);
}

/* Kernels on 2 channels: a row for each unit, with an image for each channel on the unit's scale.
 */
static void kernels_on_many_channels_are_a_row_for_each_unit(void **state) {
    (void)state;
    dnn_weight_image p;
    const dnn_shape image = dnn_shape_image(6, 6, 2);
    dnn_layer *conv = layer_of("Conv2d", "in_channels=2 out_channels=2 kernel_size=3");
    assert_true(plan(&p, conv, &image));
    assert_int_equal(p.grid.width, 7);
    assert_int_equal(p.grid.height, 7);
    assert_int_equal(p.grid.channels, 1);
    dnn_matrix W = matrix(DNN_FLOAT32, 2, 18, NULL);
    dnn_matrix_set(&W, 0, 2 * 4, 1);      /* unit 1: the middle on channel 1 */
    dnn_matrix_set(&W, 0, 2 * 5 + 1, -2); /*         right of it on channel 2 */
    dnn_matrix_set(&W, 1, 1, 0.1);        /* unit 2: the first pixel on channel 2 */
    uint8_t pixels[49];
    dnn_weight_image_draw(&p, &W, pixels);
    const uint8_t middle[] = {128, 192, 128, 255, 128, 128, 1};
    assert_memory_equal(pixels + 7, middle, sizeof middle);
    const uint8_t last[] = {128, 128, 128, 255, 255, 128, 128};
    assert_memory_equal(pixels + 4 * 7, last, sizeof last);
    dnn_matrix_free(&W);
    dnn_layer_release(conv);
    const dnn_shape many = dnn_shape_image(6, 6, 100);
    conv = layer_of("Conv2d", "in_channels=100 out_channels=50 kernel_size=3");
    assert_true(plan(&p, conv, &many));
    assert_int_equal(p.units, DNN_WEIGHT_IMAGE_KERNELS);
    assert_int_equal(p.grid.columns, DNN_WEIGHT_IMAGE_KERNELS);
    dnn_layer_release(conv);
}

static void a_weight_is_grey_at_0_and_white_or_black_where_it_is_largest(void **state) {
    (void)state;
    dnn_weight_image p;
    dnn_matrix W = matrix(DNN_FLOAT32, 3, 48, NULL); /* 4 x 4 x 3 */
    assert_true(plan_linear(&p, 3, 48));
    assert_int_equal(p.grid.width, 9);
    assert_int_equal(p.grid.height, 9);
    dnn_matrix_set(&W, 0, 0, 2);            /* unit 1: red of the first pixel */
    dnn_matrix_set(&W, 0, 4, -2);           /*         green of the second */
    dnn_matrix_set(&W, 0, 5, 1);            /*         blue of the second */
    dnn_matrix_set(&W, 1, 3 * 4 + 2, 1e-9); /* unit 2: blue of the second row's first pixel */
    dnn_matrix_set(&W, 1, 0, NAN);
    uint8_t pixels[9 * 9 * 3];
    dnn_weight_image_draw(&p, &W, pixels);
    const uint8_t first[] = {255, 128, 128, 128, 1, 192, 128, 128, 128};
    assert_memory_equal(pixels, first, sizeof first);
    assert_int_equal(pixels[4 * 3], 255); /* the gap to unit 2 */
    assert_int_equal(pixels[5 * 3], 128); /* NaN */
    assert_int_equal(pixels[(9 + 5) * 3 + 2], 255);
    for (size_t y = 5; y < 9; y++) /* unit 3, all 0, and an empty place */
        for (size_t x = 0; x < 9 * 3; x++)
            assert_int_equal(pixels[y * 27 + x], x < 12 ? 128 : 255);
    dnn_matrix_free(&W);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(features_that_are_squares_of_pixels_are_recognised),
        cmocka_unit_test(kernels_and_units_on_images_have_their_shapes),
        cmocka_unit_test(a_kernel_is_drawn_pixel_by_pixel),
        cmocka_unit_test(kernels_on_many_channels_are_a_row_for_each_unit),
        cmocka_unit_test(a_weight_is_grey_at_0_and_white_or_black_where_it_is_largest),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
