/* weight_image.c: the grid of images, unit by unit. */
#include "nn/network/weight_image.h"

#include <math.h>
#include <string.h>

#define SMALLEST_SIDE 3
#define SMALLEST_GUESS 4 /* of a vector that may be a square image */
#define GAP           1
#define GREY          128

/* The side of a square of `pixels`, or 0. */
static size_t side_of(size_t pixels) {
    size_t side = (size_t)lround(sqrt((double)pixels));
    return side * side == pixels && side >= SMALLEST_GUESS ? side : 0;
}

/* The image that a unit looks at; rank 0 where it is none. */
static dnn_shape unit_shape(const dnn_value *weight, const dnn_shape *in) {
    const dnn_layout *file = &weight->layout;
    if (file->rank == 4) /* (out, in, height, width) */
        return dnn_shape_image(file->size[2], file->size[3], file->size[1]);
    if (in->rank == 3 && dnn_shape_count(in) == weight->cols)
        return *in;
    size_t colour = weight->cols % 3 == 0 ? side_of(weight->cols / 3) : 0;
    size_t side = colour > 0 ? colour : side_of(weight->cols);
    return side > 0 ? dnn_shape_image(side, side, colour > 0 ? 3 : 1) : (dnn_shape){0};
}

bool dnn_weight_image_plan(dnn_weight_image *out, const dnn_layer *layer, const dnn_shape *in) {
    dnn_value values[DNN_LAYER_VALUES];
    if (dnn_layer_values(layer, in, values) == 0 || strcmp(values[0].name, "weight") != 0)
        return false;
    dnn_shape unit = unit_shape(&values[0], in);
    if (unit.rank == 0 || unit.size[0] < SMALLEST_SIDE || unit.size[1] < SMALLEST_SIDE ||
        (unit.size[2] != 1 && unit.size[2] != 3))
        return false;
    size_t units = values[0].rows;
    out->unit_height = unit.size[0];
    out->unit_width = unit.size[1];
    out->channels = unit.size[2];
    out->units = units < DNN_WEIGHT_IMAGE_UNITS ? units : DNN_WEIGHT_IMAGE_UNITS;
    out->columns = (size_t)ceil(sqrt((double)out->units));
    size_t rows = (out->units + out->columns - 1) / out->columns;
    out->width = out->columns * (out->unit_width + GAP) - GAP;
    out->height = rows * (out->unit_height + GAP) - GAP;
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

void dnn_weight_image_draw(const dnn_weight_image *p, const dnn_matrix *weight, uint8_t *pixels) {
    size_t row = p->unit_width * p->channels; /* bytes */
    memset(pixels, 255, p->width * p->height * p->channels);
    for (size_t unit = 0; unit < p->units; unit++) {
        size_t x = unit % p->columns * (p->unit_width + GAP);
        size_t y = unit / p->columns * (p->unit_height + GAP);
        double levels = 127 / largest(weight, unit);
        for (size_t line = 0; line < p->unit_height; line++) {
            uint8_t *out = pixels + ((y + line) * p->width + x) * p->channels;
            for (size_t k = 0; k < row; k++)
                out[k] = shade(dnn_matrix_get(weight, unit, line * row + k), levels);
        }
    }
}
