/* sequential.c: layers one after the other: the first takes the inputs, and each of the others the
 * output of the one before it; those that take several inputs get the others of the first one's, as
 * the decoders of a transformer all get the memory. */
#include <string.h>

#include "core/memory.h"
#include "nn/network/compile.h"
#include "nn/call.h"

static dnn_status compile(const dnn_layer *layer, dnn_compiler *compiler, const size_t *input,
                          size_t inputs, size_t *output, dnn_error *err) {
    size_t *now = dnn_alloc(inputs * sizeof *now);
    if (now == NULL)
        return dnn_fail(err, DNN_ERROR_MEMORY, "Sequential: out of memory");
    memcpy(now, input, inputs * sizeof *now);
    dnn_status status = DNN_OK;
    for (size_t c = 0; c < layer->child_count && status == DNN_OK; c++) {
        bool all = c == 0 || dnn_layer_least_inputs(layer->children[c]) > 1;
        status = dnn_compile_child(compiler, layer, c, now, all ? inputs : 1, now, err);
    }
    *output = now[0];
    dnn_free(now);
    return status;
}

const dnn_layer_class dnn_layer_sequential = {
    .name = "Sequential",
    .doc = "layers one after the other",
    .compile = compile,
};
