/* external.c: a layer whose functions are the caller's: it has a class of its own. */
#include <string.h>

#include "core/memory.h"
#include "nn/layer.h"

typedef struct external {
    dnn_layer_class kind;
    dnn_external given;
    char *names[DNN_LAYER_MAX_PARAMETERS + 1]; /* of the parameters, then of the layer */
} external;

static size_t in_features(const dnn_layer *layer) {
    const external *e = layer->user;
    return e->given.in_features;
}

static size_t out_features(const dnn_layer *layer, size_t in) {
    const external *e = layer->user;
    return e->given.out_features == 0 ? in : e->given.out_features;
}

static size_t parameters(const dnn_layer *layer,
                         dnn_parameter_shape shapes[DNN_LAYER_MAX_PARAMETERS]) {
    const external *e = layer->user;
    memcpy(shapes, e->given.shapes, e->given.parameter_count * sizeof *shapes);
    return e->given.parameter_count;
}

static void destroy(dnn_layer *layer) {
    external *e = layer->user;
    if (e->given.release != NULL)
        e->given.release(e->given.user);
    for (size_t i = 0; i <= DNN_LAYER_MAX_PARAMETERS; i++)
        dnn_free(e->names[i]);
    dnn_free(e);
}

static dnn_status check(const dnn_external *given, dnn_error *err) {
    if (given->parameter_count > DNN_LAYER_MAX_PARAMETERS)
        return dnn_fail(err, DNN_ERROR_ARGUMENT, "layer %s: %zu parameters, at most %d are allowed",
                        given->name, given->parameter_count, DNN_LAYER_MAX_PARAMETERS);
    for (size_t p = 0; p < given->parameter_count; p++) {
        const dnn_parameter_shape *shape = &given->shapes[p];
        if (shape->rows == 0 || shape->cols == 0)
            return dnn_fail(err, DNN_ERROR_SHAPE,
                            "layer %s: parameter %s is %zu x %zu; both must be at least 1",
                            given->name, shape->name, shape->rows, shape->cols);
    }
    return DNN_OK;
}

/* Copies the texts that `given` points to; false when there is no memory. */
static bool copy_names(external *e) {
    char **layer_name = &e->names[DNN_LAYER_MAX_PARAMETERS];
    *layer_name = dnn_strdup(e->given.name);
    e->given.name = e->kind.name = *layer_name;
    bool complete = *layer_name != NULL;
    for (size_t p = 0; p < e->given.parameter_count; p++) {
        e->names[p] = dnn_strdup(e->given.shapes[p].name);
        e->given.shapes[p].name = e->names[p];
        complete = complete && e->names[p] != NULL;
    }
    return complete;
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
    e->kind = (dnn_layer_class){
        .doc = "a layer given by functions",
        .in_features = in_features,
        .out_features = out_features,
        .parameters = parameters,
        .initialise = given->initialise,
        .forward = given->forward,
        .backward = given->backward,
        .destroy = destroy,
    };
    layer->kind = &e->kind;
    layer->user = e;
    status = copy_names(e)
                 ? dnn_layer_finish(layer, err)
                 : dnn_fail(err, DNN_ERROR_MEMORY, "layer %s: out of memory", given->name);
    if (status != DNN_OK) {
        e->given.release = NULL; /* `user` stays the caller's */
        dnn_layer_destroy(layer);
        return status;
    }
    *out = layer;
    return DNN_OK;
}

void *dnn_layer_external_user(const dnn_layer *layer) {
    return layer->kind->destroy == destroy ? ((external *)layer->user)->given.user : NULL;
}
