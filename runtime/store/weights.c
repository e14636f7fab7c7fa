/* weights.c: parameters to tensors and back; what does not fit is told in the network's words. */
#include "store/weights.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "core/memory.h"

#define CHECKPOINT_PREFIX "net."
#define SHOWN             4 /* differences that are named */

void dnn_weights_name(const dnn_segment *segment, char name[DNN_WEIGHTS_NAME]) {
    snprintf(name, DNN_WEIGHTS_NAME, "%zu.%s", segment->layer + 1, segment->name);
}

dnn_matrix dnn_weights_matrix(const dnn_parameters *parameters, size_t segment) {
    const dnn_segment *s = &parameters->segments[segment];
    size_t size = dnn_dtype_info(parameters->dtype)->size;
    return dnn_matrix_of(parameters->dtype, s->rows, s->cols,
                         (char *)parameters->values + s->offset * size);
}

/* --- saving --- */

dnn_status dnn_weights_save(const dnn_parameters *parameters, const char *path,
                            const dnn_note *notes, size_t note_count, dnn_error *err) {
    size_t count = parameters->segment_count;
    dnn_tensor *tensors = dnn_alloc(count * (sizeof *tensors + DNN_WEIGHTS_NAME));
    char(*names)[DNN_WEIGHTS_NAME] = (void *)(tensors + count);
    if (tensors == NULL)
        return dnn_fail(err, DNN_ERROR_MEMORY, "%s: no memory for the names of its tensors", path);
    for (size_t i = 0; i < count; i++) {
        dnn_weights_name(&parameters->segments[i], names[i]);
        tensors[i] = (dnn_tensor){names[i], dnn_weights_matrix(parameters, i),
                                  parameters->segments[i].vector};
    }
    dnn_status status = dnn_safetensors_write(path, tensors, count, notes, note_count, err);
    dnn_free(tensors);
    return status;
}

/* --- what fits --- */

/* What is wrong, one thing after the other; only the first few are named. */
typedef struct differences {
    char text[400];
    size_t used;
    size_t count;
} differences;

__attribute__((format(printf, 2, 3))) static void tell(differences *d, const char *format, ...) {
    if (d->count++ >= SHOWN || d->used >= sizeof d->text)
        return;
    if (d->count > 1)
        d->used += (size_t)snprintf(d->text + d->used, sizeof d->text - d->used, "; ");
    if (d->used >= sizeof d->text)
        return;
    va_list arguments;
    va_start(arguments, format);
    d->used += (size_t)vsnprintf(d->text + d->used, sizeof d->text - d->used, format, arguments);
    va_end(arguments);
}

static dnn_status fail_match(differences *d, dnn_error *err) {
    char more[64] = "";
    if (d->count > SHOWN)
        snprintf(more, sizeof more, "; and %zu more differences", d->count - SHOWN);
    return dnn_fail(err, DNN_ERROR_SHAPE, "%s%s; was it saved from another network?", d->text,
                    more);
}

/* Whether the tensor's name is the segment's, with layers counted from `first`. */
static bool names_segment(const char *name, const dnn_segment *segment, size_t first) {
    char wanted[DNN_WEIGHTS_NAME];
    snprintf(wanted, sizeof wanted, "%zu.%s", segment->layer + first, segment->name);
    return strcmp(name, wanted) == 0;
}

/* The number of the first layer: 0 where a name says so. */
static size_t first_layer(const dnn_tensor *tensors, size_t count) {
    for (size_t i = 0; i < count; i++)
        if (strncmp(tensors[i].name, "0.", 2) == 0)
            return 0;
    return 1;
}

static void match_segment(const dnn_segment *s, const dnn_tensor *tensors, size_t count,
                          const char *where, size_t *order, differences *d) {
    size_t first = first_layer(tensors, count);
    for (*order = 0; *order < count; ++*order)
        if (names_segment(tensors[*order].name, s, first))
            break;
    if (*order == count) {
        tell(d, "%zu.%s (%s, %zu x %zu) is missing %s", s->layer + first, s->name, s->owner,
             s->rows, s->cols, where);
        return;
    }
    const dnn_matrix *m = &tensors[*order].matrix;
    if (m->rows != s->rows || m->cols != s->cols)
        tell(d, "layer %zu %s: %s is %zu x %zu here, %zu x %zu %s%s", s->layer + 1, s->owner,
             s->name, s->rows, s->cols, m->rows, m->cols, where,
             m->rows == s->cols && m->cols == s->rows ? ", its transpose" : "");
}

