/* image_png.c: PNG through libspng: every colour type and bit depth, and writing. */
#include "data/image_codec.h"

#include <spng.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "core/atomic_file.h"
#include "core/memory.h"

#define MAX_CHUNK_BYTES ((size_t)1 << 26)
#define DEFLATE_LIMIT   1032 /* bytes that one byte of deflate can become, at most */

static dnn_status fail(int code, const char *name, dnn_error *err) {
    if (code == SPNG_EMEM)
        return dnn_fail(err, DNN_ERROR_MEMORY, "%s: not enough memory to decode the PNG", name);
    if (code == SPNG_ECHUNK_LIMITS)
        return dnn_fail(err, DNN_ERROR_FORMAT,
                        "%s: the PNG has more than 1000 texts and profiles, or more than %zu MiB "
                        "of them; save it again without them",
                        name, MAX_CHUNK_BYTES >> 20);
    bool ended = code == SPNG_IO_EOF || code == SPNG_EOF || code == SPNG_EIDAT_TOO_SHORT;
    return dnn_fail(err, DNN_ERROR_FORMAT, "%s: the PNG %s (%s)", name,
                    ended ? "is cut short" : "is damaged", spng_strerror(code));
}

/* A sample of 16 bits and its alpha, over white, as a byte. */
static unsigned over_white_16(uint64_t value, uint64_t alpha) {
    const uint64_t max = 65535;
    uint64_t composed = value * alpha + max * (max - alpha); /* in 0 .. max^2 */
    return (unsigned)((composed * 255 + max * max / 2) / (max * max));
}

static void flatten_row_8(uint8_t *out, size_t channels, const uint8_t *rgba, size_t width) {
    for (size_t x = 0; x < width; x++, rgba += 4, out += channels) {
        const unsigned alpha = rgba[3];
        dnn_put_pixel(out, channels, dnn_over_white(rgba[0], alpha), dnn_over_white(rgba[1], alpha),
                      dnn_over_white(rgba[2], alpha));
    }
}

static void flatten_row_16(uint8_t *out, size_t channels, const uint16_t *rgba, size_t width) {
    for (size_t x = 0; x < width; x++, rgba += 4, out += channels)
        dnn_put_pixel(out, channels, over_white_16(rgba[0], rgba[3]),
                      over_white_16(rgba[1], rgba[3]), over_white_16(rgba[2], rgba[3]));
}

static void flatten_row(dnn_image *out, size_t y, const void *rgba, bool wide) {
    uint8_t *row = out->pixels + y * out->width * out->channels;
    if (wide)
        flatten_row_16(row, out->channels, rgba, out->width);
    else
        flatten_row_8(row, out->channels, rgba, out->width);
}

/* Row by row, so that no more than one is held as RGBA. */
static int decode_rows(spng_ctx *png, dnn_image *out, void *rgba, size_t row_bytes, bool wide) {
    int code = spng_decode_image(png, NULL, 0, wide ? SPNG_FMT_RGBA16 : SPNG_FMT_RGBA8,
                                 SPNG_DECODE_TRNS | SPNG_DECODE_PROGRESSIVE);
    for (size_t y = 0; y < out->height && code == 0; y++) {
        code = spng_decode_row(png, rgba, row_bytes);
        if (code == SPNG_EOI && y == out->height - 1)
            code = 0;
        if (code == 0)
            flatten_row(out, y, rgba, wide);
    }
    return code;
}

/* An interlaced one comes together from seven passes over all of it. */
static int decode_whole(spng_ctx *png, dnn_image *out, void *rgba, size_t row_bytes, bool wide) {
    int code = spng_decode_image(png, rgba, row_bytes * out->height,
                                 wide ? SPNG_FMT_RGBA16 : SPNG_FMT_RGBA8, SPNG_DECODE_TRNS);
    for (size_t y = 0; y < out->height && code == 0; y++)
        flatten_row(out, y, (const char *)rgba + y * row_bytes, wide);
    return code;
}

/* Whether pixels are RGB bytes once they are unpacked: they are written straight into the image.
 * `transparency` is what reading that chunk, and all before the pixels, gave. */
static bool is_plain(int transparency, const struct spng_ihdr *header, size_t channels) {
    const bool alpha = header->color_type == SPNG_COLOR_TYPE_GRAYSCALE_ALPHA ||
                       header->color_type == SPNG_COLOR_TYPE_TRUECOLOR_ALPHA;
    return channels == 3 && header->bit_depth <= 8 && !alpha && transparency == SPNG_ECHUNKAVAIL;
}

