/* layer.c: making a layer of a class, and what can be said of any layer. */
#include "nn/layer.h"

#include <stdio.h>
#include <string.h>

#include "core/memory.h"

/* --- making and releasing --- */

dnn_status dnn_layer_create(dnn_layer **out, const dnn_layer_class *kind, dnn_error *err) {
    dnn_layer *layer = dnn_calloc(1, sizeof *layer);
    *out = layer;
    if (layer == NULL)
        return dnn_fail(err, DNN_ERROR_MEMORY, "%s: out of memory", kind->name);
    layer->kind = kind;
    layer->references = 1;
    dnn_field_defaults(kind->fields, layer->settings);
    return DNN_OK;
}

dnn_status dnn_layer_finish(dnn_layer *layer, dnn_error *err) {
    const dnn_layer_class *kind = layer->kind;
    dnn_value values[DNN_LAYER_VALUES];
    dnn_status status = dnn_field_complete(kind->name, kind->fields, layer->settings, err);
    if (status == DNN_OK && kind->check != NULL)
        status = kind->check(layer, err);
    if (status != DNN_OK)
        return status;
    size_t count = dnn_layer_values(layer, &(dnn_shape){0}, values);
    for (size_t v = 0; v < count && status == DNN_OK; v++) {
        size_t bytes;
        status = dnn_matrix_bytes(DNN_FLOAT64, values[v].rows, values[v].cols, &bytes, err);
        if (status != DNN_OK)
            dnn_fail_context(err, status, "%s: %s: ", kind->name, values[v].name);
    }
    if (status == DNN_OK && kind->make != NULL) {
        status = kind->make(layer, err);
        if (status != DNN_OK)
            dnn_fail_context(err, status, "%s: ", kind->name);
    }
    return status;
}

/* Grows the two lists of children by one place. */
static bool make_room(dnn_layer *container) {
    size_t count = container->child_count;
    if ((count & (count + 1)) != 0 && count != 0) /* room for 1, 3, 7, ... */
        return true;
    size_t room = 2 * count + 1;
    dnn_layer **children = dnn_calloc(room, sizeof *children);
    const char **names = dnn_calloc(room, sizeof *names);
    if (children == NULL || names == NULL) {
        dnn_free(children);
        dnn_free(names);
        return false;
    }
    if (count > 0) {
        memcpy(children, container->children, count * sizeof *children);
        memcpy(names, container->child_names, count * sizeof *names);
    }
    dnn_free(container->children);
    dnn_free(container->child_names);
    container->children = children;
    container->child_names = names;
    return true;
}

dnn_status dnn_layer_add_child(dnn_layer *container, dnn_layer *child, const char *name,
                         dnn_error *err) {
    char number[24];
    if (child->depth >= DNN_LAYER_DEPTH)
        return dnn_fail(err, DNN_ERROR_ARGUMENT, "%s: containers are nested more than %d deep",
                        container->kind->name, DNN_LAYER_DEPTH);
    snprintf(number, sizeof number, "%zu", container->child_count);
    char *copy = dnn_strdup(name == NULL ? number : name);
    if (copy == NULL || !make_room(container)) {
        dnn_free(copy);
        return dnn_fail(err, DNN_ERROR_MEMORY, "%s: out of memory", container->kind->name);
    }
    if (container->depth <= child->depth)
        container->depth = child->depth + 1;
    container->child_names[container->child_count] = copy;
    container->children[container->child_count++] = dnn_layer_retain(child);
    return DNN_OK;
}

dnn_layer *dnn_layer_child(const dnn_layer *container, const char *name) {
    for (size_t c = 0; c < container->child_count; c++)
        if (strcmp(container->child_names[c], name) == 0)
            return container->children[c];
    return NULL;
}

/* Whether both are in memory in the same order. */
static bool same_order(const dnn_layout *a, const dnn_layout *b) {
    bool same = a->axes == b->axes;
    for (size_t axis = 0; axis < a->axes && same; axis++)
        same = a->length[axis] == b->length[axis] && a->stride[axis] == b->stride[axis];
    return same;
}

