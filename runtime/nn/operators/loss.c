/* loss.c: dA of the loss's own backward, times the gradient of the cost. */
#include "nn/operators/loss.h"

#include <string.h>

#include "nn/operators/operators.h"

enum { A, Y, WEIGHTS }; /* inputs */

static const dnn_recorded_loss *loss_of(const dnn_call *call) {
    return call->layer->user;
}

/* Whether it gives a cost for each example. */
static bool is_for_each(const dnn_call *call) {
    const dnn_recorded_loss *loss = loss_of(call);
    int i = dnn_field_find(loss->kind->fields, "reduction");
    return i >= 0 && strcmp(loss->kind->fields[i].choices[(size_t)loss->settings[i].number],
                            "none") == 0;
}

static dnn_status result(const dnn_call *call, size_t *rows, size_t *cols, dnn_error *err) {
    (void)err;
    *rows = 1;
    *cols = is_for_each(call) ? call->X[A].cols : 1;
    return DNN_OK;
}

static dnn_loss_call describe(const dnn_call *call) {
    const dnn_recorded_loss *loss = loss_of(call);
    return (dnn_loss_call){
        .settings = loss->settings,
        .vector = loss->vector,
        .A = &call->X[A],
        .Y = &call->X[Y],
        .weights = call->inputs > WEIGHTS ? &call->X[WEIGHTS] : NULL,
    };
}

static dnn_status forward(dnn_call *call, dnn_error *err) {
    dnn_loss_call loss = describe(call);
    double cost;
    if (is_for_each(call))
        loss.costs = &call->A;
    dnn_status status = dnn_loss_forward(loss_of(call)->kind, &loss, &cost, err);
    if (status == DNN_OK && loss.costs == NULL)
        dnn_matrix_set(&call->A, 0, 0, cost);
    return status;
}

/* A's gradient, still to be multiplied or added, and the examples' weights. */
static size_t scratch(const dnn_call *call) {
    const dnn_matrix *m = &call->X[A];
    return (dnn_matrix_count(m) + m->cols) * dnn_dtype_info(m->dtype)->size;
}

static dnn_status backward(dnn_call *call, dnn_error *err) {
    dnn_matrix *dX = &call->dX[A];
    dnn_loss_call loss = describe(call);
    if (dX->data == NULL)
        return DNN_OK;
    dnn_matrix G = dnn_matrix_of(dX->dtype, dX->rows, dX->cols, call->scratch);
    dnn_matrix weights = dnn_matrix_of(dX->dtype, 1, dX->cols,
                                       (char *)call->scratch + dnn_matrix_count(&G) *
                                                                   dnn_dtype_info(G.dtype)->size);
    dnn_status status = DNN_OK;
    if (is_for_each(call)) {
        status = loss.weights == NULL
                     ? dnn_matrix_copy(&weights, &call->dA, err)
                     : dnn_binary(DNN_MUL, &weights, loss.weights, &call->dA, err);
        loss.weights = &weights;
    }
    if (status == DNN_OK)
        status = dnn_loss_backward(loss_of(call)->kind, &loss, &G, err);
    if (status == DNN_OK && !is_for_each(call))
        status = dnn_binary(DNN_MUL, &G, &G, &call->dA, err);
    return status == DNN_OK ? dnn_spread(dX, &G, call->add[A], err) : status;
}

const dnn_layer_class dnn_operator_loss = {
    .name = "loss",
    .doc = "A = the cost of X0 with the targets X1",
    .flags = DNN_READS_X,
    .inputs = 2,
    .result = result,
    .scratch = scratch,
    .forward = forward,
    .backward = backward,
};
