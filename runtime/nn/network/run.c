/* run.c: forward of a network in the buffers of its plan, whose calls it sets up for another number
 * of examples. */
#include "core/clock.h"
#include "core/interrupt.h"
#include "nn/network/parts.h"

/* --- setting up the calls --- */

/* The shape is that of the plan: the network's may be of another X, which the other mode ran on. */
static dnn_matrix buffer_at(const dnn_network *network, const dnn_plan *plan, size_t buffer,
                            size_t offset) {
    const dnn_shape *shape = &plan->calls[network->producer[buffer]].out;
    return dnn_matrix_of(network->dtype, dnn_shape_count(shape), plan->examples,
                         offset == SIZE_MAX ? NULL : plan->memory + offset);
}

/* A view has the memory of its step's input; that of X is the caller's. */
static void set_output(const dnn_network *network, dnn_plan *plan, const dnn_step *step) {
    dnn_matrix *A = &plan->A[step->output];
    *A = buffer_at(network, plan, step->output, plan->A_offset[step->output]);
    if (A->data == NULL)
        A->data = plan->A[step->input[0]].data;
}

/* Which inputs' gradients are added to what a later consumer has written. */
static void set_additions(const dnn_network *network, dnn_plan *plan) {
    for (size_t s = 0; s < network->step_count; s++) {
        const dnn_step *step = &network->steps[s];
        for (size_t i = 0; i < step->inputs; i++) {
            bool later = false;
            for (size_t t = s; t < network->step_count && !later; t++) {
                const dnn_step *other = &network->steps[t];
                for (size_t k = t == s ? i + 1 : 0; k < other->inputs && !later; k++)
                    later = other->input[k] == step->input[i];
            }
            plan->calls[s].add[i] = later;
        }
    }
}

static bool is_plain(const dnn_network *network) {
    bool plain = true;
    for (size_t s = 0; s < network->step_count; s++) {
        const dnn_layer_class *kind = network->steps[s].layer->kind;
        plain = plain && kind->state == NULL && kind->commit == NULL &&
                (kind->flags & (DNN_DRAWS | DNN_TAKES_LENGTHS | DNN_TAKES_MASK)) == 0;
    }
    return plain;
}

/* All matrices of all calls, for another number of examples. */
static void set_examples(dnn_network *network, dnn_plan *plan, size_t examples) {
    plan->reads_X = 0;
    plan->plain = is_plain(network);
    plan->gradients_version = 0;
    if (plan->examples == 0)
        set_additions(network, plan);
    plan->examples = examples;
    for (size_t s = 0; s < network->step_count; s++) {
        const dnn_step *step = &network->steps[s];
        dnn_call *call = &plan->calls[s];
        set_output(network, plan, step);
        plan->dA[step->output] =
            buffer_at(network, plan, step->output, plan->dA_offset[step->output]);
        call->examples = examples;
        call->A = plan->A[step->output];
        call->dA = plan->dA[step->output];
        for (size_t i = 0; i < step->inputs; i++) {
            call->X[i] = plan->A[step->input[i]];
            if (step->input[i] == 0 || plan->A_offset[step->input[i]] == SIZE_MAX)
                plan->reads_X = s + 1;
        }
    }
}

/* The calls that read X or a view of it: its own memory now, or that of its copy. */
static void set_X(dnn_network *network, dnn_plan *plan) {
    for (size_t s = 0; s < plan->reads_X; s++) {
        const dnn_step *step = &network->steps[s];
        for (size_t i = 0; i < step->inputs; i++)
            plan->calls[s].X[i] = plan->A[step->input[i]];
        if (plan->A_offset[step->output] == SIZE_MAX) {
            set_output(network, plan, step);
            plan->calls[s].A = plan->A[step->output];
        }
    }
}

bool dnn_network_takes_ids(const dnn_network *network) {
    for (size_t s = 0; s < network->step_count; s++)
        for (size_t i = 0; i < network->steps[s].inputs; i++)
            if (network->steps[s].input[i] == 0 &&
                !dnn_layer_has(network->steps[s].layer, DNN_TAKES_IDS))
                return false;
    return true;
}

bool dnn_network_has_ids(const dnn_network *network) {
    for (size_t s = 0; s < network->step_count; s++)
        if (dnn_layer_has(network->steps[s].layer, DNN_TAKES_IDS))
            return true;
    return false;
}

static dnn_status check_input(const dnn_network *network, const dnn_plan *plan, const dnn_matrix *X,
                              dnn_error *err) {
    dnn_status status = dnn_network_require_values(network, err);
    if (status != DNN_OK)
        return status;
    if (X->dtype != network->dtype && !dnn_network_takes_ids(network))
        return dnn_fail(err, DNN_ERROR_TYPE, "X is %s, the network is %s; convert X: X:to(\"%s\")",
                        dnn_dtype_info(X->dtype)->name, dnn_dtype_info(network->dtype)->name,
                        dnn_dtype_info(network->dtype)->name);
    if (plan->memory == NULL || X->rows != plan->rows || X->cols > plan->capacity || X->cols == 0 ||
        (!dnn_matrix_is_contiguous(X) && !plan->copies_input))
        return dnn_fail(err, DNN_ERROR_STATE,
                        "X is %zu x %zu, but buffers are planned for %zu x %zu", X->rows, X->cols,
                        plan->rows, plan->capacity);
    return DNN_OK;
}

