/* network.c: layers in a row: creation, parameters, summary. network_run.c runs them. */
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "core/memory.h"
#include "math/reduce.h"
#include "nn/network_parts.h"

/* --- creation --- */

static dnn_status check_layers(const dnn_network *network, dnn_error *err) {
    size_t width = 0; /* of the layer in front; 0 while any will do */
    for (size_t l = 1; l <= network->count; l++) {
        const dnn_layer *layer = network->layers[l - 1];
        size_t need = dnn_layer_in_features(layer);
        if (width != 0 && need != 0 && width != need) {
            char text[64], front[64];
            dnn_layer_describe(layer, text, sizeof text);
            dnn_layer_describe(network->layers[l - 2], front, sizeof front);
            return dnn_fail(err, DNN_ERROR_SHAPE,
                            "layer %zu, %s: needs %zu features, layer %zu, %s gives %zu", l, text,
                            need, l - 1, front, width);
        }
        if (need != 0)
            width = need;
        if (width != 0 || layer->kind->out_features != NULL)
            dnn_layer_out_features(layer, width, &width, NULL);
        for (size_t other = 1; other < l; other++)
            if (network->layers[other - 1] == layer)
                return dnn_fail(err, DNN_ERROR_ARGUMENT,
                                "layers %zu and %zu are the same object; a layer can stand in a "
                                "network once",
                                other, l);
    }
    return DNN_OK;
}

/* So many that neither their bytes nor those of an optimiser's state overflow; one more parameter,
 * which fits in memory by itself, does not make their count overflow either. */
#define MOST_PARAMETERS (SIZE_MAX / 64)

/* One segment per parameter, one after the other in the flat vector. */
static dnn_status lay_out_parameters(dnn_network *network, dnn_error *err) {
    dnn_parameters *p = &network->parameters;
    for (size_t l = 0; l < network->count; l++)
        p->segment_count += network->layers[l]->parameter_count;
    p->segments = dnn_calloc(p->segment_count, sizeof *p->segments);
    if (p->segments == NULL)
        return dnn_fail(err, DNN_ERROR_MEMORY, "network: out of memory");
    p->dtype = network->dtype;
    p->spent = true;
    dnn_segment *segment = p->segments;
    for (size_t l = 0; l < network->count; l++) {
        dnn_layer *layer = network->layers[l];
        for (size_t k = 0; k < layer->parameter_count; k++) {
            const dnn_parameter_shape *s = &layer->shapes[k];
            *segment++ =
                (dnn_segment){l, layer->kind->name, s->name, p->count, s->rows, s->cols, s->vector};
            p->count += s->rows * s->cols;
            if (p->count > MOST_PARAMETERS)
                return dnn_fail(err, DNN_ERROR_MEMORY,
                                "layer %zu, %s: with its %s of %zu x %zu the network's parameters "
                                "do not fit in memory",
                                l + 1, layer->kind->name, s->name, s->rows, s->cols);
            layer->parameters[k] = dnn_matrix_of(network->dtype, s->rows, s->cols, NULL);
            layer->gradients[k] = layer->parameters[k];
        }
    }
    return DNN_OK;
}

static dnn_status build(dnn_network *network, dnn_layer *const *layers, dnn_error *err) {
    size_t rows = network->count + 1;
    network->layers = dnn_calloc(rows, sizeof(dnn_layer *));
    network->attached.features = dnn_calloc(rows, sizeof(size_t));
    network->next.features = dnn_calloc(rows, sizeof(size_t));
    network->A = dnn_calloc(rows, sizeof(dnn_matrix));
    network->dA = dnn_calloc(rows, sizeof(dnn_matrix));
    if (network->layers == NULL || network->attached.features == NULL ||
        network->next.features == NULL || network->A == NULL || network->dA == NULL)
        return dnn_fail(err, DNN_ERROR_MEMORY, "network: out of memory");
    memcpy(network->layers, layers, network->count * sizeof *layers);
    dnn_status status = check_layers(network, err);
    return status == DNN_OK ? lay_out_parameters(network, err) : status;
}

