/* max_pool2d.c: the largest element of each window of an image, channel by channel (math/pool.h).
 * Forward keeps which pixel that was; backward gives it all of the gradient. */
#include "math/pool.h"
#include "nn/call.h"
#include "nn/layers/pool2d.h"

static size_t saved(const dnn_call *call) {
    return dnn_shape_count(&call->out) * call->examples * sizeof(uint32_t);
}

static dnn_status forward(dnn_call *call, dnn_error *err) {
    dnn_pool pool = dnn_pool2d_of(call->layer, &call->in[0], true);
    pool.out_height = call->out.size[0];
    pool.out_width = call->out.size[1];
    return dnn_pool_max_forward(&pool, &call->X[0], &call->A, call->saved, err);
}

static dnn_status backward(dnn_call *call, dnn_error *err) {
    dnn_pool pool = dnn_pool2d_of(call->layer, &call->in[0], true);
    pool.out_height = call->out.size[0];
    pool.out_width = call->out.size[1];
    if (call->dX[0].data == NULL)
        return DNN_OK;
    return dnn_pool_max_backward(&pool, call->saved, &call->dA, dnn_call_beta(call->add[0]),
                                 &call->dX[0], err);
}

static dnn_status shape(const dnn_layer *layer, const dnn_shape *in, size_t inputs, dnn_shape *out,
                        dnn_error *err) {
    dnn_pool pool = dnn_pool2d_of(layer, in, true);
    (void)inputs;
    dnn_status status = dnn_pool_plan(&pool, err);
    *out = dnn_shape_image(pool.out_height, pool.out_width, in->size[2]);
    return status;
}

static const dnn_field fields[] = {
    DNN_POOL2D_FIELDS,
    [DNN_POOL2D_LAST] = {.name = "dilation",
                         .kind = DNN_FIELD_PAIR,
                         .low = 1,
                         .initial = 1,
                         .doc = "pixels from one element of the window to the next"},
    {.name = NULL},
};

static const dnn_case cases[] = {
    {.settings = "kernel_size=2", .in = {{3, {4, 4, 3}}}},
    {.settings = "kernel_size=3,2 stride=1,2 padding=1", .in = {{3, {5, 4, 2}}}},
    {.settings = "kernel_size=2 stride=1 dilation=2", .in = {{3, {4, 5, 1}}}},
    {.settings = "kernel_size=2 ceil_mode=true", .in = {{3, {5, 5, 2}}}},
    {.settings = NULL},
};

const dnn_layer_class dnn_layer_max_pool2d = {
    .name = "MaxPool2d",
    .doc = "A = the largest element of each window",
    .fields = fields,
    .cases = cases,
    .wants = dnn_pool2d_wants,
    .shape = shape,
    .saved = saved,
    .forward = forward,
    .backward = backward,
};
