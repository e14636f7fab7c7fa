/* conv_weight.c: the gradient of the weights.
 *
 * The tiles of all examples are divided into slices by the size of the problem; each slice sums
 * into a matrix of its own, and the slices are added up in their order. */
#include <string.h>

#include "core/threads.h"
#include "math/conv_patch.h"
#include "math/conv_run.h"
#include "math/conv_winograd.h"
#include "math/pieces.h"
#include "math/simd.h"

#define TILE_OUTPUTS 256     /* most of a tile: their gradients, padded to vectors, fit the stack */
#define SLICE_FLOPS  2e6     /* a slice of fewer is not worth its matrix */
#define SLICES       32      /* at most */
#define SLICE_MEMORY 1048576 /* bytes of all matrices of slices, when more than one */
#define TASKS        16      /* with fewer slices, blocks of channels become tasks of their own */
#define ADD_COLUMNS  16384   /* elements of W added up by one task */
#define ADD_RUN      512
#define BLOCK_MOST   32 /* channels of a block */

typedef struct plan {
    const dnn_conv *conv;
    const dnn_conv_kernels *kernels;
    dnn_dtype dtype;
    const dnn_matrix *X, *dA;
    dnn_matrix *dW;
    bool add;
    char *partial; /* slices x W's elements */
    dnn_conv_axis y, x;
    bool depthwise;
    size_t groups, element, in, out; /* bytes; channels of a group */
    size_t block, blocks, parts; /* channels of a block; blocks of a group, and tasks they make */
    dnn_conv_tile tile;
    size_t tiles[2], units, slices; /* units: tiles of all examples */
    size_t columns, count;          /* of W, and elements */
} plan;

static void plan_slices(plan *p, size_t examples) {
    double flops = 2.0 * (double)p->count * (double)(p->y.outputs * p->x.outputs) *
                   (double)examples / SLICE_FLOPS;
    size_t memory = SLICE_MEMORY / (p->count * p->element);
    p->units = p->tiles[0] * p->tiles[1] * examples;
    p->slices = dnn_least(dnn_least(p->units, SLICES), flops > SLICES ? SLICES : (size_t)flops);
    p->slices = dnn_least(p->slices, memory);
    if (p->slices == 0)
        p->slices = 1;
    p->parts = p->depthwise ? 1 : dnn_least(p->blocks, dnn_pieces(TASKS, p->slices * p->groups));
}

static void make_plan(plan *p, const dnn_conv *c, dnn_dtype dtype, size_t examples) {
    bool depthwise = dnn_conv_is_depthwise(c);
    size_t groups = depthwise ? 1 : c->groups;
    *p = (plan){.conv = c,
                .depthwise = depthwise,
                .groups = groups,
                .kernels = dnn_conv_kernels_for(dtype, c->out_channels / groups),
                .dtype = dtype,
                .y = dnn_conv_axis_forward(c, 0),
                .x = dnn_conv_axis_forward(c, 1),
                .element = dnn_dtype_info(dtype)->size,
                .in = c->channels / groups,
                .out = c->out_channels / groups};
    p->block = DNN_CONV_VECTORS * p->kernels->lanes;
    p->blocks = dnn_pieces(p->out, p->block);
    p->tile = dnn_conv_tile_choose(&p->y, &p->x, p->in, p->element, TILE_OUTPUTS, false);
    p->tiles[0] = dnn_pieces(p->y.outputs, p->tile.height);
    p->tiles[1] = dnn_pieces(p->x.outputs, p->tile.width);
    p->columns = c->kernel[0] * c->kernel[1] * (depthwise ? 1 : p->in);
    p->count = p->columns * c->out_channels;
    plan_slices(p, examples);
}

size_t dnn_conv_weight_scratch(const dnn_conv *c, dnn_dtype dtype, size_t examples) {
    plan p;
    make_plan(&p, c, dtype, examples);
    size_t plain = p.slices * p.count * p.element;
    size_t other =
        dnn_winograd_suits(c, dtype, examples) ? dnn_winograd_weight_scratch(c, examples) : 0;
    return other > plain ? other : plain;
}

/* What a task sums: blocks [first, last) of a group, into the matrix of its slice. */
typedef struct share {
    size_t group, first, last;
    char *out;
} share;

/* Gradients of a tile's outputs for `count` channels, padded with zeros to `width`: where vectors
 * of them would reach beyond the example. */
static void copy_gradient(const plan *p, const dnn_conv_patch *t, const char *from, size_t count,
                          size_t width, char *to) {
    size_t pixel = p->conv->out_channels * p->element;
    memset(to, 0, t->height * t->width * width * p->element);
    for (size_t i = 0; i < t->height; i++)
        for (size_t j = 0; j < t->width; j++, to += width * p->element)
            memcpy(to, from + (i * p->x.outputs + j) * pixel, count * p->element);
}

