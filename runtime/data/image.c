/* image.c: an image file into memory. */
#include "data/image.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/descriptor.h"
#include "core/memory.h"
#include "core/utf8.h"
#include "data/image_codec.h"

#define MAX_FILE_BYTES ((size_t)1 << 30)

void dnn_image_free(dnn_image *image) {
    dnn_free(image->pixels);
    *image = (dnn_image){0};
}

dnn_status dnn_image_check_size(const dnn_image_source *source, uint64_t width, uint64_t height,
                                uint64_t pixels_per_byte, dnn_error *err) {
    const uint64_t asked = source->options->max_pixels;
    const uint64_t most = asked == 0                  ? DNN_IMAGE_MAX_PIXELS
                          : asked < DNN_IMAGE_LARGEST ? asked
                                                      : DNN_IMAGE_LARGEST;
    if (width == 0 || height == 0)
        return dnn_fail(err, DNN_ERROR_FORMAT, "%s: claims %llu x %llu pixels", source->name,
                        (unsigned long long)width, (unsigned long long)height);
    if (width > most / height)
        return dnn_fail(err, DNN_ERROR_FORMAT,
                        "%s: claims %llu x %llu pixels; at most %llu are read (max_pixels)",
                        source->name, (unsigned long long)width, (unsigned long long)height,
                        (unsigned long long)most);
    if (width * height / pixels_per_byte > source->size)
        return dnn_fail(err, DNN_ERROR_FORMAT,
                        "%s: is cut short or damaged: claims %llu x %llu pixels, more than its %zu "
                        "bytes can hold",
                        source->name, (unsigned long long)width, (unsigned long long)height,
                        source->size);
    return DNN_OK;
}

dnn_status dnn_image_fail_colour(const dnn_image_source *source, const char *format,
                                 unsigned colour, size_t colours, dnn_error *err) {
    return dnn_fail(err, DNN_ERROR_FORMAT,
                    "%s: the %s is damaged: a pixel has the colour %u of a palette of %zu, which "
                    "are counted from 0",
                    source->name, format, colour, colours);
}

dnn_status dnn_image_allocate(dnn_image *out, size_t width, size_t height, size_t channels,
                              const char *name, dnn_error *err) {
    out->width = width;
    out->height = height;
    out->channels = channels;
    out->pixels = dnn_alloc(width * height * channels);
    if (out->pixels == NULL)
        return dnn_fail(err, DNN_ERROR_MEMORY, "%s: not enough memory for %zu x %zu pixels", name,
                        width, height);
    return DNN_OK;
}

dnn_status dnn_image_decode(dnn_image *out, const uint8_t *bytes, size_t size, const char *name,
                            const dnn_image_options *options, dnn_error *err) {
    dnn_image_source source = {bytes, size, name, options, 1};
    *out = (dnn_image){0};
    if (options->channels != 1 && options->channels != 3)
        return dnn_fail(err, DNN_ERROR_ARGUMENT,
                        "%s: cannot be read with %zu channels; expected 1 or 3", name,
                        options->channels);
    dnn_image_decoder *decode = dnn_image_find_decoder(bytes, size);
    if (decode == NULL)
        return dnn_image_say_kind(bytes, size, name, err);
    errno = 0;
    dnn_status status = decode(out, &source, err);
    if (status == DNN_ERROR_FORMAT && errno == ENOMEM) /* which few libraries say */
        status = dnn_fail(err, DNN_ERROR_MEMORY, "%s: not enough memory to decode the image", name);
    if (status == DNN_OK && !options->as_stored)
        status = dnn_image_orient(out, source.orientation, name, err);
    if (status != DNN_OK)
        dnn_image_free(out);
    return status;
}

/* All of an open file; `bytes` are the caller's to free whatever comes. */
static dnn_status read_open_file(int fd, const char *path, uint8_t **bytes, size_t *size,
                                 dnn_error *err) {
    struct stat info = {0};
    (void)fstat(fd, &info); /* of an open file */
    if (!S_ISREG(info.st_mode))
        return dnn_fail(err, DNN_ERROR_FILE, "%s: is not a regular file; expected an image", path);
    if ((uintmax_t)info.st_size > MAX_FILE_BYTES)
        return dnn_fail(err, DNN_ERROR_FORMAT, "%s: has %jd bytes; an image has at most 2^30", path,
                        (intmax_t)info.st_size);
    const size_t room = (size_t)info.st_size;
    *bytes = dnn_alloc(room);
    if (*bytes == NULL)
        return dnn_fail(err, DNN_ERROR_MEMORY, "%s: not enough memory for its %zu bytes", path,
                        room);
    int problem = dnn_read_at(fd, *bytes, room, 0, size);
    return problem == 0 ? DNN_OK : dnn_fail(err, DNN_ERROR_FILE, "%s: %s", path, strerror(problem));
}

dnn_status dnn_image_read(dnn_image *out, const char *path, const dnn_image_options *options,
                          dnn_error *err) {
    *out = (dnn_image){0};
    uint8_t *bytes = NULL;
    size_t size = 0;
    const int fd = dnn_open(path, O_RDONLY | O_NONBLOCK, 0); /* of a pipe nobody writes to */
    dnn_status status = fd < 0 ? dnn_fail(err, DNN_ERROR_FILE, "%s: %s", path, strerror(errno))
                               : read_open_file(fd, path, &bytes, &size, err);
    if (fd >= 0)
        close(fd);
    if (status == DNN_OK)
        status = dnn_image_decode(out, bytes, size, path, options, err);
    dnn_free(bytes);
    if (status != DNN_OK && err != NULL)
        dnn_utf8_disarm(err->text);
    return status;
}

dnn_status dnn_image_read_resized(const char *path, uint8_t *out, const dnn_image_target *target,
                                  dnn_error *err) {
    dnn_image_options options = target->options;
    dnn_image image;
    options.min_width = 2 * target->width;
    options.min_height = 2 * target->height;
    dnn_status status = dnn_image_read(&image, path, &options, err);
    if (status == DNN_OK && (status = dnn_image_resize(&image, out, target->width, target->height,
                                                       target->fit, err)) != DNN_OK)
        dnn_fail_context(err, status, "%s: ", path);
    dnn_image_free(&image);
    return status;
}
