/* avg_pool2d.c: the mean of each window of an image, channel by channel (math/pool.h). */
#include "math/pool.h"
#include "nn/call.h"
#include "nn/layers/pool2d.h"

static dnn_pool pool_of(const dnn_layer *layer, const dnn_shape *in) {
    dnn_pool pool = dnn_pool2d_of(layer, in, false);
    pool.count_include_pad = dnn_layer_flag(layer, DNN_POOL2D_LAST);
    return pool;
}

static dnn_status shape(const dnn_layer *layer, const dnn_shape *in, size_t inputs, dnn_shape *out,
                        dnn_error *err) {
    dnn_pool pool = pool_of(layer, in);
    (void)inputs;
    dnn_status status = dnn_pool_plan(&pool, err);
    *out = dnn_shape_image(pool.out_height, pool.out_width, in->size[2]);
    return status;
}

static dnn_pool planned(const dnn_call *call) {
    dnn_pool pool = pool_of(call->layer, &call->in[0]);
    pool.out_height = call->out.size[0];
    pool.out_width = call->out.size[1];
    return pool;
}

static dnn_status forward(dnn_call *call, dnn_error *err) {
    dnn_pool pool = planned(call);
    return dnn_pool_average_forward(&pool, &call->X[0], &call->A, err);
}

static dnn_status backward(dnn_call *call, dnn_error *err) {
    dnn_pool pool = planned(call);
    if (call->dX[0].data == NULL)
        return DNN_OK;
    return dnn_pool_average_backward(&pool, &call->dA, dnn_call_beta(call->add[0]), &call->dX[0],
                                     err);
}

static const dnn_field fields[] = {
    DNN_POOL2D_FIELDS,
    [DNN_POOL2D_LAST] = {.name = "count_include_pad",
                         .kind = DNN_FIELD_FLAG,
                         .initial = 1,
                         .doc = "whether a mean counts the zeros of the padding in its window"},
    {.name = NULL},
};

static const dnn_case cases[] = {
    {.settings = "kernel_size=2", .in = {{3, {4, 4, 3}}}},
    {.settings = "kernel_size=3,2 stride=1,2 padding=1", .in = {{3, {5, 4, 2}}}},
    {.settings = "kernel_size=3 stride=2 padding=1 count_include_pad=false", .in = {{3, {5, 4, 1}}}},
    {.settings = "kernel_size=2 ceil_mode=true", .in = {{3, {5, 5, 2}}}},
    {.settings = NULL},
};

const dnn_layer_class dnn_layer_avg_pool2d = {
    .name = "AvgPool2d",
    .doc = "A = the mean of each window",
    .fields = fields,
    .cases = cases,
    .wants = dnn_pool2d_wants,
    .shape = shape,
    .forward = forward,
    .backward = backward,
};
