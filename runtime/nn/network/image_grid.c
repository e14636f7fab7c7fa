/* image_grid.c: where the images of a grid are. */
#include "nn/network/image_grid.h"

#include <math.h>
#include <string.h>

#define GAP 1

void dnn_image_grid_place(dnn_image_grid *g, size_t columns) {
    g->columns = columns > 0 ? columns : (size_t)ceil(sqrt((double)g->tiles));
    size_t rows = (g->tiles + g->columns - 1) / g->columns;
    g->width = g->columns * (g->tile_width + GAP) - GAP;
    g->height = rows * (g->tile_height + GAP) - GAP;
}

size_t dnn_image_grid_bytes(const dnn_image_grid *g) {
    return g->width * g->height * g->channels;
}

void dnn_image_grid_clear(const dnn_image_grid *g, uint8_t *pixels) {
    memset(pixels, 255, dnn_image_grid_bytes(g));
}

uint8_t *dnn_image_grid_line(const dnn_image_grid *g, uint8_t *pixels, size_t tile, size_t line) {
    size_t x = tile % g->columns * (g->tile_width + GAP);
    size_t y = tile / g->columns * (g->tile_height + GAP) + line;
    return pixels + (y * g->width + x) * g->channels;
}
