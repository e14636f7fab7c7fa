/* pad2d.c: images with more rows and columns around them (math/resample.h). What stands there is a
 * constant, the image mirrored at its edge without repeating it (reflection), or its edge
 * (replication); dX gathers from all places that an element has gone to. */
#include <float.h>

#include "core/memory.h"
#include "math/resample.h"
#include "nn/call.h"

enum { PADDING, VALUE };
enum { LEFT, RIGHT, TOP, BOTTOM };

#define PADDING_FIELD                                                                              \
    [PADDING] = {.name = "padding",                                                                \
                 .kind = DNN_FIELD_SIDES,                                                          \
                 .positional = true,                                                               \
                 .required = true,                                                                 \
                 .example = 1,                                                                     \
                 .doc = "pixels that are added on each side: left, right, top, bottom"}

static const dnn_field fields[] = {PADDING_FIELD, {.name = NULL}};

static const dnn_field constant_fields[] = {
    PADDING_FIELD,
    [VALUE] = {.name = "value",
               .kind = DNN_FIELD_REAL,
               .positional = true,
               .required = true,
               .low = -DBL_MAX,
               .high = DBL_MAX,
               .example = 0.5,
               .doc = "what is added"},
    {.name = NULL},
};

/* --- the classes differ in which element of an axis of n stands at place i, or -1 --- */

typedef ptrdiff_t edge(ptrdiff_t i, ptrdiff_t n);

static ptrdiff_t constant_edge(ptrdiff_t i, ptrdiff_t n) {
    return i >= 0 && i < n ? i : -1;
}

static ptrdiff_t reflection_edge(ptrdiff_t i, ptrdiff_t n) {
    return i < 0 ? -i : i < n ? i : 2 * (n - 1) - i;
}

static ptrdiff_t replication_edge(ptrdiff_t i, ptrdiff_t n) {
    return i < 0 ? 0 : i < n ? i : n - 1;
}

static size_t side(const dnn_layer *layer, int which) {
    return (size_t)layer->settings[PADDING].sides[which];
}

static dnn_status shape(const dnn_layer *layer, const dnn_shape *in, size_t inputs, dnn_shape *out,
                        dnn_error *err) {
    (void)inputs, (void)err;
    *out = dnn_shape_image(in->size[0] + side(layer, TOP) + side(layer, BOTTOM),
                           in->size[1] + side(layer, LEFT) + side(layer, RIGHT), in->size[2]);
    return DNN_OK;
}

/* A reflection does not reach beyond the image's other edge. */
static dnn_status reflection_shape(const dnn_layer *layer, const dnn_shape *in, size_t inputs,
                                   dnn_shape *out, dnn_error *err) {
    static const char *const names[] = {"left", "right", "top", "bottom"};
    for (int s = LEFT; s <= BOTTOM; s++) {
        bool across = s == LEFT || s == RIGHT;
        if (side(layer, s) >= in->size[across ? 1 : 0])
            return dnn_fail(err, DNN_ERROR_SHAPE,
                            "can only reflect fewer pixels than the image has: %zu on the %s is "
                            "not less than its %s of %zu",
                            side(layer, s), names[s], across ? "width" : "height",
                            in->size[across ? 1 : 0]);
    }
    return shape(layer, in, inputs, out, err);
}

static size_t scratch(const dnn_call *call) {
    return (call->out.size[0] + call->out.size[1]) * sizeof(dnn_tap);
}

static void lay_taps(dnn_tap *taps, size_t out, size_t in, size_t before, edge *at) {
    for (size_t i = 0; i < out; i++)
        taps[i] = (dnn_tap){.at = {at((ptrdiff_t)i - (ptrdiff_t)before, (ptrdiff_t)in)},
                            .weight = {1, 0}};
}

