/* golden.h: pictures that drawing is compared with, in tests/golden.
 *
 * With DNN_WRITE_GOLDEN set in the environment they are written anew instead: look at them. */
#ifndef DNN_TESTS_VIZ_GOLDEN_H
#define DNN_TESTS_VIZ_GOLDEN_H

#include <math.h>
#include <spng.h>
#include <stdio.h>
#include <stdlib.h>

#include "viz/draw/raster.h"

static inline void golden_path(char *path, size_t size, const char *name) {
    snprintf(path, size, "%s/%s.png", DNN_GOLDEN, name);
}

static inline uint8_t *read_png(const char *path, int width, int height) {
    FILE *file = fopen(path, "rb");
    if (file == NULL)
        fail_msg("%s is missing", path);
    spng_ctx *png = spng_ctx_new(0);
    spng_set_png_file(png, file);
    size_t size = 0;
    struct spng_ihdr header;
    assert_int_equal(spng_get_ihdr(png, &header), 0);
    assert_int_equal(header.width, width);
    assert_int_equal(header.height, height);
    assert_int_equal(spng_decoded_image_size(png, SPNG_FMT_RGBA8, &size), 0);
    uint8_t *pixels = malloc(size);
    assert_int_equal(spng_decode_image(png, pixels, size, SPNG_FMT_RGBA8, SPNG_DECODE_TRNS), 0);
    spng_ctx_free(png);
    fclose(file);
    return pixels;
}

/* The largest difference of a channel's mean over any block of `block` x `block` pixels. */
static inline double largest_difference(const surface *s, const uint8_t *golden, int block) {
    double worst = 0;
    for (int y0 = 0; y0 + block <= s->height; y0 += block)
        for (int x0 = 0; x0 + block <= s->width; x0 += block)
            for (int channel = 0; channel < 4; channel++) {
                double sum = 0;
                for (int i = 0; i < block * block; i++) {
                    size_t at = 4 * ((size_t)(y0 + i / block) * (size_t)s->width +
                                     (size_t)(x0 + i % block));
                    sum += s->rgba[at + channel] - golden[at + channel];
                }
                worst = fmax(worst, fabs(sum) / (block * block));
            }
    return worst;
}

/* Holds a surface against the golden picture of a name; what differs is written beside the test. */
static inline void golden_check(const surface *s, const char *name, int block, double tolerance) {
    char path[512];
    dnn_error err;
    golden_path(path, sizeof path, name);
    if (getenv("DNN_WRITE_GOLDEN") != NULL)
        check_ok(surface_write_png(s, path, &err));
    uint8_t *golden = read_png(path, s->width, s->height);
    double difference = largest_difference(s, golden, block);
    free(golden);
    if (difference > tolerance) {
        char actual[64];
        snprintf(actual, sizeof actual, "actual_%s.png", name);
        surface_write_png(s, actual, &err);
        fail_msg("%s differs by %g levels in some block of %d pixels; see %s in the test's folder",
                 path, difference, block, actual);
    }
}

#endif
