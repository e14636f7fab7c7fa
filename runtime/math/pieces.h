/* pieces.h: what cutting work into pieces needs everywhere.
 *
 * Internal to this folder. */
#ifndef DNN_MATH_PIECES_H
#define DNN_MATH_PIECES_H

#include <stddef.h>

#include "core/least.h"

static inline size_t dnn_most(size_t a, size_t b) {
    return a > b ? a : b;
}

/* How many pieces of at most `step` an extent is cut into. */
static inline size_t dnn_pieces(size_t extent, size_t step) {
    return (extent + step - 1) / step;
}

#endif
