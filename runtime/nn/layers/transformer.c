/* transformer.c: the layers of a transformer (Vaswani et al. 2017), made of other layers that have
 * PyTorch's names: attention, then two Linears with an activation between them, each a branch that
 * is added to its input and normalised, after the sum or, with norm_first, before the branch.
 *
 *     encoder: X = norm1(X + dropout1(self_attn(X)))
 *              A = norm2(X + dropout2(linear2(dropout(activation(linear1(X))))))
 *     decoder: X = norm1(X + dropout1(self_attn(X)))
 *              X = norm2(X + dropout2(multihead_attn(X, memory)))
 *              A = norm3(X + dropout3(linear2(dropout(activation(linear1(X))))))
 *
 * Without dropout there are no layers for it. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "nn/network/compile.h"
#include "nn/registry.h"

extern const dnn_layer_class dnn_layer_transformer_decoder_layer;

enum { D_MODEL, NHEAD, DIM_FEEDFORWARD, DROPOUT, ACTIVATION, EPS, NORM_FIRST, BIAS, CAUSAL };

static const char *const activations[] = {"relu", "gelu", NULL};

static const dnn_field fields[] = {
    [D_MODEL] = {.name = "d_model",
                 .kind = DNN_FIELD_COUNT,
                 .low = 1,
                 .positional = true,
                 .required = true,
                 .example = 4,
                 .doc = "features of each step"},
    [NHEAD] = {.name = "nhead",
               .kind = DNN_FIELD_COUNT,
               .low = 1,
               .positional = true,
               .required = true,
               .example = 2,
               .doc = "heads of attention, which divide d_model"},
    [DIM_FEEDFORWARD] = {.name = "dim_feedforward",
                         .kind = DNN_FIELD_COUNT,
                         .low = 1,
                         .initial = 2048,
                         .doc = "features between the two Linears"},
    [DROPOUT] = {.name = "dropout",
                 .kind = DNN_FIELD_REAL,
                 .initial = 0.1,
                 .low = 0,
                 .high = 0.999,
                 .doc = "probability of an element to be dropped in training"},
    [ACTIVATION] = {.name = "activation",
                    .kind = DNN_FIELD_CHOICE,
                    .choices = activations,
                    .doc = "between the two Linears: \"relu\" or \"gelu\""},
    [EPS] = {.name = "layer_norm_eps",
             .kind = DNN_FIELD_REAL,
             .initial = 1e-5,
             .low = 0,
             .high = 1,
             .doc = "eps of the LayerNorms"},
    [NORM_FIRST] = {.name = "norm_first",
                    .kind = DNN_FIELD_FLAG,
                    .doc = "whether what enters a branch is normalised, rather than the sum"},
    [BIAS] = {.name = "bias",
              .kind = DNN_FIELD_FLAG,
              .initial = 1,
              .doc = "whether Linears, attention and LayerNorms have biases"},
    [CAUSAL] = {.name = "causal",
                .kind = DNN_FIELD_FLAG,
                .doc = "whether a step sees only itself and those before it"},
    {.name = NULL},
};

static bool is_decoder(const dnn_layer *self) {
    return self->kind == &dnn_layer_transformer_decoder_layer;
}

/* --- the layers --- */

/* Adds a child of that class, whose settings are written like a case's. */
__attribute__((format(printf, 5, 6))) static dnn_status
add(dnn_layer *self, const char *name, const char *class, dnn_error *err, const char *format, ...) {
    char settings[160];
    dnn_layer *child;
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(settings, sizeof settings, format, arguments);
    va_end(arguments);
    dnn_status status = dnn_layer_create(&child, dnn_layer_class_find(class), err);
    if (status == DNN_OK)
        status = dnn_field_parse(class, child->kind->fields, child->settings, settings, err);
    if (status == DNN_OK)
        status = dnn_layer_finish(child, err);
    if (status == DNN_OK)
        status = dnn_layer_add_child(self, child, name, err);
    dnn_layer_release(child);
    return status;
}

static dnn_status add_attention(dnn_layer *self, const char *name, bool causal, dnn_error *err) {
    return add(self, name, "MultiheadAttention", err,
               "embed_dim=%zu num_heads=%zu dropout=%.17g bias=%d causal=%d",
               dnn_layer_count(self, D_MODEL), dnn_layer_count(self, NHEAD),
               dnn_layer_real(self, DROPOUT), dnn_layer_flag(self, BIAS), causal);
}

static dnn_status add_linear(dnn_layer *self, const char *name, size_t in, size_t out,
                             dnn_error *err) {
    return add(self, name, "Linear", err, "in_features=%zu out_features=%zu bias=%d init=1/sqrt(n)",
               in, out, dnn_layer_flag(self, BIAS));
}

static dnn_status add_norm(dnn_layer *self, const char *name, dnn_error *err) {
    return add(self, name, "LayerNorm", err, "normalized_shape=%zu eps=%.17g bias=%d",
               dnn_layer_count(self, D_MODEL), dnn_layer_real(self, EPS),
               dnn_layer_flag(self, BIAS));
}

