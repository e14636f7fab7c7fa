/* upsample.c: images of another size, by the nearest element or by linear interpolation along both
 * axes (math/resample.h), with PyTorch's rules: element o of an output lies at
 *
 *     o s                      nearest, rounded down
 *     (o + 1/2) s - 1/2        bilinear, no less than 0
 *     o (in - 1) / (out - 1)   bilinear with align_corners
 *
 * of the input, where s is 1 / scale_factor, or in / out where the size was given. */
#include <math.h>

#include "math/resample.h"
#include "nn/call.h"

enum { SIZE, SCALE_FACTOR, MODE, ALIGN_CORNERS };
enum { NEAREST, BILINEAR };

static const char *const modes[] = {[NEAREST] = "nearest", [BILINEAR] = "bilinear", NULL};

static const dnn_field fields[] = {
    [SIZE] = {.name = "size",
              .kind = DNN_FIELD_PAIR,
              .low = 1,
              .initial = -1,
              .optional = true,
              .positional = true,
              .doc = "height and width of A, where scale_factor is not given"},
    [SCALE_FACTOR] = {.name = "scale_factor",
                      .kind = DNN_FIELD_REAL,
                      .low = 0,
                      .high = 1e6,
                      .initial = -1,
                      .optional = true,
                      .doc = "how many times larger A is, where size is not given"},
    [MODE] = {.name = "mode",
              .kind = DNN_FIELD_CHOICE,
              .choices = modes,
              .initial = NEAREST,
              .doc = "nearest: the element there; bilinear: between the four around it"},
    [ALIGN_CORNERS] = {.name = "align_corners",
                       .kind = DNN_FIELD_FLAG,
                       .doc = "bilinear: whether the corners of A are those of X"},
    {.name = NULL},
};

static double scale_factor(const dnn_layer *layer) {
    return dnn_layer_real(layer, SCALE_FACTOR);
}

static dnn_status check(dnn_layer *layer, dnn_error *err) {
    if (layer->settings[SIZE].pair[0] > 0 && scale_factor(layer) >= 0)
        return dnn_fail(err, DNN_ERROR_ARGUMENT, "Upsample: give size or scale_factor, not both");
    if (scale_factor(layer) == 0)
        return dnn_fail(err, DNN_ERROR_ARGUMENT, "Upsample: scale_factor must be more than 0");
    if (dnn_layer_flag(layer, ALIGN_CORNERS) && dnn_layer_count(layer, MODE) == NEAREST)
        return dnn_fail(err, DNN_ERROR_ARGUMENT,
                        "Upsample: align_corners is an option of mode = \"bilinear\"");
    return DNN_OK;
}

static dnn_status shape(const dnn_layer *layer, const dnn_shape *in, size_t inputs, dnn_shape *out,
                        dnn_error *err) {
    const double *size = layer->settings[SIZE].pair;
    bool sized = size[0] > 0;
    double height = sized ? size[0] : floor((double)in->size[0] * scale_factor(layer));
    double width = sized ? size[1] : floor((double)in->size[1] * scale_factor(layer));
    (void)inputs;
    if (!sized && scale_factor(layer) < 0)
        return dnn_fail(err, DNN_ERROR_SHAPE,
                        "needs size or scale_factor, as in dnn.Upsample{scale_factor = 2}");
    if (height < 1 || width < 1 || height > INT32_MAX || width > INT32_MAX)
        return dnn_fail(err, DNN_ERROR_SHAPE, "its output would be %.14g x %.14g pixels", height,
                        width);
    *out = dnn_shape_image((size_t)height, (size_t)width, in->size[2]);
    return DNN_OK;
}

static size_t scratch(const dnn_call *call) {
    return (call->out.size[0] + call->out.size[1]) * sizeof(dnn_tap);
}

/* PyTorch counts in float32 here, whatever the type of the image is. */
static dnn_tap nearest_tap(const dnn_layer *layer, size_t o, size_t in, size_t out) {
    float step = scale_factor(layer) > 0 ? (float)(1 / scale_factor(layer))
                                         : (float)in / (float)out;
    size_t at = in == out ? o : (size_t)floorf((float)o * step);
    return (dnn_tap){.at = {(ptrdiff_t)(at < in ? at : in - 1)}, .weight = {1, 0}};
}

static dnn_tap bilinear_tap(const dnn_layer *layer, size_t o, size_t in, size_t out) {
    double step = scale_factor(layer) > 0 ? 1 / scale_factor(layer) : (double)in / (double)out;
    double place = ((double)o + 0.5) * step - 0.5;
    if (dnn_layer_flag(layer, ALIGN_CORNERS))
        place = out > 1 ? (double)o * (double)(in - 1) / (double)(out - 1) : 0;
    if (in == out)
        place = (double)o;
    place = place < 0 ? 0 : place;
    size_t at = place < (double)in - 1 ? (size_t)place : in - 1;
    double share = place - (double)at < 1 ? place - (double)at : 1;
    return (dnn_tap){.at = {(ptrdiff_t)at, (ptrdiff_t)(at + 1 < in ? at + 1 : at)},
                     .weight = {1 - share, share}};
}

static void lay_taps(const dnn_layer *layer, dnn_tap *taps, size_t in, size_t out) {
    bool nearest = dnn_layer_count(layer, MODE) == NEAREST;
    for (size_t o = 0; o < out; o++)
        taps[o] = nearest ? nearest_tap(layer, o, in, out) : bilinear_tap(layer, o, in, out);
}

static dnn_resample resample_of(const dnn_call *call) {
    const dnn_shape *in = &call->in[0], *out = &call->out;
    dnn_tap *rows = call->scratch, *cols = rows + out->size[0];
    lay_taps(call->layer, rows, in->size[0], out->size[0]);
    lay_taps(call->layer, cols, in->size[1], out->size[1]);
    return (dnn_resample){.height = in->size[0],
                          .width = in->size[1],
                          .channels = in->size[2],
                          .out_height = out->size[0],
                          .out_width = out->size[1],
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
    {.settings = "scale_factor=2", .in = {{3, {2, 3, 2}}}},
    {.settings = "size=5,3", .in = {{3, {3, 4, 1}}}},
    {.settings = "scale_factor=1.7 mode=bilinear", .in = {{3, {3, 4, 2}}}},
    {.settings = "size=5,7 mode=bilinear align_corners=true", .in = {{3, {3, 2, 3}}}},
    {.settings = "scale_factor=0.6 mode=bilinear", .in = {{3, {5, 4, 1}}}},
    {.settings = NULL},
};

const dnn_layer_class dnn_layer_upsample = {
    .name = "Upsample",
    .doc = "A = X at another size, by the nearest element or by interpolation",
    .fields = fields,
    .cases = cases,
    .flags = DNN_LINEAR,
    .check = check,
    .wants = dnn_layer_wants_image,
    .shape = shape,
    .scratch = scratch,
    .forward = forward,
    .backward = backward,
};
