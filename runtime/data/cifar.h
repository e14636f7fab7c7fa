/* cifar.h: CIFAR-10 in its binary version: records of a label from 0 to 9 and an image of 32 x 32
 * pixels, all its red values, then all green, then all blue ones. */
#ifndef DNN_DATA_CIFAR_H
#define DNN_DATA_CIFAR_H

#include "data/source.h"
#include "math/matrix.h"

#define DNN_CIFAR_PIXELS ((size_t)3072) /* bytes of an image */

/* How many records the file has; DNN_ERROR_FORMAT where it does not hold a whole number of them, or is something
 * else. */
dnn_status dnn_cifar_count(dnn_source *source, size_t *count, dnn_error *err);

/* Reads `count` images into columns of `pixels` (DNN_CIFAR_PIXELS x, uint8, contiguous; pixel by
 * pixel with its three channels together, as images are elsewhere) from column `first` on, counted
 * from 0, and their labels, 1 .. 10, into the row `labels`. */
dnn_status dnn_cifar_read(dnn_source *source, size_t count, dnn_matrix *pixels, dnn_matrix *labels,
                          size_t first, dnn_error *err);

#endif
