/* conv_scatter.c: an image is a task. Its target is summed in memory on the stack, which has the
 * padding, too: what falls there is left out when it is copied to its place.
 *
 * The pixels of a column of the source are one call of a kernel of conv_kernels.h, which adds to
 * runs that lie a row apart: so no addition waits for the one before it. Each element is the sum, over
 * the columns and then the rows of the kernel that meet it, of sums over the source's channels. */
#include "math/conv_scatter.h"

#include <string.h>

#include "core/memory.h"
#include "core/threads.h"
#include "math/conv_kernels.h"
#include "math/conv_pack.h"
#include "math/conv_patch.h"
#include "math/pieces.h"

#define MEMORY     49152 /* bytes of an image with its padding, at most */
#define VECTOR     64    /* bytes of the longest */
#define BEYOND     (DNN_CONV_VECTORS * VECTOR) /* bytes that vectors reach beyond it */
#define ADDING     3     /* an addition to the target takes as long as so many products */
#define TASK_FLOPS 4e5

typedef struct plan {
    const dnn_conv_gather *gather;
    const dnn_conv_kernels *kernels;
    dnn_dtype dtype;
    size_t element, run, width; /* bytes; elements of a run, and of its vectors */
    size_t rows, pitch;         /* of the padded image; elements of a row */
    size_t batch;               /* images of a task */
} plan;

static plan make_plan(const dnn_conv_gather *g, const dnn_conv *c, dnn_dtype dtype) {
    plan p = {.gather = g,
              .dtype = dtype,
              .element = dnn_dtype_info(dtype)->size,
              .run = c->kernel[1] * c->channels,
              .rows = c->height + 2 * c->padding[0],
              .pitch = (c->width + 2 * c->padding[1]) * c->channels};
    p.kernels = dnn_conv_kernels_for(dtype, p.run);
    p.width = dnn_pieces(p.run, p.kernels->lanes) * p.kernels->lanes;
    double flops = 2.0 * (double)(c->out_height * c->out_width * c->kernel[0] * p.width) *
                   (double)c->out_channels;
    p.batch = flops >= TASK_FLOPS ? 1 : (size_t)(TASK_FLOPS / flops) + 1;
    return p;
}

static double up_to_vectors(size_t n, size_t lanes) {
    return (double)(dnn_pieces(n, lanes) * lanes);
}

/* The same answer for every instruction set, so that these give the same bits. */
bool dnn_conv_scatter_suits(const dnn_conv *c, dnn_dtype dtype, bool backward) {
    if (!backward || c->groups > 1 || (c->kernel[1] > 1 && c->dilation[1] > 1) ||
        c->padding[0] > MEMORY || c->padding[1] > MEMORY || c->height > MEMORY ||
        c->width > MEMORY || c->channels > MEMORY)
        return false;
    size_t element = dnn_dtype_info(dtype)->size, lanes = VECTOR / element;
    double padded = (double)(c->height + 2 * c->padding[0]) *
                    (double)(c->width + 2 * c->padding[1]) * (double)c->channels;
    if (padded * (double)element > MEMORY)
        return false;
    double taps = (double)(c->kernel[0] * c->kernel[1]) / (double)(c->stride[0] * c->stride[1]);
    bool planes = c->channels <= DNN_CONV_FEW; /* whose vectors go along a row */
    double row = planes ? up_to_vectors(c->width, lanes) * (double)c->channels
                        : up_to_vectors(c->channels, lanes) * (double)c->width;
    double gather = (double)c->height * row * taps * (double)c->out_channels;
    double scatter = (double)(c->out_height * c->out_width * c->kernel[0]) *
                     up_to_vectors(c->kernel[1] * c->channels, lanes) *
                     (double)(c->out_channels + ADDING);
    return scatter < 0.8 * gather;
}

size_t dnn_conv_scatter_scratch(const dnn_conv *c, dnn_dtype dtype) {
    plan p = make_plan(NULL, c, dtype);
    return dnn_align_up(c->kernel[0] * c->out_channels * p.width * p.element);
}

/* --- weights: for each row of the kernel and block of its run, those of all channels --- */

static size_t block_of(const plan *p) {
    return DNN_CONV_VECTORS * p->kernels->lanes;
}

