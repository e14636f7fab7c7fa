/* conv2d.c: the two-dimensional convolution of images, channels last (math/conv.h).
 *
 *     A = weight * X + bias    weight out x (height width in / groups), bias out x 1
 *     dweight, dX as math/conv.h has them, dbias = sums of dA over all pixels */
#include <math.h>

#include "math/conv.h"
#include "math/fill.h"
#include "nn/call.h"
#include "nn/layers/row_sums.h"

enum { IN_CHANNELS, OUT_CHANNELS, KERNEL, STRIDE, PADDING, DILATION, GROUPS, BIAS, INIT };
enum { HE, XAVIER, LECUN };
enum { KERNEL_MATRIX, BIAS_COLUMN };

static const char *const inits[] = {
    [HE] = "he", [XAVIER] = "xavier", [LECUN] = "1/sqrt(n)", NULL};

static const dnn_field fields[] = {
    [IN_CHANNELS] = {.name = "in_channels",
                     .kind = DNN_FIELD_COUNT,
                     .low = 1,
                     .positional = true,
                     .required = true,
                     .example = 2,
                     .doc = "channels of X"},
    [OUT_CHANNELS] = {.name = "out_channels",
                      .kind = DNN_FIELD_COUNT,
                      .low = 1,
                      .positional = true,
                      .required = true,
                      .example = 3,
                      .doc = "channels of A"},
    [KERNEL] = {.name = "kernel_size",
                .kind = DNN_FIELD_PAIR,
                .low = 1,
                .positional = true,
                .required = true,
                .example = 3,
                .doc = "height and width of the window"},
    [STRIDE] = {.name = "stride",
                .kind = DNN_FIELD_PAIR,
                .low = 1,
                .initial = 1,
                .doc = "pixels from one window to the next"},
    [PADDING] = {.name = "padding",
                 .kind = DNN_FIELD_PAIR,
                 .low = 0,
                 .doc = "zeros on each side of the image"},
    [DILATION] = {.name = "dilation",
                  .kind = DNN_FIELD_PAIR,
                  .low = 1,
                  .initial = 1,
                  .doc = "pixels from one element of the window to the next"},
    [GROUPS] = {.name = "groups",
                .kind = DNN_FIELD_COUNT,
                .low = 1,
                .initial = 1,
                .doc = "parts of the channels that do not see each other"},
    [BIAS] = {.name = "bias",
              .kind = DNN_FIELD_FLAG,
              .initial = 1,
              .doc = "whether a bias is added; it starts at 0"},
    [INIT] = {.name = "init",
              .kind = DNN_FIELD_CHOICE,
              .initial = HE,
              .choices = inits,
              .doc = "variance of the normal starting weights, with in = elements of a window: he "
                     "2/in, xavier 2/(in + out), 1/sqrt(n) 1/in"},
    {.name = NULL},
};

static dnn_conv conv_of(const dnn_layer *layer, const dnn_shape *in) {
    dnn_conv c = {.height = in->size[0],
                  .width = in->size[1],
                  .channels = dnn_layer_count(layer, IN_CHANNELS),
                  .out_channels = dnn_layer_count(layer, OUT_CHANNELS),
                  .groups = dnn_layer_count(layer, GROUPS)};
    for (int axis = 0; axis < 2; axis++) {
        c.kernel[axis] = (size_t)layer->settings[KERNEL].pair[axis];
        c.stride[axis] = (size_t)layer->settings[STRIDE].pair[axis];
        c.padding[axis] = (size_t)layer->settings[PADDING].pair[axis];
        c.dilation[axis] = (size_t)layer->settings[DILATION].pair[axis];
    }
    return c;
}

static dnn_status check(dnn_layer *layer, dnn_error *err) {
    size_t in = dnn_layer_count(layer, IN_CHANNELS), out = dnn_layer_count(layer, OUT_CHANNELS);
    size_t groups = dnn_layer_count(layer, GROUPS);
    if (in % groups != 0 || out % groups != 0)
        return dnn_fail(err, DNN_ERROR_ARGUMENT,
                        "Conv2d: groups = %zu must divide in_channels = %zu and out_channels = %zu",
                        groups, in, out);
    return DNN_OK;
}

static dnn_shape wants(const dnn_layer *layer) {
    return dnn_shape_image(0, 0, dnn_layer_count(layer, IN_CHANNELS));
}

static dnn_status shape(const dnn_layer *layer, const dnn_shape *in, size_t inputs, dnn_shape *out,
                        dnn_error *err) {
    dnn_conv c = conv_of(layer, in);
    (void)inputs;
    dnn_status status = dnn_conv_plan(&c, err);
    *out = dnn_shape_image(c.out_height, c.out_width, c.out_channels);
    return status;
}

