/* image_bmp.c: BMP, uncompressed: 1, 4 and 8 bits with a palette, 16, 24 and 32 bits of colour,
 * from the bottom row up or from the top row down. (Microsoft, "Bitmap Storage"; the OS/2 header of
 * 12 bytes has 16-bit sizes and a palette of 3 bytes per colour.) */
#include "data/image_codec.h"

#define FILE_HEADER 14

enum { NOT_COMPRESSED = 0, BIT_FIELDS = 3, ALPHA_BIT_FIELDS = 6 };

typedef struct bitmap {
    const uint8_t *pixels;  /* the first stored row */
    const uint8_t *palette; /* of `colours` entries, `entry` bytes each: blue, green, red */
    size_t colours, entry;
    size_t stride; /* bytes from one row to the next */
    uint32_t width, height, bits;
    uint32_t mask[4]; /* red, green, blue, alpha in a pixel of 16 or 32 bits */
    bool top_down;
} bitmap;

static uint32_t read_16(const uint8_t *p) {
    return p[0] | (uint32_t)p[1] << 8;
}

static uint32_t read_32(const uint8_t *p) {
    return read_16(p) | read_16(p + 2) << 16;
}

static dnn_status damaged(const dnn_image_source *source, const char *what, dnn_error *err) {
    return dnn_fail(err, DNN_ERROR_FORMAT, "%s: the BMP %s", source->name, what);
}

/* The palette follows the header and ends where the pixels begin, at the latest. */
static dnn_status find_palette(bitmap *b, const dnn_image_source *source, size_t at, size_t pixels,
                               uint32_t used, dnn_error *err) {
    b->palette = source->bytes + at;
    b->colours = used > 0 && used < 1u << b->bits ? used : 1u << b->bits;
    if (b->colours > (pixels - at) / b->entry)
        b->colours = (pixels - at) / b->entry;
    return b->colours > 0 ? DNN_OK : damaged(source, "has no palette", err);
}

/* Which bits are which colour: as the file says, else 5 each of 16, and 8 each of 32. */
static dnn_status find_masks(bitmap *b, const dnn_image_source *source, size_t header,
                             uint32_t compression, dnn_error *err) {
    const uint8_t *h = source->bytes + FILE_HEADER;
    const uint32_t usual[2][3] = {
        {0x7c00,   0x03e0, 0x001f},
        {0xff0000, 0xff00, 0x00ff}
    };
    for (int c = 0; c < 3; c++)
        b->mask[c] = usual[b->bits == 32][c];
    if (compression == NOT_COMPRESSED)
        return DNN_OK;
    if (source->size < FILE_HEADER + 52)
        return damaged(source, "is cut short in its header", err);
    for (int c = 0; c < 3; c++)
        b->mask[c] = read_32(h + 40 + 4 * c);
    if ((header >= 56 || compression == ALPHA_BIT_FIELDS) && source->size >= FILE_HEADER + 56)
        b->mask[3] = read_32(h + 52);
    return DNN_OK;
}