static dnn_resample resample_of(const dnn_call *call, edge *at, double outside) {
    const dnn_shape *in = &call->in[0];
    dnn_tap *rows = call->scratch, *cols = rows + call->out.size[0];
    lay_taps(rows, call->out.size[0], in->size[0], side(call->layer, TOP), at);
    lay_taps(cols, call->out.size[1], in->size[1], side(call->layer, LEFT), at);
    return (dnn_resample){.height = in->size[0],
                          .width = in->size[1],
                          .channels = in->size[2],
                          .out_height = call->out.size[0],
                          .out_width = call->out.size[1],
                          .rows = rows,
                          .cols = cols,
                          .outside = outside};
}

static dnn_status run_forward(dnn_call *call, edge *at, double outside, dnn_error *err) {
    dnn_resample r = resample_of(call, at, outside);
    return dnn_resample_forward(&r, &call->X[0], &call->A, err);
}

static dnn_status run_backward(dnn_call *call, edge *at, dnn_error *err) {
    if (call->dX[0].data == NULL)
        return DNN_OK;
    dnn_resample r = resample_of(call, at, 0);
    return dnn_resample_backward(&r, &call->dA, dnn_call_beta(call->add[0]), &call->dX[0], err);
}

static dnn_status zero_forward(dnn_call *call, dnn_error *err) {
    return run_forward(call, constant_edge, 0, err);
}

static dnn_status constant_forward(dnn_call *call, dnn_error *err) {
    return run_forward(call, constant_edge, dnn_layer_real(call->layer, VALUE), err);
}

static dnn_status constant_backward(dnn_call *call, dnn_error *err) {
    return run_backward(call, constant_edge, err);
}

static dnn_status reflection_forward(dnn_call *call, dnn_error *err) {
    return run_forward(call, reflection_edge, 0, err);
}

static dnn_status reflection_backward(dnn_call *call, dnn_error *err) {
    return run_backward(call, reflection_edge, err);
}

static dnn_status replication_forward(dnn_call *call, dnn_error *err) {
    return run_forward(call, replication_edge, 0, err);
}

static dnn_status replication_backward(dnn_call *call, dnn_error *err) {
    return run_backward(call, replication_edge, err);
}

/* --- the classes --- */

static const dnn_case cases[] = {
    {.settings = "padding=1", .in = {{3, {3, 4, 2}}}},
    {.settings = "padding=2,0,1,2", .in = {{3, {3, 4, 3}}}},
    {.settings = "padding=0", .in = {{3, {2, 2, 1}}}},
    {.settings = NULL},
};

static const dnn_case constant_cases[] = {
    {.settings = "padding=1 value=-0.5", .in = {{3, {3, 4, 2}}}},
    {.settings = "padding=2,0,1,2 value=3", .in = {{3, {3, 4, 3}}}},
    {.settings = NULL},
};

const dnn_layer_class dnn_layer_zero_pad2d = {
    .name = "ZeroPad2d",
    .doc = "A = X with zeros around it",
    .fields = fields,
    .cases = cases,
    .flags = DNN_LINEAR,
    .wants = dnn_layer_wants_image,
    .shape = shape,
    .scratch = scratch,
    .forward = zero_forward,
    .backward = constant_backward,
};

const dnn_layer_class dnn_layer_constant_pad2d = {
    .name = "ConstantPad2d",
    .doc = "A = X with a constant around it",
    .fields = constant_fields,
    .cases = constant_cases,
    .wants = dnn_layer_wants_image,
    .shape = shape,
    .scratch = scratch,
    .forward = constant_forward,
    .backward = constant_backward,
};

const dnn_layer_class dnn_layer_reflection_pad2d = {
    .name = "ReflectionPad2d",
    .doc = "A = X with its reflection around it",
    .fields = fields,
    .cases = cases,
    .flags = DNN_LINEAR,
    .wants = dnn_layer_wants_image,
    .shape = reflection_shape,
    .scratch = scratch,
    .forward = reflection_forward,
    .backward = reflection_backward,
};

const dnn_layer_class dnn_layer_replication_pad2d = {
    .name = "ReplicationPad2d",
    .doc = "A = X with its edge around it",
    .fields = fields,
    .cases = cases,
    .flags = DNN_LINEAR,
    .wants = dnn_layer_wants_image,
    .shape = shape,
    .scratch = scratch,
    .forward = replication_forward,
    .backward = replication_backward,
};
