/* check.c: whether what backward reads is still there, and as it was in forward. */
#include "nn/operators/operators.h"
#include "nn/tape/tape.h"

bool dnn_node_is_closed(const dnn_node *node) {
    return node->call != NULL && *node->call->place != node->call->network;
}

static dnn_status check_open(const dnn_node *node, dnn_error *err) {
    if (dnn_node_is_closed(node))
        return dnn_fail(err, DNN_ERROR_STATE,
                        "backward: a network that the expression has called is closed, or part of "
                        "another one now");
    if (node->call != NULL && *node->call->steps != node->call->steps_seen)
        return dnn_fail(err, DNN_ERROR_STATE,
                        "backward: a step has moved the parameters of a network since the "
                        "expression called it; call backward first, then step");
    return DNN_OK;
}

static dnn_status changed(const dnn_node *node, const char *what, const dnn_matrix *m,
                          dnn_error *err) {
    return dnn_fail(err, DNN_ERROR_STATE,
                    "backward: %s of %s, a Matrix %zu x %zu, was changed in place after it was "
                    "used, and backward needs it as it was; change a copy instead (A:copy()), or "
                    "make the change after backward",
                    what, dnn_operator_name(node->layer->kind), m->rows, m->cols);
}

static dnn_status check_versions(const dnn_node *node, dnn_error *err) {
    static const char *const names[] = {"the first operand", "the second operand",
                                        "the third operand"};
    const unsigned flags = node->layer->kind->flags;
    for (size_t i = 0; i < node->inputs && (flags & DNN_READS_X) != 0; i++) {
        const dnn_operand *x = &node->input[i];
        if (x->version != NULL && *x->version != x->seen)
            return changed(node, i < 3 ? names[i] : "an operand", &x->X, err);
    }
    if ((flags & DNN_READS_A) != 0 && node->version != NULL && *node->version != node->seen)
        return changed(node, "the result", &node->A, err);
    return DNN_OK;
}

dnn_status dnn_node_check(const dnn_node *node, dnn_error *err) {
    dnn_status status = check_open(node, err);
    return status == DNN_OK ? check_versions(node, err) : status;
}
