/* feature_image.h: an example that is an image, or a layer's output for it, as an image to look at.
 *
 * Three channels are shown as colours where they are X's; else there is a grey image for each
 * channel, side by side. */
#ifndef DNN_NN_FEATURE_IMAGE_H
#define DNN_NN_FEATURE_IMAGE_H

#include "math/matrix.h"
#include "nn/network/image_grid.h"
#include "nn/shape.h"

#define DNN_FEATURE_IMAGE_CHANNELS ((size_t)256) /* more are not shown */

/* For an example of a shape; `colours`: three channels are red, green and blue. False unless it is
 * an image. */
bool dnn_feature_image_plan(dnn_image_grid *out, const dnn_shape *shape, bool colours);

/* Draws column `example` of m, an element for each pixel and channel: black is the smallest number
 * and white the largest, of each channel by itself, of colours together; numbers of colours that
 * are all within 0..1 are shown as they are. What is not finite is black, and so is a channel whose
 * numbers are all the same. */
void dnn_feature_image_draw(const dnn_image_grid *grid, const dnn_shape *shape, const dnn_matrix *m,
                            size_t example, uint8_t *pixels);

#endif
