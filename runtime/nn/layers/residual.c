/* residual.c: layers whose output is added to their (first) input (He et al. 2016), or to what a
 * layer called "shortcut" makes of it where the shapes differ. */
#include <string.h>

#include "nn/network/compile.h"
#include "nn/registry.h"

static const char *const names[] = {"shortcut", NULL};

static dnn_status compile(const dnn_layer *layer, dnn_compiler *compiler, const size_t *input,
                          size_t inputs, size_t *output, dnn_error *err) {
    size_t sum[2] = {input[0], input[0]};
    dnn_status status = DNN_OK;
    for (size_t c = 0; c < layer->child_count && status == DNN_OK; c++) {
        bool shortcut = strcmp(layer->child_names[c], names[0]) == 0;
        size_t *branch = &sum[shortcut];
        status = c == 0 && !shortcut
                     ? dnn_compile_child(compiler, layer, c, input, inputs, branch, err)
                     : dnn_compile_child(compiler, layer, c, branch, 1, branch, err);
    }
    return status == DNN_OK ? dnn_compile_operator(compiler, dnn_layer_class_find("Add"), sum, 2,
                                                   output, err)
                            : status;
}

const dnn_layer_class dnn_layer_residual = {
    .name = "Residual",
    .doc = "A = layers(X) + X, or + shortcut(X)",
    .compile = compile,
    .named = names,
};
