/* run.c: forward and backward of a network in the buffers of its plan. */
#include <string.h>

#include "core/clock.h"
#include "core/interrupt.h"
#include "math/elementwise.h"
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

/* All matrices of all calls, for another number of examples. */
static void set_examples(dnn_network *network, dnn_plan *plan, size_t examples) {
    plan->reads_X = 0;
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
    for (size_t s = 0; network->training && s < network->step_count; s++)
        if (dnn_layer_has(network->steps[s].layer, DNN_DRAWS) &&
            !network->steps[s].layer->evaluates)
            return true;
    return false;
}

/* A pass of one step; its time is noted where that is wanted. */
static dnn_status run_step(dnn_network *network, dnn_plan *plan, size_t s, bool forward,
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
        dnn_status status = run_step(network, plan, s, true, err);
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
    status = dnn_network_take_side_inputs(network, plan, side, err);
    if (status == DNN_OK)
        status = dnn_network_take_states(network, plan, err);
    if (status == DNN_OK)
        status = run_forward(network, plan, key, err);
    if (status != DNN_OK)
        return status;
    commit(network, plan);
    dnn_network_keep_states(network, plan);
    dnn_network_move_cache(network, plan, side->cache);
    plan->has_activations = true;
    return DNN_OK;
}

/* --- backward --- */

static dnn_status check_output_gradient(const dnn_network *network, const dnn_plan *plan,
                                        const dnn_matrix *dA, const dnn_matrix *dX,
                                        dnn_error *err) {
    if (!plan->has_activations)
        return dnn_fail(err, DNN_ERROR_STATE, "backward needs a forward first");
    if (!plan->backward)
        return dnn_fail(
            err, DNN_ERROR_STATE,
            "evaluation keeps nothing for backward; call net:train() before forward, or "
            "set net.keep = true");
    if (plan->used_up)
        return dnn_fail(err, DNN_ERROR_STATE,
                        "backward has used up what forward kept; run forward again, or set "
                        "net.keep = true");
    const dnn_matrix *X = &plan->A[0], *A = &plan->A[network->step_count];
    if (dA->rows != A->rows || dA->cols != A->cols)
        return dnn_fail(err, DNN_ERROR_SHAPE,
                        "dA is %zu x %zu, the network's output is %zu x %zu%s", dA->rows, dA->cols,
                        A->rows, A->cols,
                        dA->rows == A->cols && dA->cols == A->rows ? "; is dA transposed?"
                        : dA->rows == A->rows ? "; is dA of the batch that was last run forward?"
                                              : "");
    if (dX != NULL && dnn_network_has_ids(network))
        return dnn_fail(err, DNN_ERROR_ARGUMENT, "ids have no gradient");
    if (dX != NULL && (dX->rows != X->rows || dX->cols != X->cols))
        return dnn_fail(err, DNN_ERROR_SHAPE, "dX must be %zu x %zu like X, not %zu x %zu", X->rows,
                        X->cols, dX->rows, dX->cols);
    if (dX != NULL && !dnn_matrix_is_contiguous(dX))
        return dnn_fail(err, DNN_ERROR_ARGUMENT, "the columns of dX must follow each other");
    dnn_status status = dnn_matrix_require_same_type(A, dA, "backward", err);
    return status == DNN_OK && dX != NULL ? dnn_matrix_require_same_type(X, dX, "backward", err)
                                          : status;
}

/* Whether value number k of a step, which is learnt unless it is frozen, has a gradient. */
static bool learns(const dnn_network *network, size_t s, size_t k) {
    return network->gradients[network->slot[s] + k].data != NULL;
}

static size_t learnt_values(const dnn_step *step) {
    return step->learnt + (step->tied != SIZE_MAX);
}

/* Whether a layer calls one that learns, or one of those does. */
static bool calls_learnt(const dnn_network *network, const dnn_layer *layer) {
    for (size_t n = 0; n < network->called_count; n++) {
        const dnn_called *called = &network->called[n];
        for (size_t s = called->first; called->caller == layer && s < called->first + called->count; s++) {
            for (size_t k = 0; k < learnt_values(&network->steps[s]); k++)
                if (learns(network, s, k))
                    return true;
            if (calls_learnt(network, network->steps[s].layer))
                return true;
        }
    }
    return false;
}

