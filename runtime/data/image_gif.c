/* image_gif.c: the first frame of a GIF, through giflib, which gives it line by line: what follows
 * is never read. Pixels that the frame leaves transparent, or does not cover, are white. */
#include "data/image_codec.h"

#include <string.h>

#include <gif_lib.h>

#include "core/memory.h"

/* A code of 12 bits stands for 4,096 pixels at most. */
#define PIXELS_PER_BYTE 4096

typedef struct stream {
    const uint8_t *bytes;
    size_t left;
} stream;

static int read_bytes(GifFileType *gif, GifByteType *out, int count) {
    stream *s = gif->UserData;
    size_t got = s->left < (size_t)count ? s->left : (size_t)count;
    memcpy(out, s->bytes, got);
    s->bytes += got;
    s->left -= got;
    return (int)got;
}

static dnn_status fail(int code, const stream *s, const dnn_image_source *source, dnn_error *err) {
    if (code == D_GIF_ERR_NOT_ENOUGH_MEM)
        return dnn_fail(err, DNN_ERROR_MEMORY, "%s: not enough memory to decode the GIF",
                        source->name);
    const char *reason = GifErrorString(code);
    return dnn_fail(err, DNN_ERROR_FORMAT, "%s: the GIF %s (%s)", source->name,
                    s->left == 0 ? "is cut short" : "is damaged",
                    reason != NULL ? reason : "no image in it");
}

/* Goes to the first frame's pixels; *transparent is the index of the colour that is none, or -1. */
static int find_frame(GifFileType *gif, int *transparent) {
    GifRecordType type;
    GifByteType *extension;
    GraphicsControlBlock control;
    int kind;
    for (*transparent = -1;;) {
        if (DGifGetRecordType(gif, &type) == GIF_ERROR)
            return GIF_ERROR;
        if (type == IMAGE_DESC_RECORD_TYPE)
            return DGifGetImageDesc(gif);
        if (type != EXTENSION_RECORD_TYPE || DGifGetExtension(gif, &kind, &extension) == GIF_ERROR)
            return GIF_ERROR;
        while (extension != NULL) {
            if (kind == GRAPHICS_EXT_FUNC_CODE &&
                DGifExtensionToGCB(extension[0], extension + 1, &control) == GIF_OK)
                *transparent = control.TransparentColor;
            if (DGifGetExtensionNext(gif, &extension) == GIF_ERROR)
                return GIF_ERROR;
        }
    }
}

/* The row that comes in n-th place: every 8th, every 8th from 4, every 4th from 2, the odd ones. */
static int interlaced_row(int n, int height) {
    static const int first[] = {0, 4, 2, 1}, step[] = {8, 8, 4, 2};
    for (int pass = 0; pass < 4; pass++) {
        int rows = height > first[pass] ? (height - first[pass] + step[pass] - 1) / step[pass] : 0;
        if (n < rows)
            return first[pass] + n * step[pass];
        n -= rows;
    }
    return height - 1;
}

/* What of a line is on the screen. Returns the first colour that the palette does not have, or -1.
 */
static int put_line(dnn_image *out, const GifImageDesc *frame, const ColorMapObject *colours, int y,
                    const GifPixelType *line, int transparent) {
    if ((size_t)(frame->Top + y) >= out->height)
        return -1;
    uint8_t *row = out->pixels + (size_t)(frame->Top + y) * out->width * out->channels;
    for (int x = 0; x < frame->Width && (size_t)(frame->Left + x) < out->width; x++) {
        const int index = line[x];
        if (index == transparent)
            continue;
        if (index >= colours->ColorCount)
            return index;
        const GifColorType *c = &colours->Colors[index];
        dnn_put_pixel(row + (size_t)(frame->Left + x) * out->channels, out->channels, c->Red,
                      c->Green, c->Blue);
    }
    return -1;
}

static dnn_status decode(GifFileType *gif, dnn_image *out, const stream *s,
                         const dnn_image_source *source, dnn_error *err) {
    int transparent;
    if (find_frame(gif, &transparent) == GIF_ERROR)
        return fail(gif->Error, s, source, err);
    const GifImageDesc *frame = &gif->Image;
    const ColorMapObject *colours = frame->ColorMap != NULL ? frame->ColorMap : gif->SColorMap;
    if (colours == NULL)
        return fail(D_GIF_ERR_NO_COLOR_MAP, s, source, err);
    const bool screen = gif->SWidth > 0 && gif->SHeight > 0;
    const int width = screen ? gif->SWidth : frame->Width;
    const int height = screen ? gif->SHeight : frame->Height;
    dnn_status status = dnn_image_check_size(source, (uint64_t)frame->Width,
                                             (uint64_t)frame->Height, PIXELS_PER_BYTE, err);
    if (status == DNN_OK)
        status =
            dnn_image_check_size(source, (uint64_t)width, (uint64_t)height, PIXELS_PER_BYTE, err);
    if (status == DNN_OK)
        status = dnn_image_allocate(out, (size_t)width, (size_t)height, source->options->channels,
                                    source->name, err);
    if (status != DNN_OK)
        return status;
    memset(out->pixels, 255, out->width * out->height * out->channels);
    GifPixelType *line = dnn_alloc((size_t)frame->Width);
    if (line == NULL)
        return dnn_fail(err, DNN_ERROR_MEMORY, "%s: not enough memory for a row of %d pixels",
                        source->name, frame->Width);
    for (int n = 0; n < frame->Height && status == DNN_OK; n++) {
        if (DGifGetLine(gif, line, frame->Width) == GIF_ERROR) {
            status = fail(gif->Error, s, source, err);
            break;
        }
        const int y = frame->Interlace ? interlaced_row(n, frame->Height) : n;
        const int unknown = put_line(out, frame, colours, y, line, transparent);
        if (unknown >= 0)
            status = dnn_image_fail_colour(source, "GIF", (unsigned)unknown,
                                           (size_t)colours->ColorCount, err);
    }
    dnn_free(line);
    return status;
}

dnn_status dnn_gif_decode(dnn_image *out, dnn_image_source *source, dnn_error *err) {
    stream s = {source->bytes, source->size};
    int code = 0;
    GifFileType *gif = DGifOpen(&s, read_bytes, &code);
    if (gif == NULL)
        return fail(code, &s, source, err);
    dnn_status status = decode(gif, out, &s, source, err);
    DGifCloseFile(gif, &code);
    return status;
}
