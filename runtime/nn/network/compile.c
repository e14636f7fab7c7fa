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
    char path[NAME], place[NAME]; /* of the container that is being compiled */
    size_t called_room;
    bool no_lengths;
};

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
    bool room = grow(&steps, &c->step_room, network->all_steps, sizeof(dnn_step));
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
    *output = network->all_steps + 1;
    network->steps[network->all_steps++] = (dnn_step){.layer = dnn_layer_retain(layer),
                                                       .path = path,
                                                       .place = place,
                                                       .inputs = inputs,
                                                       .no_lengths = c->no_lengths,
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
    return layer->kind->compile(layer, c, input, inputs, output, err);
}

/* Appends ".name" to a name of at most NAME bytes; false where it does not fit. */
static bool append(char *name, const char *part) {
    size_t used = strlen(name);
    int n = snprintf(name + used, NAME - used, "%s%s", used == 0 ? "" : ".", part);
    return n >= 0 && (size_t)n < NAME - used;
}

/* "3" as "4", "blocks.0" as "blocks.1"; other names as they are. */
static bool count_from_1(char counted[NAME], const char *name) {
    const char *dot = strrchr(name, '.'), *last = dot == NULL ? name : dot + 1;
    char *end;
    unsigned long long n = strtoull(last, &end, 10);
    int length = *last == '\0' || *end != '\0'
                     ? snprintf(counted, NAME, "%s", name)
                     : snprintf(counted, NAME, "%.*s%llu", (int)(last - name), name, n + 1);
    return length >= 0 && length < NAME;
}

dnn_status dnn_compile_child(dnn_compiler *c, const dnn_layer *container, size_t child,
                             const size_t *input, size_t inputs, size_t *output,
                             dnn_error *err) {
    size_t path = strlen(c->path), place = strlen(c->place);
    const char *name = container->child_names[child];
    char counted[NAME];
    bool fits = append(c->path, name) && count_from_1(counted, name) && append(c->place, counted);
    dnn_status status =
        fits ? compile_layer(c, container->children[child], input, inputs, output, err)
             : dnn_fail(err, DNN_ERROR_ARGUMENT, "%s: the names of nested layers are too long",
                        container->kind->name);
    c->path[path] = '\0';
    c->place[place] = '\0';
    return status;
}

void dnn_compile_lengths(dnn_compiler *c, bool taken) {
    c->no_lengths = !taken;
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

/* --- layers that are called by another --- */

/* Until all steps are there, and with them the numbers of buffers, this stands for the X of number k. */
static size_t stand_in(size_t k) {
    return SIZE_MAX - k;
}

/* Adds the steps of a child under the name of the step that calls it. */
static dnn_status add_called(dnn_compiler *c, size_t caller, size_t child, dnn_error *err) {
    dnn_network *network = c->network;
    const dnn_layer *layer = network->steps[caller].layer;
    void *list = network->called;
    size_t number = network->called_count, input = stand_in(number), output;
    bool room = grow(&list, &c->called_room, number, sizeof(dnn_called));
    network->called = list;
    if (!room)
        return dnn_network_fail_memory(err);
    dnn_called *called = &network->called[network->called_count++];
    *called = (dnn_called){.layer = layer->children[child],
                           .caller = layer,
                           .first = network->all_steps,
                           .input = input};
    snprintf(c->path, NAME, "%s", network->steps[caller].path);
    snprintf(c->place, NAME, "%s", network->steps[caller].place);
    dnn_status status = dnn_compile_child(c, layer, child, &input, 1, &output, err);
    network->called[number].count = network->all_steps - network->called[number].first;
    return status;
}

static bool is_first_call(const dnn_network *network, size_t step) {
    return dnn_network_find_step(network, network->steps[step].layer) == step;
}

/* Steps that are added here may call others. */
static dnn_status compile_called(dnn_compiler *c, dnn_error *err) {
    dnn_network *network = c->network;
    dnn_status status = DNN_OK;
    for (size_t s = 0; s < network->all_steps && status == DNN_OK; s++) {
        size_t children = is_first_call(network, s) ? network->steps[s].layer->child_count : 0;
        for (size_t child = 0; child < children && status == DNN_OK; child++)
            status = add_called(c, s, child, err);
    }
    return status;
}

/* Which step writes a buffer, and where the steps' lists of inputs are. */
static dnn_status connect(dnn_network *network, dnn_error *err) {
    network->buffer_count = network->step_count + 1;
    network->producer = dnn_calloc(dnn_network_all_buffers(network), sizeof(size_t));
    if (network->producer == NULL)
        return dnn_network_fail_memory(err);
    network->producer[0] = SIZE_MAX;
    for (size_t k = 0; k < network->called_count; k++) {
        network->called[k].input = network->all_steps + 1 + k;
        network->producer[network->called[k].input] = SIZE_MAX;
    }
    size_t *list = network->inputs;
    for (size_t s = 0; s < network->all_steps; s++) {
        dnn_step *step = &network->steps[s];
        step->input = list;
        for (size_t i = 0; i < step->inputs; i++)
            if (SIZE_MAX - list[i] < network->called_count)
                list[i] = network->called[SIZE_MAX - list[i]].input;
        list += step->inputs;
        network->producer[step->output] = s;
        step->again = !is_first_call(network, s);
    }
    return DNN_OK;
}

dnn_status dnn_network_compile(dnn_network *network, dnn_error *err) {
    dnn_compiler compiler = {.network = network};
    size_t X = 0, output;
    dnn_status status = compile_layer(&compiler, network->layer, &X, 1, &output, err);
    network->step_count = network->all_steps;
    if (status == DNN_OK)
        status = compile_called(&compiler, err);
    return status == DNN_OK ? connect(network, err) : status;
}

void dnn_network_free_steps(dnn_network *network) {
    for (size_t s = 0; s < network->all_steps; s++) {
        dnn_layer_release(network->steps[s].layer);
        dnn_free((void *)network->steps[s].path);
        dnn_free((void *)network->steps[s].place);
    }
    dnn_free(network->steps);
    dnn_free(network->inputs);
    dnn_free(network->producer);
    dnn_free(network->called);
}
