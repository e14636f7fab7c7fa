/* concatenate.c: the channels of its inputs one after the other, position by position: what ends a
 * Concat. Each dX is its part of dA. */
#include "math/elementwise.h"
#include "nn/call.h"

static dnn_status shape(const dnn_layer *layer, const dnn_shape *in, size_t inputs, dnn_shape *out,
                        dnn_error *err) {
    char first[DNN_SHAPE_TEXT], other[DNN_SHAPE_TEXT];
    (void)layer;
    *out = in[0];
    out->flat_channels = out->flat_positions = 0;
    for (size_t i = 1; i < inputs; i++) {
        dnn_shape wanted = in[0];
        wanted.size[wanted.rank - 1] = 0;
        if (!dnn_shape_fits(&in[i], &wanted)) {
            dnn_shape_text(&in[0], first);
            dnn_shape_text(&in[i], other);
            return dnn_fail(err, DNN_ERROR_SHAPE,
                            "cannot join the channels of %s and %s: all but the last size must agree",
                            first, other);
        }
        out->size[out->rank - 1] += dnn_shape_channels(&in[i]);
    }
    return DNN_OK;
}

/* Rows of a matrix channels x pixels that belong to input i. */
static dnn_matrix part_of(const dnn_call *call, dnn_matrix whole, size_t i) {
    size_t first = 0;
    for (size_t k = 0; k < i; k++)
        first += dnn_shape_channels(&call->in[k]);
    dnn_matrix part;
    dnn_matrix_block(&part, &whole, first, 0, dnn_shape_channels(&call->in[i]), whole.cols, NULL);
    return part;
}

static dnn_status forward(dnn_call *call, dnn_error *err) {
    dnn_matrix A = dnn_call_pixels(&call->A, &call->out);
    dnn_status status = DNN_OK;
    for (size_t i = 0; i < call->inputs && status == DNN_OK; i++) {
        dnn_matrix part = part_of(call, A, i), X = dnn_call_pixels(&call->X[i], &call->in[i]);
        status = dnn_matrix_copy(&part, &X, err);
    }
    return status;
}

static dnn_status backward(dnn_call *call, dnn_error *err) {
    dnn_matrix dA = dnn_call_pixels(&call->dA, &call->out);
    dnn_status status = DNN_OK;
    for (size_t i = 0; i < call->inputs && status == DNN_OK; i++) {
        if (call->dX[i].data == NULL)
            continue;
        dnn_matrix part = part_of(call, dA, i), dX = dnn_call_pixels(&call->dX[i], &call->in[i]);
        status = call->add[i] ? dnn_binary(DNN_ADD, &dX, &dX, &part, err)
                              : dnn_matrix_copy(&dX, &part, err);
    }
    return status;
}

static const dnn_case cases[] = {
    {.inputs = 2, .in = {{1, {4}}, {1, {2}}}},
    {.inputs = 3, .in = {{3, {2, 2, 3}}, {3, {2, 2, 1}}, {3, {2, 2, 2}}}},
    {.settings = NULL},
};

const dnn_layer_class dnn_layer_concatenate = {
    .name = "Concatenate",
    .doc = "A = the channels of its inputs one after the other",
    .cases = cases,
    .flags = DNN_MANY_INPUTS | DNN_STEP_BY_STEP,
    .shape = shape,
    .forward = forward,
    .backward = backward,
};
