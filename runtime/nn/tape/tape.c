/* tape.c: backward over the graph.
 *
 * The order of a backward is a depth-first one: a node comes before all that it was made of. The
 * list and the way back are links in the nodes, so that it takes no memory and no recursion however
 * long the graph is. A gradient's memory is taken when the first node writes to it, and given back
 * when its own node is done. */
#include "nn/tape/tape.h"

#include <string.h>

#include "math/fill.h"
#include "nn/operators/operators.h"
#include "nn/tape/parts.h"

/* --- the order --- */

static bool is_leaf(const dnn_node *node) {
    return node->layer == NULL;
}

/* Whether the node or one that it was made of is wanted; its inputs have been asked. */
static bool leads_to_wanted(const dnn_node *node) {
    bool leads = node->wanted || node->again != NULL; /* it may come to any leaf */
    for (size_t i = 0; i < node->inputs && !leads; i++)
        leads = node->input[i].node != NULL && node->input[i].node->leads;
    return leads;
}

/* Links all nodes that root depends on and that this backward has not come to, root first, each
 * before what it was made of. Returns NULL where one was freed. */
static dnn_node *order(dnn_tape *tape, dnn_node *root) {
    dnn_node *list = NULL, *node = root;
    uint64_t visit = tape->visits;
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
    memset(node->gradient.data, 0, dnn_tape_bytes_of(&node->gradient));
    node->fresh = true;
    node->gradient_seen = node->gradient_version == NULL ? 0 : *node->gradient_version;
}

#define DONE SIZE_MAX /* the cursor of a node whose own inputs have got their gradients */

