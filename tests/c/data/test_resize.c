/* Tests of dnn_image_resize against values worked out by hand. */
#include "check.h"

#include "core/memory.h"
#include "data/image.h"

static dnn_error err;

static void resize(const uint8_t *pixels, size_t width, size_t height, size_t channels,
                   uint8_t *out, size_t out_width, size_t out_height) {
    dnn_image image = {width, height, channels, (uint8_t *)pixels};
    check_ok(dnn_image_resize(&image, out, out_width, out_height, DNN_FIT_STRETCH, &err));
}

static void keeps_a_constant_image_constant_at_every_size(void **state) {
    (void)state;
    uint8_t in[13 * 9 * 3], out[40 * 40 * 3];
    for (int level = 0; level < 256; level += 51) {
        memset(in, level, sizeof in);
        for (size_t width = 1; width <= 40; width++) {
            resize(in, 13, 9, 3, out, width, 41 - width);
            for (size_t i = 0; i < width * (41 - width) * 3; i++)
                assert_int_equal(out[i], level);
        }
    }
}

static void copies_when_the_size_stays(void **state) {
    (void)state;
    uint8_t in[7 * 5 * 3], out[7 * 5 * 3];
    for (size_t i = 0; i < sizeof in; i++)
        in[i] = (uint8_t)(i * 37 + 11);
    resize(in, 7, 5, 3, out, 7, 5);
    assert_memory_equal(in, out, sizeof in);
}

static void halving_takes_the_mean_of_two_by_two(void **state) {
    (void)state;
    const uint8_t in[] = {0, 4, 255, 255, /**/ 8, 13, 255, 251};
    uint8_t out[2];
    resize(in, 4, 2, 1, out, 2, 1);
    assert_int_equal(out[0], 6);   /* 6.25 */
    assert_int_equal(out[1], 254); /* 254.0 */
}

static void weights_a_pixel_by_the_area_it_covers(void **state) {
    (void)state;
    /* 5 to 3: an output covers 5/3 inputs: 1 + 2/3, 1/3 + 1 + 1/3, 2/3 + 1, each over 5/3. */
    const uint8_t first[] = {250, 0, 0, 0, 0}, second[] = {0, 250, 0, 0, 0},
                  middle[] = {0, 0, 250, 0, 0};
    uint8_t out[3];
    resize(first, 5, 1, 1, out, 3, 1);
    assert_memory_equal(out, ((uint8_t[]){150, 0, 0}), 3); /* 250 * 3/5 */
    resize(second, 5, 1, 1, out, 3, 1);
    assert_memory_equal(out, ((uint8_t[]){100, 50, 0}), 3); /* 2/5 and 1/5 */
    resize(middle, 5, 1, 1, out, 3, 1);
    assert_memory_equal(out, ((uint8_t[]){0, 150, 0}), 3); /* 3/5 */
    resize(second, 1, 5, 1, out, 1, 3);
    assert_memory_equal(out, ((uint8_t[]){100, 50, 0}), 3); /* and downwards */
}

static void keeps_the_mean_when_it_shrinks(void **state) {
    (void)state;
    uint8_t in[31 * 29], out[11 * 7];
    double before = 0, after = 0;
    for (size_t i = 0; i < sizeof in; i++)
        before += in[i] = (uint8_t)(i * i * 7 + i * 13);
    resize(in, 31, 29, 1, out, 11, 7);
    for (size_t i = 0; i < sizeof out; i++)
        after += out[i];
    check_close(after / sizeof out, before / sizeof in, 0.5); /* rounding alone */
}

static void a_linear_ramp_stays_one_when_it_grows(void **state) {
    (void)state;
    uint8_t in[16], out[64];
    for (size_t i = 0; i < 16; i++)
        in[i] = (uint8_t)(8 + 16 * i);
    resize(in, 16, 1, 1, out, 64, 1);
    for (size_t j = 8; j < 56;
         j++) /* away from the edges; the centre of j lies at ((double)j + 0.5) / 4 - 0.5 */
        assert_int_equal(out[j], (int)floor(8 + 16 * (((double)j + 0.5) / 4 - 0.5) + 0.5));
}

static void doubling_has_the_weights_of_keys_cubic(void **state) {
    (void)state;
    /* At a quarter from a pixel: -9/128, 111/128, 29/128, -3/128 (Keys, 1981, a = -1/2). */
    const uint8_t in[] = {0, 0, 0, 128, 0, 0, 0};
    uint8_t out[14];
    resize(in, 7, 1, 1, out, 14, 1);
    /* negative lobes become 0 */
    assert_memory_equal(out, ((uint8_t[]){0, 0, 0, 0, 0, 29, 111, 111, 29, 0, 0, 0, 0, 0}), 14);
    const uint8_t hole[] = {128, 128, 128, 0, 128, 128, 128};
    resize(hole, 7, 1, 1, out, 14, 1);
    assert_memory_equal(
        out, ((uint8_t[]){128, 128, 128, 131, 137, 99, 17, 17, 99, 137, 131, 128, 128, 128}), 14);
}

