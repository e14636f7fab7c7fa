/* dropout.h: the mask of Dropout, for layers that have one inside. */
#ifndef DNN_NN_DROPOUT_H
#define DNN_NN_DROPOUT_H

#include <stdint.h>

#include "core/field.h"
#include "math/matrix.h"

/* The setting p of layers that drop `what`, "an element" or "a channel". */
#define DNN_DROPOUT_P(what)                                                                        \
    {.name = "p",                                                                                  \
     .kind = DNN_FIELD_REAL,                                                                       \
     .positional = true,                                                                           \
     .initial = 0.5,                                                                               \
     .low = 0,                                                                                     \
     .high = 1,                                                                                    \
     .doc = "probability of " what " to be dropped"}

/* What an element becomes: from * scale + shift, or `dropped` with probability p. */
typedef struct dnn_dropped {
    double p, scale, shift, dropped;
} dnn_dropped;

/* Writes that to `to`, added to what is there where `add`. Both are contiguous and may be the same;
 * the same key drops the same elements. */
void dnn_drop(uint64_t key, const dnn_dropped *how, const dnn_matrix *from, dnn_matrix *to,
              bool add);

/* to = from / (1 - p), or 0 with probability p. */
void dnn_dropout(uint64_t key, double p, const dnn_matrix *from, dnn_matrix *to, bool add);

#endif
