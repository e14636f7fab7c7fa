/* conv_winograd_weight.c: the gradient of the weights by Winograd's algorithm, run backwards.
 *
 * As W's transform is multiplied with the source's, position by position, so the gradient of it is
 * the source's transform times that of the target's gradient, summed over all tiles, and only the
 * sum is transformed back. Tiles come in runs: first all of a run are transformed, then each
 * position and block of channels is a product of its own. */
#include <stdatomic.h>
#include <string.h>

#include "core/memory.h"
#include "core/threads.h"
#include "math/conv_winograd.h"
#include "math/pieces.h"

#define RUN_BYTES  2097152 /* what a run's transforms take, about */
#define RUN_LEAST  32      /* tiles: the sums of a product are loaded and stored once a run */
#define RUN_MOST   256
#define TASK_TILES 8 /* transformed by one task */
#define POSITIONS  DNN_WINOGRAD_POSITIONS
#define SIDE       DNN_WINOGRAD_SIDE

typedef struct plan {
    const dnn_conv *conv;
    const dnn_winograd_kernels *transforms;
    const dnn_conv_kernels *products;
    const dnn_matrix *X, *dA;
    dnn_matrix *dW;
    bool add;
    dnn_conv_axis y, x;
    size_t tiles[2], count, run; /* per image; of all; most of a run */
    size_t longest;              /* run of any smaller number of examples */
    size_t block, blocks, width; /* channels of a block; all of them, whole vectors */
    float *sums;                 /* [block][position][in][out of the block] */
    float *source;               /* [position][tile of the run][in]; the taps, in the end */
    float *target;               /* [block][position][tile of the run][out of the block] */
    size_t first, run_tiles;     /* the run being computed: its first tile, and how many */
    atomic_bool infinite;
} plan;

static void make_plan(plan *p, const dnn_conv *c, size_t examples) {
    *p = (plan){
        .conv = c,
        .transforms = dnn_winograd_kernels_here(),
        .products = dnn_conv_kernels_for(DNN_FLOAT32, c->out_channels),
        .y = dnn_conv_axis_forward(c, 0),
        .x = dnn_conv_axis_forward(c, 1),
        .tiles = {dnn_pieces(c->out_height, SIDE), dnn_pieces(c->out_width, SIDE)}
    };
    p->block = DNN_CONV_VECTORS * p->products->lanes;
    p->blocks = dnn_pieces(c->out_channels, p->block);
    p->width = dnn_pieces(c->out_channels, p->products->lanes) * p->products->lanes;
    p->count = p->tiles[0] * p->tiles[1] * examples;
    size_t tile = POSITIONS * (c->channels + p->width) * sizeof(float);
    size_t run = dnn_least(RUN_MOST, RUN_BYTES / tile);
    run = run < RUN_LEAST ? RUN_LEAST : run;
    p->longest = dnn_least(p->count, run);
    p->run = dnn_pieces(p->count, dnn_pieces(p->count, run));
}

/* Bytes of sums, and of the source's transforms: they also take the taps that come out. */
static size_t sums_bytes(const plan *p) {
    return dnn_align_up(POSITIONS * p->conv->channels * p->width * sizeof(float));
}

static size_t source_bytes(const plan *p) {
    size_t transforms = POSITIONS * p->run * p->conv->channels;
    size_t taps = 9 * p->conv->channels * p->width;
    return dnn_align_up((transforms > taps ? transforms : taps) * sizeof(float));
}

size_t dnn_winograd_weight_scratch(const dnn_conv *c, size_t examples) {
    plan p;
    make_plan(&p, c, examples);
    p.run = p.longest;
    return sums_bytes(&p) + source_bytes(&p) + POSITIONS * p.run * p.width * sizeof(float);
}

/* Channels of a block, whole vectors. */
static size_t width_of(const plan *p, size_t block) {
    return dnn_least(p->block, p->width - block * p->block);
}

static void transform_target(const plan *p, size_t example, size_t y, size_t x, size_t i) {
    size_t channels = p->conv->out_channels, pixel = y * p->x.outputs + x;
    for (size_t block = 0; block < p->blocks; block++) {
        size_t first = block * p->block, width = width_of(p, block);
        dnn_winograd_tile tile = {.image = dnn_matrix_at(p->dA, pixel * channels + first, example),
                                  .pixel = channels,
                                  .row = p->x.outputs * channels,
                                  .bottom = dnn_least(SIDE, p->y.outputs - y),
                                  .right = dnn_least(SIDE, p->x.outputs - x),
                                  .channels = dnn_least(width, channels - first),
                                  .positions = p->target + POSITIONS * p->run * first + i * width,
                                  .position = p->run * width};
        p->transforms->target_back(&tile);
    }
}

