/* picture.c: PNG through libspng, within limits. */
#include "viz/draw/picture.h"

#include <spng.h>

#include "core/memory.h"

#define MAX_CHUNK_BYTES  ((size_t)1 << 26)
#define MOST_DEFLATED_TO 1032 /* bytes that one of deflate can stand for */

/* Whether the file can hold as many pixels as it claims. */
static bool is_possible(const struct spng_ihdr *header, size_t size) {
    static const uint8_t channels[] = {1, 0, 3, 1, 2, 0, 4}; /* by colour type */
    uint64_t pixels = (uint64_t)header->width * header->height;
    unsigned bits = channels[header->color_type] * header->bit_depth; /* of a pixel */
    return pixels / 8 / MOST_DEFLATED_TO * bits <= size;
}

/* A decoder of the PNG, and its size in *out; NULL when it is damaged. */
static spng_ctx *open_png(picture *out, const uint8_t *bytes, size_t size) {
    struct spng_ihdr header;
    spng_ctx *png = spng_ctx_new(0);
    *out = (picture){0};
    if (png == NULL || spng_set_chunk_limits(png, MAX_CHUNK_BYTES, MAX_CHUNK_BYTES) != 0 ||
        spng_set_png_buffer(png, bytes, size) != 0 || spng_get_ihdr(png, &header) != 0 ||
        !is_possible(&header, size)) {
        spng_ctx_free(png);
        return NULL;
    }
    out->width = header.width;
    out->height = header.height;
    return png;
}

bool picture_measure(picture *out, const uint8_t *png, size_t size) {
    spng_ctx *context = open_png(out, png, size);
    spng_ctx_free(context);
    return context != NULL;
}

bool picture_decode(picture *out, const uint8_t *png, size_t size) {
    spng_ctx *context = open_png(out, png, size);
    if (context == NULL)
        return false;
    size_t length = out->width * out->height * 4;
    out->rgba = dnn_alloc(length);
    bool whole = out->rgba != NULL && spng_decode_image(context, out->rgba, length, SPNG_FMT_RGBA8,
                                                        SPNG_DECODE_TRNS) == 0;
    spng_ctx_free(context);
    if (!whole)
        picture_free(out);
    return whole;
}

void picture_free(picture *p) {
    dnn_free(p->rgba);
    *p = (picture){0};
}

const char *picture_absence(const picture *p) {
    return p->width == 0 ? "cannot be decoded"
                         : "not shown: the pictures of all runs have more than 2^26 (67 million) "
                           "pixels together";
}
