/* upsample.c: images and sequences of another size, by the nearest element or by linear
 * interpolation along each axis (math/resample.h), with PyTorch's rules: element o of an output
 * lies at
 *
 *     o s                      nearest, rounded down
 *     (o + 1/2) s - 1/2        linear, no less than 0
 *     o (in - 1) / (out - 1)   linear with align_corners
 *
 * of the input, where s is 1 / scale_factor, or in / out where the size was given. */
#include <math.h>

#include "math/resample.h"
#include "nn/call.h"

enum { SIZE, SCALE_FACTOR, MODE, ALIGN_CORNERS };
enum { NEAREST, LINEAR, BILINEAR };

static const char *const modes[] = {
    [NEAREST] = "nearest", [LINEAR] = "linear", [BILINEAR] = "bilinear", NULL};

static const dnn_field fields[] = {
    [SIZE] = {.name = "size",
              .kind = DNN_FIELD_PAIR,
              .low = 1,
              .initial = -1,
              .optional = true,
              .positional = true,
              .doc = "height and width of A, or steps, where scale_factor is not given"},
    [SCALE_FACTOR] =
        {.name = "scale_factor",
              .kind = DNN_FIELD_FACTORS,
              .low = 0,
              .high = 1e6,
              .initial = -1,
              .optional = true,
              .doc = "how many times larger A is, or higher and wider, where size is not given"},
    [MODE] = {.name = "mode",
              .kind = DNN_FIELD_CHOICE,
              .choices = modes,
              .initial = NEAREST,
              .doc =
                  "nearest: the element there; linear: between the two steps around it; bilinear: "
                  "between the four pixels"},
    [ALIGN_CORNERS] = {.name = "align_corners",
              .kind = DNN_FIELD_FLAG,
              .doc = "linear, bilinear: whether the corners of A are those of X"},
    {.name = NULL                                                   },
};

static double scale_factor(const dnn_layer *layer, int axis) {
    return layer->settings[SCALE_FACTOR].pair[axis];
}

static bool is_sized(const dnn_layer *layer) {
    return layer->settings[SIZE].pair[0] > 0;
}

static dnn_status check(dnn_layer *layer, dnn_error *err) {
    if (is_sized(layer) && scale_factor(layer, 0) >= 0)
        return dnn_fail(err, DNN_ERROR_ARGUMENT, "Upsample: give size or scale_factor, not both");
    if (scale_factor(layer, 0) == 0 || scale_factor(layer, 1) == 0)
        return dnn_fail(err, DNN_ERROR_ARGUMENT, "Upsample: scale_factor must be more than 0");
    if (dnn_layer_flag(layer, ALIGN_CORNERS) && dnn_layer_count(layer, MODE) == NEAREST)
        return dnn_fail(
            err, DNN_ERROR_ARGUMENT,
            "Upsample: align_corners is an option of mode = \"bilinear\" and \"linear\"");
    return DNN_OK;
}

/* What is given suits the input: an image, or a sequence, which has one axis to grow along. */
static dnn_status check_input(const dnn_layer *layer, const dnn_shape *in, dnn_error *err) {
    bool sequence = in->rank == 2;
    size_t mode = dnn_layer_count(layer, MODE);
    int given = is_sized(layer) ? SIZE : SCALE_FACTOR;
    const double *pair = layer->settings[given].pair;
    char text[DNN_SHAPE_TEXT];
    dnn_shape_text(in, text);
    if (in->rank < 2)
        return dnn_fail(
            err, DNN_ERROR_SHAPE,
            "needs an image, height x width x channels, or a sequence, steps x features, "
            "and its input is %s",
            text);
    if (!is_sized(layer) && scale_factor(layer, 0) < 0)
        return dnn_fail(err, DNN_ERROR_SHAPE,
                        "needs size or scale_factor, as in dnn.Upsample{scale_factor = 2}");
    if (mode != NEAREST && mode != (sequence ? LINEAR : BILINEAR))
        return dnn_fail(err, DNN_ERROR_SHAPE,
                        "its input is %s, for which the mode is '%s', not '%s'", text,
                        modes[sequence ? LINEAR : BILINEAR], modes[mode]);
    if (sequence && pair[0] != pair[1])
        return dnn_fail(err, DNN_ERROR_SHAPE,
                        "its input is a sequence, %s, for which %s is one number", text,
                        layer->kind->fields[given].name);
    return DNN_OK;
}

/* The output's size along an axis, 0 the height and 1 the width. */
static double size_along(const dnn_layer *layer, size_t in, int axis) {
    return is_sized(layer) ? layer->settings[SIZE].pair[axis]
                           : floor((double)in * scale_factor(layer, axis));
}

