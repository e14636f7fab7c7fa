/* optimiser.h: steps along the gradient, one loop over one flat vector.
 *
 * An optimiser's state (momentum, moments) is memory of the caller's, `state_bytes` large, zeroed
 * by dnn_optimiser_attach. Its settings (lr, momentum, ...) may be changed between steps. */
#ifndef DNN_NN_OPTIMISER_H
#define DNN_NN_OPTIMISER_H

#include <stdint.h>

#include "core/field.h"
#include "nn/parameters.h"

typedef struct dnn_optimiser dnn_optimiser;

typedef struct dnn_optimiser_class {
    const char *name;        /* "SGD" */
    const char *doc;         /* one line: the rule and its source */
    const dnn_field *fields; /* settings; the first is lr */

    /* DNN_ERROR_ARGUMENT when settings contradict each other; NULL: they cannot. */
    dnn_status (*check)(const double *settings, dnn_error *err);

    /* Vectors of the parameters' length that the state needs. */
    size_t (*state_vectors)(const double *settings);

    /* Updates elements [begin, end) of the parameters; called for disjoint stretches, maybe on
     * several threads. */
    void (*update)(const dnn_optimiser *optimiser, size_t begin, size_t end);
} dnn_optimiser_class;

struct dnn_optimiser {
    const dnn_optimiser_class *kind;
    double settings[DNN_MAX_FIELDS];
    dnn_parameters *parameters; /* not owned */
    void *state;                /* `vectors` x count elements of the parameters' type */
    size_t vectors;             /* state vectors attached */
    uint64_t steps;             /* taken so far */
    bool check_finite;          /* refuse to step on a gradient that is not finite; true at first */
};

/* A new optimiser with default settings; set them by dnn_field_set, then dnn_optimiser_attach. */
void dnn_optimiser_init(dnn_optimiser *optimiser, const dnn_optimiser_class *kind,
                        dnn_parameters *parameters);

/* Bytes of state for the present settings, 0 for none. */
size_t dnn_optimiser_state_bytes(const dnn_optimiser *optimiser);

/* Takes that memory (zeroing it) after checking the settings. */
dnn_status dnn_optimiser_attach(dnn_optimiser *optimiser, void *state, dnn_error *err);

/* Takes over settings, number of steps and `vectors` state vectors (in memory as attach takes it)
 * that an optimiser of the same class had. DNN_ERROR_ARGUMENT when the settings contradict each
 * other, DNN_ERROR_STATE when they need more vectors; then nothing is changed. */
dnn_status dnn_optimiser_restore(dnn_optimiser *optimiser, const double settings[DNN_MAX_FIELDS],
                                 uint64_t steps, void *state, size_t vectors, dnn_error *err);

/* One step, then the gradients are spent. Before anything is changed: DNN_ERROR_NUMERIC when a
 * gradient is not finite and check_finite; DNN_ERROR_ARGUMENT when settings contradict each other;
 * DNN_ERROR_STATE when they ask for more state than is attached; DNN_ERROR_INTERRUPTED. */
dnn_status dnn_optimiser_step(dnn_optimiser *optimiser, dnn_error *err);

#endif
