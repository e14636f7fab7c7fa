/* softmin.c: A = exp(-X) / sum of exp(-X) over the channels of each position, the softmax of -X;
 * dX = -A (dA - sum of A dA). */
#include "math/elementwise.h"
#include "math/softmax.h"
#include "nn/call.h"

static dnn_status forward(dnn_call *call, dnn_error *err) {
    dnn_matrix A = dnn_call_pixels(&call->A, &call->out);
    dnn_status status = dnn_unary(DNN_NEG, &call->A, &call->X[0], err);
    return status == DNN_OK ? dnn_softmax(&A, &A, err) : status;
}

/* dX - g = -(-dX + g): what is there is negated before the softmax's gradient g is added, and all
 * of it afterwards. */
static dnn_status backward(dnn_call *call, dnn_error *err) {
    dnn_matrix A = dnn_call_pixels(&call->A, &call->out), dA = dnn_call_pixels(&call->dA, &call->out),
               dX = dnn_call_pixels(&call->dX[0], &call->out);
    if (dX.data == NULL)
        return DNN_OK;
    dnn_status status = call->add[0] ? dnn_unary(DNN_NEG, &dX, &dX, err) : DNN_OK;
    if (status == DNN_OK)
        status = dnn_softmax_backward(&A, &dA, dnn_call_beta(call->add[0]), &dX, err);
    return status == DNN_OK ? dnn_unary(DNN_NEG, &dX, &dX, err) : status;
}

static const dnn_case cases[] = {{.in = {{1, {5}}}}, {.in = {{3, {2, 2, 4}}}}, {.settings = NULL}};

const dnn_layer_class dnn_layer_softmin = {
    .name = "Softmin",
    .doc = "A = exp(-X) / sum of exp(-X) over the channels",
    .cases = cases,
    .flags = DNN_READS_A | DNN_IN_PLACE | DNN_STEP_BY_STEP,
    .forward = forward,
    .backward = backward,
};