/* Which buffers' gradients lead to something that learns. */
static void find_needs(dnn_network *network, bool input) {
    const dnn_parameters *p = &network->parameters;
    if (network->needs_version == p->version && network->needs_input == input)
        return;
    network->needs[0] = input;
    network->lowest = network->step_count;
    for (size_t s = 0; s < network->step_count; s++) {
        const dnn_step *step = &network->steps[s];
        bool needs = false;
        for (size_t k = 0; k < learnt_values(step); k++)
            needs = needs || learns(network, s, k);
        needs = needs || calls_learnt(network, step->layer);
        for (size_t i = 0; i < step->inputs; i++)
            needs = needs || network->needs[step->input[i]];
        network->needs[step->output] = needs;
        if (needs && network->lowest == network->step_count)
            network->lowest = s;
    }
    network->needs_version = p->version;
    network->needs_input = input;
}

bool dnn_network_begin_gradients(dnn_network *network, size_t s, dnn_matrix *gradients) {
    dnn_parameters *p = &network->parameters;
    const dnn_step *step = &network->steps[s];
    size_t count = learnt_values(step), live = 0, spent = 0;
    for (size_t k = 0; k < count; k++)
        if (learns(network, s, k)) {
            spent += p->segments[dnn_step_segment(step, k)].spent;
            live++;
        }
    for (size_t k = 0; k < count && spent > 0; k++) {
        dnn_segment *segment = &p->segments[dnn_step_segment(step, k)];
        dnn_matrix *gradient = &gradients[k];
        if (!learns(network, s, k))
            continue;
        if (spent < live && segment->spent)
            memset(gradient->data, 0,
                   dnn_matrix_count(gradient) * dnn_dtype_info(network->dtype)->size);
        segment->spent = false;
    }
    return spent < live;
}

/* A later call of the same layer, which backward runs first, begins. */
static void begin_gradients(dnn_network *network, dnn_plan *plan) {
    for (size_t s = network->step_count; s-- > 0;)
        plan->calls[s].accumulate =
            dnn_network_begin_gradients(network, s, plan->calls[s].gradients);
}

static void spend_all(dnn_network *network) {
    dnn_parameters *p = &network->parameters;
    for (size_t k = 0; k < p->learnt_count; k++)
        p->segments[k].spent = true;
}

/* Where a step's gradients go: NULL where backward need not reach. */
static void set_input_gradients(const dnn_network *network, dnn_plan *plan, size_t s,
                                const dnn_matrix *dX) {
    const dnn_step *step = &network->steps[s];
    for (size_t i = 0; i < step->inputs; i++) {
        size_t b = step->input[i];
        dnn_matrix *to = &plan->calls[s].dX[i];
        *to = b == 0 && dX != NULL ? *dX : plan->dA[b];
        if (b == 0)
            to->rows = plan->A[0].rows, to->cols = plan->A[0].cols, to->ld = to->rows;
        if (!network->needs[b])
            to->data = NULL;
    }
}

static dnn_status run_backward(dnn_network *network, dnn_plan *plan, const dnn_matrix *dX,
                               dnn_error *err) {
    for (size_t s = network->step_count; s-- > network->lowest;) {
        dnn_call *call = &plan->calls[s];
        if (!network->needs[network->steps[s].output])
            continue;
        set_input_gradients(network, plan, s, dX);
        bool view = dnn_step_is_view(&network->steps[s], plan->training);
        if ((view && call->dX[0].data == call->dA.data) || call->gated)
            continue;
        dnn_status status = run_step(network, plan, s, false, err);
        if (status != DNN_OK)
            return dnn_network_fail_step(network, s, status, err);
    }
    return DNN_OK;
}

dnn_status dnn_network_backward(dnn_network *network, const dnn_matrix *dA, dnn_matrix *dX,
                                dnn_error *err) {
    dnn_plan *plan = dnn_network_current(network);
    dnn_status status = check_output_gradient(network, plan, dA, dX, err);
    if (status != DNN_OK)
        return status;
    find_needs(network, dX != NULL);
    begin_gradients(network, plan);
    plan->has_gradients = false;
    plan->used_up = plan->keep == DNN_KEEP_LITTLE;
    status = dnn_matrix_copy(&plan->dA[network->step_count], dA, err);
    if (status == DNN_OK)
        status = run_backward(network, plan, dX, err);
    if (status != DNN_OK)
        spend_all(network);
    else
        plan->has_gradients = network->graded = true;
    return status;
}
