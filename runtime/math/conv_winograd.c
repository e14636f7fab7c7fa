/* conv_winograd.c: runs of tiles through the transforms and the products between them.
 *
 * A task takes a run of tiles, which may span images: it transforms their source, then for each
 * block of target channels multiplies position by position and transforms back. What it holds lies
 * in a slot of the scratch memory, which stays in the second-level cache. */
#include "math/conv_winograd.h"
#include "math/pieces.h"

#include <sched.h>
#include <stdatomic.h>

#include "core/memory.h"
#include "core/threads.h"
#include "math/conv_after.h"

#define RUN          26      /* tiles of a task: two calls of the widest kernel */
#define SLOTS        32      /* most tasks at one time */
#define MIN_CHANNELS 16      /* fewer do not pay for the transforms */
#define MIN_OUTPUTS  32      /* of all examples: fewer do not pay for that of the weights */
#define FAR_WEIGHTS  4194304 /* bytes of transformed weights that leave the caches */
#define FAR_OUTPUTS  256     /* these must pay for writing them to memory and reading them again */
#define POSITIONS    DNN_WINOGRAD_POSITIONS

typedef struct plan {
    const dnn_winograd *winograd;
    const dnn_winograd_kernels *transforms;
    const dnn_conv_kernels *products;
    size_t tiles[2], count; /* per image; of all */
    size_t block, blocks;
    float *weights; /* [block][position][source channel][channel of the block] */
    char *slots;
    size_t slot; /* bytes */
    _Atomic uint32_t taken;
} plan;

bool dnn_winograd_suits(const dnn_conv *c, dnn_dtype dtype, size_t examples) {
    size_t weights = POSITIONS * c->channels * c->out_channels * sizeof(float);
    size_t outputs = c->out_height * c->out_width * examples;
    if (outputs < MIN_OUTPUTS || (weights > FAR_WEIGHTS && outputs < FAR_OUTPUTS))
        return false;
    for (int d = 0; d < 2; d++)
        if (c->kernel[d] != 3 || c->stride[d] != 1 || c->dilation[d] != 1 || c->padding[d] > 2)
            return false;
    return dtype == DNN_FLOAT32 && c->groups == 1 && c->channels >= MIN_CHANNELS &&
           c->out_channels >= MIN_CHANNELS &&
           dnn_least(c->height, c->out_height) >= DNN_WINOGRAD_SIDE &&
           dnn_least(c->width, c->out_width) >= DNN_WINOGRAD_SIDE;
}

static size_t weight_bytes(const plan *p) {
    const dnn_winograd *w = p->winograd;
    size_t channels = dnn_pieces(w->target_channels, p->products->lanes) * p->products->lanes;
    return dnn_align_up(POSITIONS * w->source_channels * channels * sizeof(float));
}

static void make_plan(plan *p, const dnn_winograd *w, size_t examples) {
    *p = (plan){
        .winograd = w,
        .transforms = dnn_winograd_kernels_here(),
        .products = w->kernels,
        .tiles = {dnn_pieces(w->y.outputs, DNN_WINOGRAD_SIDE),
                  dnn_pieces(w->x.outputs, DNN_WINOGRAD_SIDE)},
        .block = DNN_CONV_VECTORS * w->kernels->lanes
    };
    p->count = p->tiles[0] * p->tiles[1] * examples;
    p->blocks = dnn_pieces(w->target_channels, p->block);
    p->slot = dnn_align_up(POSITIONS * RUN * (w->source_channels + p->block) * sizeof(float));
}

size_t dnn_winograd_scratch(const dnn_winograd *w, size_t examples) {
    plan p;
    make_plan(&p, w, examples);
    return weight_bytes(&p) + dnn_least(dnn_pieces(p.count, RUN), SLOTS) * p.slot;
}

/* Channels of a block, whole vectors. */
static size_t width_of(const plan *p, size_t block) {
    size_t left = p->winograd->target_channels - block * p->block;
    return dnn_pieces(dnn_least(left, p->block), p->products->lanes) * p->products->lanes;
}

/* Task: a block. */
static void transform_weights(void *context, size_t block) {
    const plan *p = context;
    size_t sources = p->winograd->source_channels, step = sources * width_of(p, block);
    size_t first = sources * block * p->block;
    const float *taps = p->winograd->gather->packed;
    p->transforms->weights(taps + 9 * first, p->weights + POSITIONS * first, step, step);
}

/* --- a run of tiles --- */

static size_t take_slot(plan *p) {
    uint32_t taken = atomic_load(&p->taken);
    for (;;) {
        if (taken == UINT32_MAX) { /* more threads than slots */
            sched_yield();
            taken = atomic_load(&p->taken);
            continue;
        }
        uint32_t free_bit = ~taken & (taken + 1);
        if (atomic_compare_exchange_weak(&p->taken, &taken, taken | free_bit))
            return (size_t)__builtin_ctz(free_bit);
    }
}

typedef struct place {
    size_t example, y, x; /* of the tile's first output */
} place;

static place place_of(const plan *p, size_t tile) {
    return (place){.example = tile / (p->tiles[0] * p->tiles[1]),
                   .y = tile / p->tiles[1] % p->tiles[0] * DNN_WINOGRAD_SIDE,
                   .x = tile % p->tiles[1] * DNN_WINOGRAD_SIDE};
}

/* Which of the `count` elements from `first` on lie in [0, extent): [*begin, *end). */
static void clip(ptrdiff_t first, size_t count, size_t extent, size_t *begin, size_t *end) {
    ptrdiff_t left = (ptrdiff_t)extent - first;
    *begin = first < 0 ? dnn_least((size_t)-first, count) : 0;
    *end = left <= (ptrdiff_t)*begin ? *begin : dnn_least(count, (size_t)left);
}

