/* positional_encoding.c: where in a sequence a step is, added to its features (Vaswani et al.
 * 2017): A = X + P with P[2 i, t] = sin(t r) and P[2 i + 1, t] = cos(t r), r = 10000^(-2 i / n),
 * for feature 2 i of n and step t, both from 0; dX = dA.
 *
 * The sines of a feature's steps come from those of the step before by one rotation each, in
 * double: the error stays far below that of a float64. */
#include <math.h>

#include "math/elementwise.h"
#include "nn/call.h"

enum { EMBEDDING_DIM, MAX_LEN };

static const dnn_field fields[] = {
    [EMBEDDING_DIM] = {.name = "embedding_dim",
                       .kind = DNN_FIELD_COUNT,
                       .low = 1,
                       .positional = true,
                       .required = true,
                       .example = 4,
                       .doc = "features of each step"},
    [MAX_LEN] = {.name = "max_len",
                 .kind = DNN_FIELD_COUNT,
                 .low = 1,
                 .initial = 5000,
                 .doc = "the most steps of a sequence"},
    {.name = NULL},
};

static dnn_shape wants(const dnn_layer *layer) {
    return dnn_shape_sequence(0, dnn_layer_count(layer, EMBEDDING_DIM));
}

static dnn_status shape(const dnn_layer *layer, const dnn_shape *in, size_t inputs, dnn_shape *out,
                        dnn_error *err) {
    size_t most = dnn_layer_count(layer, MAX_LEN);
    (void)inputs, (void)out;
    if (in->size[0] <= most)
        return DNN_OK;
    return dnn_fail(err, DNN_ERROR_SHAPE,
                    "takes sequences of up to %zu steps, but its input has %zu; set max_len", most,
                    in->size[0]);
}

/* P, as a column. */
static size_t scratch(const dnn_call *call) {
    return dnn_shape_count(&call->out) * dnn_dtype_info(call->dtype)->size;
}

static void write_feature(dnn_matrix *P, size_t features, size_t steps, size_t before,
                          size_t feature) {
    double rate = pow(10000, -(double)(feature - feature % 2) / (double)features);
    double turn_sin = sin(rate), turn_cos = cos(rate);
    double s = sin((double)before * rate), c = cos((double)before * rate);
    for (size_t t = 0; t < steps; t++) {
        dnn_matrix_set(P, t * features + feature, 0, feature % 2 == 0 ? s : c);
        double next = s * turn_cos + c * turn_sin;
        c = c * turn_cos - s * turn_sin;
        s = next;
    }
}

static dnn_status forward(dnn_call *call, dnn_error *err) {
    size_t steps = call->out.size[0], features = call->out.size[1],
           most = dnn_layer_count(call->layer, MAX_LEN);
    if (call->before + steps > most)
        return dnn_fail(err, DNN_ERROR_SHAPE,
                        "takes sequences of up to %zu steps, but there are %zu; set max_len", most,
                        call->before + steps);
    dnn_matrix P = dnn_matrix_of(call->dtype, steps * features, 1, call->scratch);
    for (size_t feature = 0; feature < features; feature++)
        write_feature(&P, features, steps, call->before, feature);
    return dnn_binary(DNN_ADD, &call->A, &call->X[0], &P, err);
}

static dnn_status backward(dnn_call *call, dnn_error *err) {
    dnn_matrix *dX = &call->dX[0];
    if (dX->data == NULL || dX->data == call->dA.data)
        return DNN_OK;
    return call->add[0] ? dnn_binary(DNN_ADD, dX, dX, &call->dA, err)
                        : dnn_matrix_copy(dX, &call->dA, err);
}

static const dnn_case cases[] = {
    {.settings = "embedding_dim=4", .in = {{2, {3, 4}}}},
    {.settings = "embedding_dim=3 max_len=5", .in = {{2, {5, 3}}}},
    {.settings = NULL},
};

const dnn_layer_class dnn_layer_positional_encoding = {
    .name = "PositionalEncoding",
    .doc = "A = X + sines and cosines of the steps' places",
    .fields = fields,
    .cases = cases,
    .flags = DNN_IN_PLACE | DNN_STEP_BY_STEP,
    .wants = wants,
    .shape = shape,
    .scratch = scratch,
    .forward = forward,
    .backward = backward,
};
