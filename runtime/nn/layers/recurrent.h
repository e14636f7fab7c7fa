/* recurrent.h: what RNN, LSTM and GRU share: steps, layers, directions, states, lengths and the
 * memory for them. A class of these is a cell, which is its `family`. recurrent.c has settings,
 * values and memory, recurrent_forward.c and recurrent_backward.c run. */
#ifndef DNN_NN_RECURRENT_H
#define DNN_NN_RECURRENT_H

#include "math/gates.h"
#include "nn/call.h"

enum { DNN_RECURRENT_LANES = 16 }; /* most layers times directions */

/* A lane is one layer in one direction. */
typedef struct dnn_cell {
    size_t gates; /* blocks of rows of its weights */
    bool has_C;   /* a cell state beside H */
    bool has_ZH;  /* the state's product is kept apart from X's */
    void (*forward)(const dnn_layer *layer, const dnn_gates *g);
    void (*backward)(const dnn_layer *layer, const dnn_gates *g);
} dnn_cell;

/* Settings, in this order; a class may have more after them. */
enum {
    DNN_RECURRENT_INPUT_SIZE,
    DNN_RECURRENT_HIDDEN_SIZE,
    DNN_RECURRENT_NUM_LAYERS,
    DNN_RECURRENT_BIAS,
    DNN_RECURRENT_DROPOUT,
    DNN_RECURRENT_BIDIRECTIONAL,
    DNN_RECURRENT_OUTPUT,
    DNN_RECURRENT_STATEFUL,
    DNN_RECURRENT_SETTINGS,
};

extern const char *const dnn_recurrent_outputs[];

#define DNN_RECURRENT_FIELDS                                                                       \
    [DNN_RECURRENT_INPUT_SIZE] = {.name = "input_size",                                            \
                                  .kind = DNN_FIELD_COUNT,                                         \
                                  .low = 1,                                                        \
                                  .positional = true,                                              \
                                  .required = true,                                                \
                                  .example = 3,                                                    \
                                  .doc = "features of each step of X"},                            \
    [DNN_RECURRENT_HIDDEN_SIZE] = {.name = "hidden_size",                                          \
                                   .kind = DNN_FIELD_COUNT,                                        \
                                   .low = 1,                                                       \
                                   .positional = true,                                             \
                                   .required = true,                                               \
                                   .example = 2,                                                   \
                                   .doc = "features of the state"},                                \
    [DNN_RECURRENT_NUM_LAYERS] = {.name = "num_layers",                                            \
                                  .kind = DNN_FIELD_COUNT,                                         \
                                  .low = 1,                                                        \
                                  .initial = 1,                                                    \
                                  .positional = true,                                              \
                                  .doc = "layers, each on the output of the one before"},          \
    [DNN_RECURRENT_BIAS] = {.name = "bias",                                                        \
                            .kind = DNN_FIELD_FLAG,                                                \
                            .initial = 1,                                                          \
                            .doc = "whether biases are added"},                                    \
    [DNN_RECURRENT_DROPOUT] = {.name = "dropout",                                                  \
                               .kind = DNN_FIELD_REAL,                                             \
                               .low = 0,                                                           \
                               .high = 1,                                                          \
                               .doc = "probability of dropping an element between layers"},        \
    [DNN_RECURRENT_BIDIRECTIONAL] = {.name = "bidirectional",                                      \
                                     .kind = DNN_FIELD_FLAG,                                       \
                                     .doc = "whether a second direction runs from the end"},       \
    [DNN_RECURRENT_OUTPUT] = {.name = "output",                                                    \
                              .kind = DNN_FIELD_CHOICE,                                            \
                              .choices = dnn_recurrent_outputs,                                    \
                              .doc = "the output of all steps, or of each direction's last one"},  \
    [DNN_RECURRENT_STATEFUL] = {.name = "stateful",                                                \
                                .kind = DNN_FIELD_FLAG,                                            \
                                .doc = "whether a forward starts from the state of the last"}

/* The functions of such a class: all but name, doc, fields and cases. */
#define DNN_RECURRENT_CLASS                                                                        \
    .flags = DNN_READS_X | DNN_TWO_MODES | DNN_DRAWS | DNN_TAKES_LENGTHS | DNN_READS_TABLE,        \
    .check = dnn_recurrent_check, .wants = dnn_recurrent_wants, .shape = dnn_recurrent_shape,      \
    .values = dnn_recurrent_values, .initialise = dnn_recurrent_initialise,                        \
    .state = dnn_recurrent_state, .saved = dnn_recurrent_saved, .scratch = dnn_recurrent_scratch,  \
    .forward = dnn_recurrent_forward, .backward = dnn_recurrent_backward,                          \
    .flops = dnn_recurrent_flops

/* Cases for the gradient check of a cell without settings of its own. */
extern const dnn_case dnn_recurrent_cases[];

dnn_status dnn_recurrent_check(dnn_layer *layer, dnn_error *err);
dnn_shape dnn_recurrent_wants(const dnn_layer *layer);
dnn_status dnn_recurrent_shape(const dnn_layer *layer, const dnn_shape *in, size_t inputs,
                               dnn_shape *out, dnn_error *err);
size_t dnn_recurrent_values(const dnn_layer *layer, const dnn_shape *in,
                            dnn_value values[DNN_LAYER_VALUES]);
dnn_status dnn_recurrent_initialise(const dnn_layer *layer, dnn_matrix *values, dnn_random *random,
                                    dnn_error *err);
size_t dnn_recurrent_state(const dnn_layer *layer, bool *carried);
size_t dnn_recurrent_saved(const dnn_call *call);
size_t dnn_recurrent_scratch(const dnn_call *call);
double dnn_recurrent_flops(const dnn_call *call);
dnn_status dnn_recurrent_forward(dnn_call *call, dnn_error *err);
dnn_status dnn_recurrent_backward(dnn_call *call, dnn_error *err);

#endif
