/* lstm.c: long short-term memory over the steps of a sequence (Hochreiter & Schmidhuber 1997, with
 * the forget gate of Gers et al. 2000), as PyTorch has it. At each step, from C = 0 and A = 0:
 *
 *     Z = weight_ih X + bias_ih + weight_hh A_before + bias_hh        of the gates i, f, g, o
 *     C = sigmoid(f) C_before + sigmoid(i) tanh(g),   A = sigmoid(o) tanh(C)
 *
 * The products with X are one for all steps. A step of a batch is a matrix whose columns stand
 * `steps` columns apart, so nothing is moved to get at it. */
#include <math.h>
#include <string.h>

#include "core/memory.h"
#include "math/blas.h"
#include "math/elementwise.h"
#include "math/fill.h"
#include "math/gates.h"
#include "nn/call.h"
#include "nn/layers/row_sums.h"

enum { INPUT_SIZE, HIDDEN_SIZE, BIAS };                          /* settings */
enum { WEIGHT_IH, WEIGHT_HH, WEIGHTS, BIAS_IH = WEIGHTS, BIAS_HH }; /* values */
enum { GATES = 4 };

static const dnn_field fields[] = {
    [INPUT_SIZE] = {.name = "input_size",
                    .kind = DNN_FIELD_COUNT,
                    .low = 1,
                    .positional = true,
                    .required = true,
                    .example = 3,
                    .doc = "features of each step of X"},
    [HIDDEN_SIZE] = {.name = "hidden_size",
                     .kind = DNN_FIELD_COUNT,
                     .low = 1,
                     .positional = true,
                     .required = true,
                     .example = 2,
                     .doc = "features of each step of A"},
    [BIAS] = {.name = "bias", .kind = DNN_FIELD_FLAG, .initial = 1, .doc = "whether biases are added"},
    {.name = NULL},
};

static size_t hidden_of(const dnn_layer *layer) {
    return dnn_layer_count(layer, HIDDEN_SIZE);
}

static dnn_shape wants(const dnn_layer *layer) {
    return dnn_shape_sequence(0, dnn_layer_count(layer, INPUT_SIZE));
}

static dnn_status shape(const dnn_layer *layer, const dnn_shape *in, size_t inputs, dnn_shape *out,
                        dnn_error *err) {
    (void)inputs, (void)err;
    *out = dnn_shape_sequence(in->size[0], hidden_of(layer));
    return DNN_OK;
}

static size_t values(const dnn_layer *layer, const dnn_shape *in,
                     dnn_value values[DNN_LAYER_VALUES]) {
    size_t hidden = hidden_of(layer), rows = GATES * hidden;
    (void)in;
    values[WEIGHT_IH] = dnn_value_matrix("weight_ih_l0", rows, dnn_layer_count(layer, INPUT_SIZE));
    values[WEIGHT_HH] = dnn_value_matrix("weight_hh_l0", rows, hidden);
    values[BIAS_IH] = dnn_value_vector("bias_ih_l0", rows);
    values[BIAS_HH] = dnn_value_vector("bias_hh_l0", rows);
    return dnn_layer_flag(layer, BIAS) ? BIAS_HH + 1 : WEIGHTS;
}

static dnn_status initialise(const dnn_layer *layer, dnn_matrix *values, dnn_random *random,
                             dnn_error *err) {
    double bound = 1 / sqrt((double)hidden_of(layer));
    size_t count = dnn_layer_flag(layer, BIAS) ? BIAS_HH + 1 : WEIGHTS;
    dnn_status status = DNN_OK;
    for (size_t i = 0; i < count && status == DNN_OK; i++)
        status = dnn_fill_uniform(&values[i], random, -bound, bound, err);
    return status;
}

/* --- memory: each matrix has a column for each step of each example --- */

static size_t steps_of(const dnn_call *call) {
    return dnn_shape_positions(&call->out);
}

static size_t room(const dnn_call *call, size_t rows, size_t columns) {
    return dnn_align_up(rows * columns * dnn_dtype_info(call->dtype)->size);
}

