/* pad.c: images with more rows and columns around them, and sequences with more steps at their ends
 * (nn/layers/edges.h). What is there is a constant, the image mirrored at its edge without
 * repeating it (reflection), its edge (replication), or its other end (circular). */
#include <float.h>

#include "nn/call.h"
#include "nn/layers/edges.h"

enum { PADDING, VALUE };
enum { LEFT, RIGHT, TOP, BOTTOM };

#define PADDING_FIELD(sides, text)                                                                 \
    [PADDING] = {.name = "padding",                                                                \
                 .kind = sides,                                                                    \
                 .positional = true,                                                               \
                 .required = true,                                                                 \
                 .example = 1,                                                                     \
                 .doc = text}
#define PADDING_1D PADDING_FIELD(DNN_FIELD_ENDS, "steps that are added at each end: left, right")
#define PADDING_2D                                                                                 \
    PADDING_FIELD(DNN_FIELD_SIDES, "pixels that are added on each side: left, right, top, bottom")
#define VALUE_FIELD                                                                                \
    [VALUE] = {.name = "value",                                                                    \
               .kind = DNN_FIELD_REAL,                                                             \
               .positional = true,                                                                 \
               .required = true,                                                                   \
               .low = -DBL_MAX,                                                                    \
               .high = DBL_MAX,                                                                    \
               .example = 0.5,                                                                     \
               .doc = "what is added"}

static const dnn_field fields_1d[] = {PADDING_1D, {.name = NULL}};
static const dnn_field fields_2d[] = {PADDING_2D, {.name = NULL}};
static const dnn_field constant_fields_1d[] = {PADDING_1D, VALUE_FIELD, {.name = NULL}};
static const dnn_field constant_fields_2d[] = {PADDING_2D, VALUE_FIELD, {.name = NULL}};

/* --- the classes differ in what is at the edges: kind->family --- */

static const dnn_edge constant = DNN_EDGE_CONSTANT, reflection = DNN_EDGE_REFLECT,
                      replication = DNN_EDGE_REPLICATE, circular = DNN_EDGE_CIRCULAR;

static bool is_1d(const dnn_layer *layer) {
    return layer->kind->fields[PADDING].kind == DNN_FIELD_ENDS;
}

static size_t side(const dnn_layer *layer, int which) {
    return is_1d(layer) && which > RIGHT ? 0 : (size_t)layer->settings[PADDING].numbers[which];
}

static dnn_edges edges_of(const dnn_layer *layer, const dnn_shape *in) {
    bool valued = layer->kind->fields[VALUE].name != NULL;
    return (dnn_edges){
        .height = dnn_shape_height(in),
        .width = dnn_shape_width(in),
        .channels = dnn_shape_channels(in),
        .before = {side(layer, TOP),    side(layer, LEFT) },
        .after = {side(layer, BOTTOM), side(layer, RIGHT)},
        .kind = *(const dnn_edge *)layer->kind->family,
        .outside = valued ? dnn_layer_real(layer, VALUE) : 0
    };
}

static dnn_shape wants(const dnn_layer *layer) {
    return is_1d(layer) ? dnn_shape_sequence(0, 0) : dnn_shape_image(0, 0, 0);
}

static dnn_status shape(const dnn_layer *layer, const dnn_shape *in, size_t inputs, dnn_shape *out,
                        dnn_error *err) {
    dnn_edges e = edges_of(layer, in);
    (void)inputs;
    *out = is_1d(layer) ? dnn_shape_sequence(dnn_edges_width(&e), e.channels)
                        : dnn_shape_image(dnn_edges_height(&e), dnn_edges_width(&e), e.channels);
    return dnn_edges_check(&e, is_1d(layer), err);
}

static size_t scratch(const dnn_call *call) {
    dnn_edges e = edges_of(call->layer, &call->in[0]);
    return dnn_edges_scratch(&e);
}

