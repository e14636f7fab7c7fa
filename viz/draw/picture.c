/* picture.c: PNG through libspng, within limits. */
#include "viz/draw/picture.h"

#include <spng.h>

#include "core/memory.h"

#define MAX_CHUNK_BYTES ((size_t)1 << 26)

static bool decode(spng_ctx *png, picture *out, const uint8_t *bytes, size_t size) {
    struct spng_ihdr header;
    if (spng_set_chunk_limits(png, MAX_CHUNK_BYTES, MAX_CHUNK_BYTES) != 0 ||
        spng_set_png_buffer(png, bytes, size) != 0 || spng_get_ihdr(png, &header) != 0 ||
        (uint64_t)header.width * header.height > PICTURE_MAX_PIXELS)
        return false;
    size_t length = (size_t)header.width * header.height * 4;
    *out = (picture){header.width, header.height, dnn_alloc(length)};
    return out->rgba != NULL &&
           spng_decode_image(png, out->rgba, length, SPNG_FMT_RGBA8, SPNG_DECODE_TRNS) == 0;
}

bool picture_decode(picture *out, const uint8_t *png, size_t size) {
    *out = (picture){0};
    spng_ctx *context = spng_ctx_new(0);
    bool whole = context != NULL && decode(context, out, png, size);
    spng_ctx_free(context);
    if (!whole)
        picture_free(out);
    return whole;
}

void picture_free(picture *p) {
    dnn_free(p->rgba);
    *p = (picture){0};
}
