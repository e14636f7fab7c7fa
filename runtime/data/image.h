/* image.h: images from files into bytes and back.
 *
 * An image is width x height x channels bytes, row by row from the top, channels interleaved (RGB,
 * or one channel of grey): the order in which the tutorial flattens (64, 64, 3), so an image is one
 * column of a Matrix without reordering. */
#ifndef DNN_DATA_IMAGE_H
#define DNN_DATA_IMAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/error.h"

typedef struct dnn_image {
    size_t width, height;
    size_t channels; /* 1 or 3 */
    uint8_t *pixels; /* width * height * channels, owned */
} dnn_image;

void dnn_image_free(dnn_image *image);

/* Pixels of a file that are read unless more are allowed: 67 million, 200 MB of RGB. */
#define DNN_IMAGE_MAX_PIXELS ((uint64_t)1 << 26)

/* How a file is read. Zeros ask for the usual, except for the channels. */
typedef struct dnn_image_options {
    size_t channels;              /* 3: grey becomes RGB; 1: luma 0.299 R + 0.587 G + 0.114 B */
    size_t min_width, min_height; /* a JPEG is decoded at the smallest of the scales 1, 1/2, 1/4 and
                                     1/8 that is at least so large (upright); 0: at full size */
    bool as_stored;               /* leaves the image as its pixels are in the file, unturned */
    uint64_t max_pixels; /* an image of more is refused before anything is allocated for it */
} dnn_image_options;

/* Reads a file: JPEG, PNG, WebP, GIF (the first frame) or BMP, known by its first bytes, not its
 * name. EXIF's orientation is applied. Alpha is composed over white; CMYK is converted; 16 bits are
 * rounded to 8. DNN_ERROR_FILE when it cannot be read; DNN_ERROR_FORMAT when it is not an image, is
 * cut short or damaged, or claims too many pixels, or more than its bytes can hold. The text names
 * the path. */
dnn_status dnn_image_read(dnn_image *out, const char *path, const dnn_image_options *options,
                          dnn_error *err);

/* The same from memory; `name` stands for the path in messages. */
dnn_status dnn_image_decode(dnn_image *out, const uint8_t *bytes, size_t size, const char *name,
                            const dnn_image_options *options, dnn_error *err);

/* Writes width x height x channels (1 or 3) bytes as a PNG; the file is whole or not there. */
dnn_status dnn_image_write_png(const char *path, const uint8_t *pixels, size_t width, size_t height,
                               size_t channels, dnn_error *err);

/* The same as bytes in memory, a block of malloc's that the caller gives back with free. */
dnn_status dnn_image_encode_png(uint8_t **out, size_t *size, const uint8_t *pixels, size_t width,
                                size_t height, size_t channels, dnn_error *err);

/* How an image of other proportions comes to a size. */
typedef enum dnn_fit {
    DNN_FIT_STRETCH, /* all of it, its proportions change */
    DNN_FIT_CROP,    /* the largest part around the centre that has the proportions */
    DNN_FIT_PAD,     /* all of it, as large as it fits, in the middle of black */
    DNN_FIT_COUNT
} dnn_fit;

/* Resizes into out (width x height x channels bytes): each axis is averaged over the covered area
 * when it shrinks and interpolated by Catmull and Rom's cubic (Keys, 1981, a = -1/2) when it grows.
 */
dnn_status dnn_image_resize(const dnn_image *image, uint8_t *out, size_t width, size_t height,
                            dnn_fit fit, dnn_error *err);

/* What an image file is to become. */
typedef struct dnn_image_target {
    size_t width, height;
    dnn_fit fit;
    dnn_image_options options; /* min_width and min_height are not looked at */
} dnn_image_target;

/* Reads a file and resizes it into out (width x height x options.channels bytes). A JPEG is decoded
 * at twice that size or more, so that the averaging which follows hides its reduced scale. */
dnn_status dnn_image_read_resized(const char *path, uint8_t *out, const dnn_image_target *target,
                                  dnn_error *err);

/* Whether a file's name ends like those of images that are read (.jpg, .png, ..., any case). */
bool dnn_image_has_extension(const char *name);

/* What a file with such a name holds when images of its kind are not read ("TIFF"), else NULL. */
const char *dnn_image_unread_extension(const char *name);

#endif
