/* tape.c: a node's forward, and backward over the graph.
 *
 * The order of a backward is a depth-first one: a node comes before all that it was made of. The
 * list and the way back are links in the nodes, so that it takes no memory and no recursion however
 * long the graph is. A gradient's memory is taken when the first node writes to it, and given back
 * when its own node is done. */
#include "nn/tape/tape.h"

#include <string.h>

#include "math/fill.h"
#include "nn/operators/operators.h"

enum { FEW = 4 }; /* inputs that a call has room for without asking the arena */

typedef struct room {
    dnn_matrix X[FEW], dX[FEW];
    bool add[FEW];
} room;

static void describe_layer(dnn_call *call, const dnn_node_call *of) {
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
}

/* The call that a node describes, with its arrays in `few` or, for many inputs, in the arena. */
static dnn_status describe(dnn_call *call, const dnn_node *node, room *few, dnn_error *err) {
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
    if (n > FEW) {
        char *memory =
            dnn_arena_take(&node->tape->arena, n * (2 * sizeof *call->X + sizeof *call->add));
        if (memory == NULL)
            return dnn_fail(err, DNN_ERROR_MEMORY, "%s: out of memory", node->layer->kind->name);
        call->X = (dnn_matrix *)(void *)memory;
        call->dX = call->X + n;
        call->add = (bool *)(call->dX + n);
    }
    for (size_t i = 0; i < n; i++)
        call->X[i] = node->input[i].X;
    if (node->call != NULL)
        describe_layer(call, node->call);
    return DNN_OK;
}

dnn_status dnn_node_shape(const dnn_node *node, size_t *rows, size_t *cols, dnn_error *err) {
    if (node->call != NULL) {
        *rows = dnn_shape_count(&node->call->out);
        *cols = node->call->examples;
        return DNN_OK;
    }
    *rows = node->input[0].X.rows;
    *cols = node->input[0].X.cols;
    if (node->layer->kind->result == NULL)
        return DNN_OK;
    room few;
    dnn_call call;
    dnn_status status = describe(&call, node, &few, err);
    if (status == DNN_OK)
        status = node->layer->kind->result(&call, rows, cols, err);
    if (node->inputs > FEW)
        dnn_arena_reset(&node->tape->arena);
    return status;
}

dnn_status dnn_node_saved_bytes(const dnn_node *node, size_t *bytes, dnn_error *err) {
    room few;
    dnn_call call;
    *bytes = 0;
    if (node->layer->kind->saved == NULL)
        return DNN_OK;
    dnn_status status = describe(&call, node, &few, err);
    if (status == DNN_OK)
        *bytes = node->layer->kind->saved(&call);
    dnn_arena_reset(&node->tape->arena);
    return status;
}

static size_t bytes_of(const dnn_matrix *m) {
    return dnn_matrix_count(m) * dnn_dtype_info(m->dtype)->size;
}

/* A contiguous matrix of m's type and shape in the arena. */
static dnn_status take_like(dnn_tape *tape, dnn_matrix *out, const dnn_matrix *m, dnn_error *err) {
    void *memory = dnn_arena_take(&tape->arena, bytes_of(m));
    *out = dnn_matrix_of(m->dtype, m->rows, m->cols, memory);
    return memory != NULL ? DNN_OK
                          : dnn_fail(err, DNN_ERROR_MEMORY,
                                     "out of memory for %zu x %zu numbers on the way", m->rows,
                                     m->cols);
}

static dnn_status pack_inputs(dnn_tape *tape, dnn_call *call, dnn_error *err) {
    dnn_status status = DNN_OK;
    for (size_t i = 0; i < call->inputs && status == DNN_OK; i++) {
        dnn_matrix packed;
        if (dnn_matrix_is_contiguous(&call->X[i]))
            continue;
        status = take_like(tape, &packed, &call->X[i], err);
        if (status == DNN_OK)
            status = dnn_matrix_copy(&packed, &call->X[i], err);
        call->X[i] = packed;
    }
    return status;
}

static dnn_status take_scratch(dnn_tape *tape, dnn_call *call, size_t *bytes, dnn_error *err) {
    const dnn_layer_class *kind = call->layer->kind;
    *bytes = kind->scratch == NULL ? 0 : kind->scratch(call);
    if (*bytes == 0)
        return DNN_OK;
    call->scratch = dnn_arena_take(&tape->arena, *bytes);
    return call->scratch != NULL ? DNN_OK
                                 : dnn_fail(err, DNN_ERROR_MEMORY, "%s: out of memory", kind->name);
}

/* A layer wants contiguous inputs and scratch; in training it moves its kept values at once. */
static dnn_status forward_layer(dnn_tape *tape, dnn_call *call, dnn_error *err) {
    size_t scratch;
    dnn_status status = pack_inputs(tape, call, err);
    if (status == DNN_OK)
        status = take_scratch(tape, call, &scratch, err);
    if (status == DNN_OK)
        status = dnn_call_forward(call, err);
    if (status == DNN_OK && call->training && call->layer->kind->commit != NULL)
        call->layer->kind->commit(call);
    return status;
}

