/* parameters.h: all parameters of a network in one flat vector, their gradients in another.
 *
 * The vectors are memory of the caller's, attached by the network. `segments` says which stretch is
 * what. Gradients are added up by backward until an optimiser has used them: a step marks them as
 * spent, they can still be read, and the next backward starts afresh.
 *
 * Who wants to know how far a step goes attaches a third vector as `change` and asks by setting
 * change_wanted: the next step or update leaves there what it added to the values. */
#ifndef DNN_NN_PARAMETERS_H
#define DNN_NN_PARAMETERS_H

#include "math/matrix.h"

typedef struct dnn_segment {
    size_t layer;      /* counted from 0 */
    const char *owner; /* the layer's class: "Linear" */
    const char *name;  /* "weight" */
    size_t offset;     /* elements from the start of the vector */
    size_t rows, cols;
    bool vector; /* one-dimensional in files */
} dnn_segment;

typedef struct dnn_parameters {
    dnn_dtype dtype;
    size_t count;    /* elements */
    void *values;    /* count elements, NULL until attached */
    void *gradients; /* count elements, NULL until attached */
    bool spent;      /* the next backward overwrites the gradients */
    size_t segment_count;
    dnn_segment *segments;
    void *change;       /* count elements or NULL: what the step after the last wish changed */
    bool change_wanted; /* the next step writes `change`, and sets this to false */
} dnn_parameters;

/* Sets the gradients to 0; the next backward starts afresh. */
void dnn_parameters_zero_grad(dnn_parameters *parameters);

/* values -= learning_rate * gradients, and marks the gradients as spent: the tutorial's
 * update_parameters. Changes nothing and fails with DNN_ERROR_ARGUMENT unless the learning rate is
 * finite, and with DNN_ERROR_NUMERIC, naming layer and parameter, when check_finite and a gradient
 * is not. */
dnn_status dnn_parameters_update(dnn_parameters *parameters, double learning_rate,
                                 bool check_finite, dnn_error *err);

/* The step of whoever updates the values: calls `update` for disjoint stretches of 0 .. count-1,
 * maybe on several threads, writes the change if it is wanted, and marks the gradients as spent. */
typedef void dnn_update_task(void *context, size_t begin, size_t end);
void dnn_parameters_step(dnn_parameters *parameters, dnn_update_task *update, void *context);

/* DNN_ERROR_NUMERIC naming layer and parameter when a gradient is not finite: "layer 3, Linear:
 * gradient of weight(2, 7) is nan; ...". DNN_ERROR_STATE before the vectors are attached. */
dnn_status dnn_parameters_check_finite(const dnn_parameters *parameters, dnn_error *err);

#endif
