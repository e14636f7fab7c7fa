/* image_exif.c: which way up a camera held the image, and turning it. */
#include "core/memory.h"
#include "data/image_codec.h"

#define TAG_ORIENTATION 0x0112
#define TYPE_SHORT      3

static unsigned read_16(const uint8_t *p, bool little) {
    return little ? p[0] | (unsigned)p[1] << 8 : p[1] | (unsigned)p[0] << 8;
}

static uint32_t read_32(const uint8_t *p, bool little) {
    return little ? read_16(p, true) | (uint32_t)read_16(p + 2, true) << 16
                  : read_16(p + 2, false) | (uint32_t)read_16(p, false) << 16;
}

/* A TIFF header (byte order, 42, offset of the first directory), a count of 2 bytes, entries of 12:
 * tag, type, number of values, the value. */
int dnn_exif_orientation(const uint8_t *exif, size_t size) {
    if (size < 8 || exif[0] != exif[1] || (exif[0] != 'I' && exif[0] != 'M'))
        return 1;
    const bool little = exif[0] == 'I';
    size_t at = read_32(exif + 4, little);
    if (at > size || size - at < 2)
        return 1;
    size_t entries = read_16(exif + at, little);
    const uint8_t *entry = exif + at + 2;
    for (size_t left = size - at - 2; entries > 0 && left >= 12;
         entries--, left -= 12, entry += 12) {
        if (read_16(entry, little) != TAG_ORIENTATION || read_16(entry + 2, little) != TYPE_SHORT)
            continue;
        unsigned value = read_16(entry + 8, little);
        return value >= 1 && value <= 8 ? (int)value : 1;
    }
    return 1;
}

/* Where the pixel at (x, y) of what is shown is in what is stored, width x height: as EXIF 2.3
 * names them, row 0 and column 0 of what is stored are the top and left (1), top and right (2),
 * bottom and right (3), bottom and left (4), left and top (5), right and top (6), right and bottom
 * (7), left and bottom (8) of what is shown. */
static size_t stored_at(int orientation, size_t x, size_t y, size_t width, size_t height) {
    size_t column = orientation < 5 ? x : y, row = orientation < 5 ? y : x;
    if (orientation == 2 || orientation == 3 || orientation == 7 || orientation == 8)
        column = width - 1 - column;
    if (orientation == 3 || orientation == 4 || orientation == 6 || orientation == 7)
        row = height - 1 - row;
    return row * width + column;
}

dnn_status dnn_image_orient(dnn_image *image, int orientation, const char *name, dnn_error *err) {
    if (orientation <= 1)
        return DNN_OK;
    const size_t channels = image->channels;
    dnn_image turned;
    dnn_status status =
        dnn_image_allocate(&turned, orientation < 5 ? image->width : image->height,
                           orientation < 5 ? image->height : image->width, channels, name, err);
    if (status != DNN_OK)
        return status;
    uint8_t *out = turned.pixels;
    for (size_t y = 0; y < turned.height; y++)
        for (size_t x = 0; x < turned.width; x++, out += channels) {
            const uint8_t *in = image->pixels + channels * stored_at(orientation, x, y,
                                                                     image->width, image->height);
            for (size_t c = 0; c < channels; c++)
                out[c] = in[c];
        }
    dnn_image_free(image);
    *image = turned;
    return DNN_OK;
}
