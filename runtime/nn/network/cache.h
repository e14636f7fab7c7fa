/* cache.h: what attention keeps of earlier steps, so that a sequence can be evaluated bit by bit:
 * each step costs what it alone needs, and the numbers are those of the whole sequence at once.
 *
 * It holds the keys and values of each attention in the network, in one block of memory of the
 * caller's. A forward in evaluation with a cache (dnn_side_inputs.cache) takes X for the steps that
 * follow those that are in it, and adds them. It is for networks all of whose layers work on each
 * step by itself, or are causal attention. After the network's values have changed it starts again:
 * dnn_cache_reset. */
#ifndef DNN_NN_CACHE_H
#define DNN_NN_CACHE_H

#include "nn/network/network.h"

typedef struct dnn_cache dnn_cache;

/* Bytes of a cache for so many steps of each of so many examples, both at least 1. DNN_ERROR_ARGUMENT
 * names the layer that cannot be evaluated bit by bit. */
dnn_status dnn_cache_bytes(const dnn_network *network, size_t steps, size_t examples,
                           size_t *bytes, dnn_error *err);

/* Makes an empty one in that memory, 64-byte aligned; takes a reference of the network's layer,
 * which dnn_cache_release gives back. */
dnn_cache *dnn_cache_make(const dnn_network *network, size_t steps, size_t examples, void *memory);
void dnn_cache_release(dnn_cache *cache);

/* Steps that are in it, and that there is room for. */
size_t dnn_cache_steps(const dnn_cache *cache);
size_t dnn_cache_capacity(const dnn_cache *cache);

void dnn_cache_reset(dnn_cache *cache);

#endif
