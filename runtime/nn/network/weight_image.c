/* weight_image.c: the grid of images, unit by unit. */
#include "nn/network/weight_image.h"

#include <math.h>
#include <string.h>

#define SMALLEST_SIDE  3
#define SMALLEST_GUESS 4 /* of a vector that may be a square image */
#define GREY           128

/* The side of a square of `pixels`, or 0. */
static size_t side_of(size_t pixels) {
    size_t side = (size_t)lround(sqrt((double)pixels));
    return side * side == pixels && side >= SMALLEST_GUESS ? side : 0;
}

bool dnn_weight_is_kernel(const dnn_value *weight) {
    return weight->layout.rank == 4; /* (out, in, height, width) */
}

/* The image that a unit looks at; rank 0 where it is none. */
static dnn_shape unit_shape(const dnn_value *weight, const dnn_shape *in) {
    const dnn_layout *file = &weight->layout;
    if (dnn_weight_is_kernel(weight))
        return dnn_shape_image(file->size[2], file->size[3], file->size[1]);
    if (in->rank == 3 && dnn_shape_count(in) == weight->cols)
        return *in;
    size_t colour = weight->cols % 3 == 0 ? side_of(weight->cols / 3) : 0;
    size_t side = colour > 0 ? colour : side_of(weight->cols);
    return side > 0 ? dnn_shape_image(side, side, colour > 0 ? 3 : 1) : (dnn_shape){0};
}

static size_t at_most(size_t count, size_t most) {
    return count < most ? count : most;
}

bool dnn_weight_image_plan(dnn_weight_image *out, const dnn_value *weight, const dnn_shape *in) {
    if (strcmp(weight->name, "weight") != 0)
        return false;
    dnn_shape unit = unit_shape(weight, in);
    bool split = unit.size[2] != 1 && unit.size[2] != 3;
    if (unit.rank == 0 || unit.size[0] < SMALLEST_SIDE || unit.size[1] < SMALLEST_SIDE ||
        (split && !dnn_weight_is_kernel(weight)))
        return false;
    *out = (dnn_weight_image){.inputs = unit.size[2]};
    out->split = split ? at_most(unit.size[2], DNN_WEIGHT_IMAGE_KERNELS) : 0;
    out->units = at_most(weight->rows, split ? DNN_WEIGHT_IMAGE_KERNELS : DNN_WEIGHT_IMAGE_UNITS);
    out->grid = (dnn_image_grid){.tile_height = unit.size[0],
                                 .tile_width = unit.size[1],
                                 .channels = split ? 1 : unit.size[2],
                                 .tiles = out->units * (split ? out->split : 1)};
    dnn_image_grid_place(&out->grid, out->split);
    return true;
}

/* The largest finite |weight| of a unit. */
static double largest(const dnn_matrix *weight, size_t unit) {
    double high = 0;
    for (size_t f = 0; f < weight->cols; f++) {
        double size = fabs(dnn_matrix_get(weight, unit, f));
        high = isfinite(size) && size > high ? size : high;
    }
    return high;
}

/* Of a value, with the grey levels that 1 is. Rounds: the sum is positive. */
static uint8_t shade(double value, double levels) {
    double level = GREY + levels * value;
    return isfinite(level) ? (uint8_t)(level + 0.5) : GREY;
}

/* A tile of a unit: its channels from `channel` on. */
static void draw_tile(const dnn_weight_image *p, const dnn_matrix *weight, size_t unit, size_t tile,
                      size_t channel, double levels, uint8_t *pixels) {
    const dnn_image_grid *g = &p->grid;
    for (size_t y = 0; y < g->tile_height; y++) {
        uint8_t *out = dnn_image_grid_line(g, pixels, tile, y);
        for (size_t k = 0; k < g->tile_width * g->channels; k++) {
            size_t pixel = y * g->tile_width + k / g->channels;
            size_t feature = pixel * p->inputs + channel + k % g->channels;
            out[k] = shade(dnn_matrix_get(weight, unit, feature), levels);
        }
    }
}

void dnn_weight_image_draw(const dnn_weight_image *p, const dnn_matrix *weight, uint8_t *pixels) {
    size_t across = p->split > 0 ? p->split : 1;
    dnn_image_grid_clear(&p->grid, pixels);
    for (size_t unit = 0; unit < p->units; unit++) {
        double levels = 127 / largest(weight, unit);
        for (size_t k = 0; k < across; k++)
            draw_tile(p, weight, unit, unit * across + k, k, levels, pixels);
    }
}
