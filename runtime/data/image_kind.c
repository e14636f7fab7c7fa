/* image_kind.c: what kind of image a file is, by its first bytes and by its name. */
#include <string.h>
#include <strings.h>

#include "core/file_kind.h"
#include "data/image_codec.h"

#define EXPECTED "an image (JPEG, PNG, WebP, GIF or BMP)"

/* Bytes that a file begins with from `at` on; `decode` is NULL for images that are not read. Other
 * files are core/file_kind.h's. */
typedef struct kind {
    const char *name;
    size_t at, length;
    const char *bytes;
    dnn_image_decoder *decode;
} kind;

static const kind kinds[] = {
    {"a JPEG image",      0, 3, "\xff\xd8\xff",      dnn_jpeg_decode},
    {"a PNG image",       0, 8, "\x89PNG\r\n\x1a\n", dnn_png_decode },
    {"a WebP image",      8, 4, "WEBP",              dnn_webp_decode},
    {"a GIF image",       0, 4, "GIF8",              dnn_gif_decode },
    {"a BMP image",       0, 2, "BM",                dnn_bmp_decode },
    {"a TIFF image",      0, 4, "II*\0",             NULL           },
    {"a TIFF image",      0, 4, "MM\0*",             NULL           },
    {"an AVIF image",     4, 8, "ftypavif",          NULL           },
    {"a HEIC image",      4, 7, "ftyphei",           NULL           },
    {"a HEIF image",      4, 8, "ftypmif1",          NULL           },
    {"a JPEG 2000 image", 4, 4, "jP  ",              NULL           },
    {"a JPEG XL image",   0, 2, "\xff\x0a",          NULL           },
    {"a JPEG XL image",   4, 4, "JXL ",              NULL           },
    {"a Photoshop image", 0, 4, "8BPS",              NULL           },
    {"an icon",           0, 4, "\0\0\1\0",          NULL           },
    {"an SVG drawing",    0, 4, "<svg",              NULL           },
};

static const kind *find(const uint8_t *bytes, size_t size) {
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (size >= kinds[i].at + kinds[i].length &&
            memcmp(bytes + kinds[i].at, kinds[i].bytes, kinds[i].length) == 0)
            return &kinds[i];
    return NULL;
}

dnn_image_decoder *dnn_image_find_decoder(const uint8_t *bytes, size_t size) {
    const kind *k = find(bytes, size);
    return k == NULL ? NULL : k->decode;
}

dnn_status dnn_image_say_kind(const uint8_t *bytes, size_t size, const char *name, dnn_error *err) {
    const kind *k = find(bytes, size);
    if (k != NULL)
        return dnn_fail(err, DNN_ERROR_FORMAT,
                        "%s: expected " EXPECTED ", got %s; convert it to PNG or JPEG", name,
                        k->name);
    return dnn_fail_file_kind(err, name, EXPECTED, bytes, size);
}

static bool ends_with(const char *name, const char *const *endings, const char **found) {
    const char *dot = strrchr(name, '.');
    for (; dot != NULL && *endings != NULL; endings += 2)
        if (strcasecmp(dot + 1, endings[0]) == 0) {
            *found = endings[1];
            return true;
        }
    return false;
}

bool dnn_image_has_extension(const char *name) {
    static const char *const endings[] = {"jpg",  "JPEG", "jpeg", "JPEG", "jpe",  "JPEG",
                                          "jfif", "JPEG", "png",  "PNG",  "webp", "WebP",
                                          "gif",  "GIF",  "bmp",  "BMP",  NULL};
    const char *found;
    return ends_with(name, endings, &found);
}

const char *dnn_image_unread_extension(const char *name) {
    static const char *const endings[] = {
        "tif",  "TIFF", "tiff",      "TIFF", "heic",    "HEIC", "heif",      "HEIF", "avif",
        "AVIF", "jp2",  "JPEG 2000", "jxl",  "JPEG XL", "psd",  "Photoshop", "ico",  "icon",
        "svg",  "SVG",  "raw",       "raw",  "cr2",     "raw",  "nef",       "raw",  "dng",
        "raw",  "ppm",  "PPM",       "pgm",  "PGM",     "tga",  "TGA",       NULL};
    const char *found = NULL;
    return ends_with(name, endings, &found) ? found : NULL;
}
