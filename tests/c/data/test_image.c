/* Tests of reading and writing images: files made here with known pixels in every form. */
#include "image_cases.h"

#include <unistd.h>

static dnn_image decode(bytes file, size_t channels) {
    dnn_image image;
    check_ok(dnn_image_decode(&image, file.data, file.size, "test", as(channels, 0, 0), &err));
    assert_int_equal(image.channels, channels);
    return image;
}

/* The image has exactly these bytes; frees file and image. */
static void check_pixels(bytes file, size_t channels, const uint8_t *expected, size_t count) {
    dnn_image image = decode(file, channels);
    assert_int_equal(image.width * image.height * channels, count);
    assert_memory_equal(image.pixels, expected, count);
    dnn_image_free(&image);
    free(file.data);
}

/* Every pixel is the colour within a tolerance; frees file. */
static void check_colour(bytes file, size_t channels, const uint8_t *colour, int tolerance) {
    dnn_image image = decode(file, channels);
    for (size_t i = 0; i < image.width * image.height * channels; i++)
        check_close(image.pixels[i], colour[i % channels], tolerance);
    dnn_image_free(&image);
    tjFree(file.data);
}

static void reads_jpeg_in_colour_and_grey(void **state) {
    (void)state;
    const uint8_t orange[] = {230, 120, 30};
    const uint8_t luma[] = {(uint8_t)(0.299 * 230 + 0.587 * 120 + 0.114 * 30 + 0.5)};
    for (int flags = 0; flags <= TJFLAG_PROGRESSIVE; flags += TJFLAG_PROGRESSIVE) {
        for (int sampling = TJSAMP_444; sampling <= TJSAMP_411; sampling++) {
            if (sampling != TJSAMP_GRAY) {
                check_colour(make_jpeg(37, 21, orange, TJPF_RGB, sampling, flags), 3, orange, 2);
                check_colour(make_jpeg(37, 21, orange, TJPF_RGB, sampling, flags), 1, luma, 2);
            }
        }
        const uint8_t grey[] = {77, 77, 77};
        check_colour(make_jpeg(9, 11, grey, TJPF_GRAY, TJSAMP_GRAY, flags), 1, grey, 1);
        check_colour(make_jpeg(9, 11, grey, TJPF_GRAY, TJSAMP_GRAY, flags), 3, grey, 1);
    }
}

static void converts_inverted_cmyk(void **state) {
    (void)state;
    /* Stored inverted: 255 is no ink. C 0 M 155 Y 255 over K 0, then half black over it. */
    check_colour(make_jpeg(16, 16, (uint8_t[]){255, 100, 0, 255}, TJPF_CMYK, TJSAMP_444, 0), 3,
                 (uint8_t[]){255, 100, 0}, 3);
    check_colour(make_jpeg(16, 16, (uint8_t[]){255, 100, 0, 128}, TJPF_CMYK, TJSAMP_444, 0), 3,
                 (uint8_t[]){128, 50, 0}, 3);
    check_colour(make_jpeg(16, 16, (uint8_t[]){255, 255, 255, 90}, TJPF_CMYK, TJSAMP_420, 0), 1,
                 (uint8_t[]){90}, 3);
}

static void jpeg_scales_down_only_while_it_stays_large_enough(void **state) {
    (void)state;
    bytes file = make_jpeg(200, 120, NULL, TJPF_RGB, TJSAMP_420, 0);
    const size_t cases[][4] = {
        {0,   0,  200, 120},
        {201, 1,  200, 120},
        {101, 10, 200, 120},
        {100, 60, 100, 60 },
        {50,  31, 100, 60 },
        {26,  30, 50,  30 },
        {1,   1,  25,  15 }
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        dnn_image image;
        check_ok(dnn_image_decode(&image, file.data, file.size, "test",
                                  as(3, cases[i][0], cases[i][1]), &err));
        assert_int_equal(image.width, cases[i][2]);
        assert_int_equal(image.height, cases[i][3]);
        dnn_image_free(&image);
    }
    tjFree(file.data);
}

static void a_scaled_decode_loses_nothing_that_the_resize_would_keep(void **state) {
    (void)state;
    bytes file = make_jpeg(256, 256, NULL, TJPF_RGB, TJSAMP_444, 0);
    dnn_image full, scaled;
    uint8_t a[32 * 32 * 3], b[32 * 32 * 3];
    check_ok(dnn_image_decode(&full, file.data, file.size, "test", as(3, 0, 0), &err));
    check_ok(dnn_image_decode(&scaled, file.data, file.size, "test", as(3, 64, 64), &err));
    assert_int_equal(scaled.width, 64);
    check_ok(dnn_image_resize(&full, a, 32, 32, DNN_FIT_STRETCH, &err));
    check_ok(dnn_image_resize(&scaled, b, 32, 32, DNN_FIT_STRETCH, &err));
    for (size_t i = 0; i < sizeof a; i++)
        check_close(a[i], b[i], 2);
    dnn_image_free(&full);
    dnn_image_free(&scaled);
    tjFree(file.data);
}