/* Task: some tiles of the run. */
static void transform(void *context, size_t task) {
    const plan *p = context;
    size_t end = dnn_least((task + 1) * TASK_TILES, p->run_tiles);
    for (size_t i = task * TASK_TILES; i < end; i++) {
        size_t tile = p->first + i, example = tile / (p->tiles[0] * p->tiles[1]);
        size_t y = tile / p->tiles[1] % p->tiles[0] * SIDE, x = tile % p->tiles[1] * SIDE;
        dnn_winograd_tile source =
            dnn_winograd_source(&p->y, &p->x, p->conv->channels, p->X, example, y, x);
        source.positions = p->source + i * p->conv->channels;
        source.position = p->run * p->conv->channels;
        p->transforms->source(&source);
        transform_target(p, example, y, x, i);
    }
}

/* Task: position < block. */
static void multiply(void *context, size_t task) {
    const plan *p = context;
    size_t block = task / POSITIONS, position = task % POSITIONS, width = width_of(p, block);
    size_t in = p->conv->channels, first = block * p->block;
    float *out = p->sums + POSITIONS * in * first + position * in * width;
    if (p->first == 0)
        memset(out, 0, in * width * sizeof *out);
    dnn_conv_sum sum = {.in = p->source + position * p->run * in,
                        .in_step = in,
                        .gradient =
                            p->target + POSITIONS * p->run * first + position * p->run * width,
                        .gradient_step = width,
                        .height = 1,
                        .width = p->run_tiles,
                        .out = out,
                        .out_step = width,
                        .channels = width};
    p->products->sum(&sum, in, width / p->products->lanes);
}

/* Task: a block. */
static void transform_sums(void *context, size_t block) {
    plan *p = context;
    size_t width = width_of(p, block), count = p->conv->channels * width;
    size_t first = p->conv->channels * block * p->block;
    float *taps = p->source + 9 * first, zero = 0;
    p->transforms->weights_back(p->sums + POSITIONS * first, taps, count, count);
    for (size_t i = 0; i < 9 * count; i++)
        zero += 0 * taps[i];
    if (zero != 0)
        atomic_store(&p->infinite, true);
}

/* Task: a tap. */
static void put_taps(void *context, size_t tap) {
    const plan *p = context;
    size_t in = p->conv->channels, channels = p->conv->out_channels;
    for (size_t block = 0; block < p->blocks; block++) {
        size_t first = block * p->block, width = width_of(p, block);
        const float *from = p->source + 9 * in * first + tap * in * width;
        for (size_t i = 0; i < in; i++, from += width) {
            float *to = dnn_matrix_at(p->dW, first, tap * in + i);
            for (size_t o = 0; o < dnn_least(width, channels - first); o++)
                to[o] = from[o] + (p->add ? to[o] : 0);
        }
    }
}

dnn_status dnn_winograd_weight_run(const dnn_conv *c, const dnn_matrix *X, const dnn_matrix *dA,
                                   bool add, dnn_matrix *dW, void *memory, bool *finite,
                                   dnn_error *err) {
    plan p;
    make_plan(&p, c, X->cols);
    p.X = X;
    p.dA = dA;
    p.dW = dW;
    p.add = add;
    p.sums = memory;
    p.source = (float *)((char *)memory + sums_bytes(&p));
    p.target = (float *)((char *)p.source + source_bytes(&p));
    dnn_status status = DNN_OK;
    for (; p.first < p.count && status == DNN_OK; p.first += p.run) {
        p.run_tiles = dnn_least(p.run, p.count - p.first);
        status = dnn_parallel_until(dnn_pieces(p.run_tiles, TASK_TILES), transform, &p, err);
        if (status == DNN_OK)
            status = dnn_parallel_until(POSITIONS * p.blocks, multiply, &p, err);
    }
    if (status != DNN_OK)
        return status;
    dnn_parallel(p.blocks, transform_sums, &p);
    *finite = !p.infinite;
    if (*finite)
        dnn_parallel(9, put_taps, &p);
    return DNN_OK;
}