static dnn_status refuse_tie(const dnn_layer *layer, const dnn_layer *to, const dnn_value *value,
                             const dnn_value *other, dnn_error *err) {
    char name[128];
    dnn_layer_describe(to, name, sizeof name);
    return dnn_fail(err, DNN_ERROR_SHAPE,
                    "%s: cannot be tied to %s: the %s of the one is %zu x %zu in files, of the other "
                    "%zu x %zu",
                    layer->kind->name, name, value->name, dnn_value_file_rows(value),
                    dnn_value_file_cols(value), dnn_value_file_rows(other),
                    dnn_value_file_cols(other));
}

dnn_status dnn_layer_tie(dnn_layer *layer, dnn_layer *to, dnn_error *err) {
    dnn_value values[DNN_LAYER_VALUES], others[DNN_LAYER_VALUES];
    size_t count = dnn_layer_values(layer, &(dnn_shape){0}, values);
    size_t other_count = dnn_layer_values(to, &(dnn_shape){0}, others);
    to = to->tied == NULL ? to : to->tied;
    if (to == layer)
        return dnn_fail(err, DNN_ERROR_ARGUMENT, "%s: cannot be tied to itself", layer->kind->name);
    if (count == 0 || other_count == 0 || values[0].kept || others[0].kept)
        return dnn_fail(err, DNN_ERROR_ARGUMENT, "%s: cannot be tied: %s has no weight",
                        layer->kind->name,
                        count == 0 || values[0].kept ? "it" : to->kind->name);
    if (others[0].sparse || values[0].sparse)
        return dnn_fail(err, DNN_ERROR_ARGUMENT,
                        "%s: cannot be tied: the gradient of %s is sparse, and that of the other is not",
                        layer->kind->name, (others[0].sparse ? to : layer)->kind->name);
    bool same = same_order(&values[0].layout, &others[0].layout);
    if (dnn_value_file_rows(&values[0]) != dnn_value_file_rows(&others[0]) ||
        dnn_value_file_cols(&values[0]) != dnn_value_file_cols(&others[0]) ||
        (!same && (!dnn_layer_has(layer, DNN_TRANSPOSES) || values[0].rows != others[0].cols)))
        return refuse_tie(layer, to, &values[0], &others[0], err);
    dnn_layer_retain(to);
    dnn_layer_release(layer->tied);
    layer->tied = to;
    layer->transposed = !same;
    return DNN_OK;
}

dnn_layer *dnn_layer_retain(dnn_layer *layer) {
    if (layer != NULL)
        layer->references++;
    return layer;
}

void dnn_layer_release(dnn_layer *layer) {
    if (layer == NULL || --layer->references > 0)
        return;
    for (size_t c = 0; c < layer->child_count; c++) {
        dnn_layer_release(layer->children[c]);
        dnn_free((void *)layer->child_names[c]);
    }
    dnn_free(layer->children);
    dnn_free(layer->child_names);
    dnn_layer_release(layer->tied);
    if (layer->kind->destroy != NULL)
        layer->kind->destroy(layer);
    dnn_free(layer);
}

/* --- shapes and values --- */

size_t dnn_layer_least_inputs(const dnn_layer *layer) {
    while (layer->kind->make == NULL && layer->child_count > 0)
        layer = layer->children[0];
    return layer->kind->inputs == 0 ? 1 : layer->kind->inputs;
}

bool dnn_layer_takes(const dnn_layer *layer, size_t inputs) {
    size_t least = layer->kind->inputs == 0 ? 1 : layer->kind->inputs;
    return dnn_layer_has(layer, DNN_MANY_INPUTS) ||
           (inputs >= least && inputs <= least + layer->kind->optional);
}

dnn_shape dnn_layer_wants_image(const dnn_layer *layer) {
    (void)layer;
    return dnn_shape_image(0, 0, 0);
}

dnn_shape dnn_layer_wants(const dnn_layer *layer) {
    return layer->kind->wants == NULL ? (dnn_shape){0} : layer->kind->wants(layer);
}

