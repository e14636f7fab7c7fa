/* layer.c: making a layer of a class, and what can be said of any layer. */
#include "nn/layer.h"

#include <stdio.h>

#include "core/memory.h"

dnn_status dnn_layer_create(dnn_layer **out, const dnn_layer_class *kind, dnn_error *err) {
    dnn_layer *layer = dnn_calloc(1, sizeof *layer);
    *out = layer;
    if (layer == NULL)
        return dnn_fail(err, DNN_ERROR_MEMORY, "%s: out of memory", kind->name);
    layer->kind = kind;
    dnn_field_defaults(kind->fields, layer->settings);
    return DNN_OK;
}

dnn_status dnn_layer_finish(dnn_layer *layer, dnn_error *err) {
    const dnn_layer_class *kind = layer->kind;
    dnn_status status = dnn_field_complete(kind->name, kind->fields, layer->settings, err);
    if (status != DNN_OK || kind->parameters == NULL)
        return status;
    layer->parameter_count = kind->parameters(layer, layer->shapes);
    for (size_t p = 0; p < layer->parameter_count; p++) {
        const dnn_parameter_shape *shape = &layer->shapes[p];
        size_t bytes;
        status = dnn_matrix_bytes(DNN_FLOAT64, shape->rows, shape->cols, &bytes, err);
        if (status != DNN_OK)
            return dnn_fail_context(err, status, "%s: %s: ", kind->name, shape->name);
        layer->parameters[p] = dnn_matrix_of(DNN_FLOAT32, shape->rows, shape->cols, NULL);
        layer->gradients[p] = layer->parameters[p];
    }
    return DNN_OK;
}

void dnn_layer_destroy(dnn_layer *layer) {
    if (layer == NULL)
        return;
    if (layer->kind->destroy != NULL)
        layer->kind->destroy(layer);
    dnn_free(layer);
}

size_t dnn_layer_in_features(const dnn_layer *layer) {
    return layer->kind->in_features == NULL ? 0 : layer->kind->in_features(layer);
}

dnn_status dnn_layer_out_features(const dnn_layer *layer, size_t in, size_t *out, dnn_error *err) {
    size_t need = dnn_layer_in_features(layer);
    if (need != 0 && need != in)
        return dnn_fail(err, DNN_ERROR_SHAPE, "needs %zu features, not %zu", need, in);
    *out = layer->kind->out_features == NULL ? in : layer->kind->out_features(layer, in);
    return DNN_OK;
}

size_t dnn_layer_describe(const dnn_layer *layer, char *text, size_t size) {
    size_t in = dnn_layer_in_features(layer), out = 0;
    int n;
    if (in != 0 && dnn_layer_out_features(layer, in, &out, NULL) == DNN_OK)
        n = snprintf(text, size, "%s(%zu -> %zu)", layer->kind->name, in, out);
    else
        n = snprintf(text, size, "%s", layer->kind->name);
    return (size_t)n;
}
