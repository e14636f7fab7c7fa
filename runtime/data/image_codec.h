/* image_codec.h: between image.c and the decoders of single formats; not for others. */
#ifndef DNN_DATA_IMAGE_CODEC_H
#define DNN_DATA_IMAGE_CODEC_H

#include "data/image.h"

#define DNN_IMAGE_MAX_PIXELS ((uint64_t)1 << 28)

/* Sets out's shape and allocates its pixels; DNN_ERROR_FORMAT when a side is 0 or the picture has
 * more than DNN_IMAGE_MAX_PIXELS. */
dnn_status dnn_image_allocate(dnn_image *out, uint64_t width, uint64_t height, size_t channels,
                              const char *name, dnn_error *err);

/* Luma 0.299 R + 0.587 G + 0.114 B, rounded. */
static inline uint8_t dnn_luma(unsigned r, unsigned g, unsigned b) {
    return (uint8_t)((299 * r + 587 * g + 114 * b + 500) / 1000);
}

/* As dnn_image_decode, for bytes that begin as the format's files do. On failure `out` may hold
 * pixels, which the caller frees. */
dnn_status dnn_jpeg_decode(dnn_image *out, const uint8_t *bytes, size_t size, const char *name,
                           size_t channels, size_t min_width, size_t min_height, dnn_error *err);
dnn_status dnn_png_decode(dnn_image *out, const uint8_t *bytes, size_t size, const char *name,
                          size_t channels, dnn_error *err);

#endif
