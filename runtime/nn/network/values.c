/* values.c: the values of a network's layers in flat vectors: which part is what, the matrices that
 * calls see, starting values. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "core/memory.h"
#include "math/elementwise.h"
#include "math/reduce.h"
#include "nn/network/parts.h"

/* So many that neither their bytes nor those of an optimiser's state overflow; one more value, which
 * fits in memory by itself, does not make their count overflow either. */
#define MOST_VALUES (SIZE_MAX / 64)

/* --- layout --- */

/* The layer's name in messages: "layer 3.2, Conv2d", "layer 1, Linear", "Linear" by itself. */
static char *owner_of(const dnn_step *step) {
    char text[320];
    const char *name = step->layer->kind->name;
    if (step->place[0] == '\0')
        return dnn_strdup(name);
    snprintf(text, sizeof text, "layer %s, %s", step->place, name);
    return dnn_strdup(text);
}

static char *path_of(const dnn_step *step, const char *value) {
    char text[400];
    snprintf(text, sizeof text, "%s%s%s", step->path, step->path[0] == '\0' ? "" : ".", value);
    return dnn_strdup(text);
}

static bool make_live(dnn_segment *segment) {
    size_t columns = segment->value.cols;
    dnn_live *live = dnn_calloc(1, sizeof *live);
    segment->live = live;
    if (live == NULL)
        return false;
    live->columns = dnn_calloc(columns, sizeof *live->columns);
    live->is_live = dnn_calloc(columns, sizeof *live->is_live);
    return live->columns != NULL && live->is_live != NULL;
}

static void free_live(dnn_live *live) {
    if (live == NULL)
        return;
    dnn_free(live->columns);
    dnn_free(live->is_live);
    dnn_free(live);
}

/* Adds one value of a step's layer as the next segment; false when there is no memory. */
static bool add_segment(dnn_network *network, size_t s, const dnn_value *value, size_t *slot) {
    dnn_parameters *p = &network->parameters;
    const dnn_step *step = &network->steps[s];
    size_t *count = value->kept ? &p->kept_count : &p->count;
    dnn_segment *segment = &p->segments[p->segment_count];
    *segment = (dnn_segment){.name = path_of(step, value->name),
                             .owner = owner_of(step),
                             .value = *value,
                             .step = s,
                             .offset = *count,
                             .kept = value->kept,
                             .frozen = step->layer->frozen,
                             .spent = true};
    if (value->sparse && !make_live(segment))
        return false;
    network->segment_slot[p->segment_count++] = *slot;
    network->values[*slot] = dnn_matrix_of(network->dtype, value->rows, value->cols, NULL);
    network->gradients[*slot] = network->values[*slot];
    ++*slot;
    *count += value->rows * value->cols;
    return segment->name != NULL && segment->owner != NULL;
}

/* Learnt values of all layers come first, then the kept ones; slots go layer by layer. */
static dnn_status add_values(dnn_network *network, bool kept, dnn_error *err) {
    dnn_parameters *p = &network->parameters;
    dnn_value values[DNN_LAYER_VALUES];
    for (size_t s = 0; s < network->all_steps; s++) {
        dnn_step *step = &network->steps[s];
        if (step->again)
            continue;
        size_t count = dnn_layer_values(step->layer, &network->shapes[step->input[0]], values);
        size_t tied = step->layer->tied != NULL, slot = network->slot[s] + tied;
        slot += kept ? step->learnt : 0;
        *(kept ? &step->first_kept : &step->first_learnt) = p->segment_count;
        for (size_t v = 0; v < count; v++) {
            if (values[v].kept != kept || v < tied)
                continue;
            if (!add_segment(network, s, &values[v], &slot))
                return dnn_network_fail_memory(err);
            ++*(kept ? &step->kept : &step->learnt);
            if (p->count + p->kept_count > MOST_VALUES)
                return dnn_fail(err, DNN_ERROR_MEMORY,
                                "%s: with its %s of %zu x %zu the network's values do not fit in "
                                "memory",
                                p->segments[p->segment_count - 1].owner, values[v].name,
                                values[v].rows, values[v].cols);
        }
    }
    if (!kept)
        p->learnt_count = p->segment_count;
    return DNN_OK;
}

