/* weight_image.h: a layer's weights as the images that its units look for.
 *
 * A weight matrix (units x features) whose features are the pixels of an image of 3 or 1 channels,
 * channels fastest, shows one image per unit, side by side in a nearly square grid with a pixel
 * between. A convolution's kernels on more channels show a row for each unit, with a grey image for
 * each channel. Grey is 0, and each unit's largest weight is white or black. */
#ifndef DNN_NN_WEIGHT_IMAGE_H
#define DNN_NN_WEIGHT_IMAGE_H

#include "math/matrix.h"
#include "nn/network/image_grid.h"
#include "nn/shape.h"
#include "nn/value.h"

#define DNN_WEIGHT_IMAGE_UNITS   ((size_t)64) /* of colours or one channel; more are not shown */
#define DNN_WEIGHT_IMAGE_KERNELS ((size_t)32) /* units, and channels, of others */

typedef struct dnn_weight_image {
    dnn_image_grid grid;
    size_t units;  /* that are shown */
    size_t split;  /* channels that have an image each; 0: they are in one */
    size_t inputs; /* channels of a unit's image, shown or not */
} dnn_weight_image;

/* For a convolution's kernels, or the units of a layer on images of the shape `in`, or on what may
 * be square ones. False where its weights are not images of at least 3 x 3 pixels. */
bool dnn_weight_image_plan(dnn_weight_image *out, const dnn_value *weight, const dnn_shape *in);

/* Whether a value is the kernels of a convolution over images, whose shape it says itself. */
bool dnn_weight_is_kernel(const dnn_value *weight);

/* Fills dnn_image_grid_bytes(&image->grid) bytes. */
void dnn_weight_image_draw(const dnn_weight_image *image, const dnn_matrix *weight,
                           uint8_t *pixels);

#endif
