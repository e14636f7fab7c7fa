/* where.c: A = X1 where the condition X0 is not 0, else X2; dX1 = dA where it is not 0, dX2 the
 * rest. The condition has no gradient. All three are broadcast. */
#include "nn/operators/operators.h"

enum { CONDITION, IF, ELSE };

static dnn_status forward(dnn_call *call, dnn_error *err) {
    return dnn_where(&call->A, &call->X[CONDITION], &call->X[IF], &call->X[ELSE], err);
}

/* A gradient of A's shape that is still to be summed. */
static size_t scratch(const dnn_call *call) {
    return dnn_scratch_matrix_bytes(call);
}

static dnn_status backward(dnn_call *call, dnn_error *err) {
    dnn_matrix G = dnn_scratch_matrix(call, 0);
    double memory = 0;
    dnn_matrix zero = dnn_matrix_of(call->dtype, 1, 1, &memory);
    dnn_status status = DNN_OK;
    for (size_t k = IF; k <= ELSE && status == DNN_OK; k++) {
        if (call->dX[k].data == NULL)
            continue;
        status = dnn_where(&G, &call->X[CONDITION], k == IF ? &call->dA : &zero,
                           k == IF ? &zero : &call->dA, err);
        if (status == DNN_OK)
            status = dnn_sum_back(&call->dX[k], &G, call->add[k], err);
    }
    return status;
}

const dnn_layer_class dnn_operator_where = {
    .name = "where",
    .doc = "A = X1 where X0 is not 0, else X2",
    .flags = DNN_READS_X | DNN_STRIDED,
    .inputs = 3,
    .constants = 1u << CONDITION,
    .result = dnn_broadcast_result,
    .scratch = scratch,
    .forward = forward,
    .backward = backward,
};
