/* bins.h: how the numbers of a matrix are distributed, for histograms of weights and gradients. */
#ifndef DNN_MATH_BINS_H
#define DNN_MATH_BINS_H

#include "math/matrix.h"

#define DNN_BINS 64

/* Bins of one width from the smallest to the largest finite number; bin k holds the numbers in
 * (limits[k - 1], limits[k]], the first one also the smallest. */
typedef struct dnn_bins {
    double min, max;         /* NaN when no number is finite */
    double sum, sum_squares; /* of the finite numbers */
    size_t count;            /* of the finite numbers */
    size_t not_finite;
    double limits[DNN_BINS], counts[DNN_BINS];
} dnn_bins;

/* Counts all elements of a matrix of any type. Equal numbers are in the middle of a range of
 * their own. Nothing is counted when it is interrupted. */
void dnn_bins_count(dnn_bins *out, const dnn_matrix *m);

#endif
