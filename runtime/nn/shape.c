/* shape.c: shapes of one example, and how messages write them. */
#include "nn/shape.h"

#include <stdint.h>
#include <stdio.h>

dnn_shape dnn_shape_vector(size_t features) {
    return (dnn_shape){.rank = 1, .size = {features}};
}

dnn_shape dnn_shape_sequence(size_t steps, size_t features) {
    return (dnn_shape){.rank = 2, .size = {steps, features}};
}

dnn_shape dnn_shape_image(size_t height, size_t width, size_t channels) {
    return (dnn_shape){.rank = 3, .size = {height, width, channels}};
}

size_t dnn_shape_count(const dnn_shape *shape) {
    size_t count = shape->rank > 0;
    for (size_t axis = 0; axis < shape->rank; axis++)
        count *= shape->size[axis];
    return count;
}

bool dnn_shape_can_be_counted(const dnn_shape *shape) {
    size_t count = 1;
    for (size_t axis = 0; axis < shape->rank; axis++)
        if (__builtin_mul_overflow(count, shape->size[axis], &count) || count > PTRDIFF_MAX)
            return false;
    return true;
}

size_t dnn_shape_channels(const dnn_shape *shape) {
    return shape->rank == 0 ? 0 : shape->size[shape->rank - 1];
}

size_t dnn_shape_positions(const dnn_shape *shape) {
    size_t positions = shape->rank > 0;
    for (size_t axis = 0; axis + 1 < shape->rank; axis++)
        positions *= shape->size[axis];
    return positions;
}

bool dnn_shape_fits(const dnn_shape *shape, const dnn_shape *wanted) {
    if (wanted->rank == 0)
        return wanted->size[0] == 0 || wanted->size[0] == dnn_shape_channels(shape) ||
               wanted->size[0] == dnn_shape_count(shape);
    if (shape->rank != wanted->rank)
        return false;
    for (size_t axis = 0; axis < shape->rank; axis++)
        if (wanted->size[axis] != 0 && wanted->size[axis] != shape->size[axis])
            return false;
    return true;
}

void dnn_shape_text(const dnn_shape *shape, char text[DNN_SHAPE_TEXT]) {
    size_t used = 0;
    if (shape->rank == 0)
        snprintf(text, DNN_SHAPE_TEXT, "any");
    for (size_t axis = 0; axis < shape->rank; axis++) {
        const char *between = axis > 0 ? " x " : "";
        if (shape->size[axis] == 0)
            used += (size_t)snprintf(text + used, DNN_SHAPE_TEXT - used, "%sany", between);
        else
            used += (size_t)snprintf(text + used, DNN_SHAPE_TEXT - used, "%s%zu", between,
                                     shape->size[axis]);
    }
}
