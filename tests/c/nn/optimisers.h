/* optimisers.h: optimisers made, set and closed, for the tests of them. */
#ifndef DNN_TESTS_OPTIMISERS_H
#define DNN_TESTS_OPTIMISERS_H

#include "hand_made.h"

#include "nn/registry.h"

enum { STEPS = 5 };

/* A gradient that differs at each step and element. */
static inline double derivative(size_t step, size_t i) {
    return sin((double)(3 * step + i)) * (double)(1 + i);
}

typedef struct setting {
    const char *name;
    double value;
} setting;

static inline void set(dnn_optimiser *o, const char *name, double value) {
    dnn_error err;
    int field = dnn_field_find(dnn_optimiser_kind(o)->fields, name);
    check_ok(dnn_optimiser_set(o, (size_t)field, (dnn_setting){.number = value}, &err));
}

static inline void set_group(dnn_optimiser *o, size_t group, const char *name, double value) {
    dnn_error err;
    int field = dnn_field_find(dnn_optimiser_kind(o)->fields, name);
    check_ok(
        dnn_optimiser_set_group(o, group, (size_t)field, (dnn_setting){.number = value}, &err));
}

static inline double setting_of(const dnn_optimiser *o, size_t group, const char *name) {
    int field = dnn_field_find(dnn_optimiser_kind(o)->fields, name);
    return dnn_optimiser_group_settings(o, group)[field].number;
}

static inline dnn_optimiser *make(const char *name) {
    dnn_error err;
    dnn_optimiser *o;
    check_ok(dnn_optimiser_create(&o, dnn_optimiser_class_find(name), &err));
    return o;
}

static inline void attach(dnn_optimiser *o) {
    dnn_error err;
    size_t bytes = dnn_optimiser_state_bytes(o, dnn_optimiser_vectors_needed(o));
    check_ok(dnn_optimiser_attach(o, bytes != 0 ? dnn_alloc(bytes) : NULL, &err));
}

static inline dnn_optimiser *open_optimiser(const char *name, dnn_parameters *p,
                                            const setting *settings, size_t count) {
    dnn_error err;
    dnn_optimiser *o = make(name);
    check_ok(dnn_optimiser_add(o, p, 0, p->segment_count, &err));
    for (size_t k = 0; k < count; k++)
        set(o, settings[k].name, settings[k].value);
    attach(o);
    return o;
}

/* The state, as memory to give back. */
static inline void *state_of(const dnn_optimiser *o) {
    return dnn_optimiser_vectors(o) == 0 ? NULL : dnn_optimiser_vector(o, 0).data;
}

static inline void close_optimiser(dnn_optimiser *o) {
    dnn_free(state_of(o));
    dnn_optimiser_destroy(o);
}

#endif