static void reads_png_of_every_bit_depth(void **state) {
    (void)state;
    /* grey of 1, 2 and 4 bits: the samples span 0 .. 255 */
    check_pixels(make_png(4, 1, 0, 1, false, (uint8_t[]){0xa0}, 1, NULL, NULL), 1,
                 (uint8_t[]){255, 0, 255, 0}, 4);
    check_pixels(make_png(4, 1, 0, 2, false, (uint8_t[]){0x1b}, 1, NULL, NULL), 1,
                 (uint8_t[]){0, 85, 170, 255}, 4);
    check_pixels(make_png(2, 1, 0, 4, false, (uint8_t[]){0x3f}, 1, NULL, NULL), 3,
                 (uint8_t[]){51, 51, 51, 255, 255, 255}, 6);
    check_pixels(make_png(2, 1, 0, 8, false, (uint8_t[]){9, 200}, 2, NULL, NULL), 3,
                 (uint8_t[]){9, 9, 9, 200, 200, 200}, 6);
    check_pixels(make_png(1, 2, 2, 8, false, (uint8_t[]){1, 2, 3, 250, 128, 7}, 6, NULL, NULL), 3,
                 (uint8_t[]){1, 2, 3, 250, 128, 7}, 6);
    /* luma of (250, 128, 7): 74.75 + 75.136 + 0.798 */
    check_pixels(make_png(1, 1, 2, 8, false, (uint8_t[]){250, 128, 7}, 3, NULL, NULL), 1,
                 (uint8_t[]){151}, 1);
    /* 16 bits are rounded, not cut: 128/257 and 129/257 of a step */
    const uint16_t deep[] = {0, 128, 129, 65535, 65535 - 128, 65535 - 129};
    check_pixels(make_png(6, 1, 0, 16, false, deep, sizeof deep, NULL, NULL), 1,
                 (uint8_t[]){0, 0, 1, 255, 255, 254}, 6);
    const uint16_t colour[] = {257 * 10, 257 * 20 + 129, 257 * 30 - 128};
    check_pixels(make_png(1, 1, 2, 16, false, colour, sizeof colour, NULL, NULL), 3,
                 (uint8_t[]){10, 21, 30}, 3);
}

static void composes_alpha_over_white(void **state) {
    (void)state;
    const uint8_t rgba[] = {200, 100, 0, 255, 200, 100, 0, 0, 200, 100, 0, 51};
    check_pixels(make_png(3, 1, 6, 8, false, rgba, sizeof rgba, NULL, NULL), 3,
                 (uint8_t[]){200, 100, 0, 255, 255, 255, 244, 224, 204},
                 9); /* a fifth of the way */
    const uint8_t grey_alpha[] = {0, 255, 0, 0, 0, 128};
    check_pixels(make_png(3, 1, 4, 8, false, grey_alpha, sizeof grey_alpha, NULL, NULL), 1,
                 (uint8_t[]){0, 255, 127}, 3);
    const uint16_t deep[] = {0, 65535, 0, 0, 257 * 200, 65535};
    check_pixels(make_png(3, 1, 4, 16, false, deep, sizeof deep, NULL, NULL), 1,
                 (uint8_t[]){0, 255, 200}, 3);
    const uint16_t rgba16[] = {257 * 200, 257 * 100, 0, 257 * 51};
    check_pixels(make_png(1, 1, 6, 16, false, rgba16, sizeof rgba16, NULL, NULL), 3,
                 (uint8_t[]){244, 224, 204}, 3);
}

static void reads_palettes_and_transparent_colours(void **state) {
    (void)state;
    struct spng_plte palette = {
        .n_entries = 3, .entries = {{10, 20, 30, 255}, {200, 100, 0, 255}, {0, 0, 0, 255}}
    };
    struct spng_trns faint = {
        .n_type3_entries = 2, .type3_alpha = {255, 51}
    };
    check_pixels(make_png(3, 1, 3, 8, false, (uint8_t[]){1, 0, 2}, 3, &palette, NULL), 3,
                 (uint8_t[]){200, 100, 0, 10, 20, 30, 0, 0, 0}, 9);
    check_pixels(make_png(3, 1, 3, 2, false, (uint8_t[]){0x48}, 1, &palette, &faint), 3,
                 (uint8_t[]){244, 224, 204, 10, 20, 30, 0, 0, 0}, 9);
    struct spng_trns keyed = {.red = 1, .green = 2, .blue = 3, .gray = 7};
    check_pixels(make_png(2, 1, 2, 8, false, (uint8_t[]){1, 2, 3, 1, 2, 4}, 6, NULL, &keyed), 3,
                 (uint8_t[]){255, 255, 255, 1, 2, 4}, 6);
    check_pixels(make_png(2, 1, 0, 8, false, (uint8_t[]){7, 8}, 2, NULL, &keyed), 1,
                 (uint8_t[]){255, 8}, 2);
}

