/* feature_image.c: channels of an image as grey images, or as colours. */
#include "nn/network/feature_image.h"

#include <math.h>

typedef struct range {
    double low, high; /* low > high: no number is finite */
} range;

bool dnn_feature_image_plan(dnn_image_grid *out, const dnn_shape *shape, bool colours) {
    if (shape->rank != 3 || dnn_shape_count(shape) == 0)
        return false;
    bool whole = colours && shape->size[2] == 3;
    size_t channels =
        shape->size[2] < DNN_FEATURE_IMAGE_CHANNELS ? shape->size[2] : DNN_FEATURE_IMAGE_CHANNELS;
    *out = (dnn_image_grid){.tile_height = shape->size[0],
                            .tile_width = shape->size[1],
                            .channels = whole ? 3 : 1,
                            .tiles = whole ? 1 : channels};
    dnn_image_grid_place(out, 0);
    return true;
}

/* Of the elements first, first + stride, ... below count. */
static range range_of(const dnn_matrix *m, size_t example, size_t first, size_t stride,
                      size_t count) {
    range r = {INFINITY, -INFINITY};
    for (size_t i = first; i < count; i += stride) {
        double value = dnn_matrix_get(m, i, example);
        if (isfinite(value)) {
            r.low = fmin(r.low, value);
            r.high = fmax(r.high, value);
        }
    }
    return r;
}

static uint8_t shade(double value, range r) {
    double share = (value - r.low) / (r.high - r.low);
    return isfinite(share) && r.high > r.low ? (uint8_t)(255 * share + 0.5) : 0;
}

void dnn_feature_image_draw(const dnn_image_grid *grid, const dnn_shape *shape, const dnn_matrix *m,
                            size_t example, uint8_t *pixels) {
    size_t all = shape->size[2], count = dnn_shape_count(shape);
    dnn_image_grid_clear(grid, pixels);
    for (size_t tile = 0; tile < grid->tiles; tile++) {
        bool colours = grid->channels == 3;
        range r = range_of(m, example, colours ? 0 : tile, colours ? 1 : all, count);
        if (colours && r.low >= 0 && r.high <= 1)
            r = (range){0, 1};
        for (size_t y = 0; y < grid->tile_height; y++) {
            uint8_t *out = dnn_image_grid_line(grid, pixels, tile, y);
            for (size_t x = 0; x < grid->tile_width * grid->channels; x++) {
                size_t pixel = y * grid->tile_width + x / grid->channels;
                size_t channel = colours ? x % 3 : tile;
                out[x] = shade(dnn_matrix_get(m, pixel * all + channel, example), r);
            }
        }
    }
}
