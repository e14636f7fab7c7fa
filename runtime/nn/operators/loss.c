/* loss.c: the gradients of the loss's own backward, times the gradient of the cost. */
#include "nn/operators/loss.h"

#include <string.h>

#include "nn/operators/operators.h"

static const dnn_recorded_loss *loss_of(const dnn_call *call) {
    return call->layer->user;
}

/* Whether it gives a cost for each example. */
static bool is_for_each(const dnn_call *call) {
    const dnn_recorded_loss *loss = loss_of(call);
    int i = dnn_field_find(loss->kind->fields, "reduction");
    return i >= 0 &&
           strcmp(loss->kind->fields[i].choices[(size_t)loss->settings[i].number], "none") == 0;
}

static dnn_status result(const dnn_call *call, size_t *rows, size_t *cols, dnn_error *err) {
    (void)err;
    *rows = 1;
    *cols = is_for_each(call) ? call->X[0].cols : 1;
    return DNN_OK;
}

static size_t inputs_of(const dnn_call *call) {
    size_t inputs = loss_of(call)->kind->inputs;
    return inputs == 0 ? 1 : inputs;
}

static dnn_loss_call describe(const dnn_call *call) {
    const dnn_recorded_loss *loss = loss_of(call);
    dnn_loss_call of = {.settings = loss->settings, .vector = loss->vector, .A = &call->X[0]};
    const dnn_matrix **const options[] = {&of.weights, &of.input_lengths, &of.target_lengths};
    size_t next = inputs_of(call);
    for (size_t i = 1; i < next; i++)
        of.others[i - 1] = &call->X[i];
    if (loss->kind->targets != DNN_TARGETS_NONE)
        of.Y = &call->X[next++];
    for (size_t k = 0; k < DNN_LOSS_OPTIONS; k++)
        if ((unsigned)call->argument[0] & 1u << k)
            *options[k] = &call->X[next++];
    return of;
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

/* The inputs' gradients, still to be multiplied or added, and the examples' weights. */
static size_t scratch(const dnn_call *call) {
    const dnn_matrix *m = &call->X[0];
    size_t count = inputs_of(call) * dnn_matrix_count(m) + m->cols;
    return count * dnn_dtype_info(m->dtype)->size;
}

static dnn_status backward(dnn_call *call, dnn_error *err) {
    dnn_loss_call loss = describe(call);
    size_t inputs = inputs_of(call), bytes = dnn_dtype_info(loss.A->dtype)->size;
    char *next = call->scratch;
    dnn_matrix G[DNN_LOSS_INPUTS];
    for (size_t i = 0; i < inputs; i++) {
        G[i] = dnn_matrix_of(loss.A->dtype, loss.A->rows, loss.A->cols, next);
        next += dnn_matrix_count(&G[i]) * bytes;
    }
    dnn_matrix weights = dnn_matrix_of(loss.A->dtype, 1, loss.A->cols, next);
    dnn_status status = DNN_OK;
    if (is_for_each(call)) {
        status = loss.weights == NULL ? dnn_matrix_copy(&weights, &call->dA, err)
                                      : dnn_binary(DNN_MUL, &weights, loss.weights, &call->dA, err);
        loss.weights = &weights;
    }
    if (status == DNN_OK)
        status = dnn_loss_backward(loss_of(call)->kind, &loss, G, err);
    for (size_t i = 0; i < inputs && status == DNN_OK; i++) {
        if (call->dX[i].data == NULL)
            continue;
        if (!is_for_each(call))
            status = dnn_binary(DNN_MUL, &G[i], &G[i], &call->dA, err);
        if (status == DNN_OK)
            status = dnn_spread(&call->dX[i], &G[i], call->add[i], err);
    }
    return status;
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