/* The first value of a tied layer is that of another one. */
static dnn_status tie_values(dnn_network *network, dnn_error *err) {
    for (size_t s = 0; s < network->all_steps; s++) {
        dnn_step *step = &network->steps[s];
        const dnn_layer *to = step->layer->tied;
        step->tied = SIZE_MAX;
        if (to == NULL)
            continue;
        size_t owner = dnn_network_find_step(network, to);
        if (owner == SIZE_MAX || to->tied != NULL) {
            dnn_fail(err, DNN_ERROR_ARGUMENT, "is tied to %s, which is %s",
                     to->kind->name, owner == SIZE_MAX ? "not in this network" : "tied itself");
            return dnn_network_fail_step(network, s, DNN_ERROR_ARGUMENT, err);
        }
        step->tied = network->steps[owner].first_learnt;
        const dnn_value *value = &network->parameters.segments[step->tied].value;
        network->values[network->slot[s]] =
            dnn_matrix_of(network->dtype, value->rows, value->cols, NULL);
        network->gradients[network->slot[s]] = network->values[network->slot[s]];
    }
    return DNN_OK;
}

size_t dnn_step_segment(const dnn_step *step, size_t which) {
    size_t tied = step->tied != SIZE_MAX;
    if (which < tied)
        return step->tied;
    return which - tied < step->learnt ? step->first_learnt + which - tied
                                       : step->first_kept + which - tied - step->learnt;
}

dnn_live *dnn_step_live(const dnn_network *network, const dnn_step *step) {
    bool learns = step->learnt > 0 || step->tied != SIZE_MAX;
    return learns ? network->parameters.segments[dnn_step_segment(step, 0)].live : NULL;
}

/* A step that calls a layer again works with the values of its first call. */
static void share_values(dnn_network *network) {
    for (size_t s = 0; s < network->all_steps; s++) {
        dnn_step *step = &network->steps[s];
        if (!step->again)
            continue;
        size_t first = dnn_network_find_step(network, step->layer);
        const dnn_step *original = &network->steps[first];
        network->slot[s] = network->slot[first];
        step->first_learnt = original->first_learnt;
        step->learnt = original->learnt;
        step->first_kept = original->first_kept;
        step->kept = original->kept;
    }
}

dnn_status dnn_network_lay_out_values(dnn_network *network, dnn_error *err) {
    dnn_parameters *p = &network->parameters;
    dnn_value values[DNN_LAYER_VALUES];
    size_t slots = 0;
    network->slot = dnn_calloc(network->all_steps, sizeof(size_t));
    if (network->slot == NULL)
        return dnn_network_fail_memory(err);
    for (size_t s = 0; s < network->all_steps; s++) {
        network->slot[s] = slots;
        if (!network->steps[s].again)
            slots += dnn_layer_values(network->steps[s].layer, &(dnn_shape){0}, values);
    }
    network->slot_count = slots;
    network->values = dnn_calloc(slots + 1, sizeof *network->values);
    network->gradients = dnn_calloc(slots + 1, sizeof *network->gradients);
    network->segment_slot = dnn_calloc(slots + 1, sizeof(size_t));
    p->segments = dnn_calloc(slots + 1, sizeof *p->segments);
    if (network->values == NULL || network->gradients == NULL || network->segment_slot == NULL ||
        p->segments == NULL)
        return dnn_network_fail_memory(err);
    p->dtype = network->dtype;
    p->version = 1;
    dnn_status status = add_values(network, false, err);
    if (status == DNN_OK)
        status = add_values(network, true, err);
    if (status == DNN_OK)
        status = tie_values(network, err);
    share_values(network);
    return status;
}

void dnn_network_free_values(dnn_network *network) {
    dnn_parameters *p = &network->parameters;
    for (size_t i = 0; i < p->segment_count; i++) {
        dnn_free((void *)p->segments[i].name);
        dnn_free((void *)p->segments[i].owner);
        free_live(p->segments[i].live);
    }
    dnn_free(p->segments);
    dnn_free(network->slot);
    dnn_free(network->values);
    dnn_free(network->gradients);
    dnn_free(network->segment_slot);
}