static size_t window_of(const dnn_layer *layer) {
    return (size_t)(layer->settings[KERNEL].pair[0] * layer->settings[KERNEL].pair[1]);
}

static size_t values(const dnn_layer *layer, const dnn_shape *in,
                     dnn_value values[DNN_LAYER_VALUES]) {
    size_t out = dnn_layer_count(layer, OUT_CHANNELS);
    (void)in;
    values[KERNEL_MATRIX] = dnn_value_kernel(
        "weight", out, dnn_layer_count(layer, IN_CHANNELS) / dnn_layer_count(layer, GROUPS),
        (size_t)layer->settings[KERNEL].pair[0], (size_t)layer->settings[KERNEL].pair[1]);
    values[BIAS_COLUMN] = dnn_value_vector("bias", out);
    return dnn_layer_flag(layer, BIAS) ? 2 : 1;
}

static dnn_status initialise(const dnn_layer *layer, dnn_matrix *value, dnn_random *random,
                             dnn_error *err) {
    double groups = dnn_layer_real(layer, GROUPS), window = (double)window_of(layer);
    double in = dnn_layer_real(layer, IN_CHANNELS) / groups * window;
    double out = dnn_layer_real(layer, OUT_CHANNELS) / groups * window;
    const double deviation[] = {
        [HE] = sqrt(2 / in), [XAVIER] = sqrt(2 / (in + out)), [LECUN] = 1 / sqrt(in)};
    return dnn_fill_normal(&value[KERNEL_MATRIX], random, 0,
                           deviation[dnn_layer_count(layer, INIT)], err);
}

/* The convolution with its output's size, which the shape has found to be right. */
static dnn_conv planned(const dnn_call *call) {
    dnn_conv c = conv_of(call->layer, &call->in[0]);
    c.out_height = call->out.size[0];
    c.out_width = call->out.size[1];
    return c;
}

static size_t scratch(const dnn_call *call) {
    dnn_conv c = planned(call);
    return dnn_conv_scratch(&c, call->dtype, call->examples);
}

static dnn_status forward(dnn_call *call, dnn_error *err) {
    dnn_conv c = planned(call);
    const dnn_matrix *bias = dnn_layer_flag(call->layer, BIAS) ? &call->values[BIAS_COLUMN] : NULL;
    return dnn_conv_forward(&c, &call->X[0], &call->values[KERNEL_MATRIX], bias, &call->A,
                            call->scratch, err);
}

static dnn_status backward(dnn_call *call, dnn_error *err) {
    dnn_conv c = planned(call);
    dnn_matrix *dweight = &call->gradients[KERNEL_MATRIX];
    dnn_status status = DNN_OK;
    if (dweight->data != NULL) {
        dnn_matrix pixels = dnn_call_pixels(&call->dA, &call->out);
        status = dnn_conv_backward_weight(&c, &call->X[0], &call->dA,
                                          dnn_call_beta(call->accumulate), dweight, call->scratch,
                                          err);
        if (status == DNN_OK && dnn_layer_flag(call->layer, BIAS))
            dnn_row_sums(&call->gradients[BIAS_COLUMN], &pixels, call->accumulate);
    }
    if (status == DNN_OK && call->dX[0].data != NULL)
        status = dnn_conv_backward_input(&c, &call->values[KERNEL_MATRIX], &call->dA,
                                         dnn_call_beta(call->add[0]), &call->dX[0], call->scratch,
                                         err);
    return status;
}

static const dnn_case cases[] = {
    {.settings = "in_channels=2 out_channels=3 kernel_size=3", .in = {{3, {5, 4, 2}}}},
    {.settings = "in_channels=3 out_channels=4 kernel_size=3,2 stride=2,1 padding=1 bias=false",
     .in = {{3, {5, 4, 3}}}},
    {.settings = "in_channels=2 out_channels=2 kernel_size=1", .in = {{3, {2, 3, 2}}}},
    {.settings = "in_channels=4 out_channels=6 kernel_size=2 dilation=2 groups=2 init=xavier",
     .in = {{3, {4, 5, 4}}}},
    {.settings = "in_channels=3 out_channels=3 kernel_size=3 groups=3 padding=1,0",
     .in = {{3, {3, 4, 3}}}},
    {.settings = NULL},
};

const dnn_layer_class dnn_layer_conv2d = {
    .name = "Conv2d",
    .doc = "A = weight * X + bias over windows of an image",
    .fields = fields,
    .cases = cases,
    .flags = DNN_READS_X,
    .check = check,
    .wants = wants,
    .shape = shape,
    .values = values,
    .scratch = scratch,
    .initialise = initialise,
    .forward = forward,
    .backward = backward,
};
