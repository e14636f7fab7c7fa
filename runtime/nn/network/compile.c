/* compile.c: from nested layers to a list of steps.
 *
 * A container's own `compile` says in which order its children are called; here are the lists that
 * it writes to, and the names: a path for files, counted from 0, and a place for people, counted
 * from 1. */
#include "nn/network/compile.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/memory.h"
#include "nn/network/parts.h"

#define NAME 256 /* bytes of a path at most */

struct dnn_compiler {
    dnn_network *network;
    size_t step_room, input_room;
    size_t depth;
    char path[NAME], place[NAME]; /* of the container that is being compiled */
};

#define MOST_DEPTH 64

/* Doubles an array of so many elements when it is full. */
static bool grow(void **array, size_t *room, size_t used, size_t size) {
    if (used < *room)
        return true;
    size_t more = *room == 0 ? 8 : 2 * *room;
    char *bigger = dnn_calloc(more, size);
    if (bigger == NULL)
        return false;
    if (used > 0)
        memcpy(bigger, *array, used * size);
    dnn_free(*array);
    *array = bigger;
    *room = more;
    return true;
}

/* Adds a step; its list of inputs is found again at the end, as the array moves. */
static dnn_status add_step(dnn_compiler *c, dnn_layer *layer, const size_t *input, size_t inputs,
                           size_t *output, dnn_error *err) {
    dnn_network *network = c->network;
    void *steps = network->steps, *list = network->inputs;
    bool room = grow(&steps, &c->step_room, network->step_count, sizeof(dnn_step));
    network->steps = steps;
    for (size_t i = 0; i < inputs && room; i++) {
        room = grow(&list, &c->input_room, network->input_count, sizeof(size_t));
        network->inputs = list;
        if (room)
            network->inputs[network->input_count++] = input[i];
    }
    char *path = dnn_strdup(c->path), *place = dnn_strdup(c->place);
    if (!room || path == NULL || place == NULL) {
        dnn_free(path);
        dnn_free(place);
        return dnn_network_fail_memory(err);
    }
    *output = network->step_count + 1;
    network->steps[network->step_count++] = (dnn_step){.layer = dnn_layer_retain(layer),
                                                       .path = path,
                                                       .place = place,
                                                       .inputs = inputs,
                                                       .output = *output};
    return DNN_OK;
}

static dnn_status refuse_inputs(const dnn_compiler *c, const dnn_layer *layer, size_t inputs,
                                dnn_error *err) {
    size_t least = layer->kind->inputs == 0 ? 1 : layer->kind->inputs;
    char name[128];
    dnn_layer_describe(layer, name, sizeof name);
    return dnn_fail(err, DNN_ERROR_ARGUMENT, "%s%s%s%s takes %zu input%s%s, and gets %zu%s",
                    c->place[0] == '\0' ? "" : "layer ", c->place, c->place[0] == '\0' ? "" : ", ",
                    name, least, least == 1 ? "" : "s", layer->kind->optional > 0 ? " or more" : "",
                    inputs,
                    inputs < least ? "; dnn.Merge{layers..., with = layer} gives it several" : "");
}

static dnn_status compile_layer(dnn_compiler *c, dnn_layer *layer, const size_t *input,
                                size_t inputs, size_t *output, dnn_error *err) {
    bool container = dnn_layer_is_container(layer);
    if ((!container || layer->kind->make != NULL) && !dnn_layer_takes(layer, inputs))
        return refuse_inputs(c, layer, inputs, err);
    if (!container)
        return add_step(c, layer, input, inputs, output, err);
    if (layer->child_count == 0)
        return dnn_fail(err, DNN_ERROR_ARGUMENT, "%s%s%s needs at least one layer",
                        c->place[0] == '\0' ? "" : c->place, c->place[0] == '\0' ? "" : ", ",
                        c->place[0] == '\0' ? "a network" : layer->kind->name);
    if (++c->depth > MOST_DEPTH)
        return dnn_fail(err, DNN_ERROR_ARGUMENT, "containers are nested more than %d deep",
                        MOST_DEPTH);
    dnn_status status = layer->kind->compile(layer, c, input, inputs, output, err);
    c->depth--;
    return status;
}

/* Appends ".name" to a name of at most NAME bytes; false where it does not fit. */
static bool append(char *name, const char *part) {
    size_t used = strlen(name);
    int n = snprintf(name + used, NAME - used, "%s%s", used == 0 ? "" : ".", part);
    return n >= 0 && (size_t)n < NAME - used;
}

dnn_status dnn_compile_child(dnn_compiler *c, const dnn_layer *container, size_t child,
                             const size_t *input, size_t inputs, size_t *output,
                             dnn_error *err) {
    size_t path = strlen(c->path), place = strlen(c->place);
    const char *name = container->child_names[child];
    char *end, number[24];
    unsigned long long n = strtoull(name, &end, 10);
    snprintf(number, sizeof number, "%llu", n + 1);
    bool fits = append(c->path, name) && append(c->place, *end == '\0' ? number : name);
    dnn_status status =
        fits ? compile_layer(c, container->children[child], input, inputs, output, err)
             : dnn_fail(err, DNN_ERROR_ARGUMENT, "%s: the names of nested layers are too long",
                        container->kind->name);
    c->path[path] = '\0';
    c->place[place] = '\0';
    return status;
}

dnn_status dnn_compile_operator(dnn_compiler *c, const dnn_layer_class *kind, const size_t *input,
                                size_t inputs, size_t *output, dnn_error *err) {
    dnn_layer *layer;
    dnn_status status = dnn_layer_create(&layer, kind, err);
    if (status == DNN_OK)
        status = add_step(c, layer, input, inputs, output, err);
    dnn_layer_release(layer);
    return status;
}

/* Which step writes a buffer, and where the steps' lists of inputs stand. */
static dnn_status connect(dnn_network *network, dnn_error *err) {
    network->buffer_count = network->step_count + 1;
    network->producer = dnn_calloc(network->buffer_count, sizeof(size_t));
    if (network->producer == NULL)
        return dnn_network_fail_memory(err);
    network->producer[0] = SIZE_MAX;
    const size_t *list = network->inputs;
    for (size_t s = 0; s < network->step_count; s++) {
        dnn_step *step = &network->steps[s];
        step->input = list;
        list += step->inputs;
        network->producer[step->output] = s;
        for (size_t other = 0; other < s && !step->again; other++)
            step->again = network->steps[other].layer == step->layer;
    }
    return DNN_OK;
}

dnn_status dnn_network_compile(dnn_network *network, dnn_error *err) {
    dnn_compiler compiler = {.network = network};
    size_t X = 0, output;
    dnn_status status = compile_layer(&compiler, network->layer, &X, 1, &output, err);
    return status == DNN_OK ? connect(network, err) : status;
}

void dnn_network_free_steps(dnn_network *network) {
    for (size_t s = 0; s < network->step_count; s++) {
        dnn_layer_release(network->steps[s].layer);
        dnn_free((void *)network->steps[s].path);
        dnn_free((void *)network->steps[s].place);
    }
    dnn_free(network->steps);
    dnn_free(network->inputs);
    dnn_free(network->producer);
}
