/* hand_made.h: parameters without a network, for tests of what works on parameters
 * alone. */
#ifndef DNN_TESTS_NN_HAND_MADE_H
#define DNN_TESTS_NN_HAND_MADE_H

#include "matrices.h"

#include <stdio.h>

#include "core/memory.h"
#include "nn/network/parameters.h"

#define HAND_MADE_SEGMENTS 8

typedef struct hand_made {
    dnn_parameters parameters;
    dnn_segment segments[HAND_MADE_SEGMENTS];
    char owners[HAND_MADE_SEGMENTS][32];
    dnn_matrix values, gradients; /* the flat vectors; zeros at first */
} hand_made;

/* A segment "layer 1, Linear", "layer 2, Linear", ... for each length, which a 0 ends; each is a
 * column called weight. The gradients count as new. */
static inline void open_hand_made(hand_made *h, dnn_dtype dtype, const size_t *lengths) {
    *h = (hand_made){
        .parameters = {.dtype = dtype, .segments = h->segments}
    };
    dnn_parameters *p = &h->parameters;
    for (; lengths[p->segment_count] != 0; p->segment_count++) {
        size_t k = p->segment_count;
        snprintf(h->owners[k], sizeof h->owners[k], "layer %zu, Linear", k + 1);
        h->segments[k] = (dnn_segment){
            .name = "weight",
            .owner = h->owners[k],
            .value = {.name = "weight", .rows = lengths[k], .cols = 1},
            .step = k,
            .offset = p->count,
        };
        p->count += lengths[k];
    }
    p->learnt_count = p->segment_count;
    h->values = matrix(dtype, p->count, 1, NULL);
    h->gradients = matrix(dtype, p->count, 1, NULL);
    p->values = h->values.data;
    p->gradients = h->gradients.data;
}

static inline void close_hand_made(hand_made *h) {
    dnn_matrix_free(&h->values);
    dnn_matrix_free(&h->gradients);
}

/* As after a backward. */
static inline void renew(hand_made *h) {
    for (size_t k = 0; k < h->parameters.learnt_count; k++)
        h->segments[k].spent = h->segments[k].frozen && h->segments[k].spent;
}

static inline double value_at(const hand_made *h, size_t i) {
    return dnn_matrix_get(&h->values, i, 0);
}

#endif
