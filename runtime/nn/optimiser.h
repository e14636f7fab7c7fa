/* optimiser.h: steps along the gradient.
 *
 * An optimiser steps members: parts of networks and free matrices, each in a group. A group holds
 * only the settings that it overrides (its own learning rate, no weight decay), so that a schedule
 * which sets the optimiser's reaches all others. Frozen segments are skipped. State (momentum,
 * moments) is memory of the caller's, `state_bytes` large, zeroed by dnn_optimiser_attach. Settings
 * may be changed between steps. A class is one file and one row in registry.c. */
#ifndef DNN_NN_OPTIMISER_H
#define DNN_NN_OPTIMISER_H

#include <stdbool.h>
#include <stdint.h>

#include "core/field.h"
#include "nn/network/parameters.h"

typedef struct dnn_optimiser dnn_optimiser;

/* What a class updates in one go: n elements of one member with its settings. */
typedef struct dnn_span {
    const dnn_setting *settings; /* of its group, completed by the optimiser's */
    uint64_t steps;              /* this one included, from 1 */
    dnn_dtype dtype;
    size_t n;
    void *values;
    const void *gradients;
    void *state;   /* the first state vector at this place, ... */
    size_t stride; /* ... and elements from one state vector to the next */
} dnn_span;

typedef struct dnn_optimiser_class {
    const char *name;        /* "SGD" */
    const char *doc;         /* one line: the rule and its source */
    const dnn_field *fields; /* settings; the first is lr */

    /* DNN_ERROR_ARGUMENT when settings contradict each other; NULL: they cannot. */
    dnn_status (*check)(const dnn_setting *settings, dnn_error *err);

    /* Vectors of the parameters' length that the state needs. */
    size_t (*state_vectors)(const dnn_setting *settings);

    /* Updates a span; called for disjoint ones, maybe on several threads. */
    void (*update)(const dnn_span *span);
} dnn_optimiser_class;

/* New, without members and with default settings. */
dnn_status dnn_optimiser_create(dnn_optimiser **out, const dnn_optimiser_class *kind,
                                dnn_error *err);
void dnn_optimiser_destroy(dnn_optimiser *optimiser);

const dnn_optimiser_class *dnn_optimiser_kind(const dnn_optimiser *optimiser);
uint64_t dnn_optimiser_steps(const dnn_optimiser *optimiser);

/* Whether it refuses to step on a gradient that is not finite; true at first. */
bool dnn_optimiser_checks_finite(const dnn_optimiser *optimiser);
void dnn_optimiser_set_check_finite(dnn_optimiser *optimiser, bool check);

/* --- groups and members, before dnn_optimiser_attach --- */

/* Begins a new group; members that follow are in it. Group 0 is there from the start. */
dnn_status dnn_optimiser_add_group(dnn_optimiser *optimiser, dnn_error *err);

/* Adds segments [first, first + count) of a network's parameters, which must outlive the optimiser
 * (kept segments among them are passed over), or a free matrix and its gradient, contiguous and of
 * one shape and type. DNN_ERROR_ARGUMENT where one is a member already, DNN_ERROR_TYPE where types
 * differ. */
dnn_status dnn_optimiser_add(dnn_optimiser *optimiser, dnn_parameters *parameters, size_t first,
                             size_t count, dnn_error *err);
dnn_status dnn_optimiser_add_matrix(dnn_optimiser *optimiser, const dnn_matrix *values,
                                    const dnn_matrix *gradients, dnn_error *err);

/* The same of a matrix whose gradient a tape writes: *spent says that no backward has since the
 * last step, which then passes it over; a step sets it. It lives as long as the optimiser. */
dnn_status dnn_optimiser_add_tracked(dnn_optimiser *optimiser, const dnn_matrix *values,
                                     const dnn_matrix *gradients, bool *spent, dnn_error *err);

size_t dnn_optimiser_groups(const dnn_optimiser *optimiser);
dnn_dtype dnn_optimiser_dtype(const dnn_optimiser *optimiser);
size_t dnn_optimiser_count(const dnn_optimiser *optimiser); /* elements of all members */
size_t dnn_optimiser_group_size(const dnn_optimiser *optimiser, size_t group); /* of its members */

/* Whether a member is part of these parameters. */
bool dnn_optimiser_has(const dnn_optimiser *optimiser, const dnn_parameters *parameters);

/* --- settings --- */

/* The settings of the optimiser, to read; and what group `group` works with. */
const dnn_setting *dnn_optimiser_settings(const dnn_optimiser *optimiser);
const dnn_setting *dnn_optimiser_group_settings(const dnn_optimiser *optimiser, size_t group);

/* Whether the group overrides the setting of that place. */
bool dnn_optimiser_overrides(const dnn_optimiser *optimiser, size_t group, size_t field);

/* A group lets go of what it overrides there, and works with the optimiser's again. */
void dnn_optimiser_inherit(dnn_optimiser *optimiser, size_t group, size_t field);

/* Sets (checked by the class's fields) a setting of the optimiser, which reaches all groups that do
 * not override it, or of one group, which then overrides it. */
dnn_status dnn_optimiser_set(dnn_optimiser *optimiser, size_t field, dnn_setting value,
                             dnn_error *err);
dnn_status dnn_optimiser_set_group(dnn_optimiser *optimiser, size_t group, size_t field,
                                   dnn_setting value, dnn_error *err);

/* --- state --- */

/* State vectors that the present settings need, and bytes of so many. */
size_t dnn_optimiser_vectors_needed(const dnn_optimiser *optimiser);
size_t dnn_optimiser_state_bytes(const dnn_optimiser *optimiser, size_t vectors);

/* State vectors attached, and number k of them as a column of dnn_optimiser_count elements. */
size_t dnn_optimiser_vectors(const dnn_optimiser *optimiser);
dnn_matrix dnn_optimiser_vector(const dnn_optimiser *optimiser, size_t k);

/* Takes that memory (zeroing it) after checking the settings of all groups. */
dnn_status dnn_optimiser_attach(dnn_optimiser *optimiser, void *state, dnn_error *err);

/* What a group overrides, and the settings that it works with. */
typedef struct dnn_group {
    bool overrides[DNN_MAX_FIELDS];
    dnn_setting settings[DNN_MAX_FIELDS];
} dnn_group;

/* Takes over settings, what each group overrides (NULL: as it is), number of steps and `vectors`
 * state vectors (in memory as attach takes it) that an optimiser of the same class and members had.
 * DNN_ERROR_ARGUMENT when the settings contradict each other, DNN_ERROR_STATE when they need more
 * vectors; then nothing is changed. */
dnn_status dnn_optimiser_restore(dnn_optimiser *optimiser,
                                 const dnn_setting settings[DNN_MAX_FIELDS],
                                 const dnn_group *groups, uint64_t steps, void *state,
                                 size_t vectors, dnn_error *err);

/* Whether a backward has added to gradients since the last step, as between two that make one step;
 * not known of matrices without `spent`. The networks of all members are open. */
bool dnn_optimiser_waits(const dnn_optimiser *optimiser);

/* One step of all members whose gradients are new, then those are spent. Before anything is
 * changed: DNN_ERROR_STATE when no gradient is new, or settings ask for more state than is
 * attached; DNN_ERROR_NUMERIC when a gradient is not finite and is checked; DNN_ERROR_ARGUMENT when
 * settings contradict each other; DNN_ERROR_INTERRUPTED. */
dnn_status dnn_optimiser_step(dnn_optimiser *optimiser, dnn_error *err);

/* Sets the gradients of all members to 0. */
void dnn_optimiser_zero_grad(dnn_optimiser *optimiser);

#endif