/* The runs of a chunk whose patch has been copied; short ones by twos. */
static void sum_runs(const plan *p, const share *s, const dnn_conv_patch *patch,
                     const dnn_conv_row *row, dnn_conv_sum *sum, size_t first_channel,
                     size_t channel, size_t vectors) {
    size_t step = p->conv->out_channels, taps = p->conv->kernel[1];
    bool short_runs = vectors == 1 && row->length <= DNN_CONV_SHORT;
    for (size_t r = 0; r < row->rows; r += sum->runs) {
        sum->runs = short_runs && r + 1 < row->rows ? 2 : 1;
        sum->in_run = row->row_step;
        sum->out_run = taps * p->in * step;
        for (size_t c = 0; c < row->cols; c++) {
            size_t tap = (patch->tap_y + r) * taps + patch->tap_x + c;
            sum->in = (const char *)row->in + (r * row->row_step + c * row->col_step) * p->element;
            sum->out =
                s->out +
                ((tap * p->in + first_channel) * step + s->group * p->out + channel) * p->element;
            p->kernels->sum(sum, row->length, vectors);
        }
    }
}

/* Depthwise: the rows of taps of a chunk of channels. */
static void sum_depth(const plan *p, const share *s, const dnn_conv_patch *patch,
                      const dnn_conv_row *row, dnn_conv_sum *sum, size_t channel,
                      const char *gradient) {
    sum->gradient = gradient + channel * p->element;
    sum->gradient_step = p->out;
    sum->gradient_row = p->x.outputs * p->out;
    sum->channels = patch->channels;
    for (size_t r = 0; r < row->rows; r++) {
        size_t tap = (patch->tap_y + r) * p->conv->kernel[1] + patch->tap_x;
        sum->in = (const char *)row->in + r * row->row_step * p->element;
        sum->out = s->out + (tap * p->out + channel) * p->element;
        p->kernels->depth_sum(sum, row->cols, row->col_step);
    }
}

/* Where the last vector of gradients ends. */
static const char *sum_end(const plan *p, const dnn_conv_sum *sum, size_t width) {
    size_t last = (sum->height - 1) * sum->gradient_row + (sum->width - 1) * sum->gradient_step;
    return (const char *)sum->gradient + (last + width) * p->element;
}

/* `end`: of the example's gradients. */
static void sum_chunk(const plan *p, const share *s, const dnn_conv_patch *patch, size_t channel,
                      const char *gradient, const char *end) {
    _Alignas(64) char memory[DNN_CONV_PATCH];
    _Alignas(64) char padded[TILE_OUTPUTS * BLOCK_MOST * sizeof(double)];
    dnn_conv_row row;
    size_t in_row;
    dnn_conv_patch_copy(patch, patch->channels == p->in && !p->depthwise, memory, &row, &in_row);
    dnn_conv_sum sum = {.in_step = row.in_step,
                        .in_row = in_row,
                        .height = patch->height,
                        .width = patch->width,
                        .out_step = p->conv->out_channels};
    if (p->depthwise) {
        sum_depth(p, s, patch, &row, &sum, channel, gradient);
        return;
    }
    for (size_t block = s->first; block < s->last; block++) {
        size_t first = block * p->block;
        size_t vectors = dnn_pieces(dnn_least(p->block, p->out - first), p->kernels->lanes);
        size_t width = vectors * p->kernels->lanes;
        sum.channels = dnn_least(width, p->out - first);
        sum.gradient = gradient + first * p->element;
        sum.gradient_step = p->conv->out_channels;
        sum.gradient_row = p->x.outputs * p->conv->out_channels;
        if (sum.channels < width && sum_end(p, &sum, width) > end) {
            copy_gradient(p, patch, sum.gradient, sum.channels, width, padded);
            sum.gradient = padded;
            sum.gradient_step = width;
            sum.gradient_row = width * patch->width;
        }
        sum_runs(p, s, patch, &row, &sum, channel, first, vectors);
    }
}

