/* conv_patch.c: axes, tiles and the copying of patches. */
#include "math/conv_patch.h"
#include "math/pieces.h"
#include "math/simd.h"

#include <string.h>

dnn_conv_axis dnn_conv_axis_forward(const dnn_conv *c, int d) {
    return (dnn_conv_axis){.source = d == 0 ? c->height : c->width,
                           .outputs = d == 0 ? c->out_height : c->out_width,
                           .step = c->stride[d],
                           .taps = c->kernel[d],
                           .tap_step = c->dilation[d],
                           .first = -(ptrdiff_t)c->padding[d],
                           .out_step = 1,
                           .kernel_step = 1};
}

static size_t common_divisor(size_t a, size_t b) {
    while (b != 0) {
        size_t rest = a % b;
        a = b;
        b = rest;
    }
    return a;
}

/* Input y was met by tap k of output (y + padding - k dilation) / stride, where that is whole. */
dnn_conv_axis dnn_conv_axis_backward(const dnn_conv *c, int d, size_t phase) {
    size_t extent = d == 0 ? c->height : c->width, stride = c->stride[d], dilation = c->dilation[d];
    size_t gap = stride / common_divisor(stride, dilation), last = c->kernel[d];
    dnn_conv_axis axis = {.source = d == 0 ? c->out_height : c->out_width,
                          .outputs = phase < extent ? (extent - phase + stride - 1) / stride : 0,
                          .step = 1,
                          .tap_step = gap * dilation / stride,
                          .out_first = phase,
                          .out_step = stride,
                          .kernel_step = -(ptrdiff_t)gap};
    ptrdiff_t reach = 0;
    for (size_t k = last; k-- > 0 && axis.taps == 0;) {
        reach = (ptrdiff_t)(phase + c->padding[d]) - (ptrdiff_t)(k * dilation);
        if (reach % (ptrdiff_t)stride == 0) {
            axis.kernel_first = k;
            axis.first = reach / (ptrdiff_t)stride;
            axis.taps = k / gap + 1;
        }
    }
    return axis;
}

/* Outputs and taps along one direction of a patch. Neighbouring outputs share the elements between
 * them where that is less than a stretch of elements for each tap. */
typedef struct layout {
    size_t count, output_step, tap_step;
    bool shared;
} layout;

static layout layout_of(const dnn_conv_axis *a, size_t outputs, size_t taps) {
    size_t spanned = (outputs - 1) * a->step + taps;
    if (a->tap_step == 1 && spanned <= outputs * taps && (a->step == 1 || !a->adjacent))
        return (layout){spanned, a->step, 1, true};
    return (layout){outputs * taps, 1, outputs, false};
}

static size_t half(size_t n) {
    return (n + 1) / 2;
}

static size_t patch_elements(const dnn_conv_axis *y, const dnn_conv_axis *x,
                             const dnn_conv_tile *t) {
    return layout_of(y, t->height, t->tap_rows).count * layout_of(x, t->width, t->tap_cols).count *
           t->channels;
}

/* So many tiles of at most `extent`, now of equal size, a multiple of `least`. */
static size_t equal(size_t outputs, size_t extent, size_t least) {
    size_t tiles = dnn_pieces(outputs, extent / least * least);
    return dnn_pieces(dnn_pieces(outputs, tiles), least) * least;
}

dnn_conv_tile dnn_conv_tile_choose(const dnn_conv_axis *y, const dnn_conv_axis *x, size_t channels,
                                   size_t element, size_t most, bool pairs) {
    dnn_conv_tile t = {y->outputs, x->outputs, y->taps, x->taps, channels};
    size_t least = pairs ? 2 : 1;
    if (t.height == 0 || t.width == 0)
        return (dnn_conv_tile){1, 1, 1, 1, 1};
    t.width = dnn_least(t.width, dnn_most(most / least, least));
    t.height =
        dnn_least(t.height, dnn_most(pairs ? most / t.width : dnn_pieces(most, t.width), least));
    while (patch_elements(y, x, &t) * element > DNN_CONV_PATCH)
        if (t.height > least)
            t.height = half(t.height);
        else if (t.width > 32)
            t.width = half(t.width);
        else if (t.channels > 16)
            t.channels = half(t.channels);
        else if (t.tap_rows > 1)
            t.tap_rows = half(t.tap_rows);
        else if (t.tap_cols > 1)
            t.tap_cols = half(t.tap_cols);
        else
            t.width = half(t.width);
    t.height = equal(y->outputs, t.height, least);
    t.width = equal(x->outputs, t.width, least);
    return t;
}

