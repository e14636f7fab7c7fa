/* conv_patch.h: how a convolution walks over an image, and the patch that its kernels work on.
 *
 * Internal to this folder. Forward and the gradient of the input are the same walk: outputs that
 * lie on a grid gather what their taps meet. For the gradient of the input with a stride s, the
 * outputs fall into s phases per direction, each of which meets its own taps of the kernel.
 *
 * A task computes the outputs of one tile. It copies what their windows cover (a patch, with the
 * padding as zeros) to memory that stays in the caches; taps and channels come in chunks where all
 * at once would not fit. */
#ifndef DNN_MATH_CONV_PATCH_H
#define DNN_MATH_CONV_PATCH_H

#include "math/conv.h"
#include "math/conv_kernels.h"
#include "math/conv_planes_kernels.h"

#define DNN_CONV_PATCH  65536 /* bytes of a patch, on a task's stack */
#define DNN_CONV_BEYOND 64    /* and after it, for vectors that begin in it */

/* One direction. Output k is at out_first + k * out_step of the target, and its tap t meets
 * element first + k * step + t * tap_step of the source, which may lie outside: then it is 0. */
typedef struct dnn_conv_axis {
    size_t source, outputs, step, taps, tap_step;
    ptrdiff_t first;
    size_t out_first, out_step;
    size_t kernel_first; /* tap t is this one of the kernel, + t * kernel_step */
    ptrdiff_t kernel_step;
    bool adjacent; /* outputs that are neighbours meet neighbours in a patch */
} dnn_conv_axis;

/* direction: 0 rows, 1 columns. */
dnn_conv_axis dnn_conv_axis_forward(const dnn_conv *c, int direction);
dnn_conv_axis dnn_conv_axis_backward(const dnn_conv *c, int direction, size_t phase);

/* Extents of a tile of outputs, and of the chunks of taps and channels in which it is computed. */
typedef struct dnn_conv_tile {
    size_t height, width;
    size_t tap_rows, tap_cols, channels;
} dnn_conv_tile;

/* A tile of about `most` outputs whose patch fits. In pairs, which divide the outputs along both
 * directions, it has at most so many, or 2 x 2. */
dnn_conv_tile dnn_conv_tile_choose(const dnn_conv_axis *y, const dnn_conv_axis *x, size_t channels,
                                   size_t element, size_t most, bool pairs);

/* Where a patch's elements come from: outputs [y0, y0 + height) x [x0, ...), taps from tap_y,
 * tap_x on, `channels` channels of each pixel from the address `image` on. */
typedef struct dnn_conv_patch {
    const dnn_conv_axis *y, *x;
    size_t y0, x0, height, width;
    size_t tap_y, tap_x, tap_rows, tap_cols;
    const char *image;
    size_t pixel, channels, element; /* bytes of a whole pixel; channels; bytes of an element */
} dnn_conv_patch;

/* Copies the patch, unless the image has all of it without gaps, and says where the windows are:
 * fills in in, in_step, rows, cols, length, row_step and col_step of `row` for the first output;
 * *in_row is the step to the next row of outputs. Runs span the taps of a row only when `whole`
 * says that `channels` is all there are. */
void dnn_conv_patch_copy(const dnn_conv_patch *p, bool whole, void *patch, dnn_conv_row *row,
                         size_t *in_row);

/* The same with a plane for each channel, the patch's columns being `adjacent`: fills in the sizes
 * and steps of `planes` but those of weights and outputs. DNN_CONV_BEYOND bytes after the patch are
 * written to as well. */
void dnn_conv_patch_planes(const dnn_conv_patch *p, void *patch, dnn_conv_planes *planes);

/* Every channel has weights of its own, and those alone: walked over as one group. */
static inline bool dnn_conv_is_depthwise(const dnn_conv *c) {
    return c->groups > 1 && c->groups == c->channels && c->groups == c->out_channels;
}

#endif
