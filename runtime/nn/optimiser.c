/* optimiser.c: what every optimiser does around its update: checks, state, the cut into stretches.
 */
#include "nn/optimiser.h"

#include <string.h>

#include "core/interrupt.h"

void dnn_optimiser_init(dnn_optimiser *optimiser, const dnn_optimiser_class *kind,
                        dnn_parameters *parameters) {
    *optimiser = (dnn_optimiser){.kind = kind, .parameters = parameters, .check_finite = true};
    dnn_field_defaults(kind->fields, optimiser->settings);
}

size_t dnn_optimiser_state_bytes(const dnn_optimiser *optimiser) {
    const dnn_parameters *p = optimiser->parameters;
    return optimiser->kind->state_vectors(optimiser->settings) * p->count *
           dnn_dtype_info(p->dtype)->size;
}

static dnn_status check_settings(const dnn_optimiser *optimiser, dnn_error *err) {
    const dnn_optimiser_class *kind = optimiser->kind;
    dnn_status status = dnn_field_complete(kind->name, kind->fields, optimiser->settings, err);
    if (status == DNN_OK && kind->check != NULL)
        status = kind->check(optimiser->settings, err);
    return status;
}

dnn_status dnn_optimiser_attach(dnn_optimiser *optimiser, void *state, dnn_error *err) {
    dnn_status status = check_settings(optimiser, err);
    if (status != DNN_OK)
        return status;
    size_t bytes = dnn_optimiser_state_bytes(optimiser);
    if (bytes != 0)
        memset(state, 0, bytes);
    optimiser->state = state;
    optimiser->vectors = optimiser->kind->state_vectors(optimiser->settings);
    return DNN_OK;
}

dnn_status dnn_optimiser_restore(dnn_optimiser *optimiser, const double settings[DNN_MAX_FIELDS],
                                 uint64_t steps, void *state, size_t vectors, dnn_error *err) {
    dnn_optimiser restored = *optimiser;
    memcpy(restored.settings, settings, sizeof restored.settings);
    dnn_status status = check_settings(&restored, err);
    if (status != DNN_OK)
        return status;
    size_t needed = restored.kind->state_vectors(settings);
    if (needed > vectors)
        return dnn_fail(err, DNN_ERROR_STATE,
                        "%s: with these settings its state has %zu vectors, and %zu came",
                        restored.kind->name, needed, vectors);
    restored.steps = steps;
    restored.state = state;
    restored.vectors = vectors;
    *optimiser = restored;
    return DNN_OK;
}

static void run_update(void *context, size_t begin, size_t end) {
    const dnn_optimiser *optimiser = context;
    optimiser->kind->update(optimiser, begin, end);
}

dnn_status dnn_optimiser_step(dnn_optimiser *optimiser, dnn_error *err) {
    dnn_parameters *p = optimiser->parameters;
    dnn_status status = check_settings(optimiser, err);
    if (status != DNN_OK)
        return status;
    if (p->count != 0 && p->gradients == NULL)
        return dnn_fail(err, DNN_ERROR_STATE, "%s: the network's parameters are not attached yet",
                        optimiser->kind->name);
    if (optimiser->kind->state_vectors(optimiser->settings) > optimiser->vectors)
        return dnn_fail(err, DNN_ERROR_STATE,
                        "%s: the new settings need state that this optimiser was made without; "
                        "make a new one with them",
                        optimiser->kind->name);
    status = optimiser->check_finite ? dnn_parameters_check_finite(p, err) : DNN_OK;
    if (status == DNN_OK)
        status = dnn_interrupt_check(err); /* from here on the step is made whole */
    if (status != DNN_OK)
        return status;
    optimiser->steps++;
    dnn_parameters_step(p, run_update, optimiser);
    return DNN_OK;
}