/* Through RGBA, composed over white. */
static int decode_composed(spng_ctx *png, dnn_image *out, const struct spng_ihdr *header) {
    const bool wide = header->bit_depth == 16, whole = header->interlace_method != 0;
    const size_t row_bytes = out->width * (wide ? 8 : 4);
    void *rgba = dnn_alloc(whole ? row_bytes * out->height : row_bytes);
    if (rgba == NULL)
        return SPNG_EMEM;
    int code = (whole ? decode_whole : decode_rows)(png, out, rgba, row_bytes, wide);
    dnn_free(rgba);
    return code;
}

static dnn_status read_header(spng_ctx *png, struct spng_ihdr *header,
                              const dnn_image_source *source, dnn_error *err) {
    static const uint64_t samples[] = {1, 1, 3, 1, 2, 1, 4}; /* by colour type */
    int code = spng_set_chunk_limits(png, MAX_CHUNK_BYTES, MAX_CHUNK_BYTES);
    if (code == 0)
        code = spng_set_png_buffer(png, source->bytes, source->size);
    if (code == 0)
        code = spng_get_ihdr(png, header);
    if (code != 0)
        return fail(code, source->name, err);
    return dnn_image_check_size(
        source, header->width, header->height,
        DEFLATE_LIMIT * 8 / (header->bit_depth * samples[header->color_type]), err);
}

static dnn_status decode(spng_ctx *png, dnn_image *out, dnn_image_source *source, dnn_error *err) {
    struct spng_ihdr header;
    struct spng_exif exif;
    struct spng_trns trns;
    dnn_status status = read_header(png, &header, source, err);
    if (status == DNN_OK)
        status = dnn_image_allocate(out, header.width, header.height, source->options->channels,
                                    source->name, err);
    if (status != DNN_OK)
        return status;
    const int transparency = spng_get_trns(png, &trns);
    if (transparency != 0 && transparency != SPNG_ECHUNKAVAIL)
        return fail(transparency, source->name, err);
    int code =
        is_plain(transparency, &header, out->channels)
            ? spng_decode_image(png, out->pixels, out->width * out->height * 3, SPNG_FMT_RGB8, 0)
            : decode_composed(png, out, &header);
    if (code == 0) /* what follows the pixels: a file without its end is cut short */
        code = spng_decode_chunks(png);
    if (code == 0 && spng_get_exif(png, &exif) == 0)
        source->orientation = dnn_exif_orientation((const uint8_t *)exif.data, exif.length);
    return code == 0 ? DNN_OK : fail(code, source->name, err);
}

dnn_status dnn_png_decode(dnn_image *out, dnn_image_source *source, dnn_error *err) {
    spng_ctx *png = spng_ctx_new(0);
    if (png == NULL)
        return dnn_fail(err, DNN_ERROR_MEMORY, "%s: not enough memory for a PNG decoder",
                        source->name);
    dnn_status status = decode(png, out, source, err);
    spng_ctx_free(png);
    return status;
}

/* The file's bytes as a block of malloc's, or NULL and libspng's code. Quick: in a fraction of the
 * time, and, where there are patterns rather than noise or plain areas, larger. */
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
        *code = spng_set_option(png, SPNG_IMG_COMPRESSION_STRATEGY, Z_RLE);
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
    if (width == 0 || height == 0 || width > DNN_IMAGE_LARGEST / height)
        return dnn_fail(
            err, DNN_ERROR_ARGUMENT,
            "%s: cannot be written as %zu x %zu pixels; expected at least one and at most 2^28",
            name, width, height);
    int code;
    *out = encode(pixels, width, height, channels, size, quick, &code);
    if (*out == NULL)
        return dnn_fail(err, DNN_ERROR_MEMORY, "%s: not enough memory to encode the image (%s)",
                        name, spng_strerror(code));
    return DNN_OK;
}

dnn_status dnn_image_encode_png(uint8_t **out, size_t *size, const uint8_t *pixels, size_t width,
                                size_t height, size_t channels, dnn_error *err) {
    return encode_checked(out, size, "image", pixels, width, height, channels, true, err);
}

dnn_status dnn_image_write_png(const char *path, const uint8_t *pixels, size_t width, size_t height,
                               size_t channels, dnn_error *err) {
    uint8_t *bytes;
    size_t size;
    dnn_status status =
        encode_checked(&bytes, &size, path, pixels, width, height, channels, false, err);
    if (status != DNN_OK)
        return status;
    status = dnn_atomic_file_replace(path, bytes, size, err);
    free(bytes);
    return status;
}