/* Each layer once, even where the list has it twice. */
static void destroy_layers(dnn_layer *const *layers, size_t count) {
    for (size_t l = 0; l < count; l++) {
        bool seen = false;
        for (size_t other = 0; other < l && !seen; other++)
            seen = layers[other] == layers[l];
        if (!seen)
            dnn_layer_destroy(layers[l]);
    }
}

static void free_network(dnn_network *network) {
    dnn_free(network->layers);
    dnn_free(network->attached.features);
    dnn_free(network->next.features);
    dnn_free(network->A);
    dnn_free(network->dA);
    dnn_free(network->parameters.segments);
    dnn_free(network);
}

dnn_status dnn_network_create(dnn_network **out, dnn_dtype dtype, dnn_layer *const *layers,
                              size_t count, dnn_error *err) {
    *out = NULL;
    dnn_status status = DNN_OK;
    dnn_network *network = dnn_calloc(1, sizeof *network);
    if (network == NULL) {
        status = dnn_fail(err, DNN_ERROR_MEMORY, "network: out of memory");
    } else if (!dnn_dtype_info(dtype)->is_real) {
        status = dnn_fail(err, DNN_ERROR_TYPE, "a network is float32 or float64, not %s",
                          dnn_dtype_info(dtype)->name);
    } else if (count == 0) {
        status = dnn_fail(err, DNN_ERROR_ARGUMENT, "a network needs at least one layer");
    } else {
        network->dtype = dtype;
        network->count = count;
        status = build(network, layers, err);
    }
    if (status == DNN_OK) {
        *out = network;
        return DNN_OK;
    }
    destroy_layers(layers, count);
    if (network != NULL)
        free_network(network);
    return status;
}

void dnn_network_destroy(dnn_network *network) {
    if (network == NULL)
        return;
    destroy_layers(network->layers, network->count);
    free_network(network);
}

dnn_dtype dnn_network_dtype(const dnn_network *network) {
    return network->dtype;
}

size_t dnn_network_layer_count(const dnn_network *network) {
    return network->count;
}

dnn_layer *dnn_network_layer(dnn_network *network, size_t layer) {
    return network->layers[layer - 1];
}

/* --- parameters --- */

dnn_parameters *dnn_network_parameters(dnn_network *network) {
    return &network->parameters;
}

size_t dnn_network_parameter_bytes(const dnn_network *network) {
    return network->parameters.count * dnn_dtype_info(network->dtype)->size;
}

/* The new home of a vector: its old values, or zeros. */
static void move_vector(void **vector, void *memory, size_t bytes) {
    if (*vector == NULL)
        memset(memory, 0, bytes);
    else
        memmove(memory, *vector, bytes);
    *vector = memory;
}

void dnn_network_attach_parameters(dnn_network *network, void *values, void *gradients) {
    dnn_parameters *p = &network->parameters;
    if (p->count == 0)
        return;
    move_vector(&p->values, values, dnn_network_parameter_bytes(network));
    move_vector(&p->gradients, gradients, dnn_network_parameter_bytes(network));
    dnn_matrix whole = dnn_matrix_of(network->dtype, p->count, 1, p->values);
    dnn_matrix slopes = dnn_matrix_of(network->dtype, p->count, 1, p->gradients);
    const dnn_segment *segment = p->segments;
    for (size_t l = 0; l < network->count; l++) {
        dnn_layer *layer = network->layers[l];
        for (size_t k = 0; k < layer->parameter_count; k++, segment++) {
            layer->parameters[k].data = dnn_matrix_at(&whole, segment->offset, 0);
            layer->gradients[k].data = dnn_matrix_at(&slopes, segment->offset, 0);
        }
    }
}

dnn_status dnn_network_fail_layer(const dnn_network *network, size_t layer, dnn_status status,
                                  dnn_error *err) {
    char text[64];
    dnn_layer_describe(network->layers[layer - 1], text, sizeof text);
    return dnn_fail_context(err, status, "layer %zu, %s: ", layer, text);
}

dnn_status dnn_network_require_parameters(const dnn_network *network, dnn_error *err) {
    if (network->parameters.count != 0 && network->parameters.values == NULL)
        return dnn_fail(err, DNN_ERROR_STATE, "the network's parameters are not attached yet");
    return DNN_OK;
}

