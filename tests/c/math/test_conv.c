/* Convolutions against the plain loop, over shapes; threads, interruption, refusals. */
#include "conv_plain.h"
#include "core/threads.h"
#include "fewer_cases.h"
#include "interrupting.h"

static void common_shapes_agree_with_the_plain_loop(void **state) {
    (void)state;
    check_everywhere(padded(conv(9, 8, 3, 16, 3, 3), 1, 1), 3);
    check_everywhere(padded(conv(8, 8, 16, 32, 3, 3), 1, 1), 2);
    check_everywhere(conv(12, 12, 1, 6, 5, 5), 2);
    check_everywhere(conv(6, 5, 20, 50, 1, 1), 2);
    check_everywhere(strided(conv(16, 16, 3, 8, 4, 4), 4, 4), 1);
    check_everywhere(padded(strided(conv(11, 13, 3, 20, 7, 7), 2, 2), 3, 3), 1);
    check_everywhere(grouped(padded(conv(7, 7, 24, 24, 3, 3), 1, 1), 24), 2);
    check_everywhere(grouped(padded(strided(conv(7, 7, 8, 16, 3, 3), 2, 2), 1, 1), 8), 2);
}

/* A drawn convolution whose kernel fits. */
static dnn_conv draw_conv(dnn_random *r) {
    dnn_conv c = {.groups = draw(r, 1, 3)};
    c.channels = c.groups * draw(r, 1, 5);
    c.out_channels = c.groups * draw(r, 1, draw(r, 0, 1) == 0 ? 6 : 40);
    c.height = draw(r, 1, 10);
    c.width = draw(r, 1, 17);
    for (int d = 0; d < 2; d++) {
        size_t extent = d == 0 ? c.height : c.width;
        do {
            c.kernel[d] = draw(r, 1, 5);
            c.dilation[d] = draw(r, 1, 4);
            c.padding[d] = draw(r, 0, 4);
        } while ((c.kernel[d] - 1) * c.dilation[d] + 1 > extent + 2 * c.padding[d]);
        c.stride[d] = draw(r, 1, 4);
    }
    return c;
}

static void drawn_shapes_agree_with_the_plain_loop(void **state) {
    (void)state;
    dnn_random r = dnn_random_seeded(2024);
    for (size_t i = 0; i < 60; i += case_step(6))
        check_everywhere(draw_conv(&r), draw(&r, 1, 3));
}

static void results_have_the_same_bits_on_any_number_of_threads(void **state) {
    (void)state;
    size_t usual = dnn_threads();
    bench b[3];
    for (size_t i = 0; i < 3; i++) {
        dnn_set_threads(i == 0 ? 1 : 2 * i);
        b[i] = open_bench(strided(padded(conv(30, 31, 5, 40, 3, 3), 1, 2), 2, 1), DNN_FLOAT32, 9);
        check_ok(dnn_conv_forward(&b[i].conv, &b[i].X, &b[i].W, &b[i].bias, &b[i].A, b[i].scratch,
                                  &err));
        assert_true(dnn_matrix_equal(&b[0].A, &b[i].A));
        check_ok(
            dnn_conv_backward_input(&b[i].conv, &b[i].W, &b[i].A, 0, &b[i].X, b[i].scratch, &err));
        assert_true(dnn_matrix_equal(&b[0].X, &b[i].X));
        check_ok(
            dnn_conv_backward_weight(&b[i].conv, &b[i].X, &b[i].A, 0, &b[i].W, b[i].scratch, &err));
        assert_true(dnn_matrix_equal(&b[0].W, &b[i].W));
    }
    for (size_t i = 0; i < 3; i++)
        close_bench(&b[i]);
    dnn_set_threads(usual);
}

/* What each output has met decides it, and nothing else does. */
static void nan_and_infinity_reach_what_they_meet_and_nothing_else(void **state) {
    (void)state;
    bench b = open_bench(padded(conv(9, 20, 3, 17, 3, 3), 1, 1), DNN_FLOAT32, 2);
    dnn_matrix_set(&b.X, (4 * 20 + 7) * 3 + 1, 1, NAN);
    dnn_matrix_set(&b.X, (1 * 20 + 0) * 3 + 2, 0, INFINITY);
    check_forward(&b, true);
    dnn_matrix_set(&b.W, 3, 5, -INFINITY);
    check_forward(&b, true);
    fill(&b.memory[1], 3);
    fill(&b.memory[3], 4);
    dnn_matrix_set(&b.A, (3 * 20 + 5) * 17 + 16, 1, NAN);
    dnn_matrix_set(&b.A, (8 * 20 + 19) * 17 + 2, 0, INFINITY);
    check_input(&b, 0);
    check_weight(&b, 0);
    close_bench(&b);
}

