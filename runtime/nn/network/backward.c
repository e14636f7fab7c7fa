/* backward.c: backward of a network in the buffers of its plan: what it reaches, which gradients
 * begin from zero and where they go. */
#include <string.h>

#include "nn/network/parts.h"

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
        for (size_t s = called->first; called->caller == layer && s < called->first + called->count;
             s++) {
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
    network->called_once = network->called_count == 0;
    for (size_t s = 0; s < network->step_count; s++) {
        const dnn_step *step = &network->steps[s];
        bool needs = false;
        network->called_once = network->called_once && !step->again && step->tied == SIZE_MAX;
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

/* After a step of all that is learnt, which are most: every gradient starts from zero. False where
 * it is otherwise, or some layer is called twice. */
static bool begin_all(dnn_network *network, dnn_plan *plan) {
    dnn_parameters *p = &network->parameters;
    bool all = network->called_once;
    for (size_t k = 0; all && k < p->learnt_count; k++)
        all = p->segments[k].spent || p->segments[k].frozen;
    for (size_t k = 0; all && k < p->learnt_count; k++)
        p->segments[k].spent = p->segments[k].frozen && p->segments[k].spent;
    for (size_t s = 0; all && s < network->step_count; s++)
        plan->calls[s].accumulate = false;
    return all;
}

/* A later call of the same layer, which backward runs first, begins. */
static void begin_gradients(dnn_network *network, dnn_plan *plan) {
    if (begin_all(network, plan))
        return;
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
    bool placed = dX == NULL && plan->gradients_version == network->needs_version;
    if (!placed)
        plan->gradients_version = 0; /* also where a layer fails: no place of this dX is left */
    for (size_t s = network->step_count; s-- > network->lowest;) {
        dnn_call *call = &plan->calls[s];
        if (!network->needs[network->steps[s].output])
            continue;
        if (!placed)
            set_input_gradients(network, plan, s, dX);
        bool same = call->dX[0].data == call->dA.data;
        if (call->gated || (same && dnn_step_is_view(&network->steps[s], plan->training)))
            continue;
        dnn_status status = dnn_network_run_step(network, plan, s, false, err);
        if (status != DNN_OK)
            return dnn_network_fail_step(network, s, status, err);
    }
    plan->gradients_version = dX == NULL ? network->needs_version : 0;
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