typedef struct memory {
    dnn_matrix gates, C, tanh_C; /* saved */
    dnn_matrix dZ;               /* scratch, of all steps */
    dnn_matrix dA, dC;           /* of one step */
    dnn_matrix bias;
} memory;

static size_t saved(const dnn_call *call) {
    size_t hidden = hidden_of(call->layer), columns = steps_of(call) * call->examples;
    return room(call, GATES * hidden, columns) + 2 * room(call, hidden, columns);
}

static size_t scratch(const dnn_call *call) {
    size_t hidden = hidden_of(call->layer);
    return room(call, GATES * hidden, steps_of(call) * call->examples) +
           2 * room(call, hidden, call->examples) + room(call, GATES * hidden, 1);
}

static dnn_matrix take(const dnn_call *call, char **at, size_t rows, size_t columns) {
    dnn_matrix m = dnn_matrix_of(call->dtype, rows, columns, *at);
    *at += room(call, rows, columns);
    return m;
}

static memory memory_of(const dnn_call *call) {
    size_t hidden = hidden_of(call->layer), columns = steps_of(call) * call->examples;
    char *kept = call->saved, *working = call->scratch;
    memory m;
    m.gates = take(call, &kept, GATES * hidden, columns);
    m.C = take(call, &kept, hidden, columns);
    m.tanh_C = take(call, &kept, hidden, columns);
    m.dZ = take(call, &working, GATES * hidden, columns);
    m.dA = take(call, &working, hidden, call->examples);
    m.dC = take(call, &working, hidden, call->examples);
    m.bias = take(call, &working, GATES * hidden, 1);
    return m;
}

/* A step of all examples, a column each. */
static dnn_matrix at_step(const dnn_matrix *m, size_t steps, size_t step) {
    dnn_matrix view = dnn_matrix_of(m->dtype, m->rows, m->cols / steps, dnn_matrix_at(m, 0, step));
    view.ld = m->ld * steps;
    return view;
}

/* --- forward --- */

static dnn_status step_forward(const dnn_call *call, const memory *m, const dnn_matrix *A,
                               size_t step, dnn_error *err) {
    size_t steps = steps_of(call), before = step == 0 ? 0 : step - 1;
    dnn_matrix Z = at_step(&m->gates, steps, step), C = at_step(&m->C, steps, step),
               tanh_C = at_step(&m->tanh_C, steps, step), A_now = at_step(A, steps, step),
               A_before = at_step(A, steps, before), C_before = at_step(&m->C, steps, before);
    dnn_status status = DNN_OK;
    if (step > 0)
        status = dnn_mm(false, false, 1, &call->values[WEIGHT_HH], &A_before, 1, &Z, err);
    if (status == DNN_OK)
        status = dnn_lstm_gates(&Z, step > 0 ? &C_before : NULL, &C, &tanh_C, &A_now, err);
    return status;
}

static dnn_status forward(dnn_call *call, dnn_error *err) {
    memory m = memory_of(call);
    dnn_matrix X = dnn_call_pixels(&call->X[0], &call->in[0]),
               A = dnn_call_pixels(&call->A, &call->out);
    const dnn_matrix *values = call->values;
    dnn_status status = dnn_mm(false, false, 1, &values[WEIGHT_IH], &X, 0, &m.gates, err);
    if (status == DNN_OK && dnn_layer_flag(call->layer, BIAS)) {
        status = dnn_binary(DNN_ADD, &m.bias, &values[BIAS_IH], &values[BIAS_HH], err);
        if (status == DNN_OK)
            status = dnn_binary(DNN_ADD, &m.gates, &m.gates, &m.bias, err);
    }
    for (size_t step = 0; step < steps_of(call) && status == DNN_OK; step++)
        status = step_forward(call, &m, &A, step, err);
    return status;
}

/* --- backward --- */

