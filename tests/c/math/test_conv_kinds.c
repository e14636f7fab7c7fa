/* The special ways in which some convolutions are computed, against the plain loop; and what
 * instruction sets may differ by. */
#include "conv_plain.h"
#include "fewer_cases.h"

static void depthwise_agrees_with_the_plain_loop(void **state) {
    (void)state;
    check_everywhere(grouped(padded(conv(7, 11, 35, 35, 3, 3), 1, 1), 35), 2);
    check_everywhere(grouped(dilated(strided(conv(9, 10, 18, 18, 2, 4), 2, 1), 1, 2), 18), 2);
    check_conv(grouped(padded(conv(3, 40, 600, 600, 3, 3), 1, 1), 600), DNN_FLOAT32, 1);
    check_conv(grouped(conv(100, 100, 2, 2, 90, 95), 2), DNN_FLOAT64, 1);
}

/* To few channels, whose outputs are computed in vectors along a row. */
static void few_channels_agree_with_the_plain_loop(void **state) {
    (void)state;
    for (size_t few = 1; few <= 8; few += case_step(3)) {
        check_everywhere(padded(conv(5, 5 + 4 * few, 3, few, 3, 3), 1, 1), 2);
        check_everywhere(padded(conv(6, 33 - few, few, 9, 5, 4), 4, 3), 2);
        check_everywhere(padded(strided(conv(7, 17 + few, few, few, 3, 3), 2, 2), 1, 1), 1);
    }
    check_everywhere(dilated(padded(conv(9, 20, 2, 5, 3, 3), 2, 2), 2, 3), 1);
    check_everywhere(grouped(padded(conv(6, 19, 12, 6, 3, 3), 1, 1), 2), 2);
    check_everywhere(padded(conv(1, 50, 4, 3, 1, 9), 0, 4), 2);
    check_conv(padded(conv(3, 40, 600, 2, 3, 3), 1, 1), DNN_FLOAT64, 1);
}

/* Many channels and 3 x 3: Winograd's algorithm, with every way in which a tile can be cut. */
static void winograd_agrees_with_the_plain_loop(void **state) {
    (void)state;
    dnn_random r = dnn_random_seeded(7);
    for (size_t i = 0; i < 12; i += case_step(4)) {
        dnn_conv c =
            conv(draw(&r, 4, 14), draw(&r, 4, 14), draw(&r, 16, 40), draw(&r, 16, 70), 3, 3);
        check_everywhere(padded(c, i % 3, draw(&r, 0, 2)), draw(&r, 1, 3));
    }
    check_everywhere(padded(conv(16, 16, 16, 16, 3, 3), 1, 1), 4); /* several tasks */
}

static void winograd_lets_nan_and_infinity_reach_only_what_they_meet(void **state) {
    (void)state;
    bench b = open_bench(padded(conv(9, 14, 20, 37, 3, 3), 1, 1), DNN_FLOAT32, 2);
    dnn_matrix_set(&b.X, (4 * 14 + 7) * 20 + 1, 1, NAN);
    dnn_matrix_set(&b.X, (1 * 14 + 0) * 20 + 19, 0, INFINITY);
    check_forward(&b, true);
    fill(&b.memory[3], 4);
    dnn_matrix_set(&b.A, (3 * 14 + 5) * 37 + 36, 1, NAN);
    dnn_matrix_set(&b.A, (8 * 14 + 13) * 37 + 2, 0, -INFINITY);
    check_input(&b, 0);
    check_input(&b, 1);
    check_weight(&b, 0);
    close_bench(&b);
    b = open_bench(padded(conv(6, 6, 16, 16, 3, 3), 1, 1), DNN_FLOAT32, 1);
    dnn_matrix_set(&b.X, 0, 0, 1e38); /* finite results, but not on the way there */
    dnn_matrix_set(&b.X, 3 * 16, 0, -1e38);
    for (size_t i = 0; i < b.W.rows; i++)
        for (size_t j = 0; j < b.W.cols; j++)
            dnn_matrix_set(&b.W, i, j, i == j ? 1 : 0);
    check_ok(dnn_conv_forward(&b.conv, &b.X, &b.W, NULL, &b.A, b.scratch, &err));
    check_close(dnn_matrix_get(&b.A, 7 * 16, 0), 1e38, 1e32);
    close_bench(&b);
}

/* Patches that do not fit a task's memory come in chunks. */
static void chunks_of_channels_and_taps_agree_with_the_plain_loop(void **state) {
    (void)state;
    check_conv(padded(conv(3, 40, 600, 2, 3, 3), 1, 1), DNN_FLOAT32, 1);
    check_conv(dilated(padded(conv(1, 3000, 5, 2, 1, 3), 0, 999), 1, 999), DNN_FLOAT64, 1);
    check_conv(conv(160, 160, 1, 1, 150, 150), DNN_FLOAT64, 1);
    check_conv(conv(2, 20000, 1, 1, 2, 19999), DNN_FLOAT32, 1);
}

static void nan_and_infinity_of_few_channels_reach_what_they_meet(void **state) {
    (void)state;
    bench b = open_bench(padded(conv(9, 20, 3, 5, 3, 3), 1, 1), DNN_FLOAT32, 2);
    dnn_matrix_set(&b.X, (4 * 20 + 7) * 3 + 1, 1, NAN);
    dnn_matrix_set(&b.X, (1 * 20 + 0) * 3 + 2, 0, INFINITY);
    check_forward(&b, true);
    dnn_matrix_set(&b.W, 3, 5, -INFINITY);
    check_forward(&b, false);
    fill(&b.memory[1], 3);
    fill(&b.memory[3], 4);
    dnn_matrix_set(&b.A, (3 * 20 + 5) * 5 + 4, 1, NAN);
    dnn_matrix_set(&b.A, (8 * 20 + 19) * 5 + 2, 0, INFINITY);
    check_input(&b, 0);
    check_input(&b, 1);
    check_weight(&b, 0);
    close_bench(&b);
}