static dnn_status read_header(bitmap *b, const dnn_image_source *source, dnn_error *err) {
    if (source->size < FILE_HEADER + 12)
        return damaged(source, "is cut short in its header", err);
    const uint8_t *h = source->bytes + FILE_HEADER;
    const size_t pixels = read_32(source->bytes + 10), header = read_32(h);
    uint32_t compression = NOT_COMPRESSED, used = 0;
    *b = (bitmap){.entry = header == 12 ? 3 : 4};
    if (header == 12) {
        b->width = read_16(h + 4);
        b->height = read_16(h + 6);
        b->bits = read_16(h + 10);
    } else {
        if (header < 40 || source->size - FILE_HEADER < header)
            return damaged(source, "is cut short in its header, or has one of another kind", err);
        const uint32_t height = read_32(h + 8);
        b->width = read_32(h + 4);
        b->top_down = height > INT32_MAX;
        b->height = b->top_down ? 0 - height : height;
        b->bits = read_16(h + 14);
        compression = read_32(h + 16);
        used = read_32(h + 32);
    }
    if (compression != NOT_COMPRESSED && compression != ALPHA_BIT_FIELDS &&
        (compression != BIT_FIELDS || b->bits < 16))
        return damaged(source, "is compressed, which is not read: convert it to PNG or JPEG", err);
    dnn_status status = dnn_image_check_size(source, b->width, b->height, 8, err);
    if (status != DNN_OK)
        return status;
    if (pixels < FILE_HEADER + header)
        return damaged(source, "is damaged: its pixels begin inside its header", err);
    b->stride = ((size_t)b->width * b->bits + 31) / 32 * 4;
    if (pixels > source->size || b->height > (source->size - pixels) / (b->stride ? b->stride : 1))
        return damaged(source, "is cut short", err);
    b->pixels = source->bytes + pixels;
    if (b->bits == 1 || b->bits == 4 || b->bits == 8)
        return find_palette(b, source, FILE_HEADER + header, pixels, used, err);
    if (b->bits == 16 || b->bits == 32)
        return find_masks(b, source, header, compression, err);
    return b->bits == 24 ? DNN_OK
                         : damaged(source, "has pixels of another size than 1 to 32 bits", err);
}

/* The masked bits as 0 .. 255; an absent mask gives `absent`. */
static unsigned field(uint32_t pixel, uint32_t mask, unsigned absent) {
    if (mask == 0)
        return absent;
    const int low = __builtin_ctz(mask);
    const uint64_t most = mask >> low;
    return (unsigned)(((uint64_t)((pixel & mask) >> low) * 255 + most / 2) / most);
}

/* A row whose pixels are numbers of colours. */
static dnn_status put_indexed(uint8_t *out, size_t channels, const bitmap *b, const uint8_t *row,
                              const dnn_image_source *source, dnn_error *err) {
    for (size_t x = 0; x < b->width; x++, out += channels) {
        const unsigned shift = 8 - b->bits - (unsigned)(x * b->bits % 8);
        const unsigned index = row[x * b->bits / 8] >> shift & ((1u << b->bits) - 1);
        if (index >= b->colours)
            return dnn_image_fail_colour(source, "BMP", index, b->colours, err);
        const uint8_t *c = b->palette + index * b->entry;
        dnn_put_pixel(out, channels, c[2], c[1], c[0]);
    }
    return DNN_OK;
}

static void put_pixel(uint8_t *out, size_t channels, const bitmap *b, const uint8_t *row,
                      size_t x) {
    if (b->bits == 24) {
        const uint8_t *c = row + 3 * x;
        dnn_put_pixel(out, channels, c[2], c[1], c[0]);
    } else {
        const uint32_t pixel = b->bits == 16 ? read_16(row + 2 * x) : read_32(row + 4 * x);
        const unsigned alpha = field(pixel, b->mask[3], 255);
        unsigned rgb[3];
        for (int c = 0; c < 3; c++)
            rgb[c] = dnn_over_white(field(pixel, b->mask[c], 0), alpha);
        dnn_put_pixel(out, channels, rgb[0], rgb[1], rgb[2]);
    }
}

dnn_status dnn_bmp_decode(dnn_image *out, dnn_image_source *source, dnn_error *err) {
    bitmap b = {0};
    dnn_status status = read_header(&b, source, err);
    if (status == DNN_OK)
        status = dnn_image_allocate(out, b.width, b.height, source->options->channels, source->name,
                                    err);
    if (status != DNN_OK)
        return status;
    uint8_t *to = out->pixels;
    for (size_t y = 0; y < out->height && status == DNN_OK; y++) {
        const uint8_t *row = b.pixels + (b.top_down ? y : out->height - 1 - y) * b.stride;
        if (b.bits <= 8)
            status = put_indexed(to, out->channels, &b, row, source, err);
        else
            for (size_t x = 0; x < out->width; x++)
                put_pixel(to + x * out->channels, out->channels, &b, row, x);
        to += out->width * out->channels;
    }
    return status;
}
