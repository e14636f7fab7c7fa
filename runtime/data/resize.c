/* resize.c: separable resampling of images of bytes.
 *
 * Each axis is a list of windows: output j is a weighted sum of a few neighbouring inputs. An
 * output row is first summed from its input rows (long runs that vectorise), then along the row. */
#include "data/image.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "core/memory.h"
#include "data/image_codec.h"

typedef struct window {
    size_t first, count; /* inputs first .. first + count - 1 */
    float *weight;       /* count of them, with sum 1 */
} window;

/* Shrinking: output j covers [j in, (j + 1) in) and input i covers [i out, (i + 1) out) on a common
 * scale of integers; a weight is the share of the overlap. */
static void area_window(window *w, size_t j, size_t in, size_t out) {
    size_t begin = j * in, end = begin + in;
    w->first = begin / out;
    w->count = (end + out - 1) / out - w->first;
    for (size_t k = 0; k < w->count; k++) {
        size_t low = (w->first + k) * out, high = low + out;
        size_t overlap = (high < end ? high : end) - (low > begin ? low : begin);
        w->weight[k] = (float)((double)overlap / (double)in);
    }
}

/* Keys' cubic with a = -1/2 at distance x. */
static double cubic(double x) {
    x = fabs(x);
    if (x < 1)
        return (1.5 * x - 2.5) * x * x + 1;
    return x < 2 ? ((-0.5 * x + 2.5) * x - 4) * x + 2 : 0;
}

/* Growing: four inputs around the centre; those beyond the edge count as the edge. */
static void cubic_window(window *w, size_t j, size_t in, size_t out) {
    double centre = ((double)j + 0.5) * (double)in / (double)out - 0.5;
    ptrdiff_t base = (ptrdiff_t)floor(centre), last = (ptrdiff_t)in - 1;
    ptrdiff_t first = base - 1 > 0 ? base - 1 : 0, end = base + 2 < last ? base + 2 : last;
    w->first = (size_t)first;
    w->count = (size_t)(end - first + 1);
    for (size_t k = 0; k < w->count; k++)
        w->weight[k] = 0;
    for (ptrdiff_t i = base - 1; i <= base + 2; i++) {
        ptrdiff_t inside = i < 0 ? 0 : i > last ? last : i;
        w->weight[inside - first] += (float)cubic(centre - (double)i);
    }
}

/* All windows of an axis in one block, or NULL without memory. */
static window *make_axis(size_t in, size_t out) {
    size_t taps = out > in ? 4 : in / out + 2;
    size_t head = dnn_align_up(out * sizeof(window));
    char *block = dnn_alloc(head + out * taps * sizeof(float));
    if (block == NULL)
        return NULL;
    window *axis = (window *)block;
    float *weights = (float *)(block + head);
    for (size_t j = 0; j < out; j++) {
        axis[j].weight = weights + j * taps;
        (out > in ? cubic_window : area_window)(&axis[j], j, in, out);
    }
    return axis;
}

/* row[i] = sum over the window's input rows of weight * pixel; a row of the input is `stride` bytes
 * after the one before. */
static void sum_rows(float *restrict row, const window *w, const uint8_t *restrict pixels,
                     size_t length, size_t stride) {
    const uint8_t *in = pixels + w->first * stride;
    for (size_t i = 0; i < length; i++)
        row[i] = w->weight[0] * (float)in[i];
    for (size_t k = 1; k < w->count; k++) {
        const float weight = w->weight[k];
        in += stride;
        for (size_t i = 0; i < length; i++)
            row[i] += weight * (float)in[i];
    }
}

static uint8_t to_byte(float value) {
    return value <= 0 ? 0 : value >= 255 ? 255 : (uint8_t)(value + 0.5f);
}

/* One row of output from the summed row; inlined for a constant number of channels. */
static inline void sum_columns(uint8_t *restrict out, const window *axis, size_t width,
                               const float *restrict row, const size_t channels) {
    for (size_t x = 0; x < width; x++, out += channels) {
        const float *weight = axis[x].weight, *in = row + axis[x].first * channels;
        float sum[3] = {0};
        for (size_t k = 0; k < axis[x].count; k++, in += channels)
            for (size_t c = 0; c < channels; c++)
                sum[c] += weight[k] * in[c];
        for (size_t c = 0; c < channels; c++)
            out[c] = to_byte(sum[c]);
    }
}

/* A part of an image: its first pixel, its size, and the bytes from one row to the next. */
typedef struct part {
    uint8_t *pixels;
    size_t width, height, stride;
} part;

static bool resample(const part *in, const part *out, size_t channels) {
    const size_t length = in->width * channels;
    window *across = make_axis(in->width, out->width);
    window *down = make_axis(in->height, out->height);
    float *row = dnn_alloc(length * sizeof *row);
    bool enough = across != NULL && down != NULL && row != NULL;
    for (size_t y = 0; enough && y < out->height; y++) {
        sum_rows(row, &down[y], in->pixels, length, in->stride);
        if (channels == 1)
            sum_columns(out->pixels + y * out->stride, across, out->width, row, 1);
        else
            sum_columns(out->pixels + y * out->stride, across, out->width, row, 3);
    }
    dnn_free(across);
    dnn_free(down);
    dnn_free(row);
    return enough;
}

/* The middle of a part, width x height pixels of it. */
static void shrink_to_middle(part *p, size_t width, size_t height, size_t channels) {
    p->pixels += (p->height - height) / 2 * p->stride + (p->width - width) / 2 * channels;
    p->width = width;
    p->height = height;
}

/* The larger size with the proportions of width : height that `p` holds, at least one pixel. */
static void fit_into(const part *p, uint64_t width, uint64_t height, size_t *fit_width,
                     size_t *fit_height) {
    uint64_t w = p->width, h = p->height;
    if (w * height > h * width)
        w = (h * width + height / 2) / height;
    else
        h = (w * height + width / 2) / width;
    *fit_width = w == 0 ? 1 : (size_t)w;
    *fit_height = h == 0 ? 1 : (size_t)h;
}

dnn_status dnn_image_resize(const dnn_image *image, uint8_t *out, size_t width, size_t height,
                            dnn_fit fit, dnn_error *err) {
    const size_t channels = image->channels;
    size_t w, h;
    if (width == 0 || height == 0 || width > DNN_IMAGE_LARGEST / height)
        return dnn_fail(err, DNN_ERROR_ARGUMENT,
                        "resize: to %zu x %zu pixels; expected at least one and at most 2^28",
                        width, height);
    part from = {image->pixels, image->width, image->height, image->width * channels};
    part to = {out, width, height, width * channels};
    if (fit == DNN_FIT_CROP) {
        fit_into(&from, width, height, &w, &h);
        shrink_to_middle(&from, w, h, channels);
    } else if (fit == DNN_FIT_PAD) {
        fit_into(&to, image->width, image->height, &w, &h);
        memset(out, 0, width * height * channels);
        shrink_to_middle(&to, w, h, channels);
    }
    if (resample(&from, &to, channels))
        return DNN_OK;
    return dnn_fail(err, DNN_ERROR_MEMORY, "resize: not enough memory for %zu x %zu pixels", width,
                    height);
}
