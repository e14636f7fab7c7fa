/* flatten.c: an image or a sequence as a vector. Nothing is moved: an example is a column in any
 * case. Files order the elements by channels first, which the values of what follows know. */
#include "nn/call.h"

static dnn_status shape(const dnn_layer *layer, const dnn_shape *in, size_t inputs, dnn_shape *out,
                        dnn_error *err) {
    (void)layer, (void)inputs, (void)err;
    *out = dnn_shape_vector(dnn_shape_count(in));
    out->flat_positions = in->rank > 1 ? dnn_shape_positions(in) : in->flat_positions;
    out->flat_channels = in->rank > 1 ? dnn_shape_channels(in) : in->flat_channels;
    if (in->rank == 2) /* PyTorch's sequences are steps x features, as here */
        out->flat_positions = out->flat_channels = 0;
    return DNN_OK;
}

static const dnn_case cases[] = {{.in = {{3, {2, 3, 2}}}}, {.in = {{2, {3, 2}}}}, {.settings = NULL}};

const dnn_layer_class dnn_layer_flatten = {
    .name = "Flatten",
    .doc = "A = X as a vector",
    .cases = cases,
    .flags = DNN_VIEW,
    .shape = shape,
};
