/* image_webp.c: WebP through libwebp, lossy and lossless; of an animation the first frame. */
#include "data/image_codec.h"

#include <string.h>

#include <webp/decode.h>
#include <webp/demux.h>

#include "core/memory.h"

/* One frame and its place in the image. */
typedef struct frame {
    WebPData data;
    int x, y, width, height;
} frame;

static dnn_status damaged(const dnn_image_source *source, VP8StatusCode code, dnn_error *err) {
    if (code == VP8_STATUS_OUT_OF_MEMORY)
        return dnn_fail(err, DNN_ERROR_MEMORY, "%s: not enough memory to decode the WebP",
                        source->name);
    return dnn_fail(err, DNN_ERROR_FORMAT, "%s: the WebP %s", source->name,
                    code == VP8_STATUS_NOT_ENOUGH_DATA ? "is cut short" : "is damaged");
}

/* Decodes the frame as RGBA and composes it over what `out` holds, which is white. */
static dnn_status draw(dnn_image *out, const frame *f, const dnn_image_source *source,
                       dnn_error *err) {
    const size_t bytes = (size_t)f->width * (size_t)f->height * 4;
    uint8_t *rgba = dnn_alloc(bytes);
    if (rgba == NULL)
        return dnn_fail(err, DNN_ERROR_MEMORY, "%s: not enough memory for %d x %d RGBA pixels",
                        source->name, f->width, f->height);
    WebPDecoderConfig config = {0};
    WebPInitDecoderConfig(&config);
    config.output.colorspace = MODE_RGBA;
    config.output.is_external_memory = 1;
    config.output.u.RGBA = (WebPRGBABuffer){.rgba = rgba, .stride = 4 * f->width, .size = bytes};
    VP8StatusCode code = WebPDecode(f->data.bytes, f->data.size, &config);
    const uint8_t *p = rgba;
    for (int y = 0; y < f->height && code == VP8_STATUS_OK; y++) {
        uint8_t *to =
            out->pixels + ((size_t)(f->y + y) * out->width + (size_t)f->x) * out->channels;
        for (int x = 0; x < f->width; x++, p += 4, to += out->channels)
            dnn_put_pixel(to, out->channels, dnn_over_white(p[0], p[3]), dnn_over_white(p[1], p[3]),
                          dnn_over_white(p[2], p[3]));
    }
    dnn_free(rgba);
    return code == VP8_STATUS_OK ? DNN_OK : damaged(source, code, err);
}

static void find_orientation(const WebPDemuxer *demuxer, dnn_image_source *source) {
    WebPChunkIterator chunk;
    if (!WebPDemuxGetChunk(demuxer, "EXIF", 1, &chunk))
        return;
    const uint8_t *exif = chunk.chunk.bytes;
    size_t size = chunk.chunk.size;
    if (size > 6 &&
        memcmp(exif, "Exif\0", 6) == 0) /* as JPEG files have it; some writers keep it */
        exif += 6, size -= 6;
    source->orientation = dnn_exif_orientation(exif, size);
    WebPDemuxReleaseChunkIterator(&chunk);
}

static dnn_status decode(dnn_image *out, const WebPDemuxer *demuxer, dnn_image_source *source,
                         dnn_error *err) {
    const uint32_t width = WebPDemuxGetI(demuxer, WEBP_FF_CANVAS_WIDTH);
    const uint32_t height = WebPDemuxGetI(demuxer, WEBP_FF_CANVAS_HEIGHT);
    WebPIterator i = {0};
    /* One colour takes no bits, so the file's size bounds nothing. */
    dnn_status status = dnn_image_check_size(source, width, height, UINT64_MAX, err);
    if (status == DNN_OK)
        status =
            dnn_image_allocate(out, width, height, source->options->channels, source->name, err);
    if (status != DNN_OK)
        return status;
    memset(out->pixels, 255, out->width * out->height * out->channels);
    const bool found = WebPDemuxGetFrame(demuxer, 1, &i);
    const frame f = {i.fragment, i.x_offset, i.y_offset, i.width, i.height};
    /* The library has checked both; a frame must not be drawn outside the image in any case. */
    const bool fits = found && (size_t)f.x + (size_t)f.width <= out->width &&
                      (size_t)f.y + (size_t)f.height <= out->height;
    status = fits ? draw(out, &f, source, err) : damaged(source, VP8_STATUS_BITSTREAM_ERROR, err);
    WebPDemuxReleaseIterator(&i);
    if (status == DNN_OK)
        find_orientation(demuxer, source);
    return status;
}

dnn_status dnn_webp_decode(dnn_image *out, dnn_image_source *source, dnn_error *err) {
    const WebPData data = {source->bytes, source->size};
    WebPDemuxState state;
    WebPDemuxer *demuxer = WebPDemuxPartial(&data, &state);
    dnn_status status;
    if (demuxer != NULL && state == WEBP_DEMUX_DONE)
        status = decode(out, demuxer, source, err);
    else
        status = damaged(source,
                         state == WEBP_DEMUX_PARSE_ERROR ? VP8_STATUS_BITSTREAM_ERROR
                                                         : VP8_STATUS_NOT_ENOUGH_DATA,
                         err);
    WebPDemuxDelete(demuxer);
    return status;
}