dnn_winograd_tile dnn_winograd_source(const dnn_conv_axis *axis_y, const dnn_conv_axis *axis_x,
                                      size_t channels, const dnn_matrix *source, size_t example,
                                      size_t y, size_t x) {
    ptrdiff_t top = (ptrdiff_t)y + axis_y->first, left = (ptrdiff_t)x + axis_x->first;
    ptrdiff_t row = (ptrdiff_t)(axis_x->source * channels);
    dnn_winograd_tile tile = {.image = (float *)dnn_matrix_at(source, 0, example) + top * row +
                                       left * (ptrdiff_t)channels,
                              .pixel = channels,
                              .row = (size_t)row,
                              .channels = channels};
    clip(top, DNN_WINOGRAD_SIDE + 2, axis_y->source, &tile.top, &tile.bottom);
    clip(left, DNN_WINOGRAD_SIDE + 2, axis_x->source, &tile.left, &tile.right);
    return tile;
}

static void transform_source(const plan *p, size_t first, size_t count, float *positions) {
    const dnn_winograd *w = p->winograd;
    for (size_t i = 0; i < count; i++) {
        place at = place_of(p, first + i);
        dnn_winograd_tile tile = dnn_winograd_source(&w->y, &w->x, w->source_channels,
                                                     w->gather->source, at.example, at.y, at.x);
        tile.positions = positions + i * w->source_channels;
        tile.position = RUN * w->source_channels;
        p->transforms->source(&tile);
    }
}

static void multiply(const plan *p, size_t block, size_t count, const float *positions,
                     float *results) {
    size_t sources = p->winograd->source_channels, width = width_of(p, block);
    const float *weights = p->weights + POSITIONS * sources * block * p->block;
    dnn_conv_row row = {.in_step = sources,
                        .rows = 1,
                        .cols = 1,
                        .length = sources,
                        .out_step = width,
                        .channels = width};
    for (size_t k = 0; k < POSITIONS; k++) {
        row.in = positions + k * RUN * sources;
        row.weights = weights + k * sources * width;
        row.out = results + k * RUN * width;
        p->products->row(&row, count, width / p->products->lanes);
    }
}

/* Where something follows, by way of memory of its own. */
static bool put_tile(const plan *p, dnn_winograd_tile *tile, const place *at, size_t channel) {
    const dnn_conv_gather *g = p->winograd->gather;
    const float *bias = g->bias == NULL ? NULL : (float *)g->bias->data + channel;
    if (g->after == NULL)
        return p->transforms->target(tile, bias, g->add);
    _Alignas(64) char outputs[DNN_WINOGRAD_SIDE * DNN_WINOGRAD_SIDE * DNN_CONV_PIECE_OUTPUT +
                              DNN_CONV_PIECE_BEYOND];
    dnn_conv_piece piece = {.outputs = outputs,
                            .height = tile->bottom,
                            .width = tile->right,
                            .channels = tile->channels,
                            .example = at->example,
                            .y = at->y,
                            .x = at->x,
                            .channel = channel};
    tile->image = (float *)outputs;
    tile->pixel = tile->channels;
    tile->row = tile->right * tile->channels;
    if (!p->transforms->target(tile, bias, false))
        return false;
    dnn_conv_after_piece(g, &piece);
    return true;
}

static void transform_target(const plan *p, size_t block, size_t first, size_t count,
                             float *results) {
    const dnn_winograd *w = p->winograd;
    size_t channel = block * p->block, width = width_of(p, block), channels = w->target_channels;
    for (size_t i = 0; i < count; i++) {
        place at = place_of(p, first + i);
        size_t pixel = at.y * w->x.outputs + at.x;
        dnn_winograd_tile tile = {
            .image = dnn_matrix_at(w->gather->target, pixel * channels + channel, at.example),
            .pixel = channels,
            .row = w->x.outputs * channels,
            .bottom = dnn_least(DNN_WINOGRAD_SIDE, w->y.outputs - at.y),
            .right = dnn_least(DNN_WINOGRAD_SIDE, w->x.outputs - at.x),
            .channels = dnn_least(width, channels - channel),
            .positions = results + i * width,
            .position = RUN * width};
        if (!put_tile(p, &tile, &at, channel))
            w->plainly(w->plan, at.example, at.y, at.x, tile.bottom, tile.right, block);
    }
}

static void run_task(void *context, size_t task) {
    plan *p = context;
    size_t first = task * RUN, count = dnn_least(RUN, p->count - first), slot = take_slot(p);
    float *positions = (float *)(p->slots + slot * p->slot);
    float *results = positions + POSITIONS * RUN * p->winograd->source_channels;
    transform_source(p, first, count, positions);
    for (size_t block = 0; block < p->blocks; block++) {
        multiply(p, block, count, positions, results);
        transform_target(p, block, first, count, results);
    }
    atomic_fetch_and(&p->taken, ~((uint32_t)1 << slot));
}

dnn_status dnn_winograd_run(const dnn_winograd *w, dnn_error *err) {
    plan p;
    make_plan(&p, w, w->gather->source->cols);
    size_t tasks = dnn_pieces(p.count, RUN), slots = dnn_least(tasks, SLOTS);
    p.weights = w->memory;
    p.slots = (char *)w->memory + weight_bytes(&p);
    p.taken = slots == 32 ? 0 : ~(uint32_t)0 << slots;
    dnn_parallel(p.blocks, transform_weights, &p);
    return dnn_parallel_until(tasks, run_task, &p, err);
}
