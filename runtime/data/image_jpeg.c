/* image_jpeg.c: JPEG through libjpeg: grey, YCbCr, RGB, CMYK and YCCK, baseline and progressive.
 *
 * Decoding stops at the first warning of damage: a damaged or truncated photo is reported, never
 * half grey. Warnings of a header or of bytes between segments that change no pixel are overlooked:
 * some cameras and programs write them.
 *
 * libjpeg reports an error through a function that must not return, so one setjmp is around
 * its calls; nothing but this file's own struct is used after the jump. */
#include "data/image_codec.h"

#include <setjmp.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include <jpeglib.h>

#include <jerror.h>

#include "core/memory.h"

#define MAX_SCANS 500 /* of a progressive file; each costs as much as a whole image */

/* A block of 8 x 8 takes a bit at least, in a scan with nothing but the mean of each. */
#define PIXELS_PER_BYTE 512

typedef struct decoder {
    struct jpeg_decompress_struct jpeg; /* first: libjpeg hands back its address */
    struct jpeg_error_mgr errors;
    struct jpeg_progress_mgr progress;
    jmp_buf failed;
    dnn_image *out;
    dnn_image_source *source;
    uint8_t *row; /* one of CMYK */
    bool has_exif;
    dnn_status status;
    dnn_error *err;
} decoder;

static void fail(j_common_ptr common) {
    decoder *d = (decoder *)common;
    char reason[JMSG_LENGTH_MAX];
    d->errors.format_message(common, reason);
    const int code = d->errors.msg_code;
    if (code == JERR_OUT_OF_MEMORY) {
        d->status = dnn_fail(d->err, DNN_ERROR_MEMORY, "%s: not enough memory to decode the JPEG",
                             d->source->name);
    } else {
        bool ended = code == JWRN_JPEG_EOF || code == JERR_INPUT_EOF || code == JERR_INPUT_EMPTY;
        d->status = dnn_fail(d->err, DNN_ERROR_FORMAT, "%s: the JPEG %s (%s)", d->source->name,
                             ended ? "is cut short" : "is damaged", reason);
    }
    longjmp(d->failed, 1);
}

/* Whether a warning leaves the pixels whole. Bytes too many before a restart marker (d0 to d7) mean
 * that the part before it was misread; before any other marker nobody misses them. */
static bool is_harmless(const struct jpeg_error_mgr *errors) {
    const int marker = errors->msg_parm.i[1];
    switch (errors->msg_code) {
    case JWRN_EXTRANEOUS_DATA:
        return marker < 0xd0 || marker > 0xd7;
    case JWRN_JFIF_MAJOR:
    case JWRN_ADOBE_XFORM:
    case JWRN_NOT_SEQUENTIAL:
        return true;
    default:
        return false;
    }
}

static void hear(j_common_ptr common, int level) {
    if (level < 0 && !is_harmless(common->err))
        fail(common);
}

static void say_nothing(j_common_ptr common) {
    (void)common;
}

static void count_scans(j_common_ptr common) {
    decoder *d = (decoder *)common;
    if (d->jpeg.input_scan_number <= MAX_SCANS)
        return;
    d->status = dnn_fail(d->err, DNN_ERROR_FORMAT, "%s: the JPEG has more than %d scans",
                         d->source->name, MAX_SCANS);
    longjmp(d->failed, 1);
}

/* libjpeg has read the marker of an APP1 segment; the first with EXIF says which way up the image
 * is. Nothing is kept: libjpeg goes through the segments that it keeps for each that follows. */
static boolean read_app1(j_decompress_ptr jpeg) {
    static const char signature[6] = "Exif\0";
    decoder *d = (decoder *)jpeg;
    struct jpeg_source_mgr *in = jpeg->src; /* the whole file is in its buffer */
    const JOCTET *bytes = in->next_input_byte;
    size_t size = in->bytes_in_buffer >= 2 ? (size_t)bytes[0] << 8 | bytes[1] : 2;
    if (in->bytes_in_buffer < size)
        in->fill_input_buffer(jpeg); /* a warning that the file ends, and that ends the decoding */
    size = size < 2 ? 2 : size;
    if (!d->has_exif && size > 2 + sizeof signature &&
        memcmp(bytes + 2, signature, sizeof signature) == 0) {
        d->has_exif = true;
        d->source->orientation =
            dnn_exif_orientation(bytes + 2 + sizeof signature, size - 2 - sizeof signature);
    }
    in->next_input_byte += size;
    in->bytes_in_buffer -= size;
    return TRUE;
}

