/* An example and a layer's output for it are drawn as images. */
#include "matrices.h"

#include "nn/network/feature_image.h"

static void each_channel_is_a_grey_image_on_its_own_scale(void **state) {
    (void)state;
    dnn_image_grid grid;
    const dnn_shape shape = dnn_shape_image(1, 2, 3);
    assert_true(dnn_feature_image_plan(&grid, &shape, false));
    assert_int_equal(grid.tiles, 3);
    assert_int_equal(grid.width, 5); /* two in a row, and one below */
    assert_int_equal(grid.height, 3);
    /* the second column; channels fastest: the first from -1 to 1, the second flat, the third NaN
     */
    dnn_matrix m = matrix(DNN_FLOAT64, 6, 2, (double[]){0, -1, 0, 5, 0, 2, 0, 1, 0, 5, 0, NAN});
    uint8_t pixels[15];
    dnn_feature_image_draw(&grid, &shape, &m, 1, pixels);
    const uint8_t expected[] = {0, 255, 255, 0, 0, 255, 255, 255, 255, 255, 0, 0, 255, 255, 255};
    assert_memory_equal(pixels, expected, sizeof expected);
    dnn_matrix_free(&m);
}

static void colours_from_0_to_1_are_shown_as_they_are(void **state) {
    (void)state;
    dnn_image_grid grid;
    const dnn_shape shape = dnn_shape_image(1, 2, 3);
    assert_true(dnn_feature_image_plan(&grid, &shape, true));
    assert_int_equal(grid.channels, 3);
    assert_int_equal(dnn_image_grid_bytes(&grid), 6);
    dnn_matrix m = matrix(DNN_FLOAT32, 6, 1, (double[]){0.2, 0.4, 0.6, 0, 0.2, 0.8});
    uint8_t pixels[6];
    dnn_feature_image_draw(&grid, &shape, &m, 0, pixels);
    const uint8_t as_they_are[] = {51, 102, 153, 0, 51, 204};
    assert_memory_equal(pixels, as_they_are, sizeof as_they_are);
    dnn_matrix_set(&m, 0, 0, -0.8); /* now from -0.8 to 0.8, all channels together */
    dnn_feature_image_draw(&grid, &shape, &m, 0, pixels);
    const uint8_t scaled[] = {0, 191, 223, 128, 159, 255};
    assert_memory_equal(pixels, scaled, sizeof scaled);
    dnn_matrix_free(&m);
}

static void vectors_are_refused_and_many_channels_cut(void **state) {
    (void)state;
    dnn_image_grid grid;
    const dnn_shape vector = dnn_shape_vector(9), deep = dnn_shape_image(2, 2, 1000);
    assert_false(dnn_feature_image_plan(&grid, &vector, true));
    assert_true(dnn_feature_image_plan(&grid, &deep, true));
    assert_int_equal(grid.tiles, DNN_FEATURE_IMAGE_CHANNELS);
    assert_int_equal(grid.width, 16 * 3 - 1);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_channel_is_a_grey_image_on_its_own_scale),
        cmocka_unit_test(colours_from_0_to_1_are_shown_as_they_are),
        cmocka_unit_test(vectors_are_refused_and_many_channels_cut),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
