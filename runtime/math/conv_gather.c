/* conv_gather.c: forward and the gradient of the input.
 *
 * W is packed once per call: for each phase, group and block of output channels the weights of all
 * taps and input channels, in the order in which the kernel reads them. */
#include <string.h>

#include "core/memory.h"
#include "core/threads.h"
#include "math/conv_pack.h"
#include "math/conv_patch.h"
#include "math/conv_run.h"
#include "math/conv_scatter.h"
#include "math/conv_winograd.h"
#include "math/pieces.h"

#define TASK_FLOPS 4e5  /* a task takes so many tiles that it is worth handing over */
#define TILE_FLOPS 16e6 /* and no larger tile, so that threads share one image */
#define FEW_OUTPUTS 8   /* of a row: fewer leave too many lanes of a plane's vectors empty */

typedef struct plan {
    const dnn_conv_gather *gather;
    const dnn_conv_kernels *kernels;
    dnn_conv_planes_kernel *planes; /* instead of those, for few channels; else NULL */
    bool depthwise;
    size_t groups, source_channels, target_channels; /* channels of a group */
    size_t element, lanes, block, blocks; /* bytes; channels of a vector, a whole block; blocks */
    size_t phases[2];
    dnn_conv_tile tile;
    size_t tiles[2], batch; /* per phase; tiles of a task */
    size_t count;           /* of tiles: tile columns < rows < groups < phases < examples */
} plan;

static dnn_conv_axis axis_of(const plan *p, int direction, size_t phase) {
    const dnn_conv *c = p->gather->conv;
    dnn_conv_axis axis = p->gather->backward ? dnn_conv_axis_backward(c, direction, phase)
                                             : dnn_conv_axis_forward(c, direction);
    axis.adjacent = p->planes != NULL && direction == 1;
    return axis;
}

/* Phase 0 has the most outputs; the taps of a phase differ in number by one at most. */
static dnn_conv_axis widest(const plan *p, int direction) {
    dnn_conv_axis axis = axis_of(p, direction, 0);
    axis.taps = 1;
    for (size_t k = 0; k < p->phases[direction]; k++) {
        size_t taps = axis_of(p, direction, k).taps;
        axis.taps = taps > axis.taps ? taps : axis.taps;
    }
    return axis;
}

static void plan_channels(plan *p, const dnn_conv_gather *g, dnn_dtype dtype) {
    const dnn_conv *c = g->conv;
    size_t groups = dnn_conv_is_depthwise(c) ? 1 : c->groups;
    size_t in = c->channels / groups, out = c->out_channels / groups;
    *p = (plan){
        .gather = g,
        .kernels = dnn_conv_kernels_for(dtype, g->backward ? in : out),
        .depthwise = groups != c->groups,
        .groups = groups,
        .source_channels = g->backward ? out : in,
        .target_channels = g->backward ? in : out,
        .element = dnn_dtype_info(dtype)->size,
        .phases = {g->backward ? c->stride[0] : 1, g->backward ? c->stride[1] : 1}
    };
    size_t width = axis_of(p, 1, 0).outputs;
    if (!p->depthwise && p->target_channels <= DNN_CONV_FEW && width >= FEW_OUTPUTS)
        p->planes = dnn_conv_planes_for(dtype, width);
    p->lanes = p->planes != NULL ? 1 : p->kernels->lanes;
    p->block = p->planes != NULL ? DNN_CONV_FEW : DNN_CONV_VECTORS * p->lanes;
    p->blocks = dnn_pieces(p->target_channels, p->block);
}