dnn_status dnn_node_forward(dnn_node *node, dnn_error *err) {
    room few;
    dnn_call call;
    dnn_status status = describe(&call, node, &few, err);
    if (status == DNN_OK)
        status = node->call != NULL ? forward_layer(node->tape, &call, err)
                                    : node->layer->kind->forward(&call, err);
    node->A = call.A;
    if (node->inputs > FEW || node->call != NULL)
        dnn_arena_reset(&node->tape->arena);
    return status;
}

/* --- the order --- */

static bool is_leaf(const dnn_node *node) {
    return node->layer == NULL;
}

/* Whether the node or one that it was made of is wanted; its inputs have been asked. */
static bool leads_to_wanted(const dnn_node *node) {
    bool leads = node->wanted;
    for (size_t i = 0; i < node->inputs && !leads; i++)
        leads = node->input[i].node != NULL && node->input[i].node->leads;
    return leads;
}

/* Links all nodes that root depends on, root first, each before what it was made of. Returns NULL
 * where one was freed. */
static dnn_node *order(dnn_tape *tape, dnn_node *root) {
    dnn_node *list = NULL, *node = root;
    uint64_t visit = ++tape->visits;
    root->visit = visit;
    root->from = NULL;
    root->cursor = 0;
    root->dA.data = NULL;
    while (node != NULL) {
        if (node->freed)
            return NULL;
        dnn_node *below = NULL;
        while (node->cursor < node->inputs && below == NULL) {
            dnn_node *input = node->input[node->cursor++].node;
            if (input != NULL && input->visit != visit)
                below = input;
        }
        if (below != NULL) {
            below->visit = visit;
            below->from = node;
            below->cursor = 0;
            below->dA.data = NULL;
            node = below;
        } else {
            if (tape->selects)
                node->leads = leads_to_wanted(node);
            node->next = list;
            list = node;
            node = node->from;
        }
    }
    return list;
}

/* --- gradients --- */

/* Whether the next contribution to a kept gradient is added, and notes that there is one. */
static bool adds_to(dnn_node *node) {
    bool zero = node->fresh && (node->gradient_version == NULL ||
                                *node->gradient_version == node->gradient_seen);
    bool add = node->has_gradient && !zero;
    node->has_gradient = true;
    node->fresh = false;
    return add;
}

void dnn_node_zero_gradient(dnn_node *node) {
    if (node->gradient.data == NULL)
        return;
    memset(node->gradient.data, 0, bytes_of(&node->gradient));
    node->fresh = true;
    node->gradient_seen = node->gradient_version == NULL ? 0 : *node->gradient_version;
}

/* Where input i of the node has its gradient written to. */
static dnn_status target(dnn_tape *tape, dnn_call *call, const dnn_node *node, size_t i,
                         dnn_error *err) {
    dnn_node *input = node->input[i].node;
    call->dX[i] = (dnn_matrix){.data = NULL};
    if (!dnn_node_follows(node, i) || (tape->selects && !input->leads))
        return DNN_OK;
    if (is_leaf(input)) {
        call->dX[i] = input->gradient;
        call->add[i] = adds_to(input);
        return DNN_OK;
    }
    call->add[i] = input->dA.data != NULL;
    dnn_status status = call->add[i] ? DNN_OK : take_like(tape, &input->dA, &input->A, err);
    call->dX[i] = input->dA;
    return status;
}

/* What backward reads is contiguous, unless the class takes it as it is. */
static bool wants_packed(const dnn_node *node) {
    return (node->layer->kind->flags & (DNN_READS_X | DNN_STRIDED)) == DNN_READS_X;
}

/* Where the gradients of a layer's values go: those of selected gradients' calls nowhere. */
static void take_values(const dnn_tape *tape, dnn_call *call, const dnn_node_call *of) {
    static dnn_matrix nowhere[DNN_LAYER_VALUES];
    if (tape->selects)
        call->gradients = nowhere;
    else
        call->accumulate = of->begin(of);
}

static dnn_status run_backward(dnn_tape *tape, dnn_node *node, dnn_error *err) {
    room few;
    dnn_call call;
    size_t scratch = 0;
    dnn_status status = dnn_node_check(node, err);
    if (status == DNN_OK)
        status = describe(&call, node, &few, err);
    for (size_t i = 0; i < node->inputs && status == DNN_OK; i++)
        status = target(tape, &call, node, i, err);
    if (status == DNN_OK && wants_packed(node))
        status = pack_inputs(tape, &call, err);
    if (status == DNN_OK)
        status = take_scratch(tape, &call, &scratch, err);
    if (status == DNN_OK && node->call != NULL)
        take_values(tape, &call, node->call);
    if (status == DNN_OK)
        status = dnn_call_backward(&call, err);
    if (status == DNN_OK && scratch > 0)
        dnn_arena_give(&tape->arena, call.scratch, scratch);
    return status;
}

