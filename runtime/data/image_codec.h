/* image_codec.h: between image.c and the decoders of single formats; not for others. */
#ifndef DNN_DATA_IMAGE_CODEC_H
#define DNN_DATA_IMAGE_CODEC_H

#include "data/image.h"

/* The most pixels that any image may have, written ones and resized ones too. */
#define DNN_IMAGE_LARGEST ((uint64_t)1 << 28)

/* What a decoder is given. */
typedef struct dnn_image_source {
    const uint8_t *bytes;
    size_t size;
    const char *name; /* opens the messages */
    const dnn_image_options *options;
    int orientation; /* EXIF's, 1 to 8, set by the decoder; 1 at first */
} dnn_image_source;

/* DNN_ERROR_FORMAT when a side is 0, or the image has more pixels than the options allow, or more
 * than `pixels_per_byte` for each byte of the file, the most that the format can pack. */
dnn_status dnn_image_check_size(const dnn_image_source *source, uint64_t width, uint64_t height,
                                uint64_t pixels_per_byte, dnn_error *err);

/* Sets out's shape and allocates its pixels. */
dnn_status dnn_image_allocate(dnn_image *out, size_t width, size_t height, size_t channels,
                              const char *name, dnn_error *err);

/* DNN_ERROR_FORMAT: a pixel's colour, counted from 0, is none of the palette's. */
dnn_status dnn_image_fail_colour(const dnn_image_source *source, const char *format,
                                 unsigned colour, size_t colours, dnn_error *err);

/* Luma 0.299 R + 0.587 G + 0.114 B, rounded. */
static inline uint8_t dnn_luma(unsigned r, unsigned g, unsigned b) {
    return (uint8_t)((299 * r + 587 * g + 114 * b + 500) / 1000);
}

/* Puts one pixel of RGB, as it is or as luma. */
static inline void dnn_put_pixel(uint8_t *out, size_t channels, unsigned r, unsigned g,
                                 unsigned b) {
    if (channels == 1) {
        out[0] = dnn_luma(r, g, b);
        return;
    }
    out[0] = (uint8_t)r;
    out[1] = (uint8_t)g;
    out[2] = (uint8_t)b;
}

/* A byte with an alpha of 0 .. 255, over white. */
static inline unsigned dnn_over_white(unsigned value, unsigned alpha) {
    return (value * alpha + 255 * (255 - alpha) + 127) / 255;
}

/* Decoders. Each is called for bytes that begin as the format's files do. On failure `out` may hold
 * pixels, which the caller frees. */
typedef dnn_status dnn_image_decoder(dnn_image *out, dnn_image_source *source, dnn_error *err);
dnn_image_decoder dnn_jpeg_decode, dnn_png_decode, dnn_webp_decode, dnn_gif_decode, dnn_bmp_decode;

/* The decoder that a file's first bytes ask for, or NULL. */
dnn_image_decoder *dnn_image_find_decoder(const uint8_t *bytes, size_t size);

/* DNN_ERROR_FORMAT, saying what a file is that is not an image that is read. */
dnn_status dnn_image_say_kind(const uint8_t *bytes, size_t size, const char *name, dnn_error *err);

/* The orientation (1 to 8) in a block of EXIF data, which begins with its byte order "II" or "MM";
 * 1 when it does not say, or is damaged. */
int dnn_exif_orientation(const uint8_t *exif, size_t size);

/* Turns and mirrors an image as EXIF's orientation says that it is to be shown. */
dnn_status dnn_image_orient(dnn_image *image, int orientation, const char *name, dnn_error *err);

#endif
