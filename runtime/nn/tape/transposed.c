/* transposed.c: the gradient of a linear layer's input as a node, which can be gone back through in
 * turn. Its inputs are those of the layer and, last, D, the gradient of the layer's output.
 *
 *     A = J' D          J: the layer's derivative with respect to the input
 *     dD = J dA         the layer's forward of dA without its bias
 *     dweight           the layer's own backward of D, with dA for its input */
#include <string.h>

#include "nn/operators/operators.h"
#include "nn/tape/parts.h"

static dnn_matrix nowhere[DNN_LAYER_VALUES]; /* gradients that are not wanted */

/* The layer's own call, with contiguous inputs, from the node's. */
static dnn_status own_call(dnn_arena *arena, dnn_call *own, dnn_call *call, dnn_error *err) {
    dnn_status status = dnn_tape_pack_inputs(arena, call, err);
    *own = *call;
    own->inputs--;
    own->dA = call->X[own->inputs];
    own->A = own->dA; /* a linear layer does not read it */
    own->gradients = nowhere;
    own->accumulate = false;
    return status;
}

static dnn_status run_backward(dnn_arena *arena, dnn_call *own, dnn_error *err) {
    size_t bytes;
    dnn_status status = dnn_tape_take_scratch(arena, own, &bytes, err);
    return status == DNN_OK ? dnn_call_backward(own, err) : status;
}

dnn_status dnn_transposed_forward(dnn_arena *arena, dnn_call *call, size_t of, dnn_error *err) {
    dnn_call own;
    dnn_status status = own_call(arena, &own, call, err);
    for (size_t i = 0; i < own.inputs; i++)
        own.dX[i].data = NULL;
    own.dX[of] = call->A;
    own.add[of] = false;
    return status == DNN_OK ? run_backward(arena, &own, err) : status;
}

static dnn_status take_zeros(dnn_arena *arena, dnn_matrix *m, dnn_error *err) {
    dnn_status status = dnn_tape_take_like(arena, m, m, err);
    if (status == DNN_OK)
        memset(m->data, 0, dnn_tape_bytes_of(m));
    return status;
}

/* The layer's values, which `values` and `gradients` have room for, and what is a bias left out of
 * both: zeros there, and no gradient here. */
static dnn_status leave_out_bias(dnn_arena *arena, const dnn_call *call, dnn_matrix *values,
                                 dnn_matrix *gradients, dnn_error *err) {
    dnn_value described[DNN_LAYER_VALUES];
    const dnn_layer_class *kind = call->layer->kind;
    size_t count = kind->values == NULL ? 0 : kind->values(call->layer, call->in, described);
    dnn_status status = DNN_OK;
    for (size_t i = 0; i < count && status == DNN_OK; i++) {
        values[i] = call->values[i];
        gradients[i] = call->gradients[i];
        if (strcmp(described[i].name, "bias") != 0)
            continue;
        if (gradients[i].data != NULL && !call->accumulate)
            memset(gradients[i].data, 0, dnn_tape_bytes_of(&gradients[i]));
        gradients[i].data = NULL;
        status = take_zeros(arena, &values[i], err);
    }
    return status;
}

/* dD = J dA, or dD += it. */
static dnn_status apply(dnn_arena *arena, dnn_call *own, dnn_matrix *dD, bool add, dnn_error *err) {
    size_t bytes;
    dnn_status status = DNN_OK;
    own->A = *dD;
    if (add)
        status = dnn_tape_take_like(arena, &own->A, dD, err);
    if (status == DNN_OK)
        status = dnn_tape_take_scratch(arena, own, &bytes, err);
    if (status == DNN_OK)
        status = dnn_call_forward(own, err);
    return status == DNN_OK && add ? dnn_spread(dD, &own->A, true, err) : status;
}

dnn_status dnn_transposed_backward(dnn_arena *arena, dnn_call *call, size_t of, dnn_error *err) {
    dnn_call own;
    dnn_matrix values[DNN_LAYER_VALUES], gradients[DNN_LAYER_VALUES] = {{.data = NULL}};
    dnn_matrix *dD = &call->dX[call->inputs - 1];
    bool learns = false;
    dnn_status status = own_call(arena, &own, call, err);
    if (status == DNN_OK)
        status = leave_out_bias(arena, call, values, gradients, err);
    for (size_t i = 0; i < own.inputs && status == DNN_OK; i++) {
        own.dX[i].data = NULL;
        if (i == of)
            own.X[i] = call->dA;
        else
            status = take_zeros(arena, &own.X[i], err);
    }
    own.values = values;
    if (status == DNN_OK && dD->data != NULL)
        status = apply(arena, &own, dD, call->add[own.inputs], err);
    for (size_t i = 0; i < DNN_LAYER_VALUES; i++)
        learns = learns || gradients[i].data != NULL;
    own.gradients = gradients;
    own.accumulate = call->accumulate;
    return status == DNN_OK && learns ? run_backward(arena, &own, err) : status;
}