static void plan_tiles(plan *p) {
    dnn_conv_axis y = widest(p, 0), x = widest(p, 1);
    double flops = 2.0 * (double)(y.taps * x.taps * p->source_channels *
                                  (p->depthwise ? 1 : p->target_channels));
    double most = TILE_FLOPS / flops;
    p->tile = dnn_conv_tile_choose(&y, &x, p->source_channels, p->element,
                                   most < 1       ? 1
                                   : most > 65536 ? 65536
                                                  : (size_t)most);
    p->tiles[0] = dnn_pieces(y.outputs, p->tile.height);
    p->tiles[1] = dnn_pieces(x.outputs, p->tile.width);
    p->count = p->tiles[0] * p->tiles[1] * p->groups * p->phases[0] * p->phases[1] *
               p->gather->source->cols;
    flops *= (double)(p->tile.height * p->tile.width);
    p->batch = flops >= TASK_FLOPS ? 1 : (size_t)(TASK_FLOPS / flops) + 1;
}

/* --- weights --- */

/* Taps of the phases before this one, along one direction. */
static size_t taps_before(const plan *p, int direction, size_t phase) {
    size_t taps = 0;
    for (size_t k = 0; k < phase; k++)
        taps += axis_of(p, direction, k).taps;
    return taps;
}

/* Channels of a group's blocks, the missing ones of the last vector included. */
static size_t padded_channels(const plan *p) {
    return dnn_pieces(p->target_channels, p->lanes) * p->lanes;
}

/* Element of `packed` where the weights of a phase, group and block begin. */
static size_t packed_at(const plan *p, size_t phase_y, size_t phase_x, size_t group, size_t block) {
    const dnn_conv *c = p->gather->conv;
    size_t rows = axis_of(p, 0, phase_y).taps;
    size_t before = taps_before(p, 0, phase_y) * c->kernel[1] +
                    rows * taps_before(p, 1, phase_x); /* taps of earlier phases */
    size_t taps = rows * axis_of(p, 1, phase_x).taps, channels = padded_channels(p);
    return (before * c->groups + taps * group) * p->source_channels * channels +
           taps * p->source_channels * block * p->block;
}

static size_t vectors_of(const plan *p, size_t block) {
    size_t channels = dnn_least(p->block, p->target_channels - block * p->block);
    return dnn_pieces(channels, p->lanes);
}

/* Task: a block of a group of a phase. */
static void pack_block(void *context, size_t task) {
    const plan *p = context;
    const dnn_conv_gather *g = p->gather;
    const dnn_conv *c = g->conv;
    size_t block = task % p->blocks, group = task / p->blocks % c->groups;
    size_t phase = task / (p->blocks * c->groups);
    size_t phase_y = phase / p->phases[1], phase_x = phase % p->phases[1];
    dnn_conv_axis y = axis_of(p, 0, phase_y), x = axis_of(p, 1, phase_x);
    size_t first = block * p->block, width = vectors_of(p, block) * p->lanes;
    size_t count = dnn_least(width, p->target_channels - first), ld = g->W->ld;
    size_t source_step = g->backward ? 1 : ld, target_step = g->backward ? ld : 1;
    char *to = (char *)g->packed + packed_at(p, phase_y, phase_x, group, block) * p->element;
    for (size_t r = 0; r < y.taps; r++)
        for (size_t q = 0; q < x.taps; q++) {
            size_t kh = y.kernel_first + r * (size_t)y.kernel_step;
            size_t kw = x.kernel_first + q * (size_t)x.kernel_step;
            size_t at = (kh * c->kernel[1] + kw) * (c->channels / c->groups) * ld +
                        group * (c->out_channels / c->groups) + first * target_step;
            const char *w = (const char *)g->W->data + at * p->element;
            to = dnn_conv_pack(g->W->dtype, to, w, source_step, target_step, p->source_channels,
                               count, width);
        }
}

static size_t packed_bytes(const plan *p) {
    const dnn_conv *c = p->gather->conv;
    if (p->depthwise)
        return 0;
    return dnn_align_up(c->kernel[0] * c->kernel[1] * c->groups * p->source_channels *
                        padded_channels(p) * p->element);
}

