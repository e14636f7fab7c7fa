/* weight_picture.c: the grid of pictures, unit by unit. */
#include "nn/weight_picture.h"

#include <math.h>
#include <string.h>

#define SMALLEST_SIDE 4
#define GAP           1
#define GREY          128

/* The side of a square of `pixels`, or 0. */
static size_t side_of(size_t pixels) {
    size_t side = (size_t)lround(sqrt((double)pixels));
    return side * side == pixels && side >= SMALLEST_SIDE ? side : 0;
}

bool dnn_weight_picture_plan(dnn_weight_picture *out, size_t units, size_t features) {
    size_t colour = features % 3 == 0 ? side_of(features / 3) : 0;
    out->channels = colour > 0 ? 3 : 1;
    out->side = colour > 0 ? colour : side_of(features);
    out->units = units < DNN_WEIGHT_PICTURE_UNITS ? units : DNN_WEIGHT_PICTURE_UNITS;
    if (out->units == 0 || out->side == 0)
        return false;
    out->columns = (size_t)ceil(sqrt((double)out->units));
    size_t rows = (out->units + out->columns - 1) / out->columns;
    out->width = out->columns * (out->side + GAP) - GAP;
    out->height = rows * (out->side + GAP) - GAP;
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

void dnn_weight_picture_draw(const dnn_weight_picture *p, const dnn_matrix *weight,
                             uint8_t *pixels) {
    size_t row = p->side * p->channels; /* bytes */
    memset(pixels, 255, p->width * p->height * p->channels);
    for (size_t unit = 0; unit < p->units; unit++) {
        size_t x = unit % p->columns * (p->side + GAP), y = unit / p->columns * (p->side + GAP);
        double levels = 127 / largest(weight, unit);
        for (size_t line = 0; line < p->side; line++) {
            uint8_t *out = pixels + ((y + line) * p->width + x) * p->channels;
            for (size_t k = 0; k < row; k++)
                out[k] = shade(dnn_matrix_get(weight, unit, line * row + k), levels);
        }
    }
}