dnn_status dnn_weights_match(const dnn_parameters *parameters, const dnn_tensor *tensors,
                             size_t count, const char *where, size_t *order, dnn_error *err) {
    differences d = {.text = ""};
    size_t segments = parameters->segment_count;
    size_t first = first_layer(tensors, count);
    for (size_t i = 0; i < segments; i++)
        match_segment(&parameters->segments[i], tensors, count, where, &order[i], &d);
    for (size_t t = 0; t < count; t++) {
        size_t i = 0;
        while (i < segments && !names_segment(tensors[t].name, &parameters->segments[i], first))
            i++;
        if (i == segments)
            tell(&d, "%.60s (%zu x %zu) %s has no place in this network", tensors[t].name,
                 tensors[t].matrix.rows, tensors[t].matrix.cols, where);
    }
    return d.count == 0 ? DNN_OK : fail_match(&d, err);
}

/* --- loading --- */

/* The tensors of the file that are weights, without their numbers, and their places in the file. */
static size_t list_weights(const dnn_safetensors *file, dnn_tensor *tensors, size_t *places) {
    bool checkpoint = dnn_safetensors_find_note(file, DNN_CHECKPOINT_NOTE) != NULL;
    size_t skip = checkpoint ? strlen(CHECKPOINT_PREFIX) : 0, count = 0;
    for (size_t i = 0; i < dnn_safetensors_count(file); i++) {
        const dnn_tensor_info *t = dnn_safetensors_tensor(file, i);
        if (strncmp(t->name, CHECKPOINT_PREFIX, skip) != 0)
            continue;
        places[count] = i;
        tensors[count++] =
            (dnn_tensor){t->name + skip, dnn_matrix_of(t->dtype, t->rows, t->cols, NULL), false};
    }
    return count;
}

/* Reads all of them into `values`, a copy of the parameters, and then takes that over. */
static dnn_status read_values(dnn_parameters *parameters, const dnn_safetensors *file,
                              const size_t *order, const size_t *places, void *values,
                              dnn_error *err) {
    dnn_parameters copy = *parameters;
    copy.values = values;
    dnn_status status = DNN_OK;
    for (size_t i = 0; i < copy.segment_count && status == DNN_OK; i++) {
        dnn_matrix out = dnn_weights_matrix(&copy, i);
        status = dnn_safetensors_read(file, places[order[i]], &out, err);
    }
    if (status == DNN_OK && copy.count > 0)
        memcpy(parameters->values, values, copy.count * dnn_dtype_info(copy.dtype)->size);
    return status;
}

static dnn_status load(dnn_parameters *parameters, const dnn_safetensors *file, const char *path,
                       dnn_error *err) {
    size_t count = dnn_safetensors_count(file), segments = parameters->segment_count;
    dnn_tensor *tensors = dnn_alloc(count * sizeof *tensors);
    size_t *places = dnn_alloc(count * sizeof *places);
    size_t *order = dnn_alloc(segments * sizeof *order);
    void *values = dnn_alloc(parameters->count * dnn_dtype_info(parameters->dtype)->size);
    dnn_status status;
    if (tensors == NULL || places == NULL || order == NULL || values == NULL) {
        status = dnn_fail(err, DNN_ERROR_MEMORY, "%s: no memory to read it", path);
    } else {
        count = list_weights(file, tensors, places);
        status = dnn_weights_match(parameters, tensors, count, "in the file", order, err);
        if (status != DNN_OK)
            dnn_fail_context(err, status, "%s: ", path);
        else
            status = read_values(parameters, file, order, places, values, err);
    }
    dnn_free(tensors);
    dnn_free(places);
    dnn_free(order);
    dnn_free(values);
    return status;
}

dnn_status dnn_weights_load(dnn_parameters *parameters, const char *path, dnn_error *err) {
    dnn_safetensors *file;
    dnn_status status = dnn_safetensors_open(&file, path, err);
    if (status != DNN_OK)
        return status;
    status = load(parameters, file, path, err);
    dnn_safetensors_close(file);
    return status;
}
