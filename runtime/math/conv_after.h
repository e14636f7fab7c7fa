/* conv_after.h: a piece of a convolution's outputs, on its way to where they go.
 *
 * Internal to this folder. An engine that has computed some outputs in memory of its own hands them
 * over here, while they are in the first-level cache: so what follows a convolution is no pass over
 * memory, and where that is a pooling only a quarter is written. */
#ifndef DNN_MATH_CONV_AFTER_H
#define DNN_MATH_CONV_AFTER_H

#include "math/conv_run.h"

#define DNN_CONV_PIECE        32768 /* bytes of a piece, on a task's stack */
#define DNN_CONV_PIECE_OUTPUT 128   /* and of one of its outputs: a block of channels */
#define DNN_CONV_PIECE_BEYOND 64    /* that are there after it, as what they hold may be read */

/* height x width x channels outputs, without gaps. Before a pooling all but the channels are even.
 */
typedef struct dnn_conv_piece {
    void *outputs; /* are written over */
    size_t height, width, channels;
    size_t example, y, x, channel; /* of the first one */
} dnn_conv_piece;

static inline bool dnn_conv_pools(const dnn_conv_gather *g) {
    return g->after != NULL && g->after->pooled != NULL;
}

/* Does g->after to the piece, and puts the results where they belong. */
void dnn_conv_after_piece(const dnn_conv_gather *g, const dnn_conv_piece *piece);

/* Applies g->after to `channels` of each pixel where they lie: height x width of them, `row` and
 * `pixel` bytes apart. */
void dnn_conv_after_apply(const dnn_conv_gather *g, char *outputs, size_t height, size_t width,
                          size_t channels, size_t row, size_t pixel);

#endif
