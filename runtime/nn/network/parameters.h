/* parameters.h: the values of a network: learnt ones in one flat vector, their gradients in
 * another, kept ones in a third.
 *
 * The vectors are memory of the caller's, attached by the network. `segments` says which part is
 * what: learnt values first, then kept ones, each with its name as files have it. Gradients are
 * added up by backward until an optimiser has used them: a step marks a segment as spent, it can
 * still be read, and the next backward starts it from zero.
 *
 * Who wants to know how far a step goes attaches a fourth vector as `change` and asks by setting
 * change_wanted: the next step leaves there what it added to the values. */
#ifndef DNN_NN_PARAMETERS_H
#define DNN_NN_PARAMETERS_H

#include "math/matrix.h"
#include "nn/value.h"

/* Which columns of a sparse value's gradient are not 0; a step moves those alone. They are in the
 * order in which they were added. */
typedef struct dnn_live {
    size_t count, *columns; /* room for all */
    bool *is_live;          /* per column */
} dnn_live;

/* Adds a column, once; and none, or all of so many, are live. */
static inline void dnn_live_add(dnn_live *live, size_t column) {
    if (!live->is_live[column])
        live->columns[live->count++] = column;
    live->is_live[column] = true;
}
void dnn_live_none(dnn_live *live);

typedef struct dnn_segment {
    const char *name;  /* "0.weight", "3.1.running_mean": as PyTorch and files call it */
    const char *owner; /* the layer as messages name it: "layer 4.2, BatchNorm2d" */
    dnn_value value;   /* its own name, shape and layout */
    size_t step;       /* of the first call of its layer, from 0 */
    size_t offset;     /* elements from the start of its vector */
    bool kept;         /* in the kept vector; has no gradient */
    bool frozen;       /* not learnt: no gradient is computed, no step moves it */
    bool spent;        /* the next backward overwrites its gradient */
    dnn_live *live;    /* of a sparse value; NULL: all columns are */
} dnn_segment;

typedef struct dnn_parameters {
    dnn_dtype dtype;
    size_t count, kept_count; /* elements of the vectors */
    void *values;             /* count elements, NULL until attached */
    void *gradients;          /* count elements, NULL until attached */
    void *kept;               /* kept_count elements, NULL until attached */
    size_t segment_count;     /* kept ones included */
    size_t learnt_count;      /* segments that are learnt: the first ones */
    dnn_segment *segments;
    void *change;       /* count elements or NULL: what the step after the last request changed */
    bool change_wanted; /* the next step writes `change`, and sets this to false */
    unsigned version;   /* moves when a segment is frozen or learns again */
    uint32_t steps;     /* updates of the values so far: a tape compares */
} dnn_parameters;

/* The values of a segment, or their gradients (of a learnt one). */
dnn_matrix dnn_segment_values(const dnn_parameters *parameters, size_t segment);
dnn_matrix dnn_segment_gradients(const dnn_parameters *parameters, size_t segment);

/* Says that a segment's gradient was written as a whole, for the next step. */
void dnn_segment_set_gradient(dnn_segment *segment);

/* True when there are gradients that no step has used, in segments [first, first + count). */
bool dnn_parameters_have_gradients(const dnn_parameters *parameters, size_t first, size_t count);

/* Sets all gradients to 0; the next backward starts from zero. */
void dnn_parameters_zero_grad(dnn_parameters *parameters);

/* DNN_ERROR_NUMERIC naming layer and parameter when a gradient of [begin, end) of the flat vector
 * is not finite: "layer 3, Linear: gradient of weight(2, 7) is nan; ...". */
dnn_status dnn_parameters_check_finite(const dnn_parameters *parameters, size_t begin, size_t end,
                                       dnn_error *err);

/* values -= learning_rate * gradients of all that is learnt and not frozen, and marks the gradients
 * as spent: the tutorial's update_parameters. Changes nothing and fails with DNN_ERROR_ARGUMENT
 * unless the learning rate is finite, and with DNN_ERROR_NUMERIC, naming layer and parameter, when
 * check_finite and a gradient is not. */
dnn_status dnn_parameters_update(dnn_parameters *parameters, double learning_rate,
                                 bool check_finite, dnn_error *err);

#endif
