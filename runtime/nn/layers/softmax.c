/* softmax.c: A = exp(X) / sum of exp(X) over the channels of each position; dX = A (dA - sum of A dA). */
#include "math/softmax.h"

#include "nn/call.h"

static dnn_status forward(dnn_call *call, dnn_error *err) {
    dnn_matrix X = dnn_call_pixels(&call->X[0], &call->out), A = dnn_call_pixels(&call->A, &call->out);
    return dnn_softmax(&X, &A, err);
}

static dnn_status backward(dnn_call *call, dnn_error *err) {
    dnn_matrix A = dnn_call_pixels(&call->A, &call->out), dA = dnn_call_pixels(&call->dA, &call->out),
               dX = dnn_call_pixels(&call->dX[0], &call->out);
    return dX.data == NULL
               ? DNN_OK
               : dnn_softmax_backward(&A, &dA, dnn_call_beta(call->add[0]), &dX, err);
}

static const dnn_case cases[] = {{.in = {{1, {5}}}}, {.in = {{3, {2, 2, 4}}}}, {.settings = NULL}};

const dnn_layer_class dnn_layer_softmax = {
    .name = "Softmax",
    .doc = "A = exp(X) / sum of exp(X) over the channels",
    .cases = cases,
    .flags = DNN_READS_A | DNN_IN_PLACE | DNN_STEP_BY_STEP,
    .forward = forward,
    .backward = backward,
};