/* dZ of a step, and dC of the step before, from dA and what the step after has left. */
static dnn_status step_backward(const dnn_call *call, const memory *m, const dnn_matrix *dA,
                                size_t step, dnn_error *err) {
    size_t steps = steps_of(call), before = step == 0 ? 0 : step - 1;
    dnn_matrix dZ = at_step(&m->dZ, steps, step), from = at_step(dA, steps, step),
               tanh_C = at_step(&m->tanh_C, steps, step), C_before = at_step(&m->C, steps, before),
               dA_now = m->dA, dC = m->dC;
    dnn_status status = dnn_matrix_copy(&dA_now, &from, err);
    if (status == DNN_OK && step + 1 < steps) {
        dnn_matrix dZ_after = at_step(&m->dZ, steps, step + 1);
        status = dnn_mm(true, false, 1, &call->values[WEIGHT_HH], &dZ_after, 1, &dA_now, err);
    }
    if (status == DNN_OK)
        status = dnn_lstm_gates_backward(&dZ, step > 0 ? &C_before : NULL, &tanh_C, &dA_now, &dC, err);
    return status;
}

/* Gradients of the values, which leaves 0 in dZ of the first steps: they have no A before them, and
 * with it one product over all columns but the last pairs each dZ with the A before it. */
static dnn_status value_gradients(const dnn_call *call, const memory *m, const dnn_matrix *X,
                                  const dnn_matrix *A, dnn_error *err) {
    dnn_matrix *gradients = call->gradients;
    size_t steps = steps_of(call), columns = m->dZ.cols;
    double beta = dnn_call_beta(call->accumulate);
    dnn_status status = dnn_mm(false, true, 1, &m->dZ, X, beta, &gradients[WEIGHT_IH], err);
    if (dnn_layer_flag(call->layer, BIAS))
        for (size_t i = BIAS_IH; i <= BIAS_HH; i++)
            dnn_row_sums(&gradients[i], &m->dZ, call->accumulate);
    for (size_t k = 0; k < columns; k += steps)
        memset(dnn_matrix_at(&m->dZ, 0, k), 0, m->dZ.rows * dnn_dtype_info(call->dtype)->size);
    size_t pairs = columns == 0 ? 0 : columns - 1;
    dnn_matrix after = dnn_matrix_of(call->dtype, m->dZ.rows, pairs, dnn_matrix_at(&m->dZ, 0, 1)),
               before = dnn_matrix_of(call->dtype, A->rows, pairs, A->data);
    if (status == DNN_OK)
        status = dnn_mm(false, true, 1, &after, &before, beta, &gradients[WEIGHT_HH], err);
    return status;
}

static dnn_status backward(dnn_call *call, dnn_error *err) {
    memory m = memory_of(call);
    dnn_matrix X = dnn_call_pixels(&call->X[0], &call->in[0]),
               A = dnn_call_pixels(&call->A, &call->out),
               dA = dnn_call_pixels(&call->dA, &call->out),
               dX = dnn_call_pixels(&call->dX[0], &call->in[0]);
    size_t size = dnn_dtype_info(call->dtype)->size;
    dnn_status status = dnn_matrix_copy(&m.dZ, &m.gates, err); /* backward may run again */
    memset(m.dC.data, 0, dnn_matrix_count(&m.dC) * size);
    for (size_t step = steps_of(call); step-- > 0 && status == DNN_OK;)
        status = step_backward(call, &m, &dA, step, err);
    if (status == DNN_OK && dX.data != NULL)
        status = dnn_mm(true, false, 1, &call->values[WEIGHT_IH], &m.dZ,
                        dnn_call_beta(call->add[0]), &dX, err);
    if (status == DNN_OK && call->gradients[WEIGHT_IH].data != NULL)
        status = value_gradients(call, &m, &X, &A, err);
    return status;
}

static const dnn_case cases[] = {
    {.settings = "input_size=3 hidden_size=2", .in = {{2, {4, 3}}}},
    {.settings = "input_size=2 hidden_size=3 bias=false", .in = {{2, {3, 2}}}},
    {.settings = "input_size=2 hidden_size=2", .in = {{2, {1, 2}}}},
    {.settings = NULL},
};

const dnn_layer_class dnn_layer_lstm = {
    .name = "LSTM",
    .doc = "A of each step from X and the A and C of the step before",
    .fields = fields,
    .cases = cases,
    .flags = DNN_READS_X | DNN_READS_A,
    .wants = wants,
    .shape = shape,
    .values = values,
    .saved = saved,
    .scratch = scratch,
    .initialise = initialise,
    .forward = forward,
    .backward = backward,
};
