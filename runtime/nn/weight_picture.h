/* weight_picture.h: a layer's weights as the pictures that its units look for.
 *
 * A weight matrix (units x features) whose features are s x s pixels of 3 or 1 channels, in the
 * order of data/image.h, shows one picture per unit, side by side in a nearly square grid with a
 * pixel between. Grey is 0, and each unit's largest weight is white or black. */
#ifndef DNN_NN_WEIGHT_PICTURE_H
#define DNN_NN_WEIGHT_PICTURE_H

#include "math/matrix.h"

#define DNN_WEIGHT_PICTURE_UNITS ((size_t)64) /* more are not shown */

typedef struct dnn_weight_picture {
    size_t side, channels; /* of one unit's picture */
    size_t units, columns; /* pictures, and how many stand in a row of the grid */
    size_t width, height;  /* pixels of the whole */
} dnn_weight_picture;

/* False when the features are no such picture of at least 4 x 4 pixels, or there are no units. */
bool dnn_weight_picture_plan(dnn_weight_picture *out, size_t units, size_t features);

/* Fills width * height * channels bytes. */
void dnn_weight_picture_draw(const dnn_weight_picture *p, const dnn_matrix *weight,
                             uint8_t *pixels);

#endif
