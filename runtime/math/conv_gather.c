/* conv_gather.c: forward and the gradient of the input, tile by tile (conv_gather_plan.h). */
#include "core/memory.h"
#include "core/threads.h"
#include "math/conv_after.h"
#include "math/conv_gather_plan.h"
#include "math/conv_scatter.h"
#include "math/conv_winograd.h"
#include "math/pieces.h"

static bool winograd(const dnn_gather *p, dnn_dtype dtype, size_t examples, dnn_winograd *w) {
    const dnn_conv_gather *g = p->gather;
    *w = (dnn_winograd){.gather = g,
                        .y = dnn_gather_axis(p, 0, 0),
                        .x = dnn_gather_axis(p, 1, 0),
                        .source_channels = p->source_channels,
                        .target_channels = p->target_channels,
                        .kernels = p->kernels,
                        .plan = p};
    return dnn_winograd_suits(g->conv, dtype, examples);
}

size_t dnn_conv_gather_scratch(const dnn_conv *c, dnn_dtype dtype, bool backward, size_t examples) {
    dnn_conv_gather g = {.conv = c, .backward = backward};
    dnn_winograd w;
    dnn_gather p;
    dnn_gather_channels(&p, &g, dtype);
    size_t scatter =
        dnn_conv_scatter_suits(c, dtype, backward) ? dnn_conv_scatter_scratch(c, dtype) : 0;
    size_t gather = dnn_gather_packed_bytes(&p) +
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
    char *target;                /* channel `skipped` of the group, of the first output */
    size_t skipped, pixel, row;  /* elements between outputs, and rows of them */
    size_t first_block, blocks;  /* of target channels */
    bool begin;                  /* the first chunk */
} tile;

/* Depthwise: a chunk of channels, with the weights where they are. */
static void run_depth(const dnn_gather *p, const tile *t, dnn_conv_row row, size_t in_row) {
    const dnn_conv_gather *g = p->gather;
    size_t channel = t->first_channel;
    ptrdiff_t down = (ptrdiff_t)(g->conv->kernel[1] * g->W->ld), along = (ptrdiff_t)g->W->ld;
    ptrdiff_t kh = (ptrdiff_t)t->y.kernel_first + (ptrdiff_t)t->patch.tap_y * t->y.kernel_step;
    ptrdiff_t kw = (ptrdiff_t)t->x.kernel_first + (ptrdiff_t)t->patch.tap_x * t->x.kernel_step;
    const char *in = row.in;
    row.weights = (const char *)g->W->data +
                  (kh * down + kw * along + (ptrdiff_t)channel) * (ptrdiff_t)p->element;
    row.weight_row = t->y.kernel_step * down;
    row.weight_col = t->x.kernel_step * along;
    row.channels = t->patch.channels;
    row.out_step = t->x.out_step * t->pixel;
    row.add = g->add || t->patch.tap_y > 0 || t->patch.tap_x > 0;
    row.bias =
        g->bias == NULL || row.add ? NULL : (const char *)g->bias->data + channel * p->element;
    for (size_t i = 0; i < t->patch.height; i++) {
        row.in = in + i * in_row * p->element;
        row.out = t->target + (i * t->y.out_step * t->row + channel) * p->element;
        p->kernels->depth_row(&row, t->patch.width);
    }
}

/* The blocks of channels of a chunk whose patch has been copied. */
static void run_blocks(const dnn_gather *p, const tile *t, dnn_conv_row row, size_t in_row) {
    const dnn_conv_gather *g = p->gather;
    const char *in = row.in;
    row.out_step = t->x.out_step * t->pixel;
    row.add = g->add || !t->begin;
    for (size_t block = t->first_block; block < t->first_block + t->blocks; block++) {
        size_t vectors = dnn_gather_vectors(p, block), width = vectors * p->lanes;
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
            row.out = t->target + (i * t->y.out_step * t->row + first - t->skipped) * p->element;
            p->kernels->row(&row, t->patch.width, vectors);
        }
    }
}

