/* record.c: what a recorded step takes from its network. */
#include "nn/network/record.h"

#include <string.h>

#include "nn/network/parts.h"
#include "nn/operators/operators.h"

/* X has the network's type, or may hold ids, and examples. */
static dnn_status check_input(const dnn_network *network, const dnn_matrix *X, bool ids,
                              dnn_error *err) {
    if (X->dtype != network->dtype && !ids)
        return dnn_fail(err, DNN_ERROR_TYPE, "X is %s, the network is %s; convert X: X:to(\"%s\")",
                        dnn_dtype_info(X->dtype)->name, dnn_dtype_info(network->dtype)->name,
                        dnn_dtype_info(network->dtype)->name);
    return dnn_network_require_examples(X, err);
}

dnn_status dnn_network_record(dnn_network *network, const dnn_matrix *X, dnn_error *err) {
    dnn_status status = dnn_network_require_values(network, err);
    if (status == DNN_OK)
        status = check_input(network, X, dnn_network_takes_ids(network), err);
    return status == DNN_OK ? dnn_network_shapes_for(network, X, err) : status;
}

static const dnn_called *find_called(const dnn_network *network, const dnn_layer *layer) {
    for (size_t k = 0; k < network->called_count; k++)
        if (network->called[k].layer == layer)
            return &network->called[k];
    return NULL;
}

bool dnn_network_is_called(const dnn_network *network, const dnn_layer *layer, bool *draws) {
    const dnn_called *called = find_called(network, layer);
    *draws = false;
    for (size_t s = 0; called != NULL && s < called->count; s++) {
        const dnn_layer *each = network->steps[called->first + s].layer;
        *draws = *draws || (network->training && !each->evaluates && dnn_layer_has(each, DNN_DRAWS));
    }
    return called != NULL;
}

static bool all_take_ids(const dnn_network *network, const dnn_called *called) {
    for (size_t s = called->first; s < called->first + called->count; s++)
        for (size_t i = 0; i < network->steps[s].inputs; i++)
            if (network->steps[s].input[i] == called->input &&
                !dnn_layer_has(network->steps[s].layer, DNN_TAKES_IDS))
                return false;
    return true;
}

dnn_status dnn_network_record_called(dnn_network *network, const dnn_layer *layer,
                                     const dnn_matrix *X, size_t *first, size_t *count,
                                     size_t *input, dnn_error *err) {
    dnn_called *called = (dnn_called *)find_called(network, layer);
    if (called == NULL)
        return dnn_fail(err, DNN_ERROR_ARGUMENT, "no layer calls this one");
    dnn_status status = check_input(network, X, all_take_ids(network, called), err);
    if (status != DNN_OK)
        return dnn_network_fail_step(network, called->first, status, err);
    *first = called->first;
    *count = called->count;
    *input = called->input;
    return dnn_network_called_shapes(network, called, X, err);
}

/* Before a step's backward: whether its gradients are added to those of earlier ones. */
static bool begin(const dnn_node_call *call) {
    call->network->graded = true;
    return dnn_network_begin_gradients(call->network, call->step, call->gradients);
}

void dnn_network_record_step(dnn_network *network, dnn_network *const *place, size_t step,
                             size_t examples, uint64_t key, dnn_node_call *call, dnn_shape *in) {
    const dnn_step *s = &network->steps[step];
    for (size_t i = 0; i < s->inputs && in != NULL; i++)
        in[i] = network->shapes[s->input[i]];
    *call = (dnn_node_call){
        .examples = examples,
        .step = step,
        .in = in,
        .out = network->shapes[s->output],
        .dtype = network->dtype,
        .training = network->training && !s->layer->evaluates,
        .key = dnn_network_step_key(key, step),
        .values = &network->values[network->slot[step]],
        .gradients = &network->gradients[network->slot[step]],
        .live = dnn_step_live(network, s),
        .begin = begin,
        .steps = &network->parameters.steps,
        .steps_seen = network->parameters.steps,
        .network = network,
        .place = place,
    };
}

/* --- values as nodes --- */

enum { WHICH, COUNT }; /* arguments: the value, and how many the step learns */

static dnn_status value_forward(dnn_call *call, dnn_error *err) {
    (void)err;
    call->A = call->values[(size_t)call->argument[WHICH]];
    return DNN_OK;
}

/* A step's gradients start from zero together. */
static dnn_status value_backward(dnn_call *call, dnn_error *err) {
    dnn_matrix *gradient = &call->gradients[(size_t)call->argument[WHICH]];
    for (size_t k = 0; k < (size_t)call->argument[COUNT] && !call->accumulate; k++) {
        const dnn_matrix *g = &call->gradients[k];
        if (g->data != NULL)
            dnn_matrix_clear(g);
    }
    return gradient->data == NULL ? DNN_OK : dnn_spread(gradient, &call->dA, true, err);
}

static const dnn_layer_class value_class = {
    .name = "parameter",
    .flags = DNN_SHARES,
    .forward = value_forward,
    .backward = value_backward,
};
static const dnn_layer value_layer = {.kind = &value_class};

void dnn_network_record_value(dnn_network *network, dnn_network *const *place, size_t step,
                              size_t which, dnn_node *node, dnn_node_call *call) {
    const dnn_matrix *value = &network->values[network->slot[step] + which];
    dnn_network_record_step(network, place, step, value->cols, 0, call, NULL);
    call->in = NULL;
    call->out = dnn_shape_vector(value->rows);
    call->live = NULL;
    node->layer = &value_layer;
    node->call = call;
    node->argument[WHICH] = (double)which;
    node->argument[COUNT] = (double)network->steps[step].learnt;
    node->A.dtype = network->dtype;
}

const char *dnn_node_value_name(const dnn_node *node) {
    if (node->layer != &value_layer || dnn_node_is_closed(node))
        return NULL;
    const dnn_network *network = node->call->network;
    const dnn_step *step = &network->steps[node->call->step];
    return network->parameters.segments[dnn_step_segment(step, (size_t)node->argument[WHICH])].name;
}

const dnn_matrix *dnn_node_value_gradient(const dnn_node *node) {
    if (node->layer != &value_layer || dnn_node_is_closed(node))
        return NULL;
    return &node->call->gradients[(size_t)node->argument[WHICH]];
}