static void long_convolutions_end_when_they_are_asked_to(void **state) {
    (void)state;
    bench b = open_bench(padded(conv(40, 40, 8, 16, 3, 3), 1, 1), DNN_FLOAT32, 8);
    check_interrupted(dnn_conv_forward(&b.conv, &b.X, &b.W, &b.bias, &b.A, b.scratch, &err));
    check_interrupted(dnn_conv_backward_input(&b.conv, &b.W, &b.A, 0, &b.X, b.scratch, &err));
    dnn_matrix copy = copy_of(&b.W);
    dnn_interrupt_request();
    assert_int_equal(dnn_conv_backward_weight(&b.conv, &b.X, &b.A, 1, &b.W, b.scratch, &err),
                     DNN_ERROR_INTERRUPTED);
    dnn_interrupt_clear();
    assert_true(dnn_matrix_equal(&copy, &b.W));
    dnn_matrix_free(&copy);
    close_bench(&b);
}

static void scratch_for_many_examples_suffices_for_fewer(void **state) {
    (void)state;
    const dnn_conv convs[] = {padded(conv(8, 8, 64, 128, 3, 3), 1, 1), conv(5, 9, 16, 20, 3, 3),
                              padded(conv(4, 4, 200, 200, 3, 3), 1, 1), conv(9, 9, 3, 70, 5, 5)};
    for (size_t i = 0; i < sizeof convs / sizeof *convs; i++) {
        dnn_conv c = convs[i];
        check_ok(dnn_conv_plan(&c, &err));
        for (size_t examples = 0; examples < 300; examples++)
            assert_true(dnn_conv_scratch(&c, DNN_FLOAT32, examples) <=
                        dnn_conv_scratch(&c, DNN_FLOAT32, examples + 1));
    }
}

static void settings_that_fit_no_image_are_refused_with_the_reason(void **state) {
    (void)state;
    dnn_conv c = conv(4, 4, 1, 1, 5, 5);
    check_fails(dnn_conv_plan(&c, &err), DNN_ERROR_SHAPE,
                "kernel 5 x 5 is larger than the 4 x 4 image");
    c = padded(dilated(conv(4, 4, 1, 1, 3, 3), 3, 1), 1, 0);
    check_fails(dnn_conv_plan(&c, &err), DNN_ERROR_SHAPE,
                "kernel 7 x 3 (dilated) is larger than the 6 x 4 image (padded)");
    c = grouped(conv(4, 4, 6, 8, 3, 3), 4);
    check_fails(dnn_conv_plan(&c, &err), DNN_ERROR_ARGUMENT,
                "groups = 4 must divide channels (6) and out_channels (8)");
    c = strided(conv(4, 4, 1, 1, 3, 3), 0, 1);
    check_fails(dnn_conv_plan(&c, &err), DNN_ERROR_ARGUMENT, "stride must be at least 1, got 0");
    c = dilated(conv(4, 4, 1, 1, 3, 3), SIZE_MAX / 2, 1);
    check_fails(dnn_conv_plan(&c, &err), DNN_ERROR_ARGUMENT, "too large");
}

static void matrices_of_another_shape_or_type_are_refused(void **state) {
    (void)state;
    bench b = open_bench(conv(4, 4, 2, 3, 3, 3), DNN_FLOAT32, 2);
    dnn_matrix wrong = b.X;
    wrong.rows--;
    check_fails(dnn_conv_forward(&b.conv, &wrong, &b.W, NULL, &b.A, b.scratch, &err),
                DNN_ERROR_SHAPE, "expected X to be 32 x 2, got 31 x 2");
    wrong = b.A;
    wrong.cols = 1;
    check_fails(dnn_conv_backward_input(&b.conv, &b.W, &wrong, 0, &b.X, b.scratch, &err),
                DNN_ERROR_SHAPE, "expected dA to be 12 x 2, got 12 x 1");
    wrong = b.W;
    wrong.dtype = DNN_FLOAT64;
    check_fails(dnn_conv_backward_weight(&b.conv, &b.X, &b.A, 0, &wrong, b.scratch, &err),
                DNN_ERROR_TYPE, "dW is float64, expected float32");
    close_bench(&b);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(common_shapes_agree_with_the_plain_loop),
        cmocka_unit_test(drawn_shapes_agree_with_the_plain_loop),
        cmocka_unit_test(results_have_the_same_bits_on_any_number_of_threads),
        cmocka_unit_test(nan_and_infinity_reach_what_they_meet_and_nothing_else),
        cmocka_unit_test(long_convolutions_end_when_they_are_asked_to),
        cmocka_unit_test(scratch_for_many_examples_suffices_for_fewer),
        cmocka_unit_test(settings_that_fit_no_image_are_refused_with_the_reason),
        cmocka_unit_test(matrices_of_another_shape_or_type_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
