/* image_grid.h: images of one size side by side in one image, with a pixel between them. */
#ifndef DNN_NN_IMAGE_GRID_H
#define DNN_NN_IMAGE_GRID_H

#include <stddef.h>
#include <stdint.h>

typedef struct dnn_image_grid {
    size_t tile_height, tile_width, channels; /* of each image; 1 channel: grey, 3: colours */
    size_t tiles, columns;                    /* images, and how many are in a row */
    size_t width, height;                     /* pixels of the whole */
} dnn_image_grid;

/* Sets columns, width and height for the tiles described; columns 0: nearly a square. */
void dnn_image_grid_place(dnn_image_grid *grid, size_t columns);

/* Bytes of the whole: width * height * channels. */
size_t dnn_image_grid_bytes(const dnn_image_grid *grid);

/* Makes all pixels white, which those between the images stay. */
void dnn_image_grid_clear(const dnn_image_grid *grid, uint8_t *pixels);

/* The bytes of a tile's line, tile_width * channels. */
uint8_t *dnn_image_grid_line(const dnn_image_grid *grid, uint8_t *pixels, size_t tile, size_t line);

#endif
