/* pooling.c: from a layer's settings to math/pool.h. */
#include "nn/layers/pooling.h"

#include "nn/layers/window.h"

/* Number `axis` of a setting, 0 the height and 1 the width; `otherwise` where the layer does not
 * have it or it was left out. */
static size_t setting(const dnn_layer *layer, const char *name, int axis, size_t otherwise) {
    int field = dnn_field_find(layer->kind->fields, name);
    if (field < 0 || layer->settings[field].numbers[axis] < 0)
        return otherwise;
    return (size_t)layer->settings[field].numbers[axis];
}

static bool is_adaptive(const dnn_layer *layer) {
    return dnn_field_find(layer->kind->fields, "output_size") >= 0;
}

static dnn_pool pool_of(const dnn_layer *layer, const dnn_shape *in) {
    bool sequence = in->rank == 2;
    dnn_pool p = {
        .height = dnn_shape_height(in),
        .width = dnn_shape_width(in),
        .channels = dnn_shape_channels(in),
        .kernel = {1, 1},
        .stride = {1, 1},
        .dilation = {1, 1},
        .ceil_mode = setting(layer, "ceil_mode", 0, 0) != 0,
        .count_include_pad = setting(layer, "count_include_pad", 0, 0) != 0,
        .divisor = setting(layer, "divisor_override", 0, 0),
        .adaptive = is_adaptive(layer)
    };
    for (int axis = sequence ? 1 : 0; axis < 2; axis++) {
        p.kernel[axis] = setting(layer, "kernel_size", axis, 1);
        p.stride[axis] = setting(layer, "stride", axis, p.kernel[axis]);
        p.padding[axis] = setting(layer, "padding", axis, 0);
        p.dilation[axis] = setting(layer, "dilation", axis, 1);
    }
    p.out_height = sequence ? 1 : setting(layer, "output_size", 0, 0);
    p.out_width = setting(layer, "output_size", 1, 0);
    return p;
}

dnn_shape dnn_pooling_wants(const dnn_layer *layer) {
    bool sequence = layer->kind->fields[0].kind == DNN_FIELD_COUNT; /* kernel_size, output_size */
    return sequence ? dnn_shape_sequence(0, 0) : dnn_shape_image(0, 0, 0);
}

dnn_status dnn_pooling_shape(const dnn_layer *layer, const dnn_shape *in, size_t inputs,
                             dnn_shape *out, dnn_error *err) {
    dnn_pool p = pool_of(layer, in);
    dnn_status status = DNN_OK;
    (void)inputs;
    if (in->rank == 2)
        status = dnn_window_check(p.width, p.kernel[1], p.dilation[1], p.padding[1], err);
    if (status == DNN_OK)
        status = dnn_pool_plan(&p, err);
    *out = in->rank == 2 ? dnn_shape_sequence(p.out_width, p.channels)
                         : dnn_shape_image(p.out_height, p.out_width, p.channels);
    return status;
}

/* The pooling with its output's size, which the shape has found to be right. */
static dnn_pool planned(const dnn_call *call) {
    dnn_pool p = pool_of(call->layer, &call->in[0]);
    p.out_height = dnn_shape_height(&call->out);
    p.out_width = dnn_shape_width(&call->out);
    return p;
}

size_t dnn_pooling_max_saved(const dnn_call *call) {
    return dnn_shape_count(&call->out) * call->examples * sizeof(uint32_t);
}

dnn_status dnn_pooling_max_forward(dnn_call *call, dnn_error *err) {
    dnn_pool p = planned(call);
    return dnn_pool_max_forward(&p, &call->X[0], &call->A, call->saved, err);
}

dnn_status dnn_pooling_max_backward(dnn_call *call, dnn_error *err) {
    dnn_pool p = planned(call);
    if (call->dX[0].data == NULL)
        return DNN_OK;
    return dnn_pool_max_backward(&p, call->saved, &call->dA, call->gates ? &call->A : NULL,
                                 dnn_call_beta(call->add[0]), &call->dX[0], err);
}

bool dnn_pooling_max_in_pairs(const dnn_call *call) {
    if (call->layer->kind->forward != dnn_pooling_max_forward)
        return false;
    dnn_pool p = planned(call);
    return dnn_pool_in_pairs(&p);
}

dnn_status dnn_pooling_average_forward(dnn_call *call, dnn_error *err) {
    dnn_pool p = planned(call);
    return dnn_pool_average_forward(&p, &call->X[0], &call->A, err);
}

dnn_status dnn_pooling_average_backward(dnn_call *call, dnn_error *err) {
    dnn_pool p = planned(call);
    if (call->dX[0].data == NULL)
        return DNN_OK;
    return dnn_pool_average_backward(&p, &call->dA, dnn_call_beta(call->add[0]), &call->dX[0], err);
}