static void reads_interlaced_png(void **state) {
    (void)state;
    uint8_t pixels[13 * 11 * 3];
    for (size_t i = 0; i < sizeof pixels; i++)
        pixels[i] = (uint8_t)(i * 31);
    check_pixels(make_png(13, 11, 2, 8, true, pixels, sizeof pixels, NULL, NULL), 3, pixels,
                 sizeof pixels);
}

static void writes_png_that_it_reads_back(void **state) {
    (void)state;
    const char *path = "test_image.png";
    uint8_t pixels[5 * 4 * 3];
    for (size_t i = 0; i < sizeof pixels; i++)
        pixels[i] = (uint8_t)(i * 77);
    for (size_t channels = 1; channels <= 3; channels += 2) {
        dnn_image image;
        check_ok(dnn_image_write_png(path, pixels, 5, 4, channels, &err));
        check_ok(dnn_image_read(&image, path, as(channels, 0, 0), &err));
        assert_int_equal(image.width, 5);
        assert_int_equal(image.height, 4);
        assert_memory_equal(image.pixels, pixels, 20 * channels);
        dnn_image_free(&image);
    }
    assert_int_equal(access("test_image.png.tmp", F_OK), -1);
    unlink(path);
    check_fails(dnn_image_write_png("nowhere/a.png", pixels, 5, 4, 3, &err), DNN_ERROR_FILE,
                "nowhere/a.png: cannot be written: No such file or directory");
    check_fails(dnn_image_write_png(path, pixels, 5, 0, 3, &err), DNN_ERROR_ARGUMENT,
                "test_image.png: cannot be written as 5 x 0 pixels; expected at least one and at "
                "most 2^28");
    check_fails(dnn_image_write_png(path, pixels, 0, 4, 3, &err), DNN_ERROR_ARGUMENT,
                "cannot be written as 0 x 4 pixels");
    check_fails(dnn_image_write_png(path, pixels, (1u << 28) + 1, 1, 3, &err), DNN_ERROR_ARGUMENT,
                "cannot be written as 268435457 x 1 pixels");
    check_fails(dnn_image_write_png(path, pixels, 5, 4, 2, &err), DNN_ERROR_ARGUMENT,
                "test_image.png: cannot be written with 2 channels; expected 1 or 3");
}

static void reads_a_shared_photo(void **state) {
    (void)state;
    const char *shared = getenv("DNN_SHARED");
    char name[1024];
    snprintf(name, sizeof name, "%s/data/catsdogs/cat.1.jpg",
             shared != NULL ? shared : DNN_SOURCE_DIR "/../shared");
    if (access(name, R_OK) != 0) {
        print_message("%s is absent\n", name);
        skip();
    }
    dnn_image colour, grey;
    check_ok(dnn_image_read(&colour, name, as(3, 0, 0), &err));
    check_ok(dnn_image_read(&grey, name, as(1, 0, 0), &err));
    assert_int_equal(colour.width, 200);
    assert_int_equal(colour.height, 200);
    double mean = 0, square = 0, apart = 0;
    const int count = 200 * 200;
    for (int i = 0; i < count; i++) {
        const uint8_t *p = colour.pixels + 3 * i;
        double luma = 0.299 * p[0] + 0.587 * p[1] + 0.114 * p[2];
        mean += luma / count;
        square += luma * luma / count;
        apart += fabs(luma - grey.pixels[i]) / count;
    }
    assert_true(mean > 40 && mean < 220);
    assert_true(sqrt(square - mean * mean) > 15);
    assert_true(apart < 1); /* the grey decode is the luma of the colour one, but for clipping */
    dnn_image_free(&colour);
    dnn_image_free(&grey);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_jpeg_in_colour_and_grey),
        cmocka_unit_test(converts_inverted_cmyk),
        cmocka_unit_test(jpeg_scales_down_only_while_it_stays_large_enough),
        cmocka_unit_test(a_scaled_decode_loses_nothing_that_the_resize_would_keep),
        cmocka_unit_test(reads_png_of_every_bit_depth),
        cmocka_unit_test(composes_alpha_over_white),
        cmocka_unit_test(reads_palettes_and_transparent_colours),
        cmocka_unit_test(reads_interlaced_png),
        cmocka_unit_test(writes_png_that_it_reads_back),
        cmocka_unit_test(reads_a_shared_photo),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
