/* convolution.c: from a layer's settings to math/conv.h; the order in files is nn/value.c's.
 *
 *     A = weight * X + bias    weight out x (height width in / groups), bias out x 1
 *     dweight, dX as math/conv.h has them, dbias = sums of dA over all pixels */
#include "nn/layers/convolution.h"

#include <math.h>

#include "math/fill.h"
#include "nn/layers/row_sums.h"
#include "nn/layers/window.h"

enum { HE, XAVIER, LECUN };

const char *const dnn_convolution_inits[] = {
    [HE] = "he", [XAVIER] = "xavier", [LECUN] = "1/sqrt(n)", NULL};

static bool is_sequence(const dnn_layer *layer) {
    return layer->kind->fields[DNN_CONVOLUTION_KERNEL].kind == DNN_FIELD_COUNT;
}

size_t dnn_convolution_extent(const dnn_layer *layer, int field, int axis) {
    if (is_sequence(layer) && axis == 0)
        return field == DNN_CONVOLUTION_PADDING || field == DNN_CONVOLUTION_OUTPUT_PADDING ? 0 : 1;
    return (size_t)layer->settings[field].pair[axis];
}

dnn_conv dnn_convolution_of(const dnn_layer *layer, const dnn_shape *image) {
    bool sequence = image->rank == 2;
    dnn_conv c = {.height = sequence ? 1 : image->size[0],
                  .width = image->size[sequence ? 0 : 1],
                  .groups = dnn_layer_count(layer, DNN_CONVOLUTION_GROUPS)};
    for (int axis = 0; axis < 2; axis++) {
        c.kernel[axis] = dnn_convolution_extent(layer, DNN_CONVOLUTION_KERNEL, axis);
        c.stride[axis] = dnn_convolution_extent(layer, DNN_CONVOLUTION_STRIDE, axis);
        c.padding[axis] = dnn_convolution_extent(layer, DNN_CONVOLUTION_PADDING, axis);
        c.dilation[axis] = dnn_convolution_extent(layer, DNN_CONVOLUTION_DILATION, axis);
    }
    return c;
}

static dnn_conv conv_of(const dnn_layer *layer, const dnn_shape *in) {
    dnn_conv c = dnn_convolution_of(layer, in);
    c.channels = dnn_layer_count(layer, DNN_CONVOLUTION_IN);
    c.out_channels = dnn_layer_count(layer, DNN_CONVOLUTION_OUT);
    return c;
}

dnn_status dnn_convolution_check(dnn_layer *layer, dnn_error *err) {
    size_t in = dnn_layer_count(layer, DNN_CONVOLUTION_IN);
    size_t out = dnn_layer_count(layer, DNN_CONVOLUTION_OUT);
    size_t groups = dnn_layer_count(layer, DNN_CONVOLUTION_GROUPS);
    if (in % groups != 0 || out % groups != 0)
        return dnn_fail(err, DNN_ERROR_ARGUMENT,
                        "%s: groups = %zu must divide in_channels = %zu and out_channels = %zu",
                        layer->kind->name, groups, in, out);
    return DNN_OK;
}

dnn_shape dnn_convolution_wants(const dnn_layer *layer) {
    size_t channels = dnn_layer_count(layer, DNN_CONVOLUTION_IN);
    return is_sequence(layer) ? dnn_shape_sequence(0, channels) : dnn_shape_image(0, 0, channels);
}

dnn_status dnn_convolution_shape(const dnn_layer *layer, const dnn_shape *in, size_t inputs,
                                 dnn_shape *out, dnn_error *err) {
    dnn_conv c = conv_of(layer, in);
    (void)inputs;
    dnn_status status = DNN_OK;
    if (in->rank == 2)
        status = dnn_window_check(c.width, c.kernel[1], c.dilation[1], c.padding[1], err);
    if (status == DNN_OK)
        status = dnn_conv_plan(&c, err);
    *out = in->rank == 2 ? dnn_shape_sequence(c.out_width, c.out_channels)
                         : dnn_shape_image(c.out_height, c.out_width, c.out_channels);
    return status;
}