/* Few channels: a chunk whose patch has been copied plane by plane. */
static void run_planes(const dnn_gather *p, const tile *t, dnn_conv_planes planes) {
    const dnn_conv_gather *g = p->gather;
    size_t channels = p->target_channels;
    size_t taps = (t->patch.tap_y * t->x.taps + t->patch.tap_x) * p->source_channels;
    planes.weights = t->weights + (taps + t->first_channel) * channels * p->element;
    planes.weight_row = t->x.taps * p->source_channels * channels;
    planes.weight_col = p->source_channels * channels;
    planes.out = t->target;
    planes.out_row = t->y.out_step * t->row;
    planes.out_step = t->x.out_step * t->pixel;
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
static void run_chunk(const dnn_gather *p, const tile *t, void *memory) {
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
static void run_chunks(const dnn_gather *p, tile *t, const char *image) {
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

/* What a pooling follows: block by block in memory of its own, image being the group's source. */
static void run_pieces(const dnn_gather *p, tile *t, const char *image, size_t example) {
    _Alignas(64) char outputs[DNN_CONV_PIECE + DNN_CONV_PIECE_BEYOND];
    size_t last = t->first_block + t->blocks;
    dnn_conv_piece piece = {.outputs = outputs,
                            .height = t->patch.height,
                            .width = t->patch.width,
                            .example = example,
                            .y = t->patch.y0,
                            .x = t->patch.x0};
    t->target = outputs;
    for (t->blocks = 1; t->first_block < last; t->first_block++) {
        t->skipped = t->first_block * p->block;
        t->pixel = dnn_least(p->block, p->target_channels - t->skipped);
        t->row = piece.width * t->pixel;
        run_chunks(p, t, image);
        piece.channels = t->pixel;
        piece.channel = t->group * p->target_channels + t->skipped;
        dnn_conv_after_piece(p->gather, &piece);
    }
    t->target = NULL; /* outputs ends here */
}

/* What something else follows. */
static void apply_after(const dnn_gather *p, const tile *t) {
    size_t first = t->first_block * p->block;
    size_t channels = dnn_least(t->blocks * p->block, p->target_channels - first);
    dnn_conv_after_apply(p->gather, t->target + first * p->element, t->patch.height, t->patch.width,
                         channels, t->row * p->element, t->pixel * p->element);
}

/* Outputs [y0, y0 + height) x [x0, x0 + width) of a phase; t holds the axes, group and blocks. */
static void run_region(const dnn_gather *p, tile *t, size_t phase_y, size_t phase_x, size_t example,
                       size_t y0, size_t x0, size_t height, size_t width) {
    const dnn_conv_gather *g = p->gather;
    const dnn_conv *c = g->conv;
    size_t source_pixel = g->backward ? c->out_channels : c->channels;
    const char *image = dnn_matrix_at(g->source, t->group * p->source_channels, example);
    t->patch = (dnn_conv_patch){.y = &t->y,
                                .x = &t->x,
                                .y0 = y0,
                                .x0 = x0,
                                .height = height,
                                .width = width,
                                .pixel = source_pixel * p->element,
                                .element = p->element};
    t->weights = (const char *)g->packed +
                 dnn_gather_packed_at(p, phase_y, phase_x, t->group, 0) * p->element;
    if (p->pools) {
        run_pieces(p, t, image, example);
        return;
    }
    size_t row = t->y.out_first + y0 * t->y.out_step, col = t->x.out_first + x0 * t->x.out_step;
    t->pixel = g->backward ? c->channels : c->out_channels;
    t->row = (g->backward ? c->width : c->out_width) * t->pixel;
    size_t first = row * t->row + col * t->pixel + t->group * p->target_channels;
    t->target = dnn_matrix_at(g->target, first, example);
    run_chunks(p, t, image);
    if (g->after != NULL)
        apply_after(p, t);
}

static void run_tile(const dnn_gather *p, size_t index) {
    size_t tile_x = index % p->tiles[1], tile_y = (index /= p->tiles[1]) % p->tiles[0];
    size_t group = (index /= p->tiles[0]) % p->groups;
    size_t phase = (index /= p->groups) % (p->phases[0] * p->phases[1]);
    size_t example = index / (p->phases[0] * p->phases[1]);
    size_t phase_y = phase / p->phases[1], phase_x = phase % p->phases[1];
    tile t = {.y = dnn_gather_axis(p, 0, phase_y),
              .x = dnn_gather_axis(p, 1, phase_x),
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
    const dnn_gather *p = context;
    tile t = {.y = dnn_gather_axis(p, 0, 0),
              .x = dnn_gather_axis(p, 1, 0),
              .first_block = block,
              .blocks = 1};
    run_region(p, &t, 0, 0, example, y0, x0, height, width);
}

static void run_tiles(void *context, size_t task) {
    const dnn_gather *p = context;
    size_t first = task * p->batch, last = dnn_least(first + p->batch, p->count);
    for (size_t index = first; index < last; index++)
        run_tile(p, index);
}

dnn_status dnn_conv_gather_run(const dnn_conv_gather *g, dnn_error *err) {
    dnn_gather p;
    dnn_winograd w;
    dnn_gather_channels(&p, g, g->source->dtype);
    bool fast = winograd(&p, g->source->dtype, g->source->cols, &w);
    if (!fast && dnn_conv_scatter_suits(g->conv, g->source->dtype, g->backward))
        return dnn_conv_scatter_run(g, err);
    dnn_gather_tiles(&p);
    dnn_gather_pack(&p);
    if (!fast)
        return dnn_parallel_until(dnn_pieces(p.count, p.batch), run_tiles, &p, err);
    w.memory = (char *)g->packed + dnn_gather_packed_bytes(&p);
    w.plainly = run_plainly;
    return dnn_winograd_run(&w, err);
}
