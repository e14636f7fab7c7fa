/* external.c: a layer whose functions are the host's: it has a class of its own. */
#include "nn/layers/external.h"

#include <string.h>

#include "core/memory.h"

typedef struct external {
    dnn_layer_class kind;
    dnn_external given;
    char *names[DNN_EXTERNAL_VALUES + 1]; /* of the values, then of the layer */
} external;

enum { IN_FEATURES, OUT_FEATURES };

static const dnn_field fields[] = {
    [IN_FEATURES] = {.name = "in_features",
                     .kind = DNN_FIELD_COUNT,
                     .positional = true,
                     .optional = true,
                     .initial = -1,
                     .doc = "rows of X"},
    [OUT_FEATURES] = {.name = "out_features",
                      .kind = DNN_FIELD_COUNT,
                      .positional = true,
                      .optional = true,
                      .initial = -1,
                      .doc = "rows of A"},
    {.name = NULL},
};

/* The sizes as settings, so that the layer describes itself by them. */
static void set_sizes(dnn_layer *layer, const dnn_external *given) {
    size_t in = given->in_features, out = given->out_features == 0 ? in : given->out_features;
    dnn_field_defaults(fields, layer->settings);
    if (in != 0)
        layer->settings[IN_FEATURES].number = (double)in;
    if (out != 0)
        layer->settings[OUT_FEATURES].number = (double)out;
}

static dnn_shape wants(const dnn_layer *layer) {
    const external *e = layer->user;
    return (dnn_shape){.rank = 0, .size = {e->given.in_features}};
}

static dnn_status shape(const dnn_layer *layer, const dnn_shape *in, size_t inputs, dnn_shape *out,
                        dnn_error *err) {
    const external *e = layer->user;
    (void)in, (void)inputs, (void)err;
    if (e->given.out_features != 0)
        *out = dnn_shape_vector(e->given.out_features);
    return DNN_OK;
}

static size_t values(const dnn_layer *layer, const dnn_shape *in,
                     dnn_value values[DNN_LAYER_VALUES]) {
    const external *e = layer->user;
    (void)in;
    memcpy(values, e->given.values, e->given.value_count * sizeof *values);
    return e->given.value_count;
}

static void destroy(dnn_layer *layer) {
    external *e = layer->user;
    if (e->given.release != NULL)
        e->given.release(e->given.user);
    for (size_t i = 0; i <= DNN_EXTERNAL_VALUES; i++)
        dnn_free(e->names[i]);
    dnn_free(e);
}

static dnn_status check(const dnn_external *given, dnn_error *err) {
    if (given->value_count > DNN_EXTERNAL_VALUES)
        return dnn_fail(err, DNN_ERROR_ARGUMENT, "layer %s: %zu parameters, at most %d are allowed",
                        given->name, given->value_count, DNN_EXTERNAL_VALUES);
    for (size_t v = 0; v < given->value_count; v++) {
        const dnn_value *value = &given->values[v];
        if (value->rows == 0 || value->cols == 0)
            return dnn_fail(err, DNN_ERROR_SHAPE,
                            "layer %s: parameter %s is %zu x %zu; both must be at least 1",
                            given->name, value->name, value->rows, value->cols);
    }
    return DNN_OK;
}

/* Copies the texts that `given` points to; false when there is no memory. */
static bool copy_names(external *e) {
    char **layer_name = &e->names[DNN_EXTERNAL_VALUES];
    *layer_name = dnn_strdup(e->given.name);
    e->given.name = e->kind.name = *layer_name;
    bool complete = *layer_name != NULL;
    for (size_t v = 0; v < e->given.value_count; v++) {
        e->names[v] = dnn_strdup(e->given.values[v].name);
        e->given.values[v].name = e->names[v];
        complete = complete && e->names[v] != NULL;
    }
    return complete;
}

static dnn_layer_class class_of(const dnn_external *given) {
    return (dnn_layer_class){
        .doc = "a layer given by functions",
        .fields = fields,
        .flags = DNN_READS_X | DNN_READS_A,
        .wants = wants,
        .shape = given->out_features != 0 ? shape : NULL,
        .values = values,
        .initialise = given->initialise,
        .forward = given->forward,
        .backward = given->backward,
        .destroy = destroy,
    };
}

dnn_status dnn_layer_create_external(dnn_layer **out, const dnn_external *given, dnn_error *err) {
    *out = NULL;
    dnn_status status = check(given, err);
    if (status != DNN_OK)
        return status;
    dnn_layer *layer = dnn_calloc(1, sizeof *layer);
    external *e = dnn_calloc(1, sizeof *e);
    if (layer == NULL || e == NULL) {
        dnn_free(layer);
        dnn_free(e);
        return dnn_fail(err, DNN_ERROR_MEMORY, "layer %s: out of memory", given->name);
    }
    e->given = *given;
    e->kind = class_of(given);
    layer->kind = &e->kind;
    layer->user = e;
    layer->references = 1;
    set_sizes(layer, given);
    status = copy_names(e)
                 ? dnn_layer_finish(layer, err)
                 : dnn_fail(err, DNN_ERROR_MEMORY, "layer %s: out of memory", given->name);
    if (status != DNN_OK) {
        e->given.release = NULL; /* `user` stays the caller's */
        dnn_layer_release(layer);
        return status;
    }
    *out = layer;
    return DNN_OK;
}

void *dnn_layer_external_user(const dnn_layer *layer) {
    return layer->kind->destroy == destroy ? ((external *)layer->user)->given.user : NULL;
}
