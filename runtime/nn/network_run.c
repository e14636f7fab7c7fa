/* network_run.c: the plan of a network's buffers, and forward and backward in them.
 *
 * The buffers are one block: A[1] .. A[L], then dA[1] .. dA[L], each on a 64-byte boundary, each
 * large enough for the planned number of examples. A smaller batch uses the same places with fewer
 * columns. */
#include "core/interrupt.h"
#include "core/memory.h"
#include "nn/network_parts.h"

/* Widths of all A for X with `in` rows. */
static dnn_status resolve_features(const dnn_network *network, size_t in, size_t examples,
                                   size_t *features, dnn_error *err) {
    features[0] = in;
    for (size_t l = 1; l <= network->count; l++) {
        const dnn_layer *layer = network->layers[l - 1];
        size_t need = dnn_layer_in_features(layer);
        dnn_status status = dnn_layer_out_features(layer, features[l - 1], &features[l], err);
        if (status == DNN_OK)
            continue;
        dnn_fail(err, status, "needs %zu rows (features), %s %zu x %zu%s", need,
                 l == 1 ? "X is" : "its input is", features[l - 1], examples,
                 need == examples ? "; columns are examples: is X transposed?"
                 : l == 1         ? "; columns are examples, and in_features is the number of rows"
                                  : "");
        return dnn_network_fail_layer(network, l, status, err);
    }
    return DNN_OK;
}

/* Bytes of A[1] .. A[L], which are as many as those of dA[1] .. dA[L]. */
static dnn_status half_bytes(const dnn_network *network, const dnn_plan *p, size_t *bytes,
                             dnn_error *err) {
    *bytes = 0;
    for (size_t l = 1; l <= network->count; l++) {
        size_t one;
        dnn_status status =
            dnn_matrix_bytes(network->dtype, p->features[l], p->examples, &one, err);
        if (status == DNN_OK && one > SIZE_MAX / 4 - *bytes)
            status = dnn_fail(err, DNN_ERROR_MEMORY, "%zu examples are too many", p->examples);
        if (status != DNN_OK)
            return dnn_network_fail_layer(network, l, status, err);
        *bytes += dnn_align_up(one);
    }
    return DNN_OK;
}

dnn_status dnn_network_plan(dnn_network *network, size_t in_features, size_t examples,
                            size_t *bytes, dnn_error *err) {
    *bytes = 0;
    if (examples == 0)
        return dnn_fail(err, DNN_ERROR_SHAPE, "X is %zu x 0: there are no examples", in_features);
    if (network->buffers != NULL && in_features == network->attached.features[0] &&
        examples <= network->attached.examples)
        return DNN_OK;
    network->next.examples = 0;
    dnn_status status =
        resolve_features(network, in_features, examples, network->next.features, err);
    if (status != DNN_OK)
        return status;
    dnn_plan next = {examples, network->next.features};
    size_t half;
    status = half_bytes(network, &next, &half, err);
    if (status != DNN_OK)
        return status;
    network->next.examples = examples;
    *bytes = 2 * half;
    return DNN_OK;
}

void dnn_network_attach_buffers(dnn_network *network, void *memory) {
    dnn_plan old = network->attached;
    network->attached = network->next;
    network->next = (dnn_plan){0, old.features};
    network->buffers = memory;
    network->has_activations = network->has_gradients = false;
}

/* Describes the places of `rows`[1] .. [L] for this many examples, starting at byte `offset`;
 * returns the byte after the last. */
static size_t place(const dnn_network *network, dnn_matrix *rows, size_t offset, size_t examples) {
    const dnn_plan *p = &network->attached;
    size_t size = dnn_dtype_info(network->dtype)->size;
    for (size_t l = 1; l <= network->count; l++) {
        rows[l] =
            dnn_matrix_of(network->dtype, p->features[l], examples, network->buffers + offset);
        offset += dnn_align_up(p->features[l] * p->examples * size);
    }
    return offset;
}

/* --- forward and backward --- */

