/* sampler.c: permutations and weighted draws, each from the stream of its seed and epoch. */
#include "data/sampler.h"

#include <math.h>

#include "core/memory.h"
#include "data/augment.h"

#define USE_ORDER (DNN_AUGMENTATION_COUNT + 1)

dnn_status dnn_sampler_create(dnn_sampler *out, size_t count, bool shuffle, uint64_t seed,
                              const double *weights, dnn_error *err) {
    double sum = 0;
    *out = (dnn_sampler){.count = count, .shuffle = shuffle, .seed = seed};
    out->order = dnn_alloc(count * sizeof *out->order);
    out->cumulative = weights != NULL ? dnn_alloc(count * sizeof *out->cumulative) : NULL;
    if (out->order == NULL || (weights != NULL && out->cumulative == NULL)) {
        dnn_sampler_free(out);
        return dnn_fail(err, DNN_ERROR_MEMORY,
                        "Loader: not enough memory for the order of %zu examples", count);
    }
    for (size_t i = 0; weights != NULL && i < count; i++) {
        if (!(weights[i] >= 0) || isinf(weights[i])) {
            dnn_sampler_free(out);
            return dnn_fail(err, DNN_ERROR_ARGUMENT,
                            "Loader: weight %zu is %g; expected finite numbers >= 0", i + 1,
                            dnn_shown(weights[i]));
        }
        out->cumulative[i] = sum += weights[i];
    }
    if (weights != NULL && !(sum > 0 && isfinite(sum))) {
        dnn_sampler_free(out);
        return dnn_fail(err, DNN_ERROR_ARGUMENT,
                        "Loader: the weights sum to %g; expected more than 0", dnn_shown(sum));
    }
    return DNN_OK;
}

void dnn_sampler_free(dnn_sampler *s) {
    dnn_free(s->order);
    dnn_free(s->cumulative);
    *s = (dnn_sampler){0};
}

/* The first example whose cumulative weight is above `at`. */
static uint32_t find(const dnn_sampler *s, double at) {
    size_t low = 0, high = s->count - 1;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (s->cumulative[middle] > at)
            high = middle;
        else
            low = middle + 1;
    }
    return (uint32_t)low;
}

const uint32_t *dnn_sampler_order(dnn_sampler *s, uint64_t epoch) {
    if (s->ready && s->epoch == epoch)
        return s->order;
    dnn_random random = dnn_example_stream(&(dnn_example_key){s->seed, epoch, 0}, USE_ORDER);
    if (s->cumulative != NULL)
        for (size_t i = 0; i < s->count; i++)
            s->order[i] = find(s, dnn_random_uniform(&random) * s->cumulative[s->count - 1]);
    else if (s->shuffle)
        dnn_random_permutation(&random, s->order, (uint32_t)s->count);
    else
        for (size_t i = 0; i < s->count; i++)
            s->order[i] = (uint32_t)i;
    s->epoch = epoch;
    s->ready = true;
    return s->order;
}
