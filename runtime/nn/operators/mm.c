/* mm.c: the matrix product, A = op(X0) op(X1), op transposing where the argument says so.
 *
 *     dX0 = dA op(X1)', or its transpose op(X1) dA' where X0 is transposed
 *     dX1 = op(X0)' dA, or its transpose dA' op(X0) where X1 is transposed */
#include "math/blas.h"
#include "nn/operators/operators.h"

enum { TA, TB }; /* arguments */

static bool transposed(const dnn_call *call, int argument) {
    return call->argument[argument] != 0;
}

static dnn_status result(const dnn_call *call, size_t *rows, size_t *cols, dnn_error *err) {
    (void)err; /* dnn_mm says what does not fit */
    dnn_mm_shape(transposed(call, TA), transposed(call, TB), &call->X[0], &call->X[1], rows, cols);
    return DNN_OK;
}

static dnn_status forward(dnn_call *call, dnn_error *err) {
    return dnn_mm(transposed(call, TA), transposed(call, TB), 1, &call->X[0], &call->X[1], 0,
                  &call->A, err);
}

static dnn_status backward(dnn_call *call, dnn_error *err) {
    bool ta = transposed(call, TA), tb = transposed(call, TB);
    const dnn_matrix *X = call->X, *dA = &call->dA;
    dnn_matrix *dX = call->dX;
    dnn_status status = DNN_OK;
    if (dX[0].data != NULL)
        status = ta ? dnn_mm(tb, true, 1, &X[1], dA, dnn_call_beta(call->add[0]), &dX[0], err)
                    : dnn_mm(false, !tb, 1, dA, &X[1], dnn_call_beta(call->add[0]), &dX[0], err);
    if (dX[1].data != NULL && status == DNN_OK)
        status = tb ? dnn_mm(true, ta, 1, dA, &X[0], dnn_call_beta(call->add[1]), &dX[1], err)
                    : dnn_mm(!ta, false, 1, &X[0], dA, dnn_call_beta(call->add[1]), &dX[1], err);
    return status;
}

const dnn_layer_class dnn_operator_mm = {
    .name = "mm",
    .doc = "A = X0 X1, the matrix product",
    .flags = DNN_READS_X | DNN_STRIDED,
    .inputs = 2,
    .result = result,
    .forward = forward,
    .backward = backward,
};