/* X itself, or a copy of it without gaps. */
static dnn_status take_input(dnn_plan *plan, const dnn_matrix *X, dnn_error *err) {
    plan->A[0] = *X;
    if (dnn_matrix_is_contiguous(X))
        return DNN_OK;
    plan->A[0] = dnn_matrix_of(X->dtype, X->rows, X->cols, plan->memory + plan->A_offset[0]);
    return dnn_matrix_copy(&plan->A[0], X, err);
}

/* --- forward --- */

/* A key for each call, so that layers draw different numbers. */
uint64_t dnn_network_step_key(uint64_t key, size_t step) {
    uint32_t counter[4] = {(uint32_t)step, (uint32_t)((uint64_t)step >> 32), 0, 0x646e6e};
    const uint32_t words[2] = {(uint32_t)key, (uint32_t)(key >> 32)};
    dnn_philox4x32(counter, words);
    return (uint64_t)counter[1] << 32 | counter[0];
}

bool dnn_network_draws(const dnn_network *network) {
    const dnn_plan *plan = &network->plans[network->training];
    if (plan->examples != 0 && plan->plain)
        return false;
    for (size_t s = 0; network->training && s < network->step_count; s++)
        if (dnn_layer_has(network->steps[s].layer, DNN_DRAWS) &&
            !network->steps[s].layer->evaluates)
            return true;
    return false;
}

dnn_status dnn_network_run_step(dnn_network *network, dnn_plan *plan, size_t s, bool forward,
                                dnn_error *err) {
    dnn_call *call = &plan->calls[s];
    dnn_status status = dnn_interrupt_check(err);
    if (status != DNN_OK)
        return status;
    double begun = network->times == NULL ? 0 : dnn_clock_seconds();
    status = forward ? dnn_plan_run(network, plan, s, err) : dnn_call_backward(call, err);
    if (network->times == NULL)
        return status;
    dnn_network_note_pass(network, s, call, forward, dnn_clock_seconds() - begun);
    return status;
}

static dnn_status run_forward(dnn_network *network, dnn_plan *plan, uint64_t key, dnn_error *err) {
    for (size_t s = 0; s < network->step_count; s++) {
        const dnn_step *step = &network->steps[s];
        dnn_call *call = &plan->calls[s];
        if (plan->done[s] ||
            (call->A.data == call->X[0].data && dnn_step_is_view(step, plan->training)))
            continue;
        if (call->training && dnn_layer_has(step->layer, DNN_DRAWS))
            call->key = dnn_network_step_key(key, s);
        dnn_status status = dnn_network_run_step(network, plan, s, true, err);
        if (status != DNN_OK)
            return dnn_network_fail_step(network, s, status, err);
    }
    return DNN_OK;
}

static void commit(dnn_network *network, dnn_plan *plan) {
    for (size_t s = 0; plan->training && s < network->step_count; s++)
        if (plan->calls[s].training && network->steps[s].layer->kind->commit != NULL)
            network->steps[s].layer->kind->commit(&plan->calls[s]);
}

/* Forward with side inputs, random numbers and states. */
static dnn_status forward_beside(dnn_network *network, dnn_plan *plan, const dnn_side_inputs *side,
                                 uint64_t key, dnn_error *err) {
    dnn_status status = dnn_network_take_side_inputs(network, plan, side, err);
    if (status == DNN_OK)
        status = dnn_network_take_states(network, plan, err);
    if (status == DNN_OK)
        status = run_forward(network, plan, key, err);
    if (status != DNN_OK)
        return status;
    commit(network, plan);
    dnn_network_keep_states(network, plan);
    dnn_network_move_cache(network, plan, side->cache);
    return DNN_OK;
}

dnn_status dnn_network_forward(dnn_network *network, const dnn_matrix *X, uint64_t key,
                               dnn_error *err) {
    return dnn_network_forward_with(network, X, &(dnn_side_inputs){0}, key, err);
}

dnn_status dnn_network_forward_with(dnn_network *network, const dnn_matrix *X,
                                    const dnn_side_inputs *side, uint64_t key, dnn_error *err) {
    dnn_plan *plan = dnn_network_current(network);
    plan->has_activations = false; /* also when X is refused: the last one may be gone */
    plan->has_gradients = plan->used_up = false;
    dnn_status status = check_input(network, plan, X, err);
    if (status == DNN_OK)
        status = take_input(plan, X, err);
    if (status != DNN_OK)
        return status;
    if (plan->examples != X->cols)
        set_examples(network, plan, X->cols);
    else
        set_X(network, plan);
    bool beside = side->cache != NULL || side->lengths != NULL || side->mask != NULL;
    status = plan->plain && !beside && !plan->beside
                 ? run_forward(network, plan, key, err)
                 : forward_beside(network, plan, side, key, err);
    plan->beside = beside;
    plan->has_activations = status == DNN_OK;
    return status;
}
