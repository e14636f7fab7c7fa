/* sequential.c: layers one after the other: the first takes the inputs, and each of the others the
 * output of the one before it. */
#include "nn/network/compile.h"
#include "nn/call.h"

static dnn_status compile(const dnn_layer *layer, dnn_compiler *compiler, const size_t *input,
                          size_t inputs, size_t *output, dnn_error *err) {
    dnn_status status = dnn_compile_child(compiler, layer, 0, input, inputs, output, err);
    for (size_t c = 1; c < layer->child_count && status == DNN_OK; c++)
        status = dnn_compile_child(compiler, layer, c, output, 1, output, err);
    return status;
}

const dnn_layer_class dnn_layer_sequential = {
    .name = "Sequential",
    .doc = "layers one after the other",
    .compile = compile,
};
