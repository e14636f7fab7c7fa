/* node.c: the call that a node describes, its memory, and its forward. */
#include "nn/operators/operators.h"
#include "nn/tape/parts.h"

static void describe_layer(dnn_call *call, const dnn_tape *tape, const dnn_node_call *of) {
    call->host = tape->host;
    call->dtype = of->dtype;
    call->examples = of->examples;
    call->step = of->step;
    call->in = of->in;
    call->out = of->out;
    call->training = of->training;
    call->key = of->key;
    call->values = of->values;
    call->gradients = of->gradients;
    call->live = of->live;
    call->saved = of->saved;
    call->lengths = of->lengths;
    call->mask = of->mask;
    call->state = of->state;
    call->next_state = of->next_state;
}

dnn_status dnn_node_describe(dnn_call *call, const dnn_node *node, dnn_arena *arena,
                             dnn_tape_room *few, dnn_error *err) {
    size_t n = node->inputs;
    *call = (dnn_call){
        .layer = node->layer,
        .dtype = node->A.dtype,
        .inputs = n,
        .X = few->X,
        .dX = few->dX,
        .add = few->add,
        .argument = node->argument,
        .A = node->A,
        .dA = node->dA,
    };
    if (n > DNN_TAPE_FEW) {
        char *memory =
            dnn_arena_take(arena, n * (2 * sizeof *call->X + sizeof *call->add));
        if (memory == NULL)
            return dnn_fail(err, DNN_ERROR_MEMORY, "%s: out of memory", node->layer->kind->name);
        call->X = (dnn_matrix *)(void *)memory;
        call->dX = call->X + n;
        call->add = (bool *)(call->dX + n);
    }
    for (size_t i = 0; i < n; i++)
        call->X[i] = node->input[i].X;
    if (node->call != NULL)
        describe_layer(call, node->tape, node->call);
    return DNN_OK;
}

dnn_status dnn_node_shape(const dnn_node *node, size_t *rows, size_t *cols, dnn_error *err) {
    if (node->call != NULL) {
        size_t of = node->call->transposed;
        *rows = dnn_shape_count(of > 0 ? &node->call->in[of - 1] : &node->call->out);
        *cols = node->call->examples;
        return DNN_OK;
    }
    *rows = node->input[0].X.rows;
    *cols = node->input[0].X.cols;
    if (node->layer->kind->result == NULL)
        return DNN_OK;
    dnn_tape_room few;
    dnn_call call;
    dnn_status status = dnn_node_describe(&call, node, &node->tape->forward, &few, err);
    if (status == DNN_OK)
        status = node->layer->kind->result(&call, rows, cols, err);
    if (node->inputs > DNN_TAPE_FEW)
        dnn_arena_reset(&node->tape->forward);
    return status;
}

dnn_status dnn_node_saved_bytes(const dnn_node *node, size_t *bytes, dnn_error *err) {
    dnn_tape_room few;
    dnn_call call;
    *bytes = 0;
    if (node->layer->kind->saved == NULL || node->call->transposed > 0)
        return DNN_OK;
    dnn_status status = dnn_node_describe(&call, node, &node->tape->forward, &few, err);
    if (status == DNN_OK)
        *bytes = node->layer->kind->saved(&call);
    dnn_arena_reset(&node->tape->forward);
    return status;
}

dnn_status dnn_tape_take_like(dnn_arena *arena, dnn_matrix *out, const dnn_matrix *m, dnn_error *err) {
    void *memory = dnn_arena_take(arena, dnn_tape_bytes_of(m));
    *out = dnn_matrix_of(m->dtype, m->rows, m->cols, memory);
    return memory != NULL ? DNN_OK
                          : dnn_fail(err, DNN_ERROR_MEMORY,
                                     "out of memory for %zu x %zu numbers on the way", m->rows,
                                     m->cols);
}

dnn_status dnn_tape_pack_inputs(dnn_arena *arena, dnn_call *call, dnn_error *err) {
    dnn_status status = DNN_OK;
    for (size_t i = 0; i < call->inputs && status == DNN_OK; i++) {
        dnn_matrix packed;
        if (dnn_matrix_is_contiguous(&call->X[i]))
            continue;
        status = dnn_tape_take_like(arena, &packed, &call->X[i], err);
        if (status == DNN_OK)
            status = dnn_matrix_copy(&packed, &call->X[i], err);
        call->X[i] = packed;
    }
    return status;
}

dnn_status dnn_tape_take_scratch(dnn_arena *arena, dnn_call *call, size_t *bytes, dnn_error *err) {
    const dnn_layer_class *kind = call->layer->kind;
    *bytes = kind->scratch == NULL ? 0 : kind->scratch(call);
    if (*bytes == 0)
        return DNN_OK;
    call->scratch = dnn_arena_take(arena, *bytes);
    return call->scratch != NULL ? DNN_OK
                                 : dnn_fail(err, DNN_ERROR_MEMORY, "%s: out of memory", kind->name);
}

/* A layer wants contiguous inputs and scratch; in training it moves its kept values at once. */
static dnn_status forward_layer(dnn_tape *tape, dnn_call *call, dnn_error *err) {
    size_t scratch;
    dnn_status status = dnn_tape_pack_inputs(&tape->forward, call, err);
    if (status == DNN_OK)
        status = dnn_tape_take_scratch(&tape->forward, call, &scratch, err);
    if (status == DNN_OK)
        status = dnn_call_forward(call, err);
    if (status == DNN_OK && call->training && !tape->again && call->layer->kind->commit != NULL)
        call->layer->kind->commit(call);
    return status;
}

dnn_status dnn_node_forward(dnn_node *node, dnn_error *err) {
    dnn_tape_room few;
    dnn_call call;
    dnn_status status = dnn_node_describe(&call, node, &node->tape->forward, &few, err);
    if (status == DNN_OK && node->call == NULL)
        status = node->layer->kind->forward(&call, err);
    else if (status == DNN_OK && node->call->transposed > 0)
        status = dnn_transposed_forward(&node->tape->forward, &call, node->call->transposed - 1, err);
    else if (status == DNN_OK)
        status = forward_layer(node->tape, &call, err);
    node->A = call.A;
    if (node->inputs > DNN_TAPE_FEW || node->call != NULL)
        dnn_arena_reset(&node->tape->forward);
    return status;
}