/* Where input i of the node has its gradient written to. */
static dnn_status target(dnn_tape *tape, dnn_call *call, const dnn_node *node, size_t i,
                         dnn_error *err) {
    dnn_node *input = node->input[i].node;
    call->dX[i] = (dnn_matrix){.data = NULL};
    if (!dnn_node_follows(node, i) || (tape->selects && !input->leads))
        return DNN_OK;
    if (input->cursor == DONE)
        return dnn_fail(err, DNN_ERROR_STATE,
                        "checkpoint_call: the function uses a Matrix, %zu x %zu, that was computed "
                        "outside of it and is not among its arguments; pass it as one",
                        input->A.rows, input->A.cols);
    if (is_leaf(input)) {
        call->dX[i] = input->gradient;
        call->add[i] = adds_to(input);
        return DNN_OK;
    }
    call->add[i] = input->dA.data != NULL;
    dnn_status status = call->add[i] ? DNN_OK : dnn_tape_take_like(&tape->arena, &input->dA, &input->A, err);
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

/* The backward of what the node is a call of. */
static dnn_status run_call(dnn_tape *tape, dnn_node *node, dnn_call *call, dnn_error *err) {
    size_t scratch = 0, of = node->call == NULL ? 0 : node->call->transposed;
    if (node->call != NULL)
        take_values(tape, call, node->call);
    if (of > 0)
        return dnn_transposed_backward(&tape->arena, call, of - 1, err);
    dnn_status status = wants_packed(node) ? dnn_tape_pack_inputs(&tape->arena, call, err) : DNN_OK;
    if (status == DNN_OK)
        status = dnn_tape_take_scratch(&tape->arena, call, &scratch, err);
    if (status == DNN_OK)
        status = dnn_call_backward(call, err);
    if (status == DNN_OK && scratch > 0)
        dnn_arena_give(&tape->arena, call->scratch, scratch);
    return status;
}

static dnn_status run_backward(dnn_tape *tape, dnn_node *node, dnn_error *err) {
    dnn_tape_room few;
    dnn_call call;
    dnn_status status = dnn_node_check(node, err);
    if (status == DNN_OK)
        status = dnn_node_describe(&call, node, &tape->arena, &few, err);
    for (size_t i = 0; i < node->inputs && status == DNN_OK; i++)
        status = target(tape, &call, node, i, err);
    return status == DNN_OK ? run_call(tape, node, &call, err) : status;
}

static dnn_status keep_gradient(const dnn_tape *tape, dnn_node *node, dnn_error *err) {
    return node->gradient.data == NULL || (tape->selects && !node->wanted)
               ? DNN_OK
               : dnn_spread(&node->gradient, &node->dA, adds_to(node), err);
}

static dnn_status run_list(dnn_tape *tape, dnn_node *list, bool free, dnn_error *err);

/* Makes the graph of a node that has none and goes back through it. */
static dnn_status run_again(dnn_tape *tape, dnn_node *node, dnn_error *err) {
    dnn_node *root;
    dnn_status status = dnn_node_check(node, err);
    if (status == DNN_OK)
        status = node->again(node, &root, err);
    if (status != DNN_OK)
        return status;
    dnn_node *list = order(tape, root);
    if (list == NULL)
        status = dnn_fail(err, DNN_ERROR_STATE,
                          "checkpoint_call: the function uses a Matrix whose graph a backward has "
                          "freed already");
    if (status == DNN_OK)
        status = dnn_tape_take_like(&tape->arena, &root->dA, &root->A, err);
    if (status == DNN_OK)
        status = dnn_matrix_copy(&root->dA, &node->dA, err);
    if (status == DNN_OK)
        status = run_list(tape, list, true, err);
    node->again(node, NULL, NULL);
    return status;
}

/* A node whose gradient is complete; one that nothing has come to depends on the cost nowhere. */
static dnn_status run(dnn_tape *tape, dnn_node *node, dnn_error *err) {
    if (is_leaf(node) || node->dA.data == NULL)
        return DNN_OK;
    dnn_status status = keep_gradient(tape, node, err);
    if (status == DNN_OK)
        status = node->again != NULL ? run_again(tape, node, err) : run_backward(tape, node, err);
    if (status == DNN_OK)
        dnn_arena_give(&tape->arena, node->dA.data, dnn_tape_bytes_of(&node->dA));
    node->cursor = DONE;
    return status;
}

/* What was added before an error is part of a gradient, which nobody must take for a whole one. */
static void drop_gradients(dnn_node *list) {
    for (dnn_node *node = list; node != NULL; node = node->next)
        if (node->gradient.data != NULL) {
            dnn_node_zero_gradient(node);
            node->has_gradient = false;
        }
}

static dnn_status run_list(dnn_tape *tape, dnn_node *list, bool free, dnn_error *err) {
    dnn_status status = DNN_OK;
    for (dnn_node *node = list; node != NULL && status == DNN_OK; node = node->next)
        status = run(tape, node, err);
    if (status != DNN_OK && !tape->selects)
        drop_gradients(list);
    for (dnn_node *node = list; node != NULL && status == DNN_OK && free; node = node->next)
        node->freed = !is_leaf(node);
    return status;
}

/* --- backward --- */

static dnn_status check_seed(const dnn_node *root, const dnn_matrix *seed, dnn_error *err) {
    const dnn_matrix *A = &root->A;
    if (seed == NULL && (A->rows != 1 || A->cols != 1))
        return dnn_fail(err, DNN_ERROR_ARGUMENT,
                        "backward: this Matrix is %zu x %zu, not 1 x 1: reduce it first, "
                        "A:sum():backward(), or give the gradient, "
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
    dnn_status status = dnn_tape_take_like(&tape->arena, &root->dA, &root->A, err);
    return status == DNN_OK ? dnn_spread(&root->dA, seed == NULL ? &one : seed, false, err)
                            : status;
}

dnn_status dnn_tape_backward(dnn_tape *tape, dnn_node *root, const dnn_matrix *seed, bool retain,
                             dnn_error *err) {
    dnn_status status = check_seed(root, seed, err);
    if (status == DNN_OK && tape->running)
        status = dnn_fail(err, DNN_ERROR_STATE,
                          "backward: another backward is under way, and has called this one");
    if (status != DNN_OK)
        return status;
    tape->visits++;
    dnn_node *list = order(tape, root);
    if (list == NULL)
        return dnn_fail(err, DNN_ERROR_STATE,
                        "backward: this Matrix depends on one whose graph a backward has freed "
                        "already; run the forward again, keep the graph with "
                        "cost:backward(nil, {retain_graph = true}), or cut it off with "
                        "A:detach()");
    tape->running = true;
    status = start(tape, root, seed, err);
    if (status == DNN_OK)
        status = run_list(tape, list, !retain, err);
    tape->running = false;
    dnn_arena_reset(&tape->arena);
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
            memset(wanted[i].gradient.data, 0, dnn_tape_bytes_of(&wanted[i].gradient));
    }
    return status;
}

void dnn_tape_free(dnn_tape *tape) {
    dnn_arena_free(&tape->arena);
    dnn_arena_free(&tape->forward);
}
