/* concat.c: layers side by side on the same inputs, whose outputs' channels are joined. */
#include "core/memory.h"
#include "nn/network/compile.h"
#include "nn/registry.h"

static dnn_status compile(const dnn_layer *layer, dnn_compiler *compiler, const size_t *input,
                          size_t inputs, size_t *output, dnn_error *err) {
    size_t count = layer->child_count;
    size_t *outputs = dnn_calloc(count, sizeof *outputs);
    dnn_status status = outputs == NULL
                            ? dnn_fail(err, DNN_ERROR_MEMORY, "Concat: out of memory")
                            : DNN_OK;
    for (size_t c = 0; c < count && status == DNN_OK; c++)
        status = dnn_compile_child(compiler, layer, c, input, inputs, &outputs[c], err);
    if (status == DNN_OK)
        status = dnn_compile_operator(compiler, dnn_layer_class_find("Concatenate"), outputs, count,
                                      output, err);
    dnn_free(outputs);
    return status;
}

const dnn_layer_class dnn_layer_concat = {
    .name = "Concat",
    .doc = "A = the channels of layer(X) for each of its layers",
    .compile = compile,
};
