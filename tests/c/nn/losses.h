/* losses.h: costs and gradients of one call, for the tests of losses. */
#ifndef DNN_TESTS_NN_LOSSES_H
#define DNN_TESTS_NN_LOSSES_H

#include "matrices.h"

#include "nn/registry.h"

/* The settings that a loss has when none are given; overwritten by the next call. */
static inline const dnn_setting *defaults_of(const char *name) {
    static dnn_setting settings[DNN_MAX_FIELDS];
    dnn_field_defaults(dnn_loss_class_find(name)->fields, settings);
    return settings;
}

static inline double cost_with(const char *name, dnn_loss_call call) {
    dnn_error err;
    double cost = 0;
    if (call.settings == NULL)
        call.settings = defaults_of(name);
    check_ok(dnn_loss_forward(dnn_loss_class_find(name), &call, &cost, &err));
    return cost;
}

static inline dnn_matrix gradient_with(const char *name, dnn_loss_call call) {
    dnn_error err;
    dnn_matrix dA = matrix(call.A->dtype, call.A->rows, call.A->cols, NULL);
    if (call.settings == NULL)
        call.settings = defaults_of(name);
    check_ok(dnn_loss_backward(dnn_loss_class_find(name), &call, &dA, &err));
    return dA;
}

static inline double cost_of(const char *name, const dnn_matrix *A, const dnn_matrix *Y) {
    return cost_with(name, (dnn_loss_call){.A = A, .Y = Y});
}

static inline dnn_matrix gradient_of(const char *name, const dnn_matrix *A, const dnn_matrix *Y) {
    return gradient_with(name, (dnn_loss_call){.A = A, .Y = Y});
}

#endif