static void overshoot_saturates(void **state) {
    (void)state;
    const uint8_t in[] = {0, 0, 0, 255, 255, 255};
    uint8_t out[24];
    resize(in, 6, 1, 1, out, 24, 1);
    for (size_t j = 1; j < 24; j++)
        assert_true(out[j] >= out[j - 1] || out[j] > 230); /* no wrap from 255 to 0 or back */
    assert_int_equal(out[10] < 40, 1);
    assert_int_equal(out[14], 255);
}

static void one_pixel_fills_any_size(void **state) {
    (void)state;
    const uint8_t in[] = {10, 20, 30};
    uint8_t out[5 * 4 * 3];
    resize(in, 1, 1, 3, out, 5, 4);
    for (size_t i = 0; i < sizeof out; i++)
        assert_int_equal(out[i], in[i % 3]);
}

static void channels_do_not_mix(void **state) {
    (void)state;
    uint8_t in[10 * 10 * 3], out[4 * 17 * 3];
    for (size_t i = 0; i < sizeof in; i++)
        in[i] = i % 3 == 1 ? (uint8_t)(i * 7) : (uint8_t)(i % 3 * 100);
    resize(in, 10, 10, 3, out, 4, 17);
    for (size_t i = 0; i < sizeof out; i += 3) {
        assert_int_equal(out[i], 0);
        assert_int_equal(out[i + 2], 200);
    }
}

static void cropping_takes_the_middle_that_has_the_proportions(void **state) {
    (void)state;
    const uint8_t wide[] = {9, 1, 2, 8, /**/ 9, 3, 4, 8}, tall[] = {7, 7, 1, 2, 3, 4, 6, 6};
    uint8_t out[4];
    dnn_image image = {4, 2, 1, (uint8_t *)wide};
    check_ok(dnn_image_resize(&image, out, 2, 2, DNN_FIT_CROP, &err));
    assert_memory_equal(out, ((uint8_t[]){1, 2, 3, 4}), 4);
    image = (dnn_image){2, 4, 1, (uint8_t *)tall};
    check_ok(dnn_image_resize(&image, out, 2, 2, DNN_FIT_CROP, &err));
    assert_memory_equal(out, ((uint8_t[]){1, 2, 3, 4}), 4);
    check_ok(dnn_image_resize(&image, out, 1, 1, DNN_FIT_CROP, &err));
    assert_int_equal(out[0], 3); /* 2.5 */
}

static void padding_keeps_the_whole_in_the_middle_of_black(void **state) {
    (void)state;
    const uint8_t in[] = {1, 2, 3, 4, /**/ 5, 6, 7, 8};
    uint8_t out[16];
    dnn_image image = {4, 2, 1, (uint8_t *)in};
    memset(out, 99, sizeof out);
    check_ok(dnn_image_resize(&image, out, 4, 4, DNN_FIT_PAD, &err));
    assert_memory_equal(out, ((uint8_t[]){0, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 0, 0, 0, 0}), 16);
    const uint8_t line[100] = {200};
    image = (dnn_image){100, 1, 1, (uint8_t *)line};
    check_ok(dnn_image_resize(&image, out, 1, 3, DNN_FIT_PAD, &err)); /* never less than a pixel */
    assert_memory_equal(out, ((uint8_t[]){0, 2, 0}), 3);
}

static void refuses_an_empty_size_and_survives_every_failed_allocation(void **state) {
    (void)state;
    const uint8_t in[4] = {1, 2, 3, 4};
    uint8_t out[9];
    dnn_image image = {2, 2, 1, (uint8_t *)in};
    check_fails(dnn_image_resize(&image, out, 0, 3, DNN_FIT_STRETCH, &err), DNN_ERROR_ARGUMENT,
                "resize: to 0 x 3 pixels; expected at least one and at most 2^28");
    check_fails(dnn_image_resize(&image, out, (size_t)1 << 60, 16, DNN_FIT_STRETCH, &err),
                DNN_ERROR_ARGUMENT, "2^28");
    uint64_t live = dnn_allocations_live();
    for (uint64_t n = 1; n <= 3; n++) {
        dnn_fail_allocation(n);
        check_fails(dnn_image_resize(&image, out, 3, 3, DNN_FIT_STRETCH, &err), DNN_ERROR_MEMORY,
                    "not enough memory");
        dnn_fail_allocation(0);
        assert_int_equal(dnn_allocations_live(), live);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keeps_a_constant_image_constant_at_every_size),
        cmocka_unit_test(copies_when_the_size_stays),
        cmocka_unit_test(halving_takes_the_mean_of_two_by_two),
        cmocka_unit_test(weights_a_pixel_by_the_area_it_covers),
        cmocka_unit_test(keeps_the_mean_when_it_shrinks),
        cmocka_unit_test(a_linear_ramp_stays_one_when_it_grows),
        cmocka_unit_test(doubling_has_the_weights_of_keys_cubic),
        cmocka_unit_test(overshoot_saturates),
        cmocka_unit_test(one_pixel_fills_any_size),
        cmocka_unit_test(channels_do_not_mix),
        cmocka_unit_test(cropping_takes_the_middle_that_has_the_proportions),
        cmocka_unit_test(padding_keeps_the_whole_in_the_middle_of_black),
        cmocka_unit_test(refuses_an_empty_size_and_survives_every_failed_allocation),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
