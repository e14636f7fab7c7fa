/* sequential.c: layers one after the other: each takes the output of the one before it. */
#include "nn/network/compile.h"
#include "nn/call.h"

static dnn_status compile(const dnn_layer *layer, dnn_compiler *compiler, size_t input,
                          size_t *output, dnn_error *err) {
    dnn_status status = DNN_OK;
    *output = input;
    for (size_t c = 0; c < layer->child_count && status == DNN_OK; c++)
        status = dnn_compile_child(compiler, layer, c, *output, output, err);
    return status;
}

const dnn_layer_class dnn_layer_sequential = {
    .name = "Sequential",
    .doc = "layers one after the other",
    .compile = compile,
};
