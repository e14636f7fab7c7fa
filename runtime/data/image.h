/* image.h: pictures from files into bytes and back.
 *
 * A picture is width x height x channels bytes, row by row from the top, channels interleaved (RGB,
 * or one channel of grey): the order in which the tutorial flattens (64, 64, 3), so a picture is
 * one column of a Matrix without reordering. */
#ifndef DNN_DATA_IMAGE_H
#define DNN_DATA_IMAGE_H

#include <stddef.h>
#include <stdint.h>

#include "core/error.h"

typedef struct dnn_image {
    size_t width, height;
    size_t channels; /* 1 or 3 */
    uint8_t *pixels; /* width * height * channels, owned */
} dnn_image;

void dnn_image_free(dnn_image *image);

/* Reads a JPEG or PNG file (told by its first bytes, not its name). channels 3: grey becomes RGB;
 * 1: luma 0.299 R + 0.587 G + 0.114 B. Alpha is composed over white; CMYK is converted; 16 bits are
 * rounded to 8. A JPEG is decoded at the smallest scale of its DCT that is still at least min_width
 * x min_height (0 x 0: full size). DNN_ERROR_FILE when it cannot be read, DNN_ERROR_FORMAT when it
 * is not a picture, is cut short or damaged, or claims more than 2^28 pixels. The text names the
 * path. */
dnn_status dnn_image_read(dnn_image *out, const char *path, size_t channels, size_t min_width,
                          size_t min_height, dnn_error *err);

/* The same from memory; `name` stands for the path in messages. */
dnn_status dnn_image_decode(dnn_image *out, const uint8_t *bytes, size_t size, const char *name,
                            size_t channels, size_t min_width, size_t min_height, dnn_error *err);

/* Writes width x height x channels (1 or 3) bytes as a PNG, through a temporary file and a rename.
 */
dnn_status dnn_image_write_png(const char *path, const uint8_t *pixels, size_t width, size_t height,
                               size_t channels, dnn_error *err);

/* The same as bytes in memory, a block of malloc's that the caller gives back with free. */
dnn_status dnn_image_encode_png(uint8_t **out, size_t *size, const uint8_t *pixels, size_t width,
                                size_t height, size_t channels, dnn_error *err);

/* Resizes into out (width x height x channels bytes): each axis is averaged over the covered area
 * when it shrinks and interpolated by Catmull and Rom's cubic (Keys, 1981, a = -1/2) when it grows.
 * The whole picture is fitted, its proportions change. */
dnn_status dnn_image_resize(const dnn_image *image, uint8_t *out, size_t width, size_t height,
                            dnn_error *err);

/* Reads a file and resizes it into out (width x height x channels bytes). A JPEG is decoded at
 * twice that size or more, so that the averaging which follows hides its reduced scale. */
dnn_status dnn_image_read_resized(const char *path, uint8_t *out, size_t width, size_t height,
                                  size_t channels, dnn_error *err);

#endif