/* The smallest scale of the inverse DCT that still gives the asked size. Only powers of two: those
 * have fast code, the eighths between them are slower than the full size. */
static unsigned choose_scale(const decoder *d) {
    const dnn_image_options *o = d->source->options;
    const bool turned = !o->as_stored && d->source->orientation > 4;
    const size_t min_width = turned ? o->min_height : o->min_width;
    const size_t min_height = turned ? o->min_width : o->min_height;
    unsigned scale = 1;
    if (min_width == 0 || min_height == 0)
        return scale;
    while (scale < 8 && (d->jpeg.image_width + 2 * scale - 1) / (2 * scale) >= min_width &&
           (d->jpeg.image_height + 2 * scale - 1) / (2 * scale) >= min_height)
        scale *= 2;
    return scale;
}

/* Files hold CMYK inverted, as Adobe does: 255 is no ink. So R = C K / 255, and so on. */
static void cmyk_to_pixels(uint8_t *out, size_t channels, const uint8_t *cmyk, size_t width) {
    for (size_t x = 0; x < width; x++, cmyk += 4, out += channels) {
        unsigned rgb[3];
        for (int c = 0; c < 3; c++)
            rgb[c] = (cmyk[c] * cmyk[3] + 127u) / 255u;
        dnn_put_pixel(out, channels, rgb[0], rgb[1], rgb[2]);
    }
}

static void read_header(decoder *d) {
    jpeg_create_decompress(&d->jpeg);
    d->progress.progress_monitor = count_scans;
    d->jpeg.progress = &d->progress;
    jpeg_set_marker_processor(&d->jpeg, JPEG_APP0 + 1, read_app1);
    jpeg_mem_src(&d->jpeg, d->source->bytes, d->source->size);
    jpeg_read_header(&d->jpeg, TRUE);
}

/* Sets the form of what comes out and makes room for it. */
static void prepare(decoder *d) {
    struct jpeg_decompress_struct *jpeg = &d->jpeg;
    const size_t channels = d->source->options->channels;
    d->status = dnn_image_check_size(d->source, jpeg->image_width, jpeg->image_height,
                                     PIXELS_PER_BYTE, d->err);
    if (d->status != DNN_OK)
        longjmp(d->failed, 1);
    jpeg->scale_num = 1;
    jpeg->scale_denom = choose_scale(d);
    jpeg->out_color_space = channels == 1 ? JCS_GRAYSCALE : JCS_RGB;
    if (jpeg->jpeg_color_space == JCS_CMYK || jpeg->jpeg_color_space == JCS_YCCK)
        jpeg->out_color_space = JCS_CMYK;
    jpeg_start_decompress(jpeg);
    const size_t width = jpeg->output_width;
    d->status =
        dnn_image_allocate(d->out, width, jpeg->output_height, channels, d->source->name, d->err);
    if (d->status == DNN_OK && jpeg->out_color_space == JCS_CMYK &&
        (d->row = dnn_alloc(4 * width)) == NULL)
        d->status =
            dnn_fail(d->err, DNN_ERROR_MEMORY, "%s: not enough memory for a row of %zu CMYK pixels",
                     d->source->name, width);
    if (d->status != DNN_OK)
        longjmp(d->failed, 1);
}

static void decode(decoder *d) {
    struct jpeg_decompress_struct *jpeg = &d->jpeg;
    read_header(d);
    prepare(d);
    const size_t width = d->out->width, channels = d->out->channels;
    while (jpeg->output_scanline < jpeg->output_height) {
        uint8_t *row = d->out->pixels + jpeg->output_scanline * width * channels;
        JSAMPROW target = d->row != NULL ? d->row : row;
        jpeg_read_scanlines(jpeg, &target, 1);
        if (d->row != NULL)
            cmyk_to_pixels(row, channels, d->row, width);
    }
    jpeg_finish_decompress(jpeg);
}

dnn_status dnn_jpeg_decode(dnn_image *out, dnn_image_source *source, dnn_error *err) {
    decoder d = {.out = out, .source = source, .status = DNN_OK, .err = err};
    d.jpeg.err = jpeg_std_error(&d.errors);
    d.errors.error_exit = fail;
    d.errors.emit_message = hear;
    d.errors.output_message = say_nothing;
    if (setjmp(d.failed) == 0)
        decode(&d);
    dnn_free(d.row);
    jpeg_destroy_decompress(&d.jpeg);
    return d.status;
}