/* The element of the source that place k of a layout holds; the padding lies outside of it. */
static size_t source_of(const dnn_conv_axis *a, const layout *l, size_t k, size_t first_output,
                        size_t first_tap, size_t outputs) {
    size_t output = l->shared ? 0 : k % outputs, tap = l->shared ? k : k / outputs;
    return (size_t)a->first + (first_output + output) * a->step + (first_tap + tap) * a->tap_step;
}

/* `count` pixels of a row from `first` on, `step` apart: so many of the padding, then of the image,
 * then again of the padding. */
typedef struct stretch {
    size_t before, inside, after;
} stretch;

static stretch stretch_of(const dnn_conv_axis *a, ptrdiff_t first, size_t step, size_t count) {
    size_t before = first < 0 ? dnn_pieces((size_t)-first, step) : 0;
    size_t until =
        first < (ptrdiff_t)a->source ? dnn_pieces((size_t)((ptrdiff_t)a->source - first), step) : 0;
    before = dnn_least(before, count);
    until = until < before ? before : dnn_least(until, count);
    return (stretch){before, until - before, count - until};
}

/* The first of a row's pixels that a tap of a patch meets. */
static ptrdiff_t first_pixel(const dnn_conv_patch *p, size_t tap) {
    return p->x->first + (ptrdiff_t)(p->x0 * p->x->step + (p->tap_x + tap) * p->x->tap_step);
}

/* A row of shared pixels, all of whose channels are wanted. */
static char *copy_row(const dnn_conv_patch *p, const char *row, size_t count, char *to) {
    ptrdiff_t first = first_pixel(p, 0);
    stretch s = stretch_of(p->x, first, 1, count);
    size_t before = s.before * p->pixel, inside = s.inside * p->pixel;
    memset(to, 0, before);
    if (inside > 0)
        memcpy(to + before, row + (first + (ptrdiff_t)s.before) * (ptrdiff_t)p->pixel, inside);
    memset(to + before + inside, 0, s.after * p->pixel);
    return to + count * p->pixel;
}

/* Whether the places of a layout, of which `first` is the first, lie in the image, one after the
 * other. */
static bool inside(const dnn_conv_axis *a, const layout *l, ptrdiff_t first) {
    return l->shared && first >= 0 && (size_t)first + l->count <= a->source;
}

/* Where the patch is already, when it is a piece of the image without gaps: whole rows, or one;
 * else NULL. */
static const char *in_image(const dnn_conv_patch *p, const layout *y, const layout *x) {
    ptrdiff_t top = p->y->first + (ptrdiff_t)(p->y0 * p->y->step + p->tap_y * p->y->tap_step);
    ptrdiff_t left = first_pixel(p, 0);
    if (p->channels * p->element != p->pixel || !inside(p->y, y, top) || !inside(p->x, x, left) ||
        (y->count > 1 && x->count != p->x->source))
        return NULL;
    return p->image + ((size_t)top * p->x->source + (size_t)left) * p->pixel;
}

static void copy(const dnn_conv_patch *p, const layout *rows, const layout *cols, char *to) {
    layout y = *rows, x = *cols;
    size_t bytes = p->channels * p->element;
    for (size_t i = 0; i < y.count; i++) {
        size_t source_y = source_of(p->y, &y, i, p->y0, p->tap_y, p->height);
        if (source_y >= p->y->source) {
            memset(to, 0, x.count * bytes);
            to += x.count * bytes;
            continue;
        }
        const char *from = p->image + source_y * p->x->source * p->pixel;
        if (x.shared && bytes == p->pixel) {
            to = copy_row(p, from, x.count, to);
            continue;
        }
        for (size_t j = 0; j < x.count; j++, to += bytes) {
            size_t source_x = source_of(p->x, &x, j, p->x0, p->tap_x, p->width);
            if (source_x < p->x->source)
                memcpy(to, from + source_x * p->pixel, bytes);
            else
                memset(to, 0, bytes);
        }
    }
}