static dnn_status keep_gradient(const dnn_tape *tape, dnn_node *node, dnn_error *err) {
    return node->gradient.data == NULL || (tape->selects && !node->wanted)
               ? DNN_OK
               : dnn_spread(&node->gradient, &node->dA, adds_to(node), err);
}

/* A node whose gradient is complete; one that nothing has come to depends on the cost nowhere. */
static dnn_status run(dnn_tape *tape, dnn_node *node, dnn_error *err) {
    if (is_leaf(node) || node->dA.data == NULL)
        return DNN_OK;
    dnn_status status = keep_gradient(tape, node, err);
    if (status == DNN_OK)
        status = run_backward(tape, node, err);
    if (status == DNN_OK)
        dnn_arena_give(&tape->arena, node->dA.data, bytes_of(&node->dA));
    return status;
}

/* --- backward --- */

static dnn_status check_seed(const dnn_node *root, const dnn_matrix *seed, dnn_error *err) {
    const dnn_matrix *A = &root->A;
    if (seed == NULL && (A->rows != 1 || A->cols != 1))
        return dnn_fail(err, DNN_ERROR_ARGUMENT,
                        "backward: this Matrix is %zu x %zu; only one of 1 x 1 has a gradient of "
                        "its own: reduce it first, A:sum():backward(), or give the gradient, "
                        "A:backward(dA)",
                        A->rows, A->cols);
    if (seed == NULL)
        return DNN_OK;
    if (seed->rows != A->rows || seed->cols != A->cols)
        return dnn_fail(err, DNN_ERROR_SHAPE,
                        "backward: the gradient must have the shape of the Matrix, %zu x %zu, and "
                        "is %zu x %zu",
                        A->rows, A->cols, seed->rows, seed->cols);
    return dnn_matrix_require_same_type(A, seed, "backward", err);
}

static dnn_status start(dnn_tape *tape, dnn_node *root, const dnn_matrix *seed, dnn_error *err) {
    double memory;
    dnn_matrix one = dnn_matrix_of(root->A.dtype, 1, 1, &memory);
    dnn_matrix_set(&one, 0, 0, 1);
    if (tape->selects && !root->leads)
        return DNN_OK;
    if (is_leaf(root))
        return dnn_spread(&root->gradient, seed == NULL ? &one : seed, adds_to(root), err);
    dnn_status status = take_like(tape, &root->dA, &root->A, err);
    return status == DNN_OK ? dnn_spread(&root->dA, seed == NULL ? &one : seed, false, err)
                            : status;
}

/* What was added before an error is part of a gradient, which nobody must take for a whole one. */
static void drop_gradients(dnn_node *list) {
    for (dnn_node *node = list; node != NULL; node = node->next)
        if (node->gradient.data != NULL) {
            dnn_node_zero_gradient(node);
            node->has_gradient = false;
        }
}

dnn_status dnn_tape_backward(dnn_tape *tape, dnn_node *root, const dnn_matrix *seed, bool retain,
                             dnn_error *err) {
    dnn_status status = check_seed(root, seed, err);
    if (status != DNN_OK)
        return status;
    dnn_node *list = order(tape, root);
    if (list == NULL)
        return dnn_fail(err, DNN_ERROR_STATE,
                        "backward: this Matrix depends on one whose graph a backward has freed "
                        "already; run the forward again, keep the graph with "
                        "cost:backward(nil, {retain_graph = true}), or cut it off with "
                        "A:detach()");
    status = start(tape, root, seed, err);
    for (dnn_node *node = list; node != NULL && status == DNN_OK; node = node->next)
        status = run(tape, node, err);
    dnn_arena_reset(&tape->arena);
    if (status != DNN_OK && !tape->selects)
        drop_gradients(list);
    for (dnn_node *node = list; node != NULL && status == DNN_OK && !retain; node = node->next)
        node->freed = !is_leaf(node);
    return status;
}

/* Between the node's own kept gradient and the one that is wanted. */
static void swap_gradient(dnn_wanted *wanted) {
    dnn_node *node = wanted->node;
    dnn_wanted own = {node, node->gradient, node->has_gradient, node->fresh};
    node->gradient = wanted->gradient;
    node->has_gradient = wanted->found;
    node->fresh = wanted->fresh;
    *wanted = own;
}

dnn_status dnn_tape_gradients(dnn_tape *tape, dnn_node *root, const dnn_matrix *seed,
                              dnn_wanted *wanted, size_t count, dnn_error *err) {
    for (size_t i = 0; i < count; i++) {
        wanted[i].node->wanted = true;
        wanted[i].found = wanted[i].fresh = false;
        swap_gradient(&wanted[i]);
    }
    tape->selects = true;
    dnn_status status = dnn_tape_backward(tape, root, seed, true, err);
    tape->selects = false;
    for (size_t i = 0; i < count; i++) {
        wanted[i].node->wanted = false;
        swap_gradient(&wanted[i]);
        if (status != DNN_OK || !wanted[i].found)
            memset(wanted[i].gradient.data, 0, bytes_of(&wanted[i].gradient));
    }
    return status;
}

void dnn_tape_free(dnn_tape *tape) {
    dnn_arena_free(&tape->arena);
}