static dnn_status forward(dnn_call *call, dnn_error *err) {
    dnn_edges e = edges_of(call->layer, &call->in[0]);
    return dnn_edges_forward(&e, &call->X[0], &call->A, call->scratch, err);
}

static dnn_status backward(dnn_call *call, dnn_error *err) {
    dnn_edges e = edges_of(call->layer, &call->in[0]);
    return call->dX[0].data == NULL ? DNN_OK
                                    : dnn_edges_backward(&e, &call->dA, dnn_call_beta(call->add[0]),
                                                         &call->dX[0], call->scratch, err);
}

/* --- the classes --- */

static const dnn_case cases_1d[] = {
    {.settings = "padding=1",   .in = {{2, {3, 2}}}},
    {.settings = "padding=3,0",                         .in = {{2, {4, 1}}}},
    {.settings = "padding=1,2",.in = {{2, {3, 3}}}},
    {.settings = NULL},
};

static const dnn_case constant_cases_1d[] = {
    {.settings = "padding=1 value=-0.5", .in = {{2, {3, 2}}}},
    {.settings = "padding=2,0 value=3",                                  .in = {{2, {1, 3}}}},
    {.settings = NULL},
};

static const dnn_case cases_2d[] = {
    {.settings = "padding=1", .in = {{3, {3, 4, 2}}}},
    {.settings = "padding=2,0,1,2",                       .in = {{3, {3, 4, 3}}}},
    {.settings = "padding=0",.in = {{3, {2, 2, 1}}}},
    {.settings = NULL},
};

static const dnn_case constant_cases_2d[] = {
    {.settings = "padding=1 value=-0.5", .in = {{3, {3, 4, 2}}}},
    {.settings = "padding=2,0,1,2 value=3",                                  .in = {{3, {3, 4, 3}}}},
    {.settings = NULL},
};

#define PAD_CLASS(title, edge, prefix, size, bits, text)                                           \
    {                                                                                              \
        .name = title, .doc = text, .flags = bits, .fields = prefix##fields_##size,                \
        .cases = prefix##cases_##size, .wants = wants, .shape = shape, .scratch = scratch,         \
        .forward = forward, .backward = backward, .family = &(edge),                               \
    }

const dnn_layer_class dnn_layer_zero_pad2d =
    PAD_CLASS("ZeroPad2d", constant, , 2d, DNN_LINEAR, "A = X with zeros around it");
const dnn_layer_class dnn_layer_constant_pad1d =
    PAD_CLASS("ConstantPad1d", constant, constant_, 1d, 0, "A = X with a constant at its ends");
const dnn_layer_class dnn_layer_constant_pad2d =
    PAD_CLASS("ConstantPad2d", constant, constant_, 2d, 0, "A = X with a constant around it");
const dnn_layer_class dnn_layer_reflection_pad1d = PAD_CLASS(
    "ReflectionPad1d", reflection, , 1d, DNN_LINEAR, "A = X with its reflection at its ends");
const dnn_layer_class dnn_layer_reflection_pad2d = PAD_CLASS(
    "ReflectionPad2d", reflection, , 2d, DNN_LINEAR, "A = X with its reflection around it");
const dnn_layer_class dnn_layer_replication_pad1d =
    PAD_CLASS("ReplicationPad1d", replication, , 1d, DNN_LINEAR,
              "A = X with its first and last steps repeated");
const dnn_layer_class dnn_layer_replication_pad2d =
    PAD_CLASS("ReplicationPad2d", replication, , 2d, DNN_LINEAR, "A = X with its edge around it");
const dnn_layer_class dnn_layer_circular_pad1d =
    PAD_CLASS("CircularPad1d", circular, , 1d, DNN_LINEAR, "A = X wrapped around at its ends");
const dnn_layer_class dnn_layer_circular_pad2d =
    PAD_CLASS("CircularPad2d", circular, , 2d, DNN_LINEAR, "A = X wrapped around on all sides");
