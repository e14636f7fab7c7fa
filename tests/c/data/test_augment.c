/* Tests of augmentation: movements against pixels worked out by hand, colours against the published
 * formulas, draws against their distributions. */
#include "check.h"

#include "data/augment.h"

#define H 6
#define W 5

static uint8_t image[H * W * 3];
static float out[H * W * 3];

static dnn_augment plain(void) {
    return (dnn_augment){.height = H, .width = W, .channels = 3, .top = 1};
}

static void apply(const dnn_augment *a, uint32_t place) {
    dnn_augment_apply(a, &(dnn_example_key){3, 2, place}, image, true, 1, out);
}

static double draw(uint32_t place, uint32_t use) {
    dnn_random random = dnn_example_stream(&(dnn_example_key){3, 2, place}, use);
    return dnn_random_uniform(&random);
}

/* Pixel (x, y), the edge outside. */
static float at(ptrdiff_t x, ptrdiff_t y, size_t c) {
    x = x < 0 ? 0 : x >= W ? W - 1 : x;
    y = y < 0 ? 0 : y >= H ? H - 1 : y;
    return image[((size_t)y * W + (size_t)x) * 3 + c];
}

static void nothing_asked_for_is_a_copy(void **state) {
    (void)state;
    dnn_augment a = plain();
    assert_false(dnn_augment_is_needed(&a));
    apply(&a, 0);
    for (size_t i = 0; i < H * W * 3; i++)
        assert_true(out[i] == image[i]);
}

static void flips_mirror_exactly_and_as_often_as_asked(void **state) {
    (void)state;
    for (int vertical = 0; vertical < 2; vertical++) {
        dnn_augment a = plain();
        a.strength[vertical ? DNN_VERTICAL_FLIP : DNN_HORIZONTAL_FLIP] = 1;
        apply(&a, 0);
        for (ptrdiff_t y = 0; y < H; y++)
            for (ptrdiff_t x = 0; x < W; x++)
                for (size_t c = 0; c < 3; c++)
                    assert_true(out[(y * W + x) * 3 + (ptrdiff_t)c] ==
                                (vertical ? at(x, H - 1 - y, c) : at(W - 1 - x, y, c)));
        a.strength[vertical ? DNN_VERTICAL_FLIP : DNN_HORIZONTAL_FLIP] = 0.3;
        int flipped = 0;
        for (uint32_t place = 0; place < 2000; place++) {
            apply(&a, place);
            flipped += out[0] != image[0];
        }
        check_close(flipped / 2000.0, 0.3, 4 * sqrt(0.3 * 0.7 / 2000));
    }
}

/* Whether the result is the image moved by (dx, dy). */
static bool is_moved(ptrdiff_t dx, ptrdiff_t dy, size_t height, size_t width) {
    for (size_t y = 0; y < height; y++)
        for (size_t x = 0; x < width; x++)
            for (size_t c = 0; c < 3; c++)
                if (out[(y * width + x) * 3 + c] != at((ptrdiff_t)x + dx, (ptrdiff_t)y + dy, c))
                    return false;
    return true;
}

static void shifts_by_whole_pixels_up_to_the_limit_and_repeats_edges(void **state) {
    (void)state;
    dnn_augment a = plain();
    const double limits[][3] = {
        {2,   2, 2},
        {0.5, 3, 2}
    }; /* s; the most rows and columns, half of 5 rounded */
    for (int k = 0; k < 2; k++) {
        a.strength[DNN_SHIFT] = limits[k][0];
        bool seen[9][9] = {{false}};
        for (uint32_t place = 0; place < 1000; place++) {
            apply(&a, place);
            int found = 0;
            for (ptrdiff_t dy = -4; dy <= 4; dy++)
                for (ptrdiff_t dx = -4; dx <= 4; dx++)
                    if (is_moved(dx, dy, H, W)) {
                        found++;
                        seen[dy + 4][dx + 4] = true;
                    }
            assert_int_equal(found, 1);
        }
        for (ptrdiff_t dy = -4; dy <= 4; dy++)
            for (ptrdiff_t dx = -4; dx <= 4; dx++)
                if (fabs((double)dx) > limits[k][2] + 0.5 || fabs((double)dy) > limits[k][1])
                    assert_false(seen[dy + 4][dx + 4]);
        assert_true(seen[4][4] && seen[2][2] && seen[6][6] && seen[2][6]);
    }
}

