/* conv_pack.h: weights in the order in which the kernels of convolutions read them.
 *
 * Internal to this folder. */
#ifndef DNN_MATH_CONV_PACK_H
#define DNN_MATH_CONV_PACK_H

#include <stddef.h>

#include "core/dtype.h"

/* For each of `sources` channels `count` weights, one for each target, and zeros up to `width`, from
 * `w` on: steps, in elements, are to the next source and to the next target. Returns where `to` ends. */
void *dnn_conv_pack(dnn_dtype dtype, void *to, const void *w, size_t source_step,
                    size_t target_step, size_t sources, size_t count, size_t width);

#endif