static dnn_status shape(const dnn_layer *layer, const dnn_shape *in, size_t inputs, dnn_shape *out,
                        dnn_error *err) {
    bool sequence = in->rank == 2;
    dnn_status status = check_input(layer, in, err);
    (void)inputs;
    if (status != DNN_OK)
        return status;
    double height = sequence ? 1 : size_along(layer, in->size[0], 0);
    double width = size_along(layer, dnn_shape_width(in), 1);
    if (height < 1 || width < 1 || height > INT32_MAX || width > INT32_MAX)
        return sequence ? dnn_fail(err, DNN_ERROR_SHAPE, "its output would be %.14g steps", width)
                        : dnn_fail(err, DNN_ERROR_SHAPE, "its output would be %.14g x %.14g pixels",
                                   height, width);
    *out = sequence ? dnn_shape_sequence((size_t)width, in->size[1])
                    : dnn_shape_image((size_t)height, (size_t)width, in->size[2]);
    return DNN_OK;
}

static size_t scratch(const dnn_call *call) {
    return (dnn_shape_height(&call->out) + dnn_shape_width(&call->out)) * sizeof(dnn_tap);
}

/* PyTorch counts in float32 here, whatever the type of the image is. */
static dnn_tap nearest_tap(double scale, size_t o, size_t in, size_t out) {
    float step = scale > 0 ? (float)(1 / scale) : (float)in / (float)out;
    size_t at = in == out ? o : (size_t)floorf((float)o * step);
    return (dnn_tap){
        .at = {(ptrdiff_t)(at < in ? at : in - 1)},
          .weight = { 1,                                 0}
    };
}

static dnn_tap linear_tap(double scale, size_t o, size_t in, size_t out, bool align) {
    double step = scale > 0 ? 1 / scale : (double)in / (double)out;
    double place = ((double)o + 0.5) * step - 0.5;
    if (align)
        place = out > 1 ? (double)o * (double)(in - 1) / (double)(out - 1) : 0;
    if (in == out)
        place = (double)o;
    place = place < 0 ? 0 : place;
    size_t at = place < (double)in - 1 ? (size_t)place : in - 1;
    double share = place - (double)at < 1 ? place - (double)at : 1;
    return (dnn_tap){
        .at = {(ptrdiff_t)at, (ptrdiff_t)(at + 1 < in ? at + 1 : at)},
        .weight = {1 - share,     share                                 }
    };
}

/* Along a sequence's height nothing grows, and its one row is what it is. */
static void lay_taps(const dnn_call *call, dnn_tap *taps, int axis, size_t in, size_t out) {
    const dnn_layer *layer = call->layer;
    bool still = call->out.rank == 2 && axis == 0;
    bool nearest = dnn_layer_count(layer, MODE) == NEAREST || still;
    for (size_t o = 0; o < out; o++)
        taps[o] = nearest ? nearest_tap(still ? 1 : scale_factor(layer, axis), o, in, out)
                          : linear_tap(scale_factor(layer, axis), o, in, out,
                                       dnn_layer_flag(layer, ALIGN_CORNERS));
}

static dnn_resample resample_of(const dnn_call *call) {
    const dnn_shape *in = &call->in[0], *out = &call->out;
    dnn_tap *rows = call->scratch, *cols = rows + dnn_shape_height(out);
    lay_taps(call, rows, 0, dnn_shape_height(in), dnn_shape_height(out));
    lay_taps(call, cols, 1, dnn_shape_width(in), dnn_shape_width(out));
    return (dnn_resample){.height = dnn_shape_height(in),
                          .width = dnn_shape_width(in),
                          .channels = dnn_shape_channels(in),
                          .out_height = dnn_shape_height(out),
                          .out_width = dnn_shape_width(out),
                          .rows = rows,
                          .cols = cols};
}

static dnn_status forward(dnn_call *call, dnn_error *err) {
    dnn_resample r = resample_of(call);
    return dnn_resample_forward(&r, &call->X[0], &call->A, err);
}

static dnn_status backward(dnn_call *call, dnn_error *err) {
    if (call->dX[0].data == NULL)
        return DNN_OK;
    dnn_resample r = resample_of(call);
    return dnn_resample_backward(&r, &call->dA, dnn_call_beta(call->add[0]), &call->dX[0], err);
}

static const dnn_case cases[] = {
    {.settings = "scale_factor=2",                   .in = {{3, {2, 3, 2}}}},
    {.settings = "size=5,3",                                              .in = {{3, {3, 4, 1}}}},
    {.settings = "scale_factor=1.5,3 mode=bilinear",.in = {{3, {3, 2, 2}}}},
    {.settings = "scale_factor=1.7 mode=linear", .in = {{2, {4, 2}}}},
    {.settings = "size=5",                                              .in = {{2, {3, 2}}}},
    {.settings = "scale_factor=1.7 mode=bilinear",                           .in = {{3, {3, 4, 2}}}},
    {.settings = "size=5,7 mode=bilinear align_corners=true",                           .in = {{3, {3, 2, 3}}}},
    {.settings = "scale_factor=0.6 mode=bilinear",                                              .in = {{3, {5, 4, 1}}}},
    {.settings = NULL},
};

const dnn_layer_class dnn_layer_upsample = {
    .name = "Upsample",
    .doc = "A = X at another size, by the nearest element or by interpolation",
    .fields = fields,
    .cases = cases,
    .flags = DNN_LINEAR,
    .check = check,
    .shape = shape,
    .scratch = scratch,
    .forward = forward,
    .backward = backward,
};