static void crops_are_windows_of_the_image_all_of_them(void **state) {
    (void)state;
    dnn_augment a = plain();
    a.crop_height = 4;
    a.crop_width = 3;
    assert_int_equal(dnn_augment_rows(&a), 36);
    bool seen[3][3] = {{false}};
    for (uint32_t place = 0; place < 300; place++) {
        apply(&a, place);
        int found = 0;
        for (ptrdiff_t dy = 0; dy < 3; dy++)
            for (ptrdiff_t dx = 0; dx < 3; dx++)
                if (is_moved(dx, dy, 4, 3)) {
                    found++;
                    seen[dy][dx] = true;
                }
        assert_int_equal(found, 1);
    }
    for (int i = 0; i < 9; i++)
        assert_true(seen[i / 3][i % 3]);
    a.centre = true;
    apply(&a, 0);
    assert_true(is_moved(1, 1, 4, 3));
}

/* On a plane a x + b y + c interpolation is exact, so the result is the plane at the place that is
 * looked up, where that is inside. */
static void scale_and_rotation_look_up_where_the_formula_says(void **state) {
    (void)state;
    enum { SIDE = 21 };
    static float plane[SIDE * SIDE], turned[SIDE * SIDE];
    for (int y = 0; y < SIDE; y++)
        for (int x = 0; x < SIDE; x++)
            plane[y * SIDE + x] = (float)(3 * x - 2 * y + 50);
    dnn_augment a = {.height = SIDE, .width = SIDE, .channels = 1, .top = 1};
    a.strength[DNN_SCALE] = 0.3;
    a.strength[DNN_ROTATION] = 40;
    a.strength[DNN_HORIZONTAL_FLIP] = 0.5;
    for (uint32_t place = 0; place < 50; place++) {
        dnn_augment_apply(&a, &(dnn_example_key){3, 2, place}, plane, false, 1, turned);
        double factor = 1 + (2 * draw(place, DNN_SCALE) - 1) * 0.3;
        double angle = (2 * draw(place, DNN_ROTATION) - 1) * 40 * acos(-1) / 180;
        bool mirrored = draw(place, DNN_HORIZONTAL_FLIP) < 0.5;
        for (int y = 7; y < 14; y++)
            for (int x = 7; x < 14; x++) {
                double u = mirrored ? 10 - x : x - 10, v = y - 10;
                double from_x = 10 + (cos(angle) * u - sin(angle) * v) / factor;
                double from_y = 10 + (sin(angle) * u + cos(angle) * v) / factor;
                check_close(turned[y * SIDE + x], 3 * from_x - 2 * from_y + 50, 1e-3);
            }
    }
}

