/* plan.c: the plan of a network for one mode, shape and number of examples: its calls, and its
 * memory, whose parts plan_place.c finds a place for. */
#include <string.h>

#include "core/memory.h"
#include "nn/network/parts.h"

bool dnn_step_is_view(const dnn_step *step, bool training) {
    unsigned flags = step->layer->kind->flags;
    bool trains = training && !step->layer->evaluates;
    return (flags & DNN_VIEW) != 0 || ((flags & DNN_VIEW_IN_EVALUATION) != 0 && !trains);
}

#define ARRAYS 16

/* Those that make_arrays makes. */
static void list_arrays(const dnn_plan *p, void *out[ARRAYS]) {
    void *arrays[ARRAYS] = {p->A_offset, p->dA_offset, p->saved_offset, p->kept,
                            p->dkept,    p->A,         p->dA,           p->X,
                            p->dX,       p->in,        p->add,          p->calls,
                            p->folds,    p->next,      p->done,         p->lookups};
    memcpy(out, arrays, sizeof arrays);
}

/* The arrays of a plan, which depend on the number of steps alone. */
static dnn_status make_arrays(const dnn_network *network, dnn_plan *plan, dnn_error *err) {
    size_t n = network->step_count, b = network->buffer_count, i = network->input_count;
    if (plan->calls != NULL)
        return DNN_OK;
    plan->A_offset = dnn_calloc(b, sizeof(size_t));
    plan->dA_offset = dnn_calloc(b, sizeof(size_t));
    plan->saved_offset = dnn_calloc(n, sizeof(size_t));
    plan->folds = dnn_calloc(n, sizeof(size_t));
    plan->next = dnn_calloc(n, sizeof(size_t));
    plan->done = dnn_calloc(n, sizeof(bool));
    plan->kept = dnn_calloc(b, sizeof(bool));
    plan->dkept = dnn_calloc(b, sizeof(bool));
    plan->A = dnn_calloc(b, sizeof(dnn_matrix));
    plan->dA = dnn_calloc(b, sizeof(dnn_matrix));
    plan->X = dnn_calloc(i, sizeof(dnn_matrix));
    plan->dX = dnn_calloc(i, sizeof(dnn_matrix));
    plan->in = dnn_calloc(i, sizeof(dnn_shape));
    plan->add = dnn_calloc(i, sizeof(bool));
    plan->calls = dnn_calloc(n, sizeof(dnn_call));
    plan->lookups = dnn_calloc(n, sizeof(dnn_lookup));
    void *arrays[ARRAYS];
    list_arrays(plan, arrays);
    for (size_t k = 0; k < ARRAYS; k++)
        if (arrays[k] == NULL) {
            dnn_plan_free(plan);
            return dnn_network_fail_memory(err);
        }
    return DNN_OK;
}

void dnn_plan_free(dnn_plan *plan) {
    void *arrays[ARRAYS];
    list_arrays(plan, arrays);
    for (size_t k = 0; k < ARRAYS; k++)
        dnn_free(arrays[k]);
    dnn_free(plan->lengths);
    dnn_matrix_free(&plan->mask);
    *plan = (dnn_plan){0};
}

/* Calls with all that does not change from batch to batch. */
static void describe_calls(const dnn_network *network, dnn_plan *plan) {
    size_t at = 0;
    for (size_t s = 0; s < network->step_count; s++) {
        const dnn_step *step = &network->steps[s];
        for (size_t i = 0; i < step->inputs; i++)
            plan->in[at + i] = network->shapes[step->input[i]];
        plan->calls[s] = (dnn_call){
            .layer = step->layer,
            .dtype = network->dtype,
            .inputs = step->inputs,
            .examples = plan->capacity,
            .in = &plan->in[at],
            .out = network->shapes[step->output],
            .training = plan->training && !step->layer->evaluates,
            .X = &plan->X[at],
            .dX = &plan->dX[at],
            .add = &plan->add[at],
            .values = &network->values[network->slot[s]],
            .gradients = &network->gradients[network->slot[s]],
            .live = dnn_step_live(network, step),
            .step = s,
        };
        at += step->inputs;
    }
}

/* The buffers' sizes can be counted in bytes. */
static dnn_status check_sizes(const dnn_network *network, size_t examples, dnn_error *err) {
    size_t total = 0;
    for (size_t s = 0; s < network->step_count; s++) {
        size_t bytes;
        dnn_status status = dnn_matrix_bytes(
            network->dtype, dnn_shape_count(&network->shapes[s + 1]), examples, &bytes, err);
        if (status == DNN_OK && bytes > SIZE_MAX / 8 - total)
            status = dnn_fail(err, DNN_ERROR_MEMORY, "%zu examples are too many", examples);
        if (status != DNN_OK)
            return dnn_network_fail_step(network, s, status, err);
        total += bytes;
    }
    return DNN_OK;
}

dnn_status dnn_network_plan(dnn_network *network, const dnn_matrix *X, size_t *bytes,
                            dnn_error *err) {
    dnn_plan *plan = dnn_network_current(network);
    bool scattered = !dnn_matrix_is_contiguous(X);
    *bytes = 0;
    if (plan->memory != NULL && plan->rows == X->rows && X->cols <= plan->capacity && X->cols > 0 &&
        plan->keep == network->keep && (plan->copies_input || !scattered))
        return dnn_network_shapes_for(network, X, err); /* the other mode may have had another X */
    dnn_status status = dnn_network_require_examples(X, err);
    if (status == DNN_OK)
        status = dnn_network_shapes_for(network, X, err);
    if (status == DNN_OK)
        status = check_sizes(network, X->cols, err);
    if (status == DNN_OK)
        status = make_arrays(network, plan, err);
    if (status == DNN_OK)
        status = dnn_plan_make_lengths(network, plan, X->cols, err);
    if (status == DNN_OK)
        status = dnn_network_reserve_states(network, X->cols, err);
    if (status != DNN_OK)
        return status;
    plan->memory = NULL;
    plan->has_activations = plan->has_gradients = false;
    plan->capacity = X->cols;
    plan->rows = X->rows;
    plan->copies_input = scattered;
    plan->training = network->training;
    plan->keep = network->keep;
    plan->backward = network->training || network->keep == DNN_KEEP_ALL;
    describe_calls(network, plan);
    status = dnn_plan_place(network, plan, err);
    plan->bytes += plan->bytes == 0 ? DNN_ALIGNMENT : 0; /* what is there is attached */
    *bytes = plan->bytes;
    return status;
}

size_t dnn_network_buffer_bytes(const dnn_network *network) {
    const dnn_plan *plan = &network->plans[network->training];
    return plan->memory == NULL ? 0 : plan->bytes;
}

/* Points the calls to their memory. */
void dnn_network_attach_buffers(dnn_network *network, void *memory) {
    dnn_plan *plan = dnn_network_current(network);
    plan->memory = memory;
    plan->examples = 0; /* no batch has been set up in it yet */
    plan->has_activations = plan->has_gradients = false;
    for (size_t s = 0; s < network->step_count; s++) {
        dnn_call *call = &plan->calls[s];
        call->saved =
            plan->saved_offset[s] == SIZE_MAX ? NULL : plan->memory + plan->saved_offset[s];
        call->scratch = plan->memory + plan->scratch_offset;
    }
}
