/* channel_shuffle.c: the channels of several groups interleaved (Zhang et al. 2018): channel k of
 * group g becomes channel k groups + g. dX is dA in the old order. */
#ifdef T

/* to[k across + g] = from[g along + k], of the along x across channels of each position. */
static void K(deal)(const shuffle *s, size_t begin, size_t end) {
    for (size_t p = begin; p < end; p++) {
        const T *from = dnn_matrix_at(&s->from, 0, p);
        T *to = dnn_matrix_at(&s->to, 0, p);
        for (size_t k = 0; k < s->along; k++)
            for (size_t g = 0; g < s->across; g++) {
                T x = from[g * s->along + k];
                to[k * s->across + g] = s->add ? to[k * s->across + g] + x : x;
            }
    }
}

#else

#include "nn/call.h"
#include "nn/chunk.h"

enum { GROUPS };

typedef struct shuffle {
    dnn_matrix from, to; /* channels x positions of all examples */
    size_t along, across, positions;
    bool add;
} shuffle;

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

static void run_example(void *context, size_t example) {
    const shuffle *s = context;
    size_t begin = example * s->positions, end = begin + s->positions;
    if (s->to.dtype == DNN_FLOAT32)
        deal_f32(s, begin, end);
    else
        deal_f64(s, begin, end);
}

static void run(const dnn_call *call, const dnn_matrix *from, dnn_matrix *to, bool back) {
    size_t n = dnn_shape_channels(&call->out), groups = dnn_layer_count(call->layer, GROUPS);
    size_t along = back ? groups : n / groups;
    shuffle s = {.from = dnn_call_pixels(from, &call->out),
                 .to = dnn_call_pixels(to, &call->out),
                 .along = along,
                 .across = n / along,
                 .positions = dnn_shape_positions(&call->out),
                 .add = back && call->add[0]};
    dnn_for_tasks(call->examples, dnn_matrix_count(to), run_example, &s);
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