static void colours_change_by_the_published_formulas(void **state) {
    (void)state;
    for (uint32_t place = 0; place < 30; place++) {
        dnn_augment a = plain();
        a.top = 1;
        float colours[4][3] = {
            {0.5f, 0.4f, 0.3f },
            {0.6f, 0.5f, 0.45f},
            {0.4f, 0.5f, 0.6f },
            {0.3f, 0.3f, 0.3f }
        };
        double v[4][3];
        for (int i = 0; i < 4; i++)
            for (int c = 0; c < 3; c++)
                v[i][c] = (double)colours[i][c];
        a.strength[DNN_BRIGHTNESS] = 0.1;
        a.strength[DNN_CONTRAST] = 0.2;
        a.strength[DNN_SATURATION] = 0.3;
        a.strength[DNN_HUE] = 0.05;
        const dnn_example_key key = {3, 2, place};
        dnn_augment_colour(&a, &key, &colours[0][0], 4);
        const double b = 1 + (2 * draw(place, DNN_BRIGHTNESS) - 1) * 0.1;
        const double k = 1 + (2 * draw(place, DNN_CONTRAST) - 1) * 0.2;
        const double s = 1 + (2 * draw(place, DNN_SATURATION) - 1) * 0.3;
        const double h = (2 * draw(place, DNN_HUE) - 1) * 0.05 * 2 * acos(-1);
        double grey = 0;
        for (int i = 0; i < 4; i++) {
            for (int c = 0; c < 3; c++)
                v[i][c] *= b;
            grey += (0.299 * v[i][0] + 0.587 * v[i][1] + 0.114 * v[i][2]) / 4;
        }
        for (int i = 0; i < 4; i++) {
            for (int c = 0; c < 3; c++)
                v[i][c] = k * v[i][c] + (1 - k) * grey;
            const double own = 0.299 * v[i][0] + 0.587 * v[i][1] + 0.114 * v[i][2];
            for (int c = 0; c < 3; c++)
                v[i][c] = s * v[i][c] + (1 - s) * own;
            /* the matrix as W3C's Filter Effects write it out */
            const double co = cos(h), si = sin(h), *p = v[i];
            const double r = (.213 + co * .787 - si * .213) * p[0] +
                             (.715 - co * .715 - si * .715) * p[1] +
                             (.072 - co * .072 + si * .928) * p[2];
            const double g = (.213 - co * .213 + si * .143) * p[0] +
                             (.715 + co * .285 + si * .140) * p[1] +
                             (.072 - co * .072 - si * .283) * p[2];
            const double l = (.213 - co * .213 - si * .787) * p[0] +
                             (.715 - co * .715 + si * .715) * p[1] +
                             (.072 + co * .928 + si * .072) * p[2];
            check_close(colours[i][0], r, 1e-6);
            check_close(colours[i][1], g, 1e-6);
            check_close(colours[i][2], l, 1e-6);
        }
    }
}

static void colours_stay_between_black_and_white(void **state) {
    (void)state;
    dnn_augment a = plain();
    a.strength[DNN_BRIGHTNESS] = 1;
    a.strength[DNN_SATURATION] = 1;
    for (uint32_t place = 0; place < 50; place++) {
        dnn_augment_apply(&a, &(dnn_example_key){3, 2, place}, image, true, 1.0f / 255, out);
        for (size_t i = 0; i < H * W * 3; i++)
            assert_true(out[i] >= 0 && out[i] <= 1);
    }
}

static void noise_is_normal_with_its_deviation(void **state) {
    (void)state;
    dnn_augment a = plain();
    a.strength[DNN_NOISE] = 0.1;
    double sum = 0, square = 0;
    const double n = 200 * H * W * 3;
    for (uint32_t place = 0; place < 200; place++) {
        apply(&a, place);
        for (size_t i = 0; i < H * W * 3; i++) {
            double d = (double)out[i] - image[i];
            sum += d;
            square += d * d;
        }
    }
    check_close(sum / n, 0, 4 * 0.1 / sqrt(n));
    check_close(sqrt(square / n), 0.1, 4 * 0.1 / sqrt(2 * n));
}

