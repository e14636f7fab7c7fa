/* network.c: making networks, their modes, and how messages name their steps. */
#include "nn/network/network.h"

#include <stdio.h>
#include <string.h>

#include "core/memory.h"
#include "nn/network/parts.h"

/* --- making --- */

static dnn_status build(dnn_network *network, dnn_error *err) {
    dnn_status status = dnn_network_compile(network, err);
    if (status != DNN_OK)
        return status;
    network->shapes = dnn_calloc(dnn_network_all_buffers(network), sizeof *network->shapes);
    network->needs = dnn_calloc(network->buffer_count, sizeof *network->needs);
    if (network->shapes == NULL || network->needs == NULL)
        return dnn_network_fail_memory(err);
    status = dnn_network_first_shapes(network, err);
    if (status == DNN_OK)
        status = dnn_network_make_states(network, err);
    return status == DNN_OK ? dnn_network_lay_out_values(network, err) : status;
}

dnn_status dnn_network_create(dnn_network **out, dnn_dtype dtype, dnn_layer *layer,
                              const dnn_shape *input, dnn_error *err) {
    *out = NULL;
    if (!dnn_dtype_info(dtype)->is_real)
        return dnn_fail(err, DNN_ERROR_TYPE, "a network is float32 or float64, not %s",
                        dnn_dtype_info(dtype)->name);
    dnn_network *network = dnn_calloc(1, sizeof *network);
    if (network == NULL)
        return dnn_network_fail_memory(err);
    network->dtype = dtype;
    network->layer = dnn_layer_retain(layer);
    network->training = true;
    if (input != NULL)
        network->input = *input;
    dnn_status status = build(network, err);
    if (status != DNN_OK)
        dnn_network_destroy(network);
    else
        *out = network;
    return status;
}

void dnn_network_destroy(dnn_network *network) {
    if (network == NULL)
        return;
    dnn_plan_free(&network->plans[0]);
    dnn_plan_free(&network->plans[1]);
    dnn_network_free_values(network);
    dnn_network_free_states(network);
    dnn_network_free_steps(network);
    dnn_layer_release(network->layer);
    dnn_free(network->shapes);
    dnn_free(network->needs);
    dnn_free(network);
}

/* --- what it consists of --- */

dnn_dtype dnn_network_dtype(const dnn_network *network) {
    return network->dtype;
}

dnn_layer *dnn_network_layer(const dnn_network *network) {
    return network->layer;
}

size_t dnn_network_step_count(const dnn_network *network) {
    return network->step_count;
}

size_t dnn_network_all_steps(const dnn_network *network) {
    return network->all_steps;
}

const dnn_step *dnn_network_step(const dnn_network *network, size_t step) {
    return &network->steps[step];
}

dnn_parameters *dnn_network_parameters(dnn_network *network) {
    return &network->parameters;
}

size_t dnn_network_find_step(const dnn_network *network, const dnn_layer *layer) {
    for (size_t s = 0; s < network->all_steps; s++)
        if (network->steps[s].layer == layer)
            return s;
    return SIZE_MAX;
}

/* --- modes --- */

bool dnn_network_training(const dnn_network *network) {
    return network->training;
}

void dnn_network_set_training(dnn_network *network, bool training) {
    network->training = training;
}

dnn_keep dnn_network_keep(const dnn_network *network) {
    return network->keep;
}

void dnn_network_set_keep(dnn_network *network, dnn_keep keep) {
    network->keep = keep;
}

void dnn_network_note_layers(dnn_network *network) {
    dnn_network_note_frozen(network);
    for (size_t mode = 0; mode < 2; mode++) {
        dnn_plan *plan = &network->plans[mode];
        for (size_t s = 0; s < network->step_count && plan->memory != NULL; s++)
            if (plan->calls[s].training !=
                (plan->training && !network->steps[s].layer->evaluates)) {
                plan->memory = NULL; /* another plan: other things are saved */
                plan->has_activations = plan->has_gradients = false;
            }
    }
}

/* --- names --- */

size_t dnn_network_name_step(const dnn_network *network, size_t step, char *text, size_t size) {
    const dnn_step *s = &network->steps[step];
    char layer[128];
    dnn_layer_describe(s->layer, layer, sizeof layer);
    int n = s->place[0] == '\0' ? snprintf(text, size, "%s", layer)
                                : snprintf(text, size, "layer %s, %s", s->place, layer);
    return (size_t)n;
}

dnn_status dnn_network_fail_step(const dnn_network *network, size_t step, dnn_status status,
                                 dnn_error *err) {
    char name[256];
    dnn_network_name_step(network, step, name, sizeof name);
    return dnn_fail_context(err, status, "%s: ", name);
}

/* --- what can be read --- */

/* Only where all is kept does an output survive backward. */
static bool is_intact(const dnn_network *network, const dnn_plan *plan, size_t buffer) {
    bool all = plan->keep == DNN_KEEP_ALL || (plan->keep == DNN_KEEP_TRAINING && plan->training);
    return plan->has_activations && (all || buffer == network->step_count || buffer == 0 ||
                                     (plan->kept[buffer] && !plan->used_up));
}

static const dnn_matrix *read_output(const dnn_network *network, size_t buffer) {
    const dnn_plan *plan = &network->plans[network->training];
    return buffer < network->buffer_count && is_intact(network, plan, buffer) ? &plan->A[buffer] : NULL;
}

static const dnn_matrix *read_gradient(const dnn_network *network, size_t buffer) {
    const dnn_plan *plan = &network->plans[network->training];
    return plan->has_gradients && buffer > 0 && buffer < network->buffer_count && plan->dkept[buffer] && network->needs[buffer]
               ? &plan->dA[buffer]
               : NULL;
}

bool dnn_network_has_gradients(const dnn_network *network) {
    return network->graded;
}

const dnn_matrix *dnn_network_output(const dnn_network *network) {
    return read_output(network, network->step_count);
}

const dnn_matrix *dnn_network_step_output(const dnn_network *network, size_t step) {
    return read_output(network, network->steps[step].output);
}

const dnn_matrix *dnn_network_step_input(const dnn_network *network, size_t step, size_t input) {
    return read_output(network, network->steps[step].input[input]);
}

const dnn_matrix *dnn_network_step_output_gradient(const dnn_network *network, size_t step) {
    return read_gradient(network, network->steps[step].output);
}

const dnn_matrix *dnn_network_step_input_gradient(const dnn_network *network, size_t step,
                                                  size_t input) {
    return read_gradient(network, network->steps[step].input[input]);
}
