/* png.c: PNG through libspng. */
#include "viz/draw/png.h"

#include <spng.h>
#include <stdbool.h>

#include "core/memory.h"

static bool is_opaque(const uint8_t *rgba, size_t pixels) {
    for (size_t i = 0; i < pixels; i++)
        if (rgba[4 * i + 3] != 255)
            return false;
    return true;
}

static uint8_t *encode(const uint8_t *pixels, size_t bytes, struct spng_ihdr *header,
                       size_t *size) {
    spng_ctx *png = spng_ctx_new(SPNG_CTX_ENCODER);
    if (png == NULL)
        return NULL;
    uint8_t *file = NULL;
    int code = spng_set_option(png, SPNG_ENCODE_TO_BUFFER, 1);
    if (code == 0) /* flat colours become no smaller by filters, only three times as slow */
        code = spng_set_option(png, SPNG_FILTER_CHOICE, SPNG_FILTER_CHOICE_NONE);
    if (code == 0)
        code = spng_set_ihdr(png, header);
    if (code == 0)
        code = spng_encode_image(png, pixels, bytes, SPNG_FMT_PNG, SPNG_ENCODE_FINALIZE);
    if (code == 0)
        file = spng_get_png_buffer(png, size, &code);
    spng_ctx_free(png);
    return file;
}

uint8_t *png_encode(const uint8_t *rgba, size_t width, size_t height, size_t *size) {
    if (width == 0 || height == 0 || width > INT32_MAX || height > INT32_MAX)
        return NULL;
    struct spng_ihdr header = {.width = (uint32_t)width,
                               .height = (uint32_t)height,
                               .bit_depth = 8,
                               .color_type = SPNG_COLOR_TYPE_TRUECOLOR_ALPHA};
    size_t pixels = width * height;
    if (!is_opaque(rgba, pixels))
        return encode(rgba, pixels * 4, &header, size);
    uint8_t *rgb = dnn_alloc(pixels * 3);
    if (rgb == NULL)
        return NULL;
    for (size_t i = 0; i < pixels; i++)
        for (size_t c = 0; c < 3; c++)
            rgb[3 * i + c] = rgba[4 * i + c];
    header.color_type = SPNG_COLOR_TYPE_TRUECOLOR;
    uint8_t *file = encode(rgb, pixels * 3, &header, size);
    dnn_free(rgb);
    return file;
}