static double largest_difference(const dnn_matrix *a, const dnn_matrix *b) {
    double most = 0;
    for (size_t j = 0; j < a->cols; j++)
        for (size_t i = 0; i < a->rows; i++)
            most = fmax(most, fabs(dnn_matrix_get(a, i, j) - dnn_matrix_get(b, i, j)));
    return most;
}

/* The three passes of a convolution, each on numbers of the size of 1. */
static void run_passes(bench *b, dnn_matrix result[3]) {
    const dnn_conv *c = &b->conv;
    check_ok(dnn_conv_forward(c, &b->X, &b->W, &b->bias, &b->A, b->scratch, &err));
    result[0] = copy_of(&b->A);
    fill(&b->memory[3], 5);
    dnn_matrix X = copy_of(&b->X);
    check_ok(dnn_conv_backward_input(c, &b->W, &b->A, 0, &b->X, b->scratch, &err));
    result[1] = copy_of(&b->X);
    check_ok(dnn_conv_backward_weight(c, &X, &b->A, 0, &b->W, b->scratch, &err));
    result[2] = copy_of(&b->W);
    dnn_matrix_free(&X);
}

/* Of the size of a sum of that many terms. */
static void instruction_sets_agree_within_1e_5(void **state) {
    (void)state;
    const dnn_conv convs[] = {padded(conv(12, 13, 16, 24, 3, 3), 1, 1), conv(14, 14, 6, 16, 5, 5),
                              padded(conv(28, 28, 1, 6, 5, 5), 2, 2),
                              grouped(padded(conv(9, 9, 20, 20, 3, 3), 1, 1), 20),
                              conv(9, 9, 40, 20, 1, 1)};
    for (size_t i = 0; i < sizeof convs / sizeof *convs; i++) {
        dnn_matrix first[3], result[3];
        for (levels at = each_level(); next_level(&at);) {
            bool oldest = dnn_cpu_limit == DNN_VECTORS_OLDER;
            bench b = open_bench(convs[i], DNN_FLOAT32, 3);
            const dnn_conv *c = &b.conv;
            size_t taps = c->kernel[0] * c->kernel[1];
            size_t terms[] = {b.W.cols, taps * c->out_channels / c->groups,
                              c->out_height * c->out_width * b.examples};
            run_passes(&b, oldest ? first : result);
            for (size_t k = 0; k < 3 && !oldest; k++) {
                assert_true(largest_difference(&first[k], &result[k]) <=
                            1e-5 * sqrt((double)terms[k]));
                dnn_matrix_free(&result[k]);
            }
            close_bench(&b);
        }
        for (size_t k = 0; k < 3; k++)
            dnn_matrix_free(&first[k]);
    }
}

/* Few channels in small images, where the outputs' pixels add to the input's gradient. */
static void gradients_of_small_images_agree_with_the_plain_loop(void **state) {
    (void)state;
    check_everywhere(conv(14, 14, 6, 16, 5, 5), 3);
    check_everywhere(padded(conv(5, 6, 3, 7, 5, 5), 4, 3), 2);
    check_everywhere(padded(strided(conv(9, 11, 2, 5, 4, 6), 3, 2), 2, 5), 2);
    check_everywhere(padded(dilated(conv(9, 7, 5, 33, 3, 3), 3, 1), 3, 1), 2);
    check_everywhere(conv(3, 3, 40, 3, 3, 3), 2);
    for (size_t channels = 1; channels <= 20; channels += case_step(4))
        check_everywhere(conv(6, 7, channels, 2 + channels % 5, 4, 5), 1);
}

/* Not even an infinite weight meets what lies outside of the image. */
static void infinity_stays_where_it_is_met_in_small_images(void **state) {
    (void)state;
    for (levels at = each_level(); next_level(&at);) {
        bench b = open_bench(padded(conv(8, 9, 3, 16, 5, 5), 1, 1), DNN_FLOAT32, 2);
        dnn_matrix_set(&b.W, 3, 2, -INFINITY);
        dnn_matrix_set(&b.A, (3 * 7 + 5) * 16 + 7, 1, NAN);
        dnn_matrix_set(&b.A, (5 * 7 + 6) * 16 + 2, 0, INFINITY);
        check_input(&b, 0);
        check_input(&b, 1);
        close_bench(&b);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(depthwise_agrees_with_the_plain_loop),
        cmocka_unit_test(few_channels_agree_with_the_plain_loop),
        cmocka_unit_test(winograd_agrees_with_the_plain_loop),
        cmocka_unit_test(winograd_lets_nan_and_infinity_reach_only_what_they_meet),
        cmocka_unit_test(chunks_of_channels_and_taps_agree_with_the_plain_loop),
        cmocka_unit_test(nan_and_infinity_of_few_channels_reach_what_they_meet),
        cmocka_unit_test(instruction_sets_agree_within_1e_5),
        cmocka_unit_test(gradients_of_small_images_agree_with_the_plain_loop),
        cmocka_unit_test(infinity_stays_where_it_is_met_in_small_images),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
