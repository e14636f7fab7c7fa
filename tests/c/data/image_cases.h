/* image_cases.h: image files with known pixels for the tests of images. */
#ifndef DNN_TESTS_IMAGE_CASES_H
#define DNN_TESTS_IMAGE_CASES_H

#include "check.h"

#include <spng.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <turbojpeg.h>

#include "data/image.h"

static dnn_error err;

/* Options that last to the end of the block. */
#define as(channels_, width_, height_)                                                             \
    (&(dnn_image_options){.channels = (channels_), .min_width = (width_), .min_height = (height_)})

typedef struct bytes {
    uint8_t *data;
    unsigned long size;
} bytes;

/* One colour over width x height, or a smooth image when colour is NULL. */
static inline bytes make_jpeg(int width, int height, const uint8_t *colour, int format,
                              int sampling, int flags) {
    const int depth = tjPixelSize[format];
    uint8_t *pixels = malloc((size_t)(width * height * depth));
    for (int y = 0; y < height; y++)
        for (int x = 0; x < width; x++)
            for (int c = 0; c < depth; c++)
                pixels[(y * width + x) * depth + c] =
                    colour != NULL ? colour[c]
                                   : (uint8_t)(128 + 100 * sin(0.03 * x * (c + 1)) * cos(0.05 * y));
    tjhandle jpeg = tjInitCompress();
    bytes out = {NULL, 0};
    assert_int_equal(tjCompress2(jpeg, pixels, width, 0, height, format, &out.data, &out.size,
                                 sampling, 95, flags),
                     0);
    tjDestroy(jpeg);
    free(pixels);
    return out;
}

/* A PNG of any colour type; samples as PNG stores them (16 bits in the machine's order). */
static inline bytes make_png(uint32_t width, uint32_t height, int type, int depth, bool interlaced,
                             const void *samples, size_t size, struct spng_plte *palette,
                             struct spng_trns *transparency) {
    struct spng_ihdr header = {.width = width,
                               .height = height,
                               .bit_depth = (uint8_t)depth,
                               .color_type = (uint8_t)type,
                               .interlace_method = interlaced};
    spng_ctx *png = spng_ctx_new(SPNG_CTX_ENCODER);
    spng_set_option(png, SPNG_ENCODE_TO_BUFFER, 1);
    spng_set_ihdr(png, &header);
    if (palette != NULL)
        assert_int_equal(spng_set_plte(png, palette), 0);
    if (transparency != NULL)
        assert_int_equal(spng_set_trns(png, transparency), 0);
    assert_int_equal(spng_encode_image(png, samples, size, SPNG_FMT_PNG, SPNG_ENCODE_FINALIZE), 0);
    int code;
    size_t length;
    bytes out = {spng_get_png_buffer(png, &length, &code), 0};
    assert_int_equal(code, 0);
    out.size = length;
    spng_ctx_free(png);
    return out;
}

/* Bytes put into a JPEG after its first two. */
static inline bytes insert(bytes file, const uint8_t *more, size_t count) {
    bytes out = {malloc(file.size + count), file.size + count};
    memcpy(out.data, file.data, 2);
    memcpy(out.data + 2, more, count);
    memcpy(out.data + 2 + count, file.data + 2, file.size - 2);
    return out;
}

static inline void put_32(uint8_t *p, uint32_t value) {
    for (int i = 0; i < 4; i++)
        p[i] = (uint8_t)(value >> (8 * i));
}

static inline void check_decodes(const uint8_t *file, size_t size, size_t channels, size_t width,
                                 size_t height, const uint8_t *expected) {
    dnn_image image;
    check_ok(dnn_image_decode(&image, file, size, "test", as(channels, 0, 0), &err));
    assert_int_equal(image.width, width);
    assert_int_equal(image.height, height);
    for (size_t i = 0; i < width * height * channels; i++)
        assert_int_equal(image.pixels[i], expected[i]);
    dnn_image_free(&image);
}

#endif
