/* channels.h: loops of the layers that normalise by channel, over contiguous matrices channels x
 * columns. Sums run in double from the first column to the last, and are added to what is there;
 * vectors of the matrices' type have an element for each channel. */
#ifndef DNN_NN_CHANNELS_H
#define DNN_NN_CHANNELS_H

#include "math/matrix.h"

/* sums += x; sums += (x - mean)^2 */
void dnn_channel_sums(const dnn_matrix *X, double *sums);
void dnn_channel_squares(const dnn_matrix *X, const double *mean, double *sums);

/* a = x factor + shift */
void dnn_channel_scale(dnn_matrix *A, const dnn_matrix *X, const void *factor, const void *shift);

/* sums += da, and products += da (x - mean) */
void dnn_channel_products(const dnn_matrix *X, const dnn_matrix *dA, const double *mean,
                          double *sums, double *products);

/* dx = da factor + x slope + shift, added to what is there where `add` */
void dnn_channel_combine(dnn_matrix *dX, const dnn_matrix *X, const dnn_matrix *dA,
                         const void *factor, const void *slope, const void *shift, bool add);

/* Element c of a vector of that type. */
static inline void dnn_channel_put(dnn_dtype dtype, void *vector, size_t c, double value) {
    if (dtype == DNN_FLOAT32)
        ((float *)vector)[c] = (float)value;
    else
        ((double *)vector)[c] = value;
}

#endif