static bool winograd(const plan *p, dnn_dtype dtype, size_t examples, dnn_winograd *w) {
    const dnn_conv_gather *g = p->gather;
    *w = (dnn_winograd){.gather = g,
                        .y = axis_of(p, 0, 0),
                        .x = axis_of(p, 1, 0),
                        .source_channels = p->source_channels,
                        .target_channels = p->target_channels,
                        .kernels = p->kernels,
                        .plan = p};
    return dnn_winograd_suits(g->conv, dtype, examples);
}

size_t dnn_conv_gather_scratch(const dnn_conv *c, dnn_dtype dtype, bool backward, size_t examples) {
    dnn_conv_gather g = {.conv = c, .backward = backward};
    dnn_winograd w;
    plan p;
    plan_channels(&p, &g, dtype);
    size_t scatter =
        dnn_conv_scatter_suits(c, dtype, backward) ? dnn_conv_scatter_scratch(c, dtype) : 0;
    size_t gather = packed_bytes(&p) +
                    (winograd(&p, dtype, examples, &w) ? dnn_winograd_scratch(&w, examples) : 0);
    return gather > scatter ? gather : scatter;
}

/* --- tiles --- */

/* One of the tiles of a plan, and the chunk of it that is being computed. */
typedef struct tile {
    dnn_conv_patch patch;
    dnn_conv_axis y, x;
    size_t group, first_channel; /* of the source, within the group */
    const char *weights;         /* of the phase and group */
    char *target;                /* the group's first channel of the first output */
    size_t first_block, blocks;  /* of target channels */
    bool begin;                  /* the first chunk */
} tile;

/* Depthwise: a chunk of channels, with the weights where they are. */
static void run_depth(const plan *p, const tile *t, dnn_conv_row row, size_t in_row) {
    const dnn_conv_gather *g = p->gather;
    size_t pixel = p->target_channels, channel = t->first_channel;
    size_t target_width = g->backward ? g->conv->width : g->conv->out_width;
    ptrdiff_t down = (ptrdiff_t)(g->conv->kernel[1] * g->W->ld), along = (ptrdiff_t)g->W->ld;
    ptrdiff_t kh = (ptrdiff_t)t->y.kernel_first + (ptrdiff_t)t->patch.tap_y * t->y.kernel_step;
    ptrdiff_t kw = (ptrdiff_t)t->x.kernel_first + (ptrdiff_t)t->patch.tap_x * t->x.kernel_step;
    const char *in = row.in;
    row.weights = (const char *)g->W->data +
                  (kh * down + kw * along + (ptrdiff_t)channel) * (ptrdiff_t)p->element;
    row.weight_row = t->y.kernel_step * down;
    row.weight_col = t->x.kernel_step * along;
    row.channels = t->patch.channels;
    row.out_step = t->x.out_step * pixel;
    row.add = g->add || t->patch.tap_y > 0 || t->patch.tap_x > 0;
    row.bias =
        g->bias == NULL || row.add ? NULL : (const char *)g->bias->data + channel * p->element;
    for (size_t i = 0; i < t->patch.height; i++) {
        row.in = in + i * in_row * p->element;
        row.out = t->target + (i * t->y.out_step * target_width * pixel + channel) * p->element;
        p->kernels->depth_row(&row, t->patch.width);
    }
}

/* The blocks of channels of a chunk whose patch has been copied. */
static void run_blocks(const plan *p, const tile *t, dnn_conv_row row, size_t in_row) {
    const dnn_conv_gather *g = p->gather;
    const dnn_conv *c = g->conv;
    size_t pixel = g->backward ? c->channels : c->out_channels;
    size_t target_width = g->backward ? c->width : c->out_width;
    const char *in = row.in;
    row.out_step = t->x.out_step * pixel;
    row.add = g->add || !t->begin;
    for (size_t block = t->first_block; block < t->first_block + t->blocks; block++) {
        size_t vectors = vectors_of(p, block), width = vectors * p->lanes;
        size_t first = block * p->block;
        size_t taps = (t->patch.tap_y * t->x.taps + t->patch.tap_x) * p->source_channels;
        size_t all = t->y.taps * t->x.taps * p->source_channels;
        row.weights = t->weights + (all * first + (taps + t->first_channel) * width) * p->element;
        row.weight_row = t->x.taps * p->source_channels * width;
        row.weight_col = p->source_channels * width;
        row.channels = dnn_least(width, p->target_channels - first);
        row.bias = NULL;
        if (g->bias != NULL && t->begin)
            row.bias =
                (const char *)g->bias->data + (t->group * p->target_channels + first) * p->element;
        for (size_t i = 0; i < t->patch.height; i++) {
            row.in = in + i * in_row * p->element;
            row.out = t->target + (i * t->y.out_step * target_width * pixel + first) * p->element;
            p->kernels->row(&row, t->patch.width, vectors);
        }
    }
}

