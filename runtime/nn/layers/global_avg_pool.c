/* global_avg_pool.c: the mean of each channel over all pixels of an image, or all steps of a
 * sequence: one window, which is all there is (math/pool.h). */
#include "math/pool.h"
#include "nn/call.h"

static dnn_pool pool_of(const dnn_shape *in) {
    size_t positions = dnn_shape_positions(in);
    return (dnn_pool){.height = 1,
                      .width = positions,
                      .channels = dnn_shape_channels(in),
                      .kernel = {1, positions},
                      .stride = {1, 1},
                      .dilation = {1, 1},
                      .out_height = 1,
                      .out_width = 1};
}

static dnn_status shape(const dnn_layer *layer, const dnn_shape *in, size_t inputs, dnn_shape *out,
                        dnn_error *err) {
    dnn_pool p = pool_of(in);
    char text[DNN_SHAPE_TEXT];
    (void)layer, (void)inputs;
    *out = dnn_shape_vector(p.channels);
    dnn_shape_text(in, text);
    if (in->rank < 2)
        return dnn_fail(err, DNN_ERROR_SHAPE,
                        "needs an image or a sequence, but its input is %s; start the network with "
                        "dnn.Input(height, width, channels)",
                        text);
    return dnn_pool_plan(&p, err);
}

static dnn_status forward(dnn_call *call, dnn_error *err) {
    dnn_pool p = pool_of(&call->in[0]);
    return dnn_pool_average_forward(&p, &call->X[0], &call->A, err);
}

static dnn_status backward(dnn_call *call, dnn_error *err) {
    dnn_pool p = pool_of(&call->in[0]);
    if (call->dX[0].data == NULL)
        return DNN_OK;
    return dnn_pool_average_backward(&p, &call->dA, dnn_call_beta(call->add[0]), &call->dX[0], err);
}

static const dnn_case cases[] = {
    {.in = {{3, {4, 3, 5}}}},
    {.in = {{3, {1, 1, 2}}}},
    {.in = {{2, {6, 3}}}},
    {.settings = NULL},
};

const dnn_layer_class dnn_layer_global_avg_pool = {
    .name = "GlobalAvgPool",
    .doc = "A = the mean of each channel over all positions",
    .cases = cases,
    .flags = DNN_LINEAR,
    .shape = shape,
    .forward = forward,
    .backward = backward,
};
