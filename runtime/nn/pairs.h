/* pairs.h: distances and products of two vectors, for layers and losses that compare pairs. Vectors
 * are of one real type; sums run in double, in the order of memory. */
#ifndef DNN_NN_PAIRS_H
#define DNN_NN_PAIRS_H

#include <stddef.h>

#include "core/dtype.h"

/* |x - y + eps|_p, for p from 1. */
double dnn_distance(dnn_dtype dtype, const void *x, const void *y, size_t n, double p, double eps);

/* Adds the slopes of that distance times scale: to dx, and taken from dy; either may be NULL. */
void dnn_distance_slopes(dnn_dtype dtype, void *dx, void *dy, const void *x, const void *y,
                         size_t n, double p, double eps, double distance, double scale);

/* x.x, y.y and x.y */
void dnn_pair_products(dnn_dtype dtype, const void *x, const void *y, size_t n, double products[3]);

/* out = x near + y far, added to what is there times `keep`, 0 (it is not read) or 1. */
void dnn_pair_combine(dnn_dtype dtype, void *out, const void *x, double near, const void *y,
                      double far, size_t n, int keep);

#endif