/* Few channels: a chunk whose patch has been copied plane by plane. */
static void run_planes(const plan *p, const tile *t, dnn_conv_planes planes) {
    const dnn_conv_gather *g = p->gather;
    const dnn_conv *c = g->conv;
    size_t pixel = g->backward ? c->channels : c->out_channels, channels = p->target_channels;
    size_t target_width = g->backward ? c->width : c->out_width;
    size_t taps = (t->patch.tap_y * t->x.taps + t->patch.tap_x) * p->source_channels;
    planes.weights = t->weights + (taps + t->first_channel) * channels * p->element;
    planes.weight_row = t->x.taps * p->source_channels * channels;
    planes.weight_col = p->source_channels * channels;
    planes.out = t->target;
    planes.out_row = t->y.out_step * target_width * pixel;
    planes.out_step = t->x.out_step * pixel;
    planes.add = g->add || !t->begin;
    if (!g->backward) { /* padding counts, also against an infinite weight */
        planes.top = 0;
        planes.bottom = SIZE_MAX;
    }
    if (g->bias != NULL && t->begin)
        planes.bias = (const char *)g->bias->data + t->group * channels * p->element;
    p->planes(&planes, channels);
}

/* A chunk of a tile; a phase that no tap meets has an empty one. */
static void run_chunk(const plan *p, const tile *t, void *memory) {
    const dnn_conv_patch *patch = &t->patch;
    bool meets = t->y.taps > 0 && t->x.taps > 0;
    dnn_conv_row row = {.in = memory};
    size_t in_row = 0;
    if (p->planes != NULL) {
        dnn_conv_planes planes = {.in = memory, .height = patch->height, .width = patch->width};
        if (meets)
            dnn_conv_patch_planes(patch, memory, &planes);
        run_planes(p, t, planes);
        return;
    }
    if (meets)
        dnn_conv_patch_copy(patch, patch->channels == p->source_channels && !p->depthwise, memory,
                            &row, &in_row);
    if (p->depthwise)
        run_depth(p, t, row, in_row);
    else
        run_blocks(p, t, row, in_row);
}

/* All chunks of a tile, one after the other. */
static void run_chunks(const plan *p, tile *t, const char *image) {
    _Alignas(64) char memory[DNN_CONV_PATCH + DNN_CONV_BEYOND];
    dnn_conv_patch *patch = &t->patch;
    t->begin = true;
    patch->tap_y = 0;
    do {
        patch->tap_rows = dnn_least(p->tile.tap_rows, t->y.taps - patch->tap_y);
        patch->tap_x = 0;
        do {
            patch->tap_cols = dnn_least(p->tile.tap_cols, t->x.taps - patch->tap_x);
            for (size_t i = 0; i < p->source_channels; i += p->tile.channels) {
                patch->channels = dnn_least(p->tile.channels, p->source_channels - i);
                patch->image = image + i * p->element;
                t->first_channel = i;
                run_chunk(p, t, memory);
                t->begin = false;
            }
            patch->tap_x += p->tile.tap_cols;
        } while (patch->tap_x < t->x.taps);
        patch->tap_y += p->tile.tap_rows;
    } while (patch->tap_y < t->y.taps);
}