/* What a layer says of an input that it cannot take. */
static dnn_status refuse(const dnn_shape *wanted, const dnn_shape *in, dnn_error *err) {
    char text[DNN_SHAPE_TEXT], wanted_text[DNN_SHAPE_TEXT];
    dnn_shape_text(in, text);
    dnn_shape_text(wanted, wanted_text);
    size_t need = wanted->rank == 0 ? wanted->size[0] : dnn_shape_channels(wanted);
    if (wanted->rank == 0 || (wanted->rank == 1 && in->rank == 1))
        return dnn_fail(err, DNN_ERROR_SHAPE, "needs %zu features, but its input is %s", need, text);
    if (wanted->rank == 1)
        return dnn_fail(err, DNN_ERROR_SHAPE,
                        "needs a vector, but its input is %s; put a dnn.Flatten() before it", text);
    if (in->rank != wanted->rank)
        return dnn_fail(err, DNN_ERROR_SHAPE, "needs %s, but its input is %s%s",
                        wanted->rank == 3 ? "an image of height x width x channels"
                                          : "a sequence of steps x features",
                        text,
                        wanted->rank == 3 && in->rank == 1
                            ? "; start the network with dnn.Input(height, width, channels)"
                            : "");
    if (need != 0 && need != dnn_shape_channels(in))
        return dnn_fail(err, DNN_ERROR_SHAPE, "needs %zu %s, but its input is %s", need,
                        wanted->rank == 3 ? "channels" : "features", text);
    return dnn_fail(err, DNN_ERROR_SHAPE, "needs %s, but its input is %s", wanted_text, text);
}

dnn_status dnn_layer_shape(const dnn_layer *layer, const dnn_shape *in, size_t inputs,
                           dnn_shape *out, dnn_error *err) {
    dnn_shape wanted = dnn_layer_wants(layer);
    for (size_t i = 0; i < inputs; i++)
        if (!dnn_shape_fits(&in[i], &wanted))
            return refuse(&wanted, &in[i], err);
    *out = in[0];
    return layer->kind->shape == NULL ? DNN_OK : layer->kind->shape(layer, in, inputs, out, err);
}

size_t dnn_layer_values(const dnn_layer *layer, const dnn_shape *in,
                        dnn_value values[DNN_LAYER_VALUES]) {
    size_t count = layer->kind->values == NULL ? 0 : layer->kind->values(layer, in, values);
    for (size_t v = 0; v < count; v++)
        dnn_value_complete(&values[v]);
    return count;
}

/* --- description --- */

/* A text that never writes past its end but knows how long it would be. */
typedef struct text {
    char *start;
    size_t size, length;
} text;

static void add(text *t, const char *part) {
    size_t n = strlen(part);
    for (size_t i = 0; i < n; i++, t->length++)
        if (t->length + 1 < t->size)
            t->start[t->length] = part[i];
    if (t->size > 0)
        t->start[t->length < t->size ? t->length : t->size - 1] = '\0';
}

/* Sizes come without their names: "3 -> 4". */
static bool is_size(const dnn_field *field) {
    return field->positional &&
           (strncmp(field->name, "in_", 3) == 0 || strncmp(field->name, "out_", 4) == 0);
}

size_t dnn_layer_describe(const dnn_layer *layer, char *start, size_t size) {
    const dnn_field *fields = layer->kind->fields;
    text t = {start, size, 0};
    size_t shown = 0;
    add(&t, layer->kind->name);
    for (size_t f = 0; f < dnn_field_count(fields); f++) {
        char value[128];
        if (!fields[f].required && dnn_field_is_default(&fields[f], &layer->settings[f]))
            continue;
        dnn_field_text(&fields[f], &layer->settings[f], value, sizeof value);
        add(&t, shown == 0                                         ? "("
                : is_size(&fields[f]) && strncmp(fields[f].name, "o", 1) == 0 ? " -> "
                                                                              : ", ");
        if (!is_size(&fields[f])) {
            add(&t, fields[f].name);
            add(&t, " = ");
        }
        add(&t, value);
        shown++;
    }
    if (shown > 0)
        add(&t, ")");
    return t.length;
}