dnn_status dnn_network_initialise(dnn_network *network, dnn_random *random, dnn_error *err) {
    dnn_status status = dnn_network_require_parameters(network, err);
    for (size_t l = 1; status == DNN_OK && l <= network->count; l++) {
        dnn_layer *layer = network->layers[l - 1];
        if (layer->kind->initialise == NULL)
            continue;
        status = layer->kind->initialise(layer, random, err);
        if (status != DNN_OK)
            dnn_network_fail_layer(network, l, status, err);
    }
    return status;
}

double dnn_network_grad_norm(const dnn_network *network, size_t layer) {
    const dnn_layer *l = network->layers[layer - 1];
    double squares = 0;
    for (size_t k = 0; k < l->parameter_count; k++)
        if (l->gradients[k].data != NULL)
            squares += dnn_sum_squares(network->dtype, l->gradients[k].data,
                                       dnn_matrix_count(&l->gradients[k]));
    return sqrt(squares);
}

/* --- summary --- */

/* A growing text that never writes past its end but knows how long it would be. */
typedef struct text {
    char *start;
    size_t size, length;
} text;

__attribute__((format(printf, 2, 3))) static void add(text *t, const char *format, ...) {
    va_list args;
    va_start(args, format);
    bool room = t->length < t->size;
    int n =
        vsnprintf(room ? t->start + t->length : NULL, room ? t->size - t->length : 0, format, args);
    va_end(args);
    t->length += n > 0 ? (size_t)n : 0;
}

/* 1234567 as "1,234,567". */
static const char *grouped(size_t number, char out[32]) {
    char digits[24];
    int n = snprintf(digits, sizeof digits, "%zu", number);
    char *to = out;
    for (int i = 0; i < n; i++) {
        if (i > 0 && (n - i) % 3 == 0)
            *to++ = ',';
        *to++ = digits[i];
    }
    *to = '\0';
    return out;
}

static size_t layer_parameter_count(const dnn_layer *layer) {
    size_t count = 0;
    for (size_t k = 0; k < layer->parameter_count; k++)
        count += layer->shapes[k].rows * layer->shapes[k].cols;
    return count;
}

/* A size as people read it: 132 bytes, 98.3 kB, 0.9832 MB. */
static const char *memory(size_t bytes, char out[32]) {
    if (bytes < 1000)
        snprintf(out, 32, "%zu bytes", bytes);
    else if (bytes < 100000)
        snprintf(out, 32, "%.4g kB", (double)bytes / 1e3);
    else
        snprintf(out, 32, "%.4g MB", (double)bytes / 1e6);
    return out;
}

size_t dnn_network_describe(const dnn_network *network, char *start, size_t size) {
    text t = {start, size, 0};
    char name[64], number[32], output[32], bytes[32];
    int width = 5;
    for (size_t l = 0; l < network->count; l++) {
        dnn_layer_describe(network->layers[l], name, sizeof name);
        width = (int)strlen(name) > width ? (int)strlen(name) : width;
    }
    add(&t, "Sequential %s, %zu layer%s\n", dnn_dtype_info(network->dtype)->name, network->count,
        network->count == 1 ? "" : "s");
    add(&t, "  #  %-*s  %9s  %12s\n", width, "layer", "output", "parameters");
    size_t features = network->attached.features[0]; /* 0 before a plan: any */
    for (size_t l = 0; l < network->count; l++) {
        const dnn_layer *layer = network->layers[l];
        size_t need = dnn_layer_in_features(layer);
        dnn_layer_describe(layer, name, sizeof name);
        features = need != 0 ? need : features;
        if (features != 0 || layer->kind->out_features != NULL)
            dnn_layer_out_features(layer, features, &features, NULL);
        add(&t, "%3zu  %-*s  %9s  %12s\n", l + 1, width, name,
            features == 0 ? "any" : grouped(features, output),
            grouped(layer_parameter_count(layer), number));
    }
    add(&t, "     %-*s  %9s  %12s  (%s)\n", width, "total", "",
        grouped(network->parameters.count, number),
        memory(dnn_network_parameter_bytes(network), bytes));
    return t.length;
}
