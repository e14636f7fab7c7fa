/* shape.h: the shape of one example: positions times channels, channels fastest.
 *
 * A vector is {features}, a sequence {steps, features}, an image {height, width, channels}; each is
 * a column of so many elements in that order, the last axis fastest. A batch of m images is at the
 * same time, without a copy, the matrix channels x (height * width * m) whose columns are pixels. */
#ifndef DNN_NN_SHAPE_H
#define DNN_NN_SHAPE_H

#include <stdbool.h>
#include <stddef.h>

#define DNN_SHAPE_RANK 3
#define DNN_SHAPE_TEXT 96 /* bytes that the text of any shape fits into */

typedef struct dnn_shape {
    size_t rank; /* 1 to 3; 0: not known */
    size_t size[DNN_SHAPE_RANK];
    /* Of a vector made by flattening: positions and channels that it had, so that files know the
     * order of its elements. 0: no such vector. */
    size_t flat_positions, flat_channels;
} dnn_shape;

dnn_shape dnn_shape_vector(size_t features);
dnn_shape dnn_shape_sequence(size_t steps, size_t features);
dnn_shape dnn_shape_image(size_t height, size_t width, size_t channels);

/* Elements of one example; 0 while the shape is not known. A network has no shapes but such that
 * can be counted. */
size_t dnn_shape_count(const dnn_shape *shape);
bool dnn_shape_can_be_counted(const dnn_shape *shape);

/* Size of the last axis, and the product of the others (1 for a vector). */
size_t dnn_shape_channels(const dnn_shape *shape);
size_t dnn_shape_positions(const dnn_shape *shape);

/* Of an image, or of a sequence, which is an image of height 1 whose width are its steps. */
static inline size_t dnn_shape_height(const dnn_shape *shape) {
    return shape->rank == 2 ? 1 : shape->size[0];
}

static inline size_t dnn_shape_width(const dnn_shape *shape) {
    return shape->size[shape->rank - 2];
}

/* Whether rank and sizes agree; a size of 0 in `wanted` fits any. Rank 0 fits any shape or, where
 * its size[0] is not 0, those of so many channels or of so many elements. */
bool dnn_shape_fits(const dnn_shape *shape, const dnn_shape *wanted);

/* "64 x 64 x 3", "any x 3" where a size is 0, "any" for rank 0. */
void dnn_shape_text(const dnn_shape *shape, char text[DNN_SHAPE_TEXT]);

#endif
