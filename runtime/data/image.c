/* image.c: a picture file into memory, and which decoder its bytes ask for. */
#include "data/image.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "core/memory.h"
#include "data/image_codec.h"

#define MAX_FILE_BYTES ((size_t)1 << 30)

void dnn_image_free(dnn_image *image) {
    dnn_free(image->pixels);
    *image = (dnn_image){0};
}

dnn_status dnn_image_allocate(dnn_image *out, uint64_t width, uint64_t height, size_t channels,
                              const char *name, dnn_error *err) {
    if (width == 0 || height == 0 || width > DNN_IMAGE_MAX_PIXELS / height)
        return dnn_fail(err, DNN_ERROR_FORMAT,
                        "%s: claims %llu x %llu pixels; expected at least one and at most 2^28",
                        name, (unsigned long long)width, (unsigned long long)height);
    out->width = (size_t)width;
    out->height = (size_t)height;
    out->channels = channels;
    out->pixels = dnn_alloc(out->width * out->height * channels);
    if (out->pixels == NULL)
        return dnn_fail(err, DNN_ERROR_MEMORY, "%s: no memory for %zu x %zu pixels", name,
                        out->width, out->height);
    return DNN_OK;
}

static dnn_status not_a_picture(const uint8_t *bytes, size_t size, const char *name,
                                dnn_error *err) {
    char first[3 * 8 + 1] = "";
    for (size_t i = 0; i < size && i < 8; i++)
        snprintf(first + 3 * i, 4, " %02x", bytes[i]);
    if (size == 0)
        return dnn_fail(err, DNN_ERROR_FORMAT, "%s: is empty; expected a JPEG or PNG picture",
                        name);
    return dnn_fail(err, DNN_ERROR_FORMAT, "%s: is neither JPEG nor PNG (the first bytes are%s)",
                    name, first);
}

dnn_status dnn_image_decode(dnn_image *out, const uint8_t *bytes, size_t size, const char *name,
                            size_t channels, size_t min_width, size_t min_height, dnn_error *err) {
    static const uint8_t jpeg[] = {0xff, 0xd8, 0xff};
    static const uint8_t png[] = {0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'};
    *out = (dnn_image){0};
    if (channels != 1 && channels != 3)
        return dnn_fail(err, DNN_ERROR_ARGUMENT,
                        "%s: cannot be read with %zu channels; expected 1 or 3", name, channels);
    dnn_status status;
    if (size >= sizeof jpeg && memcmp(bytes, jpeg, sizeof jpeg) == 0)
        status = dnn_jpeg_decode(out, bytes, size, name, channels, min_width, min_height, err);
    else if (size >= sizeof png && memcmp(bytes, png, sizeof png) == 0)
        status = dnn_png_decode(out, bytes, size, name, channels, err);
    else
        status = not_a_picture(bytes, size, name, err);
    if (status != DNN_OK)
        dnn_image_free(out);
    return status;
}

static dnn_status read_open_file(FILE *file, const char *path, uint8_t **bytes, size_t *size,
                                 dnn_error *err) {
    struct stat info;
    if (fstat(fileno(file), &info) != 0)
        return dnn_fail(err, DNN_ERROR_FILE, "%s: %s", path, strerror(errno));
    if (!S_ISREG(info.st_mode))
        return dnn_fail(err, DNN_ERROR_FILE, "%s: is not a regular file; expected a picture", path);
    if ((uintmax_t)info.st_size > MAX_FILE_BYTES)
        return dnn_fail(err, DNN_ERROR_FORMAT, "%s: has %jd bytes; a picture has at most 2^30",
                        path, (intmax_t)info.st_size);
    *size = (size_t)info.st_size;
    *bytes = dnn_alloc(*size);
    if (*bytes == NULL)
        return dnn_fail(err, DNN_ERROR_MEMORY, "%s: no memory for its %zu bytes", path, *size);
    size_t got = fread(*bytes, 1, *size, file);
    if (got < *size && ferror(file))
        return dnn_fail(err, DNN_ERROR_FILE, "%s: %s", path, strerror(errno));
    *size = got;
    return DNN_OK;
}

dnn_status dnn_image_read(dnn_image *out, const char *path, size_t channels, size_t min_width,
                          size_t min_height, dnn_error *err) {
    *out = (dnn_image){0};
    FILE *file = fopen(path, "rb");
    if (file == NULL)
        return dnn_fail(err, DNN_ERROR_FILE, "%s: %s", path, strerror(errno));
    uint8_t *bytes = NULL;
    size_t size = 0;
    dnn_status status = read_open_file(file, path, &bytes, &size, err);
    fclose(file);
    if (status == DNN_OK)
        status = dnn_image_decode(out, bytes, size, path, channels, min_width, min_height, err);
    dnn_free(bytes);
    return status;
}

dnn_status dnn_image_read_resized(const char *path, uint8_t *out, size_t width, size_t height,
                                  size_t channels, dnn_error *err) {
    dnn_image image;
    dnn_status status = dnn_image_read(&image, path, channels, 2 * width, 2 * height, err);
    if (status == DNN_OK)
        status = dnn_image_resize(&image, out, width, height, err);
    dnn_image_free(&image);
    return status;
}
