/* add.c: the sum of its inputs: what ends a Residual, where they are of one shape, and the operator
 * +, whose operands are broadcast. dX = dA for each, summed over what it was repeated for. */
#include "nn/operators/operators.h"

static dnn_status shape(const dnn_layer *layer, const dnn_shape *in, size_t inputs, dnn_shape *out,
                        dnn_error *err) {
    char first[DNN_SHAPE_TEXT], other[DNN_SHAPE_TEXT];
    (void)layer, (void)out;
    for (size_t i = 1; i < inputs; i++) {
        if (dnn_shape_fits(&in[i], &in[0]))
            continue;
        dnn_shape_text(&in[0], first);
        dnn_shape_text(&in[i], other);
        return dnn_fail(err, DNN_ERROR_SHAPE,
                        "cannot add %s and %s; the layers of a Residual keep the shape of its "
                        "input, or {shortcut = layer} brings the input to theirs",
                        first, other);
    }
    return DNN_OK;
}

static dnn_status forward(dnn_call *call, dnn_error *err) {
    dnn_status status = dnn_binary(DNN_ADD, &call->A, &call->X[0], &call->X[1], err);
    for (size_t i = 2; i < call->inputs && status == DNN_OK; i++)
        status = dnn_binary(DNN_ADD, &call->A, &call->A, &call->X[i], err);
    return status;
}

static dnn_status backward(dnn_call *call, dnn_error *err) {
    dnn_status status = DNN_OK;
    for (size_t i = 0; i < call->inputs && status == DNN_OK; i++)
        if (call->dX[i].data != NULL)
            status = dnn_sum_back(&call->dX[i], &call->dA, call->add[i], err);
    return status;
}

static const dnn_case cases[] = {
    {.inputs = 2, .in = {{1, {4}}, {1, {4}}}},
    {.inputs = 3, .in = {{3, {2, 2, 3}}, {3, {2, 2, 3}}, {3, {2, 2, 3}}}},
    {.settings = NULL},
};

const dnn_layer_class dnn_layer_add = {
    .name = "Add",
    .doc = "A = the sum of its inputs",
    .cases = cases,
    .flags = DNN_MANY_INPUTS | DNN_STEP_BY_STEP,
    .shape = shape,
    .result = dnn_broadcast_result,
    .forward = forward,
    .backward = backward,
};
