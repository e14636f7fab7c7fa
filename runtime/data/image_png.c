/* image_png.c: PNG through libspng: every colour type and bit depth, and writing. */
#include "data/image_codec.h"

#include <spng.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "core/file.h"
#include "core/memory.h"

#define MAX_CHUNK_BYTES ((size_t)1 << 26)

static dnn_status fail(int code, const char *name, dnn_error *err) {
    if (code == SPNG_EMEM)
        return dnn_fail(err, DNN_ERROR_MEMORY, "%s: no memory to decode the PNG", name);
    bool ended = code == SPNG_IO_EOF || code == SPNG_EOF || code == SPNG_EIDAT_TOO_SHORT;
    return dnn_fail(err, DNN_ERROR_FORMAT, "%s: the PNG %s (%s)", name,
                    ended ? "is cut short" : "is damaged", spng_strerror(code));
}

/* value and alpha in 0 .. max, over white, rounded to 0 .. 255. */
static unsigned over_white(uint64_t value, uint64_t alpha, uint64_t max) {
    uint64_t composed = value * alpha + max * (max - alpha); /* in 0 .. max^2 */
    return (unsigned)((composed * 255 + max * max / 2) / (max * max));
}

static unsigned sample(const void *rgba, size_t i, bool wide) {
    return wide ? ((const uint16_t *)rgba)[i] : ((const uint8_t *)rgba)[i];
}

static void flatten(dnn_image *out, const void *rgba, bool wide) {
    const unsigned max = wide ? 65535 : 255;
    uint8_t *p = out->pixels;
    for (size_t i = 0; i < out->width * out->height; i++, p += out->channels) {
        unsigned alpha = sample(rgba, 4 * i + 3, wide), rgb[3];
        for (size_t c = 0; c < 3; c++)
            rgb[c] = over_white(sample(rgba, 4 * i + c, wide), alpha, max);
        if (out->channels == 1)
            p[0] = dnn_luma(rgb[0], rgb[1], rgb[2]);
        else
            for (int c = 0; c < 3; c++)
                p[c] = (uint8_t)rgb[c];
    }
}

static dnn_status decode(spng_ctx *png, dnn_image *out, const uint8_t *bytes, size_t size,
                         const char *name, size_t channels, dnn_error *err) {
    struct spng_ihdr header;
    int code = spng_set_chunk_limits(png, MAX_CHUNK_BYTES, MAX_CHUNK_BYTES);
    if (code == 0)
        code = spng_set_png_buffer(png, bytes, size);
    if (code == 0)
        code = spng_get_ihdr(png, &header);
    if (code != 0)
        return fail(code, name, err);
    dnn_status status = dnn_image_allocate(out, header.width, header.height, channels, name, err);
    if (status != DNN_OK)
        return status;

    bool wide = header.bit_depth == 16;
    size_t length = out->width * out->height * 4 * (wide ? 2 : 1);
    void *rgba = dnn_alloc(length);
    if (rgba == NULL)
        return dnn_fail(err, DNN_ERROR_MEMORY, "%s: no memory for %zu x %zu RGBA pixels", name,
                        out->width, out->height);
    code = spng_decode_image(png, rgba, length, wide ? SPNG_FMT_RGBA16 : SPNG_FMT_RGBA8,
                             SPNG_DECODE_TRNS);
    if (code == 0)
        code = spng_decode_chunks(
            png); /* what follows the pixels: a file without its end is cut short */
    if (code == 0)
        flatten(out, rgba, wide);
    dnn_free(rgba);
    return code == 0 ? DNN_OK : fail(code, name, err);
}

dnn_status dnn_png_decode(dnn_image *out, const uint8_t *bytes, size_t size, const char *name,
                          size_t channels, dnn_error *err) {
    spng_ctx *png = spng_ctx_new(0);
    if (png == NULL)
        return dnn_fail(err, DNN_ERROR_MEMORY, "%s: no memory for a PNG decoder", name);
    dnn_status status = decode(png, out, bytes, size, name, channels, err);
    spng_ctx_free(png);
    return status;
}

/* The file's bytes as a block of malloc's, or NULL and libspng's code. Quick: a fifth larger, in a
 * fraction of the time. */
static void *encode(const uint8_t *pixels, size_t width, size_t height, size_t channels,
                    size_t *size, bool quick, int *code) {
    struct spng_ihdr header = {.width = (uint32_t)width,
                               .height = (uint32_t)height,
                               .bit_depth = 8,
                               .color_type = channels == 1 ? SPNG_COLOR_TYPE_GRAYSCALE
                                                           : SPNG_COLOR_TYPE_TRUECOLOR};
    void *bytes = NULL;
    spng_ctx *png = spng_ctx_new(SPNG_CTX_ENCODER);
    *code = SPNG_EMEM;
    if (png == NULL)
        return NULL;
    *code = spng_set_option(png, SPNG_ENCODE_TO_BUFFER, 1);
    if (*code == 0 && quick)
        *code = spng_set_option(png, SPNG_IMG_COMPRESSION_LEVEL, 1);
    if (*code == 0 && quick)
        *code = spng_set_option(png, SPNG_FILTER_CHOICE, SPNG_FILTER_CHOICE_UP);
    if (*code == 0)
        *code = spng_set_ihdr(png, &header);
    if (*code == 0)
        *code = spng_encode_image(png, pixels, width * height * channels, SPNG_FMT_PNG,
                                  SPNG_ENCODE_FINALIZE);
    if (*code == 0)
        bytes = spng_get_png_buffer(png, size, code);
    spng_ctx_free(png);
    return bytes;
}

/* `name` opens the messages. */
static dnn_status encode_checked(uint8_t **out, size_t *size, const char *name,
                                 const uint8_t *pixels, size_t width, size_t height,
                                 size_t channels, bool quick, dnn_error *err) {
    if (channels != 1 && channels != 3)
        return dnn_fail(err, DNN_ERROR_ARGUMENT,
                        "%s: cannot be written with %zu channels; expected 1 or 3", name, channels);
    if (width == 0 || height == 0 || width > DNN_IMAGE_MAX_PIXELS / height)
        return dnn_fail(
            err, DNN_ERROR_ARGUMENT,
            "%s: cannot be written as %zu x %zu pixels; expected at least one and at most 2^28",
            name, width, height);
    int code;
    *out = encode(pixels, width, height, channels, size, quick, &code);
    if (*out == NULL)
        return dnn_fail(err, DNN_ERROR_MEMORY, "%s: cannot be encoded (%s)", name,
                        spng_strerror(code));
    return DNN_OK;
}

dnn_status dnn_image_encode_png(uint8_t **out, size_t *size, const uint8_t *pixels, size_t width,
                                size_t height, size_t channels, dnn_error *err) {
    return encode_checked(out, size, "picture", pixels, width, height, channels, true, err);
}

dnn_status dnn_image_write_png(const char *path, const uint8_t *pixels, size_t width, size_t height,
                               size_t channels, dnn_error *err) {
    uint8_t *bytes;
    size_t size;
    dnn_status status =
        encode_checked(&bytes, &size, path, pixels, width, height, channels, false, err);
    if (status != DNN_OK)
        return status;
    status = dnn_file_replace(path, bytes, size, err);
    free(bytes);
    return status;
}