/* --- memory --- */

size_t dnn_network_value_bytes(const dnn_network *network) {
    return network->parameters.count * dnn_dtype_info(network->dtype)->size;
}

size_t dnn_network_kept_bytes(const dnn_network *network) {
    return network->parameters.kept_count * dnn_dtype_info(network->dtype)->size;
}

/* Points the matrices that calls see to the vectors. */
static void place_values(dnn_network *network) {
    dnn_parameters *p = &network->parameters;
    for (size_t i = 0; i < p->segment_count; i++) {
        size_t slot = network->segment_slot[i];
        const dnn_segment *segment = &p->segments[i];
        network->values[slot].data = dnn_segment_values(p, i).data;
        network->gradients[slot].data =
            segment->kept || segment->frozen ? NULL : dnn_segment_gradients(p, i).data;
    }
    for (size_t s = 0; s < network->all_steps; s++) {
        size_t tied = network->steps[s].tied, slot = network->slot[s];
        if (tied == SIZE_MAX)
            continue;
        network->values[slot].data = network->values[network->segment_slot[tied]].data;
        network->gradients[slot].data = network->gradients[network->segment_slot[tied]].data;
    }
}

/* The new home of a vector: its old values, or zeros. */
static void move_vector(void **vector, void *memory, size_t bytes) {
    if (bytes > 0 && *vector == NULL)
        memset(memory, 0, bytes);
    else if (bytes > 0)
        memmove(memory, *vector, bytes);
    *vector = memory;
}

void dnn_network_attach_values(dnn_network *network, void *values, void *gradients, void *kept) {
    dnn_parameters *p = &network->parameters;
    bool first = !network->has_values;
    move_vector(&p->values, values, dnn_network_value_bytes(network));
    move_vector(&p->gradients, gradients, dnn_network_value_bytes(network));
    move_vector(&p->kept, kept, dnn_network_kept_bytes(network));
    network->has_values = true;
    place_values(network);
    for (size_t i = 0; i < p->segment_count && first; i++) {
        dnn_matrix m = dnn_segment_values(p, i);
        if (p->segments[i].value.start != 0)
            dnn_fill(&m, p->segments[i].value.start, NULL);
    }
}

dnn_status dnn_network_require_values(const dnn_network *network, dnn_error *err) {
    return network->has_values
               ? DNN_OK
               : dnn_fail(err, DNN_ERROR_STATE, "the network's values are not attached yet");
}

dnn_status dnn_network_initialise(dnn_network *network, dnn_random *random, dnn_error *err) {
    dnn_status status = dnn_network_require_values(network, err);
    size_t n = network->all_steps; /* a tied value starts as the layer wants that it belongs to */
    for (size_t k = 0; status == DNN_OK && k < 2 * n; k++) {
        size_t s = k % n;
        const dnn_step *step = &network->steps[s];
        if (step->layer->kind->initialise == NULL || step->again ||
            (step->tied != SIZE_MAX) != (k < n))
            continue;
        status = step->layer->kind->initialise(step->layer, &network->values[network->slot[s]],
                                               random, err);
        if (status != DNN_OK)
            dnn_network_fail_step(network, s, status, err);
    }
    return status;
}

void dnn_network_note_frozen(dnn_network *network) {
    dnn_parameters *p = &network->parameters;
    for (size_t i = 0; i < p->learnt_count; i++)
        p->segments[i].frozen = network->steps[p->segments[i].step].layer->frozen;
    p->version++;
    if (network->has_values)
        place_values(network);
}

double dnn_network_grad_norm(const dnn_network *network, size_t s) {
    const dnn_step *step = &network->steps[s];
    double squares = 0;
    for (size_t k = 0; k < step->learnt; k++) {
        const dnn_matrix *gradient =
            &network->gradients[network->slot[s] + (step->tied != SIZE_MAX) + k];
        if (gradient->data != NULL)
            squares +=
                dnn_sum_squares(network->dtype, gradient->data, dnn_matrix_count(gradient));
    }
    return sqrt(squares);
}