static void normalises_each_channel_and_cuts_out_a_square_of_zeros(void **state) {
    (void)state;
    dnn_augment a = plain();
    a.normalise = true;
    for (int c = 0; c < 3; c++) {
        a.mean[c] = (float)(10 + c);
        a.deviation[c] = (float)(2 + c);
    }
    apply(&a, 0);
    for (size_t i = 0; i < H * W * 3; i++)
        check_close(out[i], (image[i] - (10.0 + (double)(i % 3))) / (2.0 + (double)(i % 3)), 1e-4);
    a.normalise = false;
    a.strength[DNN_CUTOUT] = 3;
    size_t most = 0;
    for (uint32_t place = 0; place < 200; place++) {
        size_t zeros = 0, top = H, left = W, bottom = 0, right = 0;
        apply(&a, place);
        for (size_t y = 0; y < H; y++)
            for (size_t x = 0; x < W; x++)
                if (out[(y * W + x) * 3] == 0) {
                    zeros++;
                    top = y < top ? y : top;
                    left = x < left ? x : left;
                    bottom = y;
                    right = x > right ? x : right;
                } else {
                    assert_true(out[(y * W + x) * 3] == image[(y * W + x) * 3]);
                }
        assert_true(zeros >= 1);
        assert_int_equal(zeros, (bottom - top + 1) * (right - left + 1));
        assert_true(bottom - top < 3 && right - left < 3);
        most = zeros > most ? zeros : most;
    }
    assert_int_equal(most, 9);
}

static void mixup_draws_a_partner_and_a_share_of_the_beta_distribution(void **state) {
    (void)state;
    dnn_augment a = plain();
    /* Of beta(s, s) folded to 1/2 .. 1: (share - 1/2)^2 has the variance 1 / (4 (2 s + 1)). */
    for (double s = 0.2; s < 3; s *= 2.5) {
        a.strength[DNN_MIXUP] = s;
        double square = 0;
        size_t partners[4] = {0};
        for (uint32_t place = 0; place < 4000; place++) {
            double share;
            size_t partner = dnn_augment_mixup(&a, &(dnn_example_key){3, 2, place}, 4, &share);
            assert_true(share >= 0.5 && share <= 1 && partner < 4);
            partners[partner]++;
            square += (share - 0.5) * (share - 0.5) / 4000;
        }
        check_close(square, 0.25 / (2 * s + 1), 4 * 0.12 / sqrt(4000));
        for (int k = 0; k < 4; k++)
            check_close((double)partners[k] / 4000, 0.25, 4 * sqrt(0.25 * 0.75 / 4000));
    }
}

static void each_use_place_epoch_and_seed_has_a_stream_of_its_own(void **state) {
    (void)state;
    uint64_t keys[48];
    size_t n = 0;
    for (uint64_t seed = 0; seed < 2; seed++)
        for (uint64_t epoch = 0; epoch < 3; epoch++)
            for (uint32_t place = 0; place < 4; place++)
                for (uint32_t use = 0; use < 2; use++)
                    keys[n++] =
                        dnn_example_stream(&(dnn_example_key){seed, epoch << 31, place}, use).key;
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < i; j++)
            assert_true(keys[i] != keys[j]);
}

static int make_image(void **state) {
    (void)state;
    dnn_random random = dnn_random_seeded(9);
    for (size_t i = 0; i < sizeof image; i++)
        image[i] = (uint8_t)(1 + dnn_random_below(&random, 255));
    return 0;
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_asked_for_is_a_copy),
        cmocka_unit_test(flips_mirror_exactly_and_as_often_as_asked),
        cmocka_unit_test(shifts_by_whole_pixels_up_to_the_limit_and_repeats_edges),
        cmocka_unit_test(crops_are_windows_of_the_image_all_of_them),
        cmocka_unit_test(scale_and_rotation_look_up_where_the_formula_says),
        cmocka_unit_test(colours_change_by_the_published_formulas),
        cmocka_unit_test(colours_stay_between_black_and_white),
        cmocka_unit_test(noise_is_normal_with_its_deviation),
        cmocka_unit_test(normalises_each_channel_and_cuts_out_a_square_of_zeros),
        cmocka_unit_test(mixup_draws_a_partner_and_a_share_of_the_beta_distribution),
        cmocka_unit_test(each_use_place_epoch_and_seed_has_a_stream_of_its_own),
    };
    return cmocka_run_group_tests(tests, make_image, NULL);
}
