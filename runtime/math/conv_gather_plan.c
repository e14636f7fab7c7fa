/* conv_gather_plan.c: see conv_gather_plan.h.
 *
 * W is packed once per call: for each phase, group and block of output channels the weights of all
 * taps and input channels, in the order in which the kernel reads them. */
#include "math/conv_gather_plan.h"

#include "core/memory.h"
#include "core/threads.h"
#include "math/conv_after.h"
#include "math/conv_pack.h"
#include "math/pieces.h"

#define TASK_FLOPS  4e5  /* a task takes so many tiles that it is worth handing over */
#define TILE_FLOPS  16e6 /* and no larger tile, so that threads share one image */
#define FEW_OUTPUTS 8    /* of a row: fewer leave too many lanes of a plane's vectors empty */

dnn_conv_axis dnn_gather_axis(const dnn_gather *p, int direction, size_t phase) {
    const dnn_conv *c = p->gather->conv;
    dnn_conv_axis axis = p->gather->backward ? dnn_conv_axis_backward(c, direction, phase)
                                             : dnn_conv_axis_forward(c, direction);
    axis.adjacent = p->planes != NULL && direction == 1;
    axis.outputs -= p->pools ? axis.outputs % 2 : 0; /* an odd last one is in no window */
    return axis;
}

/* Phase 0 has the most outputs; the taps of a phase differ in number by one at most. */
static dnn_conv_axis widest(const dnn_gather *p, int direction) {
    dnn_conv_axis axis = dnn_gather_axis(p, direction, 0);
    axis.taps = 1;
    for (size_t k = 0; k < p->phases[direction]; k++) {
        size_t taps = dnn_gather_axis(p, direction, k).taps;
        axis.taps = taps > axis.taps ? taps : axis.taps;
    }
    return axis;
}

void dnn_gather_channels(dnn_gather *p, const dnn_conv_gather *g, dnn_dtype dtype) {
    const dnn_conv *c = g->conv;
    size_t groups = dnn_conv_is_depthwise(c) ? 1 : c->groups;
    size_t in = c->channels / groups, out = c->out_channels / groups;
    *p = (dnn_gather){
        .gather = g,
        .kernels = dnn_conv_kernels_for(dtype, g->backward ? in : out),
        .depthwise = groups != c->groups,
        .pools = dnn_conv_pools(g),
        .groups = groups,
        .source_channels = g->backward ? out : in,
        .target_channels = g->backward ? in : out,
        .element = dnn_dtype_info(dtype)->size,
        .phases = {g->backward ? c->stride[0] : 1, g->backward ? c->stride[1] : 1}
    };
    size_t width = dnn_gather_axis(p, 1, 0).outputs;
    if (!p->depthwise && p->target_channels <= DNN_CONV_FEW && width >= FEW_OUTPUTS)
        p->planes = dnn_conv_planes_for(dtype, width);
    p->lanes = p->planes != NULL ? 1 : p->kernels->lanes;
    p->block = p->planes != NULL ? DNN_CONV_FEW : DNN_CONV_VECTORS * p->lanes;
    p->blocks = dnn_pieces(p->target_channels, p->block);
}

/* Bytes that an output takes in a piece, or more: the same for every instruction set. */
static size_t piece_output(const dnn_gather *p) {
    return dnn_least(p->target_channels * p->element, DNN_CONV_PIECE_OUTPUT);
}

void dnn_gather_tiles(dnn_gather *p) {
    dnn_conv_axis y = widest(p, 0), x = widest(p, 1);
    double flops = 2.0 * (double)(y.taps * x.taps * p->source_channels *
                                  (p->depthwise ? 1 : p->target_channels));
    double most = TILE_FLOPS / flops;
    size_t outputs = most < 1 ? 1 : most > 65536 ? 65536 : (size_t)most;
    if (p->pools)
        outputs = dnn_least(outputs, DNN_CONV_PIECE / piece_output(p));
    p->tile = dnn_conv_tile_choose(&y, &x, p->source_channels, p->element, outputs, p->pools);
    p->tiles[0] = dnn_pieces(y.outputs, p->tile.height);
    p->tiles[1] = dnn_pieces(x.outputs, p->tile.width);
    p->count = p->tiles[0] * p->tiles[1] * p->groups * p->phases[0] * p->phases[1] *
               p->gather->source->cols;
    flops *= (double)(p->tile.height * p->tile.width);
    p->batch = flops >= TASK_FLOPS ? 1 : (size_t)(TASK_FLOPS / flops) + 1;
}

/* --- weights --- */

/* Taps of the phases before this one, along one direction. */
static size_t taps_before(const dnn_gather *p, int direction, size_t phase) {
    size_t taps = 0;
    for (size_t k = 0; k < phase; k++)
        taps += dnn_gather_axis(p, direction, k).taps;
    return taps;
}

/* Channels of a group's blocks, the missing ones of the last vector included. */
static size_t padded_channels(const dnn_gather *p) {
    return dnn_pieces(p->target_channels, p->lanes) * p->lanes;
}

size_t dnn_gather_packed_at(const dnn_gather *p, size_t phase_y, size_t phase_x, size_t group,
                            size_t block) {
    const dnn_conv *c = p->gather->conv;
    size_t rows = dnn_gather_axis(p, 0, phase_y).taps;
    size_t before = taps_before(p, 0, phase_y) * c->kernel[1] +
                    rows * taps_before(p, 1, phase_x); /* taps of earlier phases */
    size_t taps = rows * dnn_gather_axis(p, 1, phase_x).taps, channels = padded_channels(p);
    return (before * c->groups + taps * group) * p->source_channels * channels +
           taps * p->source_channels * block * p->block;
}

size_t dnn_gather_vectors(const dnn_gather *p, size_t block) {
    size_t channels = dnn_least(p->block, p->target_channels - block * p->block);
    return dnn_pieces(channels, p->lanes);
}

/* Task: a block of a group of a phase. */
static void pack_block(void *context, size_t task) {
    const dnn_gather *p = context;
    const dnn_conv_gather *g = p->gather;
    const dnn_conv *c = g->conv;
    size_t block = task % p->blocks, group = task / p->blocks % c->groups;
    size_t phase = task / (p->blocks * c->groups);
    size_t phase_y = phase / p->phases[1], phase_x = phase % p->phases[1];
    dnn_conv_axis y = dnn_gather_axis(p, 0, phase_y), x = dnn_gather_axis(p, 1, phase_x);
    size_t first = block * p->block, width = dnn_gather_vectors(p, block) * p->lanes;
    size_t count = dnn_least(width, p->target_channels - first), ld = g->W->ld;
    size_t source_step = g->backward ? 1 : ld, target_step = g->backward ? ld : 1;
    char *to =
        (char *)g->packed + dnn_gather_packed_at(p, phase_y, phase_x, group, block) * p->element;
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

size_t dnn_gather_packed_bytes(const dnn_gather *p) {
    const dnn_conv *c = p->gather->conv;
    if (p->depthwise)
        return 0;
    return dnn_align_up(c->kernel[0] * c->kernel[1] * c->groups * p->source_channels *
                        padded_channels(p) * p->element);
}

void dnn_gather_pack(const dnn_gather *p) {
    if (!p->depthwise)
        dnn_parallel(p->phases[0] * p->phases[1] * p->groups * p->blocks, pack_block, (void *)p);
}
