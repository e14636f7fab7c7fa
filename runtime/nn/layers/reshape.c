/* reshape.c: an example under another shape of as many elements. Nothing is moved: an example is a
 * column in any case, the last axis fastest. */
#include "nn/call.h"

enum { SIZE1, SIZE2, SIZE3 };

static const dnn_field fields[] = {
    [SIZE1] = {.name = "size1",
               .kind = DNN_FIELD_COUNT,
               .low = 1,
               .positional = true,
               .required = true,
               .example = 3,
               .doc = "features of a vector, steps of a sequence, height of an image"},
    [SIZE2] = {.name = "size2",
               .kind = DNN_FIELD_COUNT,
               .low = 1,
               .positional = true,
               .optional = true,
               .initial = -1,
               .doc = "features of a sequence, width of an image"},
    [SIZE3] = {.name = "size3",
               .kind = DNN_FIELD_COUNT,
               .low = 1,
               .positional = true,
               .optional = true,
               .initial = -1,
               .doc = "channels of an image"},
    {.name = NULL},
};

static dnn_shape target(const dnn_layer *layer) {
    dnn_shape shape = {0};
    for (int axis = SIZE1; axis <= SIZE3 && dnn_layer_real(layer, axis) > 0; axis++)
        shape.size[shape.rank++] = dnn_layer_count(layer, axis);
    return shape;
}

static dnn_status check(dnn_layer *layer, dnn_error *err) {
    if (dnn_layer_real(layer, SIZE3) < 0 || dnn_layer_real(layer, SIZE2) > 0)
        return DNN_OK;
    return dnn_fail(err, DNN_ERROR_ARGUMENT, "Reshape: size3 is given, but size2 is missing");
}

/* As many elements as the target has, in any shape. */
static dnn_shape wants(const dnn_layer *layer) {
    dnn_shape shape = target(layer);
    return (dnn_shape){.rank = 0, .size = {dnn_shape_count(&shape)}};
}

static dnn_status shape(const dnn_layer *layer, const dnn_shape *in, size_t inputs, dnn_shape *out,
                        dnn_error *err) {
    char from[DNN_SHAPE_TEXT], to[DNN_SHAPE_TEXT];
    (void)inputs;
    *out = target(layer);
    if (dnn_shape_count(out) != dnn_shape_count(in)) {
        dnn_shape_text(in, from);
        dnn_shape_text(out, to);
        return dnn_fail(err, DNN_ERROR_SHAPE, "makes %s, %zu elements, but its input is %s, %zu", to,
                        dnn_shape_count(out), from, dnn_shape_count(in));
    }
    if (out->rank == 1 && in->rank != 2) { /* as Flatten does, for the order in files */
        out->flat_positions = in->rank == 3 ? dnn_shape_positions(in) : in->flat_positions;
        out->flat_channels = in->rank == 3 ? dnn_shape_channels(in) : in->flat_channels;
    }
    return DNN_OK;
}

static const dnn_case cases[] = {
    {.settings = "size1=3 size2=4", .in = {{1, {12}}}},
    {.settings = "size1=2 size2=3 size3=2", .in = {{2, {4, 3}}}},
    {.settings = "size1=12", .in = {{3, {2, 3, 2}}}},
    {.settings = NULL},
};

const dnn_layer_class dnn_layer_reshape = {
    .name = "Reshape",
    .doc = "A = X under another shape",
    .fields = fields,
    .cases = cases,
    .flags = DNN_VIEW,
    .check = check,
    .wants = wants,
    .shape = shape,
};
