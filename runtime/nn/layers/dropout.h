/* dropout.h: the mask of Dropout, for layers that have one inside. */
#ifndef DNN_NN_DROPOUT_H
#define DNN_NN_DROPOUT_H

#include <stdint.h>

#include "math/matrix.h"

/* What an element becomes: from * scale + shift, or `dropped` with probability p. */
typedef struct dnn_dropped {
    double p, scale, shift, dropped;
} dnn_dropped;

/* Writes that to `to`, added to what is there where `add`. Both are contiguous and may be the same;
 * the same key drops the same elements. */
void dnn_drop(uint64_t key, const dnn_dropped *how, const dnn_matrix *from, dnn_matrix *to, bool add);

/* to = from / (1 - p), or 0 with probability p. */
void dnn_dropout(uint64_t key, double p, const dnn_matrix *from, dnn_matrix *to, bool add);

#endif