static void pack(const plan *p) {
    const dnn_conv_gather *g = p->gather;
    const dnn_conv *c = g->conv;
    void *to = g->packed;
    for (size_t r = 0; r < c->kernel[0]; r++)
        for (size_t first = 0; first < p->run; first += block_of(p))
            to = dnn_conv_pack(p->dtype, to, dnn_matrix_at(g->W, 0, r * p->run + first), 1, g->W->ld,
                               c->out_channels, dnn_least(block_of(p), p->run - first),
                               dnn_least(block_of(p), p->width - first));
}

/* --- images --- */

/* The image before anything is added: the bias of each pixel, or zeros. */
static void begin(const plan *p, char *image) {
    const dnn_matrix *bias = p->gather->bias;
    size_t bytes = p->rows * p->pitch * p->element, pixel = p->gather->conv->channels * p->element;
    memset(image, 0, bytes + BEYOND);
    for (size_t at = 0; bias != NULL && at < bytes; at += pixel)
        memcpy(image + at, bias->data, pixel);
}

/* What row r of the kernel gives for the pixels of column x of the source. */
static void add_column(const plan *p, const char *source, size_t x, size_t r, char *image) {
    const dnn_conv_gather *g = p->gather;
    const dnn_conv *c = g->conv;
    size_t out = r * c->dilation[0] * p->pitch + x * c->stride[1] * c->channels;
    const char *weights = (const char *)g->packed + r * c->out_channels * p->width * p->element;
    for (size_t first = 0; first < p->run; first += block_of(p)) {
        size_t width = dnn_least(block_of(p), p->width - first);
        dnn_conv_row row = {.in = source + x * c->out_channels * p->element,
                            .in_step = c->out_width * c->out_channels,
                            .rows = 1,
                            .cols = 1,
                            .length = c->out_channels,
                            .weights = weights + first * c->out_channels * p->element,
                            .out = image + (out + first) * p->element,
                            .out_step = c->stride[0] * p->pitch,
                            .channels = dnn_least(width, p->run - first),
                            .beyond = true,
                            .add = true};
        p->kernels->row(&row, c->out_height, width / p->kernels->lanes);
    }
}

#define ADD_ROW(T, name)                                                                           \
    static void name(T *restrict to, const T *restrict from, size_t n) {                           \
        for (size_t i = 0; i < n; i++)                                                             \
            to[i] += from[i];                                                                      \
    }
ADD_ROW(float, add_row_f32)
ADD_ROW(double, add_row_f64)

/* The image without its padding. */
static void end(const plan *p, const char *image, size_t example) {
    const dnn_conv_gather *g = p->gather;
    const dnn_conv *c = g->conv;
    size_t count = c->width * c->channels;
    const char *from = image + (c->padding[0] * p->pitch + c->padding[1] * c->channels) * p->element;
    for (size_t y = 0; y < c->height; y++, from += p->pitch * p->element) {
        void *to = dnn_matrix_at(g->target, y * count, example);
        if (!g->add)
            memcpy(to, from, count * p->element);
        else if (p->dtype == DNN_FLOAT32)
            add_row_f32(to, (const float *)from, count);
        else
            add_row_f64(to, (const double *)from, count);
    }
}

static void run_images(void *context, size_t task) {
    const plan *p = context;
    const dnn_conv_gather *g = p->gather;
    const dnn_conv *c = g->conv;
    _Alignas(VECTOR) char image[MEMORY + BEYOND];
    size_t first = task * p->batch, last = dnn_least(first + p->batch, g->source->cols);
    for (size_t example = first; example < last; example++) {
        const char *source = dnn_matrix_at(g->source, 0, example);
        begin(p, image);
        for (size_t x = 0; x < c->out_width; x++)
            for (size_t r = 0; r < c->kernel[0]; r++)
                add_column(p, source, x, r, image);
        end(p, image, example);
    }
}

dnn_status dnn_conv_scatter_run(const dnn_conv_gather *g, dnn_error *err) {
    plan p = make_plan(g, g->conv, g->source->dtype);
    pack(&p);
    return dnn_parallel_until(dnn_pieces(g->source->cols, p.batch), run_images, &p, err);
}