static dnn_status add_dropout(dnn_layer *self, const char *name, dnn_error *err) {
    double p = dnn_layer_real(self, DROPOUT);
    return p > 0 ? add(self, name, "Dropout", err, "p=%.17g", p) : DNN_OK;
}

static dnn_status make(dnn_layer *self, dnn_error *err) {
    size_t model = dnn_layer_count(self, D_MODEL), inner = dnn_layer_count(self, DIM_FEEDFORWARD);
    bool gelu = dnn_layer_count(self, ACTIVATION) == 1;
    dnn_status status = add_attention(self, "self_attn", dnn_layer_flag(self, CAUSAL), err);
    if (status == DNN_OK && is_decoder(self))
        status = add_attention(self, "multihead_attn", false, err);
    if (status == DNN_OK)
        status = add_linear(self, "linear1", model, inner, err);
    if (status == DNN_OK)
        status = add(self, "activation", gelu ? "GELU" : "ReLU", err, "%s", "");
    if (status == DNN_OK)
        status = add_dropout(self, "dropout", err);
    if (status == DNN_OK)
        status = add_linear(self, "linear2", inner, model, err);
    for (char which = '1'; which <= (is_decoder(self) ? '3' : '2') && status == DNN_OK; which++) {
        status = add_norm(self, (const char[]){'n', 'o', 'r', 'm', which, '\0'}, err);
        if (status == DNN_OK)
            status = add_dropout(self, (const char[]){'d', 'r', 'o', 'p', 'o', 'u', 't', which, '\0'},
                                 err);
    }
    return status;
}

/* --- the order of their calls --- */

static size_t find(const dnn_layer *self, const char *name) {
    size_t c = 0;
    while (c < self->child_count && strcmp(self->child_names[c], name) != 0)
        c++;
    return c;
}

/* Calls the children of these names one after the other, those that there are; the first one takes
 * a memory besides, where there is one. */
static dnn_status chain(const dnn_layer *self, dnn_compiler *compiler, const char *const *names,
                        const size_t *memory, size_t *buffer, dnn_error *err) {
    dnn_status status = DNN_OK;
    for (size_t i = 0; names[i] != NULL && status == DNN_OK; i++) {
        size_t child = find(self, names[i]), inputs = i == 0 && memory != NULL ? 2 : 1;
        size_t input[2] = {*buffer, memory == NULL ? 0 : *memory};
        if (child < self->child_count)
            status = dnn_compile_child(compiler, self, child, input, inputs, buffer, err);
    }
    return status;
}

/* A branch added to its input, with its norm before it or after the sum. */
static dnn_status branch(const dnn_layer *self, dnn_compiler *compiler, const char *norm,
                         const char *const *names, const size_t *memory, size_t *buffer,
                         dnn_error *err) {
    const char *const norms[] = {norm, NULL};
    bool first = dnn_layer_flag(self, NORM_FIRST);
    size_t sum[2] = {*buffer, *buffer};
    dnn_status status = first ? chain(self, compiler, norms, NULL, &sum[1], err) : DNN_OK;
    if (status == DNN_OK)
        status = chain(self, compiler, names, memory, &sum[1], err);
    if (status == DNN_OK)
        status = dnn_compile_operator(compiler, dnn_layer_class_find("Add"), sum, 2, buffer, err);
    return status == DNN_OK && !first ? chain(self, compiler, norms, NULL, buffer, err) : status;
}

static dnn_status compile(const dnn_layer *self, dnn_compiler *compiler, const size_t *input,
                          size_t inputs, size_t *output, dnn_error *err) {
    static const char *const attention[] = {"self_attn", "dropout1", NULL};
    static const char *const cross[] = {"multihead_attn", "dropout2", NULL};
    const char *const forward[] = {"linear1", "activation", "dropout", "linear2",
                                   is_decoder(self) ? "dropout3" : "dropout2", NULL};
    (void)inputs;
    *output = input[0];
    dnn_compile_lengths(compiler, !is_decoder(self)); /* a decoder's are those of the memory */
    dnn_status status = branch(self, compiler, "norm1", attention, NULL, output, err);
    dnn_compile_lengths(compiler, true);
    if (status == DNN_OK && is_decoder(self))
        status = branch(self, compiler, "norm2", cross, &input[1], output, err);
    return status == DNN_OK ? branch(self, compiler, is_decoder(self) ? "norm3" : "norm2", forward,
                                     NULL, output, err)
                            : status;
}

static const char *const names[] = {"self_attn", "multihead_attn", "linear1",  "activation",
                                    "dropout",   "linear2",        "norm1",    "norm2",
                                    "norm3",     "dropout1",       "dropout2", "dropout3",
                                    NULL};

const dnn_layer_class dnn_layer_transformer_encoder_layer = {
    .name = "TransformerEncoderLayer",
    .doc = "self-attention, then two Linears, each added to its input and normalised",
    .fields = fields,
    .make = make,
    .compile = compile,
    .named = names,
};

const dnn_layer_class dnn_layer_transformer_decoder_layer = {
    .name = "TransformerDecoderLayer",
    .doc = "self-attention, attention to the memory, then two Linears, each added to its input and "
           "normalised",
    .fields = fields,
    .inputs = 2,
    .make = make,
    .compile = compile,
    .named = names,
};
