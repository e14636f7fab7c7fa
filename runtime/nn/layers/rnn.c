/* rnn.c: the plain recurrent layer (Elman 1990), as PyTorch has it. At each step:
 *
 *     H = tanh(weight_ih X + bias_ih + weight_hh H_before + bias_hh),   or with max(., 0) for tanh */
#include "nn/layers/recurrent.h"

enum { NONLINEARITY = DNN_RECURRENT_SETTINGS };
enum { TANH, RELU };

static const char *const nonlinearities[] = {[TANH] = "tanh", [RELU] = "relu", NULL};

static void forward(const dnn_layer *layer, const dnn_gates *g) {
    if (dnn_layer_count(layer, NONLINEARITY) == RELU)
        dnn_rnn_relu(g);
    else
        dnn_rnn_tanh(g);
}

static void backward(const dnn_layer *layer, const dnn_gates *g) {
    if (dnn_layer_count(layer, NONLINEARITY) == RELU)
        dnn_rnn_relu_backward(g);
    else
        dnn_rnn_tanh_backward(g);
}

static const dnn_cell cell = {.gates = 1, .forward = forward, .backward = backward};

static const dnn_field fields[] = {
    DNN_RECURRENT_FIELDS,
    [NONLINEARITY] = {.name = "nonlinearity",
                      .kind = DNN_FIELD_CHOICE,
                      .choices = nonlinearities,
                      .doc = "what is applied to the sums"},
    {.name = NULL},
};

static const dnn_case cases[] = {
    {.settings = "input_size=3 hidden_size=2", .in = {{2, {4, 3}}}},
    {.settings = "input_size=2 hidden_size=3 bias=false nonlinearity=relu", .in = {{2, {3, 2}}}},
    {.settings = "input_size=2 hidden_size=2 output=last", .in = {{2, {1, 2}}}},
    {.settings = "input_size=2 hidden_size=3 num_layers=3 dropout=0.4 nonlinearity=relu",
     .in = {{2, {3, 2}}}},
    {.settings = "input_size=3 hidden_size=2 num_layers=2 bidirectional=true stateful=true",
     .in = {{2, {4, 3}}},
     .lengths = {4, 1, 3}},
    {.settings = "input_size=2 hidden_size=2 bidirectional=true output=last nonlinearity=relu",
     .in = {{2, {3, 2}}},
     .lengths = {2, 3, 1}},
    {.settings = "input_size=2 hidden_size=3 stateful=true", .in = {{2, {3, 2}}}, .examples = 9},
    {.settings = NULL},
};

const dnn_layer_class dnn_layer_rnn = {
    .name = "RNN",
    .doc = "A = tanh(weight_ih X + bias_ih + weight_hh A_before + bias_hh) of each step",
    .fields = fields,
    .cases = cases,
    .family = &cell,
    DNN_RECURRENT_CLASS,
};
