/* states.c: what recurrent layers carry from one forward to the next, in each mode by itself, so that
 * a validation or a sample in between leaves the training's states as they are.
 *
 * A forward reads one block and writes the other; they change places when it has come to its end. */
#include <string.h>

#include "core/memory.h"
#include "nn/network/parts.h"

size_t dnn_network_state_rows(const dnn_network *network, size_t step, bool *carried) {
    const dnn_layer *layer = network->steps[step].layer;
    *carried = false;
    return layer->kind->state == NULL ? 0 : layer->kind->state(layer, carried);
}

static bool carries(const dnn_network *network, size_t step) {
    bool carried;
    dnn_network_state_rows(network, step, &carried);
    return carried;
}

dnn_status dnn_network_make_states(dnn_network *network, dnn_error *err) {
    for (size_t s = 0; s < network->all_steps; s++)
        if (network->steps[s].again && carries(network, s))
            return dnn_network_fail_step(
                network, s,
                dnn_fail(err, DNN_ERROR_ARGUMENT,
                         "a stateful layer can be called only once in a network"),
                err);
    for (size_t mode = 0; mode < 2; mode++) {
        network->states[mode] = dnn_calloc(network->all_steps, sizeof *network->states[mode]);
        if (network->states[mode] == NULL)
            return dnn_network_fail_memory(err);
    }
    return DNN_OK;
}

void dnn_network_free_states(dnn_network *network) {
    for (size_t mode = 0; mode < 2; mode++) {
        for (size_t s = 0; network->states[mode] != NULL && s < network->all_steps; s++) {
            dnn_free(network->states[mode][s].now);
            dnn_free(network->states[mode][s].next);
        }
        dnn_free(network->states[mode]);
    }
}

/* Makes room for so many examples and keeps what is there. */
static dnn_status reserve(const dnn_network *network, bool training, size_t s, size_t examples,
                          dnn_error *err) {
    dnn_step_state *state = &network->states[training][s];
    bool carried;
    size_t rows = dnn_network_state_rows(network, s, &carried),
           column = rows * dnn_dtype_info(network->dtype)->size;
    if (examples <= state->capacity || rows == 0)
        return DNN_OK;
    void *now = dnn_alloc(column * examples), *next = dnn_alloc(column * examples);
    if (now == NULL || next == NULL) {
        dnn_free(now);
        dnn_free(next);
        return dnn_network_fail_memory(err);
    }
    if (state->examples > 0)
        memcpy(now, state->now, column * state->examples);
    dnn_free(state->now);
    dnn_free(state->next);
    state->now = now;
    state->next = next;
    state->capacity = examples;
    return DNN_OK;
}

dnn_status dnn_network_reserve_states(dnn_network *network, size_t examples, dnn_error *err) {
    dnn_status status = DNN_OK;
    for (size_t s = 0; s < network->step_count && status == DNN_OK; s++)
        status = reserve(network, network->training, s, examples, err);
    return status;
}

dnn_status dnn_network_check_state(const dnn_network *network, size_t s, size_t examples,
                                   dnn_error *err) {
    size_t there = network->states[network->training][s].examples;
    if (there == 0 || there == examples)
        return DNN_OK;
    dnn_fail(err, DNN_ERROR_STATE,
             "its state is of %zu examples, and X has %zu; net:reset_state() starts again from 0",
             there, examples);
    return dnn_network_fail_step(network, s, DNN_ERROR_STATE, err);
}

dnn_status dnn_network_take_states(dnn_network *network, dnn_plan *plan, dnn_error *err) {
    for (size_t s = 0; s < network->step_count; s++) {
        const dnn_step_state *state = &network->states[network->training][s];
        bool carried, given;
        size_t rows = dnn_network_state_rows(network, s, &carried);
        if (rows == 0)
            continue;
        given = carried && state->examples > 0;
        dnn_status status =
            carried ? dnn_network_check_state(network, s, plan->examples, err) : DNN_OK;
        if (status != DNN_OK)
            return status;
        plan->calls[s].state =
            dnn_matrix_of(network->dtype, rows, plan->examples, given ? state->now : NULL);
        plan->calls[s].next_state =
            dnn_matrix_of(network->dtype, rows, plan->examples, state->next);
    }
    return DNN_OK;
}

void dnn_network_keep_states(dnn_network *network, const dnn_plan *plan) {
    for (size_t s = 0; s < network->step_count && !network->holds_states; s++) {
        dnn_step_state *state = &network->states[network->training][s];
        void *before = state->now;
        if (state->capacity == 0)
            continue;
        state->now = state->next;
        state->next = before;
        state->examples = plan->examples;
    }
}

bool dnn_network_state(const dnn_network *network, bool training, size_t step, dnn_matrix *state) {
    const dnn_step_state *at = &network->states[training][step];
    bool carried;
    size_t rows = dnn_network_state_rows(network, step, &carried);
    *state = dnn_matrix_of(network->dtype, rows, at->examples, at->now);
    return rows > 0 && at->examples > 0;
}

dnn_status dnn_network_set_state(dnn_network *network, bool training, size_t step,
                                 const dnn_matrix *state, dnn_error *err) {
    dnn_step_state *at = &network->states[training][step];
    bool carried;
    size_t rows = dnn_network_state_rows(network, step, &carried);
    dnn_status status = DNN_OK;
    if (!carried)
        status = dnn_fail(err, DNN_ERROR_STATE,
                          "every forward starts from 0; a layer made with {stateful = true} "
                          "continues from its state");
    else if (state != NULL && (state->rows != rows || state->cols == 0))
        status = dnn_fail(err, DNN_ERROR_SHAPE,
                          "its state has %zu rows and a column for each example, not %zu x %zu",
                          rows, state->rows, state->cols);
    else if (state != NULL)
        status = reserve(network, training, step, state->cols, err);
    if (status != DNN_OK)
        return dnn_network_fail_step(network, step, status, err);
    at->examples = state == NULL ? 0 : state->cols;
    if (state == NULL)
        return DNN_OK;
    dnn_matrix now = dnn_matrix_of(network->dtype, rows, state->cols, at->now);
    return dnn_matrix_copy(&now, state, err);
}

void dnn_network_reset_states(dnn_network *network) {
    for (size_t s = 0; s < network->all_steps; s++)
        network->states[network->training][s].examples = 0;
}

dnn_status dnn_network_copy_states(dnn_network *to, const dnn_network *from, dnn_error *err) {
    dnn_status status = DNN_OK;
    for (size_t s = 0; s < from->all_steps; s++)
        for (size_t mode = 0; mode < 2 && status == DNN_OK; mode++) {
            dnn_matrix state;
            if (carries(from, s) && dnn_network_state(from, mode == 1, s, &state))
                status = dnn_network_set_state(to, mode == 1, s, &state, err);
        }
    return status;
}