void dnn_conv_patch_copy(const dnn_conv_patch *p, bool whole, void *patch, dnn_conv_row *row,
                         size_t *in_row) {
    layout y = layout_of(p->y, p->height, p->tap_rows), x = layout_of(p->x, p->width, p->tap_cols);
    size_t pitch = x.count * p->channels;
    row->in = in_image(p, &y, &x);
    if (row->in == NULL) {
        copy(p, &y, &x, patch);
        row->in = patch;
    }
    bool merged = p->tap_cols == 1 || (x.shared && whole);
    row->in_step = x.output_step * p->channels;
    row->rows = p->tap_rows;
    row->cols = merged && p->tap_cols > 0 ? 1 : p->tap_cols;
    row->length = merged ? p->tap_cols * p->channels : p->channels;
    row->row_step = y.tap_step * pitch;
    row->col_step = x.tap_step * p->channels;
    *in_row = y.output_step * pitch;
}

/* --- planes --- */

#define REAL float
#define TARGET
#define LOCAL(name) name##_f32
#include "math/conv_planes.inc"

#define REAL double
#define TARGET
#define LOCAL(name) name##_f64
#include "math/conv_planes.inc"

static void spread(const dnn_conv_patch *p, const char *from, size_t step, size_t count, char *to,
                   size_t plane) {
    size_t pixel = p->pixel / p->element * step;
    if (pixel == 1)
        memcpy(to, from, count * p->element);
    else if (p->element == sizeof(float))
        spread_f32((const float *)from, pixel, p->channels, count, (float *)to, plane);
    else
        spread_f64((const double *)from, pixel, p->channels, count, (double *)to, plane);
}

static void clear(const dnn_conv_patch *p, size_t count, char *to, size_t plane) {
    if (p->element == sizeof(float))
        clear_f32(p->channels, count, (float *)to, plane);
    else
        clear_f64(p->channels, count, (double *)to, plane);
}

/* A row of the image, on all planes. */
static void spread_row(const dnn_conv_patch *p, const layout *x, const char *row, char *to,
                       size_t plane) {
    size_t step = x->shared ? 1 : p->x->step, count = x->shared ? x->count : p->width;
    for (size_t done = 0; done < x->count; done += count) {
        ptrdiff_t first = first_pixel(p, done / count);
        stretch s = stretch_of(p->x, first, step, count);
        first += (ptrdiff_t)(s.before * step);
        clear(p, s.before, to, plane);
        to += s.before * p->element;
        if (s.inside > 0)
            spread(p, row + first * (ptrdiff_t)p->pixel, step, s.inside, to, plane);
        to += s.inside * p->element;
        clear(p, s.after, to, plane);
        to += s.after * p->element;
    }
}

void dnn_conv_patch_planes(const dnn_conv_patch *p, void *patch, dnn_conv_planes *planes) {
    layout y = layout_of(p->y, p->height, p->tap_rows), x = layout_of(p->x, p->width, p->tap_cols);
    size_t plane = y.count * x.count;
    char *to = patch;
    for (size_t i = 0; i < y.count; i++, to += x.count * p->element) {
        size_t source = source_of(p->y, &y, i, p->y0, p->tap_y, p->height);
        if (source < p->y->source)
            spread_row(p, &x, p->image + source * p->x->source * p->pixel, to, plane);
        else
            clear(p, x.count, to, plane);
    }
    memset((char *)patch + p->channels * plane * p->element, 0, DNN_CONV_BEYOND);
    *planes = (dnn_conv_planes){.in = patch,
                                .in_row = y.output_step * x.count,
                                .height = p->height,
                                .width = p->width,
                                .rows = p->tap_rows,
                                .cols = p->tap_cols,
                                .length = p->channels,
                                .row_step = y.tap_step * x.count,
                                .col_step = x.tap_step,
                                .step = plane};
    planes->bottom = SIZE_MAX;
    if (y.shared) {
        ptrdiff_t first = p->y->first + (ptrdiff_t)(p->y0 * p->y->step + p->tap_y * p->y->tap_step);
        stretch s = stretch_of(p->y, first, 1, y.count);
        planes->top = s.before * x.count;
        planes->bottom = (s.before + s.inside) * x.count;
    }
    if (p->channels == 1) { /* a row of taps is one run */
        planes->cols = 1;
        planes->length = p->tap_cols;
        planes->step = planes->col_step;
    }
}
