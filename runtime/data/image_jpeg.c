/* image_jpeg.c: JPEG through libjpeg-turbo: grey, YCbCr, RGB, CMYK and YCCK, baseline and
 * progressive.
 *
 * Decoding stops at the first warning: a damaged or truncated photo is reported, never half grey.
 * The one warning that is overlooked is of bytes between the last of the picture and its end
 * marker, which some cameras leave there.
 */
#include "data/image_codec.h"

#include <string.h>
#include <turbojpeg.h>

#include "core/memory.h"

typedef struct header {
    int width, height, colorspace;
} header;

static dnn_status fail(tjhandle jpeg, const char *name, dnn_error *err) {
    const char *reason = tjGetErrorStr2(jpeg);
    const char *state = strcasestr(reason, "premature end") != NULL ? "is cut short" : "is damaged";
    return dnn_fail(err, DNN_ERROR_FORMAT, "%s: the JPEG %s (%s)", name, state, reason);
}

static dnn_status read_header(tjhandle jpeg, header *h, const uint8_t *bytes, size_t size,
                              const char *name, dnn_error *err) {
    /* The call also fails on sampling factors that it has no name for, which decode well: what
     * counts is whether it got as far as the shape. */
    int subsampling;
    *h = (header){0, 0, -1};
    tjDecompressHeader3(jpeg, bytes, size, &h->width, &h->height, &subsampling, &h->colorspace);
    if (h->width < 1 || h->height < 1 || h->colorspace < 0)
        return fail(jpeg, name, err);
    if ((uint64_t)h->width * (uint64_t)h->height > DNN_IMAGE_MAX_PIXELS)
        return dnn_fail(err, DNN_ERROR_FORMAT, "%s: claims %d x %d pixels; expected at most 2^28",
                        name, h->width, h->height);
    return DNN_OK;
}

/* The smallest scale of the inverse DCT that still gives the asked size. Only powers of two: those
 * have fast code, the eighths between them are slower than the full size. */
static tjscalingfactor choose_scale(const header *h, size_t min_width, size_t min_height) {
    tjscalingfactor scale = {1, 1};
    if (min_width == 0 || min_height == 0)
        return scale;
    while (scale.denom < 8) {
        tjscalingfactor half = {1, scale.denom * 2};
        if ((size_t)TJSCALED(h->width, half) < min_width ||
            (size_t)TJSCALED(h->height, half) < min_height)
            break;
        scale = half;
    }
    return scale;
}

/* Files hold CMYK inverted, as Adobe began it: 255 is no ink. So R = C K / 255, and so on. */
static void cmyk_to_pixels(dnn_image *out, const uint8_t *cmyk) {
    uint8_t *p = out->pixels;
    for (size_t i = 0; i < out->width * out->height; i++, cmyk += 4, p += out->channels) {
        unsigned rgb[3];
        for (int c = 0; c < 3; c++)
            rgb[c] = (cmyk[c] * cmyk[3] + 127u) / 255u;
        if (out->channels == 1)
            p[0] = dnn_luma(rgb[0], rgb[1], rgb[2]);
        else
            for (int c = 0; c < 3; c++)
                p[c] = (uint8_t)rgb[c];
    }
}

static dnn_status decompress(tjhandle jpeg, dnn_image *out, uint8_t *pixels, int format,
                             const uint8_t *bytes, size_t size, const char *name, dnn_error *err) {
    const int width = (int)out->width, height = (int)out->height;
    const int flags = TJFLAG_LIMITSCANS;
    if (tjDecompress2(jpeg, bytes, size, pixels, width, 0, height, format,
                      flags | TJFLAG_STOPONWARNING) == 0)
        return DNN_OK;
    if (strstr(tjGetErrorStr2(jpeg), "extraneous bytes before marker 0xd9") == NULL)
        return fail(jpeg, name, err);
    /* All of the picture stands before those bytes: once more, without stopping there. */
    if (tjDecompress2(jpeg, bytes, size, pixels, width, 0, height, format, flags) != 0 &&
        tjGetErrorCode(jpeg) != TJERR_WARNING)
        return fail(jpeg, name, err);
    return DNN_OK;
}

static dnn_status decode(tjhandle jpeg, dnn_image *out, const uint8_t *bytes, size_t size,
                         const char *name, size_t channels, size_t min_width, size_t min_height,
                         dnn_error *err) {
    header h;
    dnn_status status = read_header(jpeg, &h, bytes, size, name, err);
    if (status != DNN_OK)
        return status;
    tjscalingfactor scale = choose_scale(&h, min_width, min_height);
    status = dnn_image_allocate(out, (uint64_t)TJSCALED(h.width, scale),
                                (uint64_t)TJSCALED(h.height, scale), channels, name, err);
    if (status != DNN_OK)
        return status;
    if (h.colorspace != TJCS_CMYK && h.colorspace != TJCS_YCCK)
        return decompress(jpeg, out, out->pixels, channels == 1 ? TJPF_GRAY : TJPF_RGB, bytes, size,
                          name, err);
    uint8_t *cmyk = dnn_alloc(out->width * out->height * 4);
    if (cmyk == NULL)
        return dnn_fail(err, DNN_ERROR_MEMORY, "%s: no memory for %zu x %zu CMYK pixels", name,
                        out->width, out->height);
    status = decompress(jpeg, out, cmyk, TJPF_CMYK, bytes, size, name, err);
    if (status == DNN_OK)
        cmyk_to_pixels(out, cmyk);
    dnn_free(cmyk);
    return status;
}

dnn_status dnn_jpeg_decode(dnn_image *out, const uint8_t *bytes, size_t size, const char *name,
                           size_t channels, size_t min_width, size_t min_height, dnn_error *err) {
    tjhandle jpeg = tjInitDecompress();
    if (jpeg == NULL)
        return dnn_fail(err, DNN_ERROR_MEMORY, "%s: no memory for a JPEG decoder", name);
    dnn_status status = decode(jpeg, out, bytes, size, name, channels, min_width, min_height, err);
    tjDestroy(jpeg);
    return status;
}
