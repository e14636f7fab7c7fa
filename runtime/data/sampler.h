/* sampler.h: which examples an epoch visits, in which order. */
#ifndef DNN_DATA_SAMPLER_H
#define DNN_DATA_SAMPLER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/error.h"

typedef struct dnn_sampler {
    size_t count;
    bool shuffle;
    uint64_t seed;
    double *cumulative; /* of the weights, or NULL */
    uint32_t *order;    /* of `epoch`, examples counted from 0 */
    uint64_t epoch;
    bool ready;
} dnn_sampler;

/* With weights (`count` of them, finite, not negative, with a positive sum) an epoch draws `count`
 * examples with repetition, each as often on average as its share of the weights; without, it
 * visits each example once, in a new order in every epoch when it shuffles. */
dnn_status dnn_sampler_create(dnn_sampler *out, size_t count, bool shuffle, uint64_t seed,
                              const double *weights, dnn_error *err);
void dnn_sampler_free(dnn_sampler *sampler);

/* The order of an epoch, which depends on the seed and the epoch alone; until the next call. */
const uint32_t *dnn_sampler_order(dnn_sampler *sampler, uint64_t epoch);

#endif
