/* merge.c: layers side by side on the same inputs, whose outputs are the inputs of one more, called
 * "with": how a network uses a layer with several inputs. */
#include <string.h>

#include "core/memory.h"
#include "nn/network/compile.h"

static const char *const names[] = {"with", NULL};

static dnn_status compile(const dnn_layer *layer, dnn_compiler *compiler, const size_t *input,
                          size_t inputs, size_t *output, dnn_error *err) {
    size_t with = SIZE_MAX, count = 0;
    for (size_t c = 0; c < layer->child_count; c++)
        if (strcmp(layer->child_names[c], names[0]) == 0)
            with = c;
    if (with == SIZE_MAX || layer->child_count == 1)
        return dnn_fail(err, DNN_ERROR_ARGUMENT,
                        "a Merge needs layers side by side, and the one that takes their outputs: "
                        "dnn.Merge{layers..., with = layer}");
    size_t *outputs = dnn_calloc(layer->child_count, sizeof *outputs);
    dnn_status status = outputs == NULL ? dnn_fail(err, DNN_ERROR_MEMORY, "Merge: out of memory")
                                        : DNN_OK;
    for (size_t c = 0; c < layer->child_count && status == DNN_OK; c++)
        if (c != with)
            status = dnn_compile_child(compiler, layer, c, input, inputs, &outputs[count++], err);
    if (status == DNN_OK)
        status = dnn_compile_child(compiler, layer, with, outputs, count, output, err);
    dnn_free(outputs);
    return status;
}

const dnn_layer_class dnn_layer_merge = {
    .name = "Merge",
    .doc = "A = with(layer(X) for each of its layers)",
    .compile = compile,
    .named = names,
};