/* Outputs [y0, y0 + height) x [x0, x0 + width) of a phase; t holds the axes, group and blocks. */
static void run_region(const plan *p, tile *t, size_t phase_y, size_t phase_x, size_t example,
                       size_t y0, size_t x0, size_t height, size_t width) {
    const dnn_conv_gather *g = p->gather;
    const dnn_conv *c = g->conv;
    size_t source_pixel = g->backward ? c->out_channels : c->channels;
    size_t target_pixel = g->backward ? c->channels : c->out_channels;
    size_t target_width = g->backward ? c->width : c->out_width;
    t->patch = (dnn_conv_patch){.y = &t->y,
                                .x = &t->x,
                                .y0 = y0,
                                .x0 = x0,
                                .height = height,
                                .width = width,
                                .pixel = source_pixel * p->element,
                                .element = p->element};
    t->weights = (const char *)g->packed + packed_at(p, phase_y, phase_x, t->group, 0) * p->element;
    size_t row = t->y.out_first + y0 * t->y.out_step, col = t->x.out_first + x0 * t->x.out_step;
    size_t first = (row * target_width + col) * target_pixel + t->group * p->target_channels;
    t->target = dnn_matrix_at(g->target, first, example);
    run_chunks(p, t, dnn_matrix_at(g->source, t->group * p->source_channels, example));
}

static void run_tile(const plan *p, size_t index) {
    size_t tile_x = index % p->tiles[1], tile_y = (index /= p->tiles[1]) % p->tiles[0];
    size_t group = (index /= p->tiles[0]) % p->groups;
    size_t phase = (index /= p->groups) % (p->phases[0] * p->phases[1]);
    size_t example = index / (p->phases[0] * p->phases[1]);
    size_t phase_y = phase / p->phases[1], phase_x = phase % p->phases[1];
    tile t = {.y = axis_of(p, 0, phase_y),
              .x = axis_of(p, 1, phase_x),
              .group = group,
              .blocks = p->blocks};
    size_t y0 = tile_y * p->tile.height, x0 = tile_x * p->tile.width;
    if (y0 < t.y.outputs && x0 < t.x.outputs)
        run_region(p, &t, phase_y, phase_x, example, y0, x0,
                   dnn_least(p->tile.height, t.y.outputs - y0),
                   dnn_least(p->tile.width, t.x.outputs - x0));
}

/* For Winograd's algorithm: the plain way where it meets what is not finite. */
static void run_plainly(const void *context, size_t example, size_t y0, size_t x0, size_t height,
                        size_t width, size_t block) {
    const plan *p = context;
    tile t = {.y = axis_of(p, 0, 0), .x = axis_of(p, 1, 0), .first_block = block, .blocks = 1};
    run_region(p, &t, 0, 0, example, y0, x0, height, width);
}

static void run_tiles(void *context, size_t task) {
    const plan *p = context;
    size_t first = task * p->batch, last = dnn_least(first + p->batch, p->count);
    for (size_t index = first; index < last; index++)
        run_tile(p, index);
}

dnn_status dnn_conv_gather_run(const dnn_conv_gather *g, dnn_error *err) {
    plan p;
    dnn_winograd w;
    plan_channels(&p, g, g->source->dtype);
    bool fast = winograd(&p, g->source->dtype, g->source->cols, &w);
    if (!fast && dnn_conv_scatter_suits(g->conv, g->source->dtype, g->backward))
        return dnn_conv_scatter_run(g, err);
    plan_tiles(&p);
    if (!p.depthwise)
        dnn_parallel(p.phases[0] * p.phases[1] * p.groups * p.blocks, pack_block, &p);
    if (!fast)
        return dnn_parallel_until(dnn_pieces(p.count, p.batch), run_tiles, &p, err);
    w.memory = (char *)g->packed + packed_bytes(&p);
    w.plainly = run_plainly;
    return dnn_winograd_run(&w, err);
}
