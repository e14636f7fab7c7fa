/* call.c: running a call, and calls by themselves. */
#include "nn/call.h"

#include <string.h>

#include "core/memory.h"
#include "math/fill.h"
#include "math/elementwise.h"

/* A view that a network or tape has given memory of its own. */
static bool is_view(const dnn_call *call) {
    unsigned flags = call->layer->kind->flags;
    return (flags & DNN_VIEW) != 0 || ((flags & DNN_VIEW_IN_EVALUATION) != 0 && !call->training);
}

static dnn_matrix as_column(const dnn_matrix *m) {
    return dnn_matrix_of(m->dtype, m->rows * m->cols, 1, m->data);
}

dnn_status dnn_call_forward(dnn_call *call, dnn_error *err) {
    if (!is_view(call))
        return call->layer->kind->forward(call, err);
    dnn_matrix A = as_column(&call->A), X = as_column(&call->X[0]);
    return dnn_matrix_copy(&A, &X, err);
}

dnn_status dnn_call_backward(dnn_call *call, dnn_error *err) {
    if (!is_view(call))
        return call->layer->kind->backward(call, err);
    dnn_matrix dX = as_column(&call->dX[0]), dA = as_column(&call->dA);
    if (dX.data == NULL)
        return DNN_OK;
    return call->add[0] ? dnn_binary(DNN_ADD, &dX, &dX, &dA, err) : dnn_matrix_copy(&dX, &dA, err);
}

/* --- a call by itself --- */

struct dnn_lone_call {
    dnn_call call;
    dnn_layer *layer;
    dnn_shape in[DNN_CASE_INPUTS];
    dnn_matrix X[DNN_CASE_INPUTS], dX[DNN_CASE_INPUTS];
    bool add[DNN_CASE_INPUTS];
    dnn_matrix values[DNN_LAYER_VALUES], gradients[DNN_LAYER_VALUES];
};

dnn_call *dnn_lone_call_of(dnn_lone_call *lone) {
    return &lone->call;
}

/* Inputs and their gradients, output and its gradient. */
static dnn_status make_matrices(dnn_lone_call *lone, dnn_error *err) {
    dnn_call *call = &lone->call;
    dnn_status status = DNN_OK;
    for (size_t i = 0; i < call->inputs && status == DNN_OK; i++) {
        size_t rows = dnn_shape_count(&call->in[i]);
        status = dnn_matrix_create(&lone->X[i], call->dtype, rows, call->examples, err);
        if (status == DNN_OK && !dnn_layer_has(call->layer, DNN_TAKES_IDS))
            status = dnn_matrix_create(&lone->dX[i], call->dtype, rows, call->examples, err);
    }
    size_t rows = dnn_shape_count(&call->out);
    if (status == DNN_OK)
        status = dnn_matrix_create(&call->A, call->dtype, rows, call->examples, err);
    if (status == DNN_OK)
        status = dnn_matrix_create(&call->dA, call->dtype, rows, call->examples, err);
    return status;
}

static dnn_status make_values(dnn_lone_call *lone, dnn_random *random, dnn_error *err) {
    dnn_value values[DNN_LAYER_VALUES];
    dnn_call *call = &lone->call;
    size_t count = dnn_layer_values(call->layer, &call->in[0], values);
    dnn_status status = DNN_OK;
    for (size_t v = 0; v < count && status == DNN_OK; v++) {
        const dnn_value *value = &values[v];
        status = dnn_matrix_create(&lone->values[v], call->dtype, value->rows, value->cols, err);
        if (status == DNN_OK && value->start != 0)
            status = dnn_fill(&lone->values[v], value->start, err);
        if (status == DNN_OK && !value->kept)
            status =
                dnn_matrix_create(&lone->gradients[v], call->dtype, value->rows, value->cols, err);
    }
    if (status == DNN_OK && call->layer->kind->initialise != NULL)
        status = call->layer->kind->initialise(call->layer, lone->values, random, err);
    return status;
}

/* A state of zeros to start from, where the layer carries one, and room for the next. */
static dnn_status make_states(dnn_call *call, dnn_error *err) {
    const dnn_layer_class *kind = call->layer->kind;
    bool carried = false;
    size_t rows = kind->state == NULL ? 0 : kind->state(call->layer, &carried);
    dnn_status status = DNN_OK;
    if (carried)
        status = dnn_matrix_create(&call->state, call->dtype, rows, call->examples, err);
    if (status == DNN_OK && rows > 0)
        status = dnn_matrix_create(&call->next_state, call->dtype, rows, call->examples, err);
    return status;
}

static dnn_status make_room(dnn_call *call, dnn_error *err) {
    const dnn_layer_class *kind = call->layer->kind;
    size_t saved = kind->saved == NULL ? 0 : kind->saved(call);
    size_t scratch = kind->scratch == NULL ? 0 : kind->scratch(call);
    call->saved = dnn_alloc(saved);
    call->scratch = dnn_alloc(scratch);
    if (call->saved == NULL || call->scratch == NULL)
        return dnn_fail(err, DNN_ERROR_MEMORY, "%s: out of memory", kind->name);
    return DNN_OK;
}

dnn_status dnn_lone_call_create(dnn_lone_call **out, dnn_layer *layer, dnn_dtype dtype,
                                const dnn_shape *in, size_t inputs, size_t examples, bool training,
                                dnn_random *random, dnn_error *err) {
    dnn_lone_call *lone = dnn_calloc(1, sizeof *lone);
    *out = NULL;
    if (lone == NULL)
        return dnn_fail(err, DNN_ERROR_MEMORY, "%s: out of memory", layer->kind->name);
    lone->layer = dnn_layer_retain(layer);
    memcpy(lone->in, in, inputs * sizeof *in);
    lone->call = (dnn_call){
        .layer = layer,
        .dtype = dtype,
        .inputs = inputs,
        .examples = examples,
        .in = lone->in,
        .training = training,
        .X = lone->X,
        .dX = lone->dX,
        .add = lone->add,
        .values = lone->values,
        .gradients = lone->gradients,
    };
    dnn_status status = dnn_layer_shape(layer, in, inputs, &lone->call.out, err);
    if (status == DNN_OK)
        status = make_matrices(lone, err);
    if (status == DNN_OK)
        status = make_values(lone, random, err);
    if (status == DNN_OK)
        status = make_states(&lone->call, err);
    if (status == DNN_OK)
        status = make_room(&lone->call, err);
    if (status != DNN_OK)
        dnn_lone_call_destroy(lone);
    else
        *out = lone;
    return status;
}

void dnn_lone_call_destroy(dnn_lone_call *lone) {
    if (lone == NULL)
        return;
    for (size_t i = 0; i < lone->call.inputs; i++) {
        dnn_matrix_free(&lone->X[i]);
        dnn_matrix_free(&lone->dX[i]);
    }
    for (size_t v = 0; v < DNN_LAYER_VALUES; v++) {
        dnn_matrix_free(&lone->values[v]);
        dnn_matrix_free(&lone->gradients[v]);
    }
    dnn_matrix_free(&lone->call.state);
    dnn_matrix_free(&lone->call.next_state);
    dnn_matrix_free(&lone->call.A);
    dnn_matrix_free(&lone->call.dA);
    dnn_free(lone->call.saved);
    dnn_free(lone->call.scratch);
    dnn_layer_release(lone->layer);
    dnn_free(lone);
}
