/* channel_shuffle.c: channels of several groups, dealt in turn (Zhang et al. 2018): channel k of
 * group g becomes channel k groups + g. dX is dA, dealt back. */
#ifdef T

/* to[k across + g] = from[g along + k], of a position's channels along x across. */
static void K(deal)(const T *from, T *to, size_t along, size_t across, bool add) {
    for (size_t k = 0; k < along; k++)
        for (size_t g = 0; g < across; g++) {
            T x = from[g * along + k];
            to[k * across + g] = add ? to[k * across + g] + x : x;
        }
}

#else

#include "nn/call.h"

enum { GROUPS };

#define KERNELS "nn/layers/channel_shuffle.c"
#include "nn/both_types.inc"

static const dnn_field fields[] = {
    [GROUPS] = {.name = "groups",
                .kind = DNN_FIELD_COUNT,
                .low = 1,
                .positional = true,
                .required = true,
                .example = 1,
                .doc = "groups, which divide the channels"},
    {.name = NULL        },
};

static dnn_status shape(const dnn_layer *layer, const dnn_shape *in, size_t inputs, dnn_shape *out,
                        dnn_error *err) {
    char text[DNN_SHAPE_TEXT];
    (void)inputs;
    *out = *in;
    out->flat_channels = out->flat_positions = 0;
    if (dnn_shape_channels(in) % dnn_layer_count(layer, GROUPS) == 0)
        return DNN_OK;
    dnn_shape_text(in, text);
    return dnn_fail(err, DNN_ERROR_SHAPE,
                    "has %zu groups, which do not divide the channels of its input, %s",
                    dnn_layer_count(layer, GROUPS), text);
}

static void run(const dnn_call *call, const dnn_matrix *from, dnn_matrix *to, bool back) {
    size_t n = dnn_shape_channels(&call->out), groups = dnn_layer_count(call->layer, GROUPS);
    size_t along = back ? groups : n / groups, across = n / along;
    bool add = back && call->add[0];
    dnn_matrix source = dnn_call_pixels(from, &call->out), target = dnn_call_pixels(to, &call->out);
    for (size_t p = 0; p < source.cols; p++)
        if (call->dtype == DNN_FLOAT32)
            deal_f32(dnn_matrix_at(&source, 0, p), dnn_matrix_at(&target, 0, p), along, across,
                     add);
        else
            deal_f64(dnn_matrix_at(&source, 0, p), dnn_matrix_at(&target, 0, p), along, across,
                     add);
}

static dnn_status forward(dnn_call *call, dnn_error *err) {
    (void)err;
    run(call, &call->X[0], &call->A, false);
    return DNN_OK;
}

static dnn_status backward(dnn_call *call, dnn_error *err) {
    (void)err;
    if (call->dX[0].data != NULL)
        run(call, &call->dA, &call->dX[0], true);
    return DNN_OK;
}

static const dnn_case cases[] = {
    {.settings = "groups=2", .in = {{3, {2, 3, 6}}}},
    {.settings = "groups=3",                      .in = {{2, {4, 6}}}},
    {.settings = "groups=1",.in = {{1, {5}}}},
    {.settings = NULL},
};

const dnn_layer_class dnn_layer_channel_shuffle = {
    .name = "ChannelShuffle",
    .doc = "A = X with the channels of its groups interleaved",
    .fields = fields,
    .cases = cases,
    .flags = DNN_LINEAR | DNN_STEP_BY_STEP,
    .shape = shape,
    .forward = forward,
    .backward = backward,
};

#endif