static dnn_status check_input(const dnn_network *network, const dnn_matrix *X, dnn_error *err) {
    dnn_status status = dnn_network_require_parameters(network, err);
    if (status != DNN_OK)
        return status;
    if (X->dtype != network->dtype)
        return dnn_fail(err, DNN_ERROR_TYPE, "X is %s, the network is %s; convert X: X:to(\"%s\")",
                        dnn_dtype_info(X->dtype)->name, dnn_dtype_info(network->dtype)->name,
                        dnn_dtype_info(network->dtype)->name);
    const dnn_plan *p = &network->attached;
    if (network->buffers == NULL || X->rows != p->features[0] || X->cols > p->examples ||
        X->cols == 0)
        return dnn_fail(err, DNN_ERROR_STATE,
                        "X is %zu x %zu, but buffers are planned for %zu x %zu", X->rows, X->cols,
                        p->features[0], p->examples);
    return DNN_OK;
}

dnn_status dnn_network_forward(dnn_network *network, const dnn_matrix *X, dnn_error *err) {
    network->has_activations = false; /* also when X is refused: the last one may be gone */
    dnn_status status = check_input(network, X, err);
    if (status != DNN_OK)
        return status;
    network->A[0] = *X;
    network->half = place(network, network->A, 0, X->cols);
    for (size_t l = 1; l <= network->count; l++) {
        dnn_layer *layer = network->layers[l - 1];
        status = dnn_interrupt_check(err);
        if (status == DNN_OK)
            status = layer->kind->forward(layer, &network->A[l - 1], &network->A[l], err);
        if (status != DNN_OK)
            return dnn_network_fail_layer(network, l, status, err);
    }
    network->has_activations = true;
    return DNN_OK;
}

static dnn_status check_output_gradient(const dnn_network *network, const dnn_matrix *dA,
                                        const dnn_matrix *dX, dnn_error *err) {
    if (!network->has_activations)
        return dnn_fail(err, DNN_ERROR_STATE, "backward needs a forward first");
    const dnn_matrix *X = &network->A[0], *A = &network->A[network->count];
    if (dA->rows != A->rows || dA->cols != A->cols)
        return dnn_fail(err, DNN_ERROR_SHAPE,
                        "dA is %zu x %zu, the network's output is %zu x %zu%s", dA->rows, dA->cols,
                        A->rows, A->cols,
                        dA->rows == A->cols && dA->cols == A->rows ? "; is dA transposed?"
                        : dA->rows == A->rows ? "; is dA of the batch that was last run forward?"
                                              : "");
    if (dX != NULL && (dX->rows != X->rows || dX->cols != X->cols))
        return dnn_fail(err, DNN_ERROR_SHAPE, "dX must be %zu x %zu like X, not %zu x %zu", X->rows,
                        X->cols, dX->rows, dX->cols);
    dnn_status status = dnn_matrix_require_same_type(A, dA, "backward", err);
    return status == DNN_OK && dX != NULL ? dnn_matrix_require_same_type(X, dX, "backward", err)
                                          : status;
}

dnn_status dnn_network_backward(dnn_network *network, const dnn_matrix *dA, dnn_matrix *dX,
                                dnn_error *err) {
    dnn_status status = check_output_gradient(network, dA, dX, err);
    if (status != DNN_OK)
        return status;
    bool accumulate = !network->parameters.spent;
    network->parameters.spent = true;
    network->has_gradients = false;
    place(network, network->dA, network->half, dA->cols);
    status = dnn_matrix_copy(&network->dA[network->count], dA, err);
    for (size_t l = network->count; status == DNN_OK && l >= 1; l--) {
        dnn_layer *layer = network->layers[l - 1];
        status = dnn_interrupt_check(err);
        if (status == DNN_OK)
            status =
                layer->kind->backward(layer, &network->A[l - 1], &network->A[l], &network->dA[l],
                                      l == 1 ? dX : &network->dA[l - 1], accumulate, err);
        if (status != DNN_OK)
            return dnn_network_fail_layer(network, l, status, err);
    }
    if (status != DNN_OK)
        return status;
    network->has_gradients = true;
    network->parameters.spent = false;
    return DNN_OK;
}

const dnn_matrix *dnn_network_activation(const dnn_network *network, size_t layer) {
    return network->has_activations && layer <= network->count ? &network->A[layer] : NULL;
}

const dnn_matrix *dnn_network_gradient(const dnn_network *network, size_t layer) {
    return network->has_gradients && layer >= 1 && layer <= network->count ? &network->dA[layer]
                                                                           : NULL;
}