static void sum_tile(const plan *p, const share *s, size_t unit) {
    size_t tile_x = unit % p->tiles[1], tile_y = unit / p->tiles[1] % p->tiles[0];
    size_t example = unit / (p->tiles[1] * p->tiles[0]);
    size_t y0 = tile_y * p->tile.height, x0 = tile_x * p->tile.width;
    dnn_conv_patch patch = {.y = &p->y,
                            .x = &p->x,
                            .y0 = y0,
                            .x0 = x0,
                            .height = dnn_least(p->tile.height, p->y.outputs - y0),
                            .width = dnn_least(p->tile.width, p->x.outputs - x0),
                            .pixel = p->conv->channels * p->element,
                            .element = p->element};
    const char *image = dnn_matrix_at(p->X, s->group * p->in, example);
    const char *gradient = dnn_matrix_at(
        p->dA, (y0 * p->x.outputs + x0) * p->conv->out_channels + s->group * p->out, example);
    const char *end = dnn_matrix_at(p->dA, p->dA->rows, example);
    for (patch.tap_y = 0; patch.tap_y < p->y.taps; patch.tap_y += patch.tap_rows) {
        patch.tap_rows = dnn_least(p->tile.tap_rows, p->y.taps - patch.tap_y);
        for (patch.tap_x = 0; patch.tap_x < p->x.taps; patch.tap_x += patch.tap_cols) {
            patch.tap_cols = dnn_least(p->tile.tap_cols, p->x.taps - patch.tap_x);
            for (size_t i = 0; i < p->in; i += patch.channels) {
                patch.channels = dnn_least(p->tile.channels, p->in - i);
                patch.image = image + i * p->element;
                sum_chunk(p, s, &patch, i, gradient, end);
            }
        }
    }
}

/* Task: part < group < slice. */
static void sum_slice(void *context, size_t task) {
    const plan *p = context;
    size_t part = task % p->parts, slice = task / (p->parts * p->groups);
    size_t share_blocks = dnn_pieces(p->blocks, p->parts);
    share s = {.group = task / p->parts % p->groups,
               .first = dnn_least(part * share_blocks, p->blocks),
               .last = dnn_least((part + 1) * share_blocks, p->blocks),
               .out = p->partial + slice * p->count * p->element};
    if (s.first == s.last)
        return;
    size_t first = s.group * p->out + s.first * p->block;
    size_t rows = dnn_least((s.last - s.first) * p->block, p->out - s.first * p->block);
    for (size_t j = 0; j < p->columns; j++)
        memset(s.out + (j * p->conv->out_channels + first) * p->element, 0, rows * p->element);
    size_t begin = slice * p->units / p->slices, end = (slice + 1) * p->units / p->slices;
    for (size_t unit = begin; unit < end; unit++)
        sum_tile(p, &s, unit);
}

/* Runs of a few hundred: each slice is read along, and the sums stay in the first-level cache. */
#define ADD_SLICES(T, name)                                                                        \
    DNN_CLONES static void name(T *restrict out, const T *restrict partial, size_t n,              \
                                size_t slice, size_t slices, bool add) {                           \
        T sum[ADD_RUN];                                                                            \
        for (size_t first = 0; first < n; first += ADD_RUN) {                                      \
            size_t count = dnn_least(ADD_RUN, n - first);                                          \
            memcpy(sum, partial + first, count * sizeof(T));                                       \
            for (size_t s = 1; s < slices; s++)                                                    \
                for (size_t i = 0; i < count; i++)                                                 \
                    sum[i] += partial[s * slice + first + i];                                      \
            for (size_t i = 0; i < count; i++)                                                     \
                out[first + i] = add ? out[first + i] + sum[i] : sum[i];                           \
        }                                                                                          \
    }
ADD_SLICES(float, add_slices_f32)
ADD_SLICES(double, add_slices_f64)

static size_t columns_of_task(const plan *p) {
    return dnn_pieces(ADD_COLUMNS, p->conv->out_channels);
}

/* Task: some columns of W. */
static void add_slices(void *context, size_t task) {
    const plan *p = context;
    size_t step = columns_of_task(p), rows = p->conv->out_channels;
    size_t first = task * step, end = dnn_least(first + step, p->columns);
    if (p->dW->ld == rows) { /* one long run */
        rows *= end - first;
        end = first + 1;
    }
    for (size_t j = first; j < end; j++) {
        void *to = dnn_matrix_at(p->dW, 0, j);
        const char *from = p->partial + j * p->conv->out_channels * p->element;
        if (p->dtype == DNN_FLOAT32)
            add_slices_f32(to, (const float *)from, rows, p->count, p->slices, p->add);
        else
            add_slices_f64(to, (const double *)from, rows, p->count, p->slices, p->add);
    }
}

dnn_status dnn_conv_weight_run(const dnn_conv *c, const dnn_matrix *X, const dnn_matrix *dA,
                               bool add, dnn_matrix *dW, void *memory, dnn_error *err) {
    if (dnn_winograd_suits(c, X->dtype, X->cols)) {
        bool finite = true;
        dnn_status status = dnn_winograd_weight_run(c, X, dA, add, dW, memory, &finite, err);
        if (status != DNN_OK || finite)
            return status;
    }
    plan p;
    make_plan(&p, c, X->dtype, X->cols);
    p.X = X;
    p.dA = dA;
    p.dW = dW;
    p.add = add;
    p.partial = memory;
    dnn_status status = dnn_parallel_until(p.parts * p.groups * p.slices, sum_slice, &p, err);
    if (status == DNN_OK)
        dnn_parallel(dnn_pieces(p.columns, columns_of_task(&p)), add_slices, &p);
    return status;
}
