/* cache.c: keys and values of earlier steps. */
#include "nn/network/cache.h"

#include "core/memory.h"
#include "nn/network/parts.h"

struct dnn_cache {
    dnn_layer *layer; /* of the network */
    dnn_dtype dtype;
    size_t steps, capacity, examples;
    size_t step_count;
    dnn_past past[]; /* [step_count]; then the matrices */
};

static bool has_past(const dnn_step *step) {
    return step->layer->kind->past != NULL;
}

static size_t head_bytes(const dnn_network *network) {
    return dnn_align_up(sizeof(dnn_cache) + network->step_count * sizeof(dnn_past));
}

/* Of one matrix of a step. */
static size_t matrix_bytes(const dnn_network *network, const dnn_step *step, size_t columns) {
    return dnn_align_up(step->layer->kind->past(step->layer) * columns *
                        dnn_dtype_info(network->dtype)->size);
}

dnn_status dnn_cache_bytes(const dnn_network *network, size_t steps, size_t examples,
                           size_t *bytes, dnn_error *err) {
    *bytes = head_bytes(network);
    if (steps == 0 || examples == 0 || steps > SIZE_MAX / 64 / examples)
        return dnn_fail(err, DNN_ERROR_ARGUMENT, "a cache needs at least one step and one example");
    for (size_t s = 0; s < network->step_count; s++) {
        const dnn_step *step = &network->steps[s];
        if (!has_past(step) && !dnn_layer_has(step->layer, DNN_STEP_BY_STEP)) {
            dnn_fail(err, DNN_ERROR_ARGUMENT,
                     "cannot be evaluated step by step; a cache is for networks of causal "
                     "attention and of layers that treat each step separately");
            return dnn_network_fail_step(network, s, DNN_ERROR_ARGUMENT, err);
        }
        if (!has_past(step))
            continue;
        if (step->inputs > 1 || step->layer->kind->past(step->layer) == 0) {
            dnn_fail(err, DNN_ERROR_ARGUMENT,
                     "is not causal: later steps would change the outputs of earlier ones");
            return dnn_network_fail_step(network, s, DNN_ERROR_ARGUMENT, err);
        }
        size_t one;
        dnn_status status = dnn_matrix_bytes(network->dtype, step->layer->kind->past(step->layer),
                                             steps * examples, &one, err);
        if (status == DNN_OK && one < PTRDIFF_MAX / 4)
            *bytes += 2 * matrix_bytes(network, step, steps * examples);
        else
            *bytes = SIZE_MAX;
        if (*bytes > PTRDIFF_MAX)
            return dnn_fail(err, DNN_ERROR_MEMORY, "a cache of %zu steps of %zu examples is too large",
                            steps, examples);
    }
    return DNN_OK;
}

dnn_cache *dnn_cache_make(const dnn_network *network, size_t steps, size_t examples, void *memory) {
    dnn_cache *cache = memory;
    char *at = (char *)memory + head_bytes(network);
    size_t columns = steps * examples;
    *cache = (dnn_cache){.layer = dnn_layer_retain(network->layer),
                         .dtype = network->dtype,
                         .capacity = steps,
                         .examples = examples,
                         .step_count = network->step_count};
    for (size_t s = 0; s < network->step_count; s++) {
        const dnn_step *step = &network->steps[s];
        cache->past[s] = (dnn_past){.capacity = steps};
        if (!has_past(step))
            continue;
        size_t rows = step->layer->kind->past(step->layer);
        cache->past[s].K = dnn_matrix_of(network->dtype, rows, columns, at);
        at += matrix_bytes(network, step, columns);
        cache->past[s].V = dnn_matrix_of(network->dtype, rows, columns, at);
        at += matrix_bytes(network, step, columns);
    }
    return cache;
}

void dnn_cache_release(dnn_cache *cache) {
    dnn_layer_release(cache->layer);
    cache->layer = NULL;
}

size_t dnn_cache_steps(const dnn_cache *cache) {
    return cache->steps;
}

size_t dnn_cache_capacity(const dnn_cache *cache) {
    return cache->capacity;
}

void dnn_cache_reset(dnn_cache *cache) {
    cache->steps = 0;
}

/* --- in a forward --- */

/* Steps that X has for a network all of whose layers keep them. */
static size_t steps_of_X(const dnn_network *network, const dnn_plan *plan) {
    const dnn_shape *out = &plan->calls[network->step_count - 1].out;
    return out->rank == 2 ? out->size[0] : 0;
}

static dnn_status check(const dnn_network *network, const dnn_plan *plan, const dnn_cache *cache,
                        dnn_error *err) {
    size_t steps = steps_of_X(network, plan);
    if (plan->training)
        return dnn_fail(err, DNN_ERROR_STATE,
                        "a cache is for evaluation; call net:predict, or net:eval() before forward");
    if (cache->layer != network->layer || cache->dtype != network->dtype ||
        cache->step_count != network->step_count)
        return dnn_fail(err, DNN_ERROR_ARGUMENT, "the cache belongs to another network");
    if (cache->examples != plan->examples)
        return dnn_fail(err, DNN_ERROR_SHAPE, "the cache is of %zu example%s, and X has %zu",
                        cache->examples, cache->examples == 1 ? "" : "s", plan->examples);
    if (steps == 0)
        return dnn_fail(err, DNN_ERROR_SHAPE, "a cache is for sequences, steps x features");
    if (cache->steps + steps > cache->capacity)
        return dnn_fail(err, DNN_ERROR_SHAPE,
                        "the cache has room for %zu steps; %zu are in it, and X has %zu: make a "
                        "larger one, or start again after cache:reset()",
                        cache->capacity, cache->steps, steps);
    return DNN_OK;
}

dnn_status dnn_network_take_cache(dnn_network *network, dnn_plan *plan, dnn_cache *cache,
                                  dnn_error *err) {
    dnn_status status = cache == NULL ? DNN_OK : check(network, plan, cache, err);
    for (size_t s = 0; s < network->step_count && status == DNN_OK; s++) {
        plan->calls[s].before = cache == NULL ? 0 : cache->steps;
        plan->calls[s].past =
            cache == NULL || cache->past[s].K.data == NULL ? NULL : &cache->past[s];
    }
    return status;
}

void dnn_network_move_cache(const dnn_network *network, const dnn_plan *plan, dnn_cache *cache) {
    if (cache != NULL)
        cache->steps += steps_of_X(network, plan);
}
