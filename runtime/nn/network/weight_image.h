/* weight_image.h: a layer's weights as the images that its units look for.
 *
 * A weight matrix (units x features) whose features are the pixels of an image of 3 or 1 channels,
 * channels fastest, shows one image per unit, side by side in a nearly square grid with a pixel
 * between. Grey is 0, and each unit's largest weight is white or black. */
#ifndef DNN_NN_WEIGHT_IMAGE_H
#define DNN_NN_WEIGHT_IMAGE_H

#include "math/matrix.h"
#include "nn/layer.h"

#define DNN_WEIGHT_IMAGE_UNITS ((size_t)64) /* more are not shown */

typedef struct dnn_weight_image {
    size_t unit_height, unit_width, channels;
    size_t units, columns; /* images, and how many stand in a row of the grid */
    size_t width, height;  /* pixels of the whole */
} dnn_weight_image;

/* For a layer whose input has that shape: a convolution's kernels, or the units of a Linear on
 * images or on what may be square ones. False where its weights are no images of at least 3 x 3
 * pixels. */
bool dnn_weight_image_plan(dnn_weight_image *out, const dnn_layer *layer, const dnn_shape *in);

/* Fills width * height * channels bytes. */
void dnn_weight_image_draw(const dnn_weight_image *p, const dnn_matrix *weight, uint8_t *pixels);

#endif
