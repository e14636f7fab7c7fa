/* A layer's weights are drawn as one picture per unit, in a grid. */
#include "nets.h"

#include "nn/weight_picture.h"

static void features_that_are_squares_of_pixels_are_told(void **state) {
    (void)state;
    dnn_weight_picture p;
    assert_true(dnn_weight_picture_plan(&p, 20, 12288)); /* 64 x 64 x 3 */
    assert_int_equal(p.side, 64);
    assert_int_equal(p.channels, 3);
    assert_int_equal(p.columns, 5);
    assert_int_equal(p.width, 5 * 64 + 4);
    assert_int_equal(p.height, 4 * 64 + 3);
    assert_true(dnn_weight_picture_plan(&p, 1000, 784)); /* 28 x 28 */
    assert_int_equal(p.side, 28);
    assert_int_equal(p.channels, 1);
    assert_int_equal(p.units, DNN_WEIGHT_PICTURE_UNITS);
    assert_false(dnn_weight_picture_plan(&p, 20, 100000));
    assert_false(dnn_weight_picture_plan(&p, 20, 9)); /* 3 x 3: more likely no picture */
    assert_false(dnn_weight_picture_plan(&p, 0, 784));
    assert_false(dnn_weight_picture_plan(&p, 1, 0));
}

static void a_weight_is_grey_at_0_and_white_or_black_where_it_is_largest(void **state) {
    (void)state;
    dnn_weight_picture p;
    dnn_matrix W = matrix(DNN_FLOAT32, 3, 48, NULL); /* 4 x 4 x 3 */
    assert_true(dnn_weight_picture_plan(&p, 3, 48));
    assert_int_equal(p.width, 9);
    assert_int_equal(p.height, 9);
    dnn_matrix_set(&W, 0, 0, 2);            /* unit 1: red of the first pixel */
    dnn_matrix_set(&W, 0, 4, -2);           /*         green of the second */
    dnn_matrix_set(&W, 0, 5, 1);            /*         blue of the second */
    dnn_matrix_set(&W, 1, 3 * 4 + 2, 1e-9); /* unit 2: blue of the second row's first pixel */
    dnn_matrix_set(&W, 1, 0, NAN);
    uint8_t pixels[9 * 9 * 3];
    dnn_weight_picture_draw(&p, &W, pixels);
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
        cmocka_unit_test(features_that_are_squares_of_pixels_are_told),
        cmocka_unit_test(a_weight_is_grey_at_0_and_white_or_black_where_it_is_largest),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
