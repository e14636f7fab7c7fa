/* conv_after.c: see conv_after.h. */
#include "math/conv_after.h"

#include <string.h>

#include "math/pool_kernels.h"

static void pool(const dnn_conv_gather *g, const dnn_conv_piece *piece) {
    const dnn_conv *c = g->conv;
    const dnn_matrix *pooled = g->after->pooled;
    size_t width = c->out_width / 2, pixel = c->out_channels;
    size_t first = (piece->y / 2 * width + piece->x / 2) * pixel + piece->channel;
    dnn_pool_piece p = {.in = piece->outputs,
                        .height = piece->height / 2,
                        .width = piece->width / 2,
                        .channels = piece->channels,
                        .out = dnn_matrix_at(pooled, first, piece->example),
                        .out_row = width * pixel,
                        .out_pixel = pixel,
                        .first_pixel = piece->y * c->out_width + piece->x,
                        .image_width = c->out_width};
    if (g->after->index != NULL)
        p.index = g->after->index + piece->example * pooled->rows + first;
    dnn_pool_kernels_for(pooled->dtype, piece->channels)->max_piece(&p);
}

static void put(const dnn_conv_gather *g, const dnn_conv_piece *piece) {
    const dnn_conv *c = g->conv;
    size_t bytes = piece->channels * dnn_dtype_info(g->target->dtype)->size;
    const char *from = piece->outputs;
    for (size_t y = piece->y; y < piece->y + piece->height; y++)
        for (size_t x = piece->x; x < piece->x + piece->width; x++, from += bytes) {
            size_t to = (y * c->out_width + x) * c->out_channels + piece->channel;
            memcpy(dnn_matrix_at(g->target, to, piece->example), from, bytes);
        }
}

void dnn_conv_after_piece(const dnn_conv_gather *g, const dnn_conv_piece *piece) {
    if (g->after->apply != NULL)
        g->after->apply(g->after->context, piece->outputs,
                        piece->height * piece->width * piece->channels);
    if (g->after->pooled != NULL)
        pool(g, piece);
    else
        put(g, piece);
}

void dnn_conv_after_apply(const dnn_conv_gather *g, char *outputs, size_t height, size_t width,
                          size_t channels, size_t row, size_t pixel) {
    const dnn_conv_after *after = g->after;
    bool whole = channels * dnn_dtype_info(g->target->dtype)->size == pixel;
    if (after->apply == NULL)
        return;
    for (size_t y = 0; y < height; y++, outputs += row) {
        if (whole)
            after->apply(after->context, outputs, width * channels);
        for (size_t x = 0; x < width && !whole; x++)
            after->apply(after->context, outputs + x * pixel, channels);
    }
}