size_t dnn_convolution_values(const dnn_layer *layer, const dnn_shape *in,
                              dnn_value values[DNN_LAYER_VALUES]) {
    size_t out = dnn_layer_count(layer, DNN_CONVOLUTION_OUT);
    (void)in;
    values[DNN_CONVOLUTION_WEIGHT] = dnn_value_kernel(
        "weight", out,
        dnn_layer_count(layer, DNN_CONVOLUTION_IN) / dnn_layer_count(layer, DNN_CONVOLUTION_GROUPS),
        is_sequence(layer) ? 0 : dnn_convolution_extent(layer, DNN_CONVOLUTION_KERNEL, 0),
        dnn_convolution_extent(layer, DNN_CONVOLUTION_KERNEL, 1));
    values[DNN_CONVOLUTION_BIAS_COLUMN] = dnn_value_vector("bias", out);
    return dnn_layer_flag(layer, DNN_CONVOLUTION_BIAS) ? 2 : 1;
}

dnn_status dnn_convolution_initialise_for(const dnn_layer *layer, dnn_matrix *weight, double in,
                                          double out, dnn_random *random, dnn_error *err) {
    const double deviation[] = {
        [HE] = sqrt(2 / in), [XAVIER] = sqrt(2 / (in + out)), [LECUN] = 1 / sqrt(in)};
    return dnn_fill_normal(weight, random, 0,
                           deviation[dnn_layer_count(layer, DNN_CONVOLUTION_INIT)], err);
}

dnn_status dnn_convolution_initialise(const dnn_layer *layer, dnn_matrix *values,
                                      dnn_random *random, dnn_error *err) {
    double window = (double)dnn_convolution_extent(layer, DNN_CONVOLUTION_KERNEL, 0) *
                    (double)dnn_convolution_extent(layer, DNN_CONVOLUTION_KERNEL, 1) /
                    dnn_layer_real(layer, DNN_CONVOLUTION_GROUPS);
    return dnn_convolution_initialise_for(layer, &values[DNN_CONVOLUTION_WEIGHT],
                                          dnn_layer_real(layer, DNN_CONVOLUTION_IN) * window,
                                          dnn_layer_real(layer, DNN_CONVOLUTION_OUT) * window,
                                          random, err);
}

/* The convolution with its output's size, which the shape has found to be right. */
static dnn_conv planned(const dnn_call *call) {
    dnn_conv c = conv_of(call->layer, &call->in[0]);
    c.out_height = call->out.rank == 2 ? 1 : call->out.size[0];
    c.out_width = call->out.size[call->out.rank - 2];
    return c;
}

size_t dnn_convolution_scratch(const dnn_call *call) {
    dnn_conv c = planned(call);
    return dnn_conv_scratch(&c, call->dtype, call->examples);
}

dnn_status dnn_convolution_forward(dnn_call *call, dnn_error *err) {
    dnn_conv c = planned(call);
    bool biased = dnn_layer_flag(call->layer, DNN_CONVOLUTION_BIAS);
    return dnn_conv_forward(&c, &call->X[0], &call->values[DNN_CONVOLUTION_WEIGHT],
                            biased ? &call->values[DNN_CONVOLUTION_BIAS_COLUMN] : NULL, &call->A,
                            call->scratch, err);
}

dnn_status dnn_convolution_backward(dnn_call *call, dnn_error *err) {
    dnn_conv c = planned(call);
    dnn_matrix *dweight = &call->gradients[DNN_CONVOLUTION_WEIGHT];
    dnn_status status = DNN_OK;
    if (dweight->data != NULL) {
        dnn_matrix pixels = dnn_call_pixels(&call->dA, &call->out);
        status = dnn_conv_backward_weight(&c, &call->X[0], &call->dA,
                                          dnn_call_beta(call->accumulate), dweight, call->scratch,
                                          err);
        if (status == DNN_OK && dnn_layer_flag(call->layer, DNN_CONVOLUTION_BIAS) &&
            call->gradients[DNN_CONVOLUTION_BIAS_COLUMN].data != NULL)
            dnn_row_sums(&call->gradients[DNN_CONVOLUTION_BIAS_COLUMN], &pixels, call->accumulate);
    }
    if (status == DNN_OK && call->dX[0].data != NULL)
        status = dnn_conv_backward_input(&c, &call->values[DNN_CONVOLUTION_WEIGHT], &call->dA,
                                         dnn_call_beta(call->add[0]), &call->dX[0], call->scratch,
                                         err);
    return status;
}
