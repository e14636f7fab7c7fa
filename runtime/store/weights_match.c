/* weights_match.c: names and shapes of tensors held against the values of a network; what does not
 * fit is reported in the network's words. */
#include "store/weights_match.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/memory.h"

#define NAME  512 /* bytes of a value's name */
#define SHOWN 4   /* differences that are named */

/* --- names --- */

/* How names are counted in what was found. */
typedef enum style {
    FROM_0, /* "0.weight" */
    FROM_1, /* "1.weight", as in files of the program's first versions; of a lone layer, too */
    STYLES
} style;

/* What a value would be called. */
static void name_in(style how, const char *path, char out[NAME]) {
    char *end;
    unsigned long long number = strtoull(path, &end, 10);
    if (how == FROM_0)
        snprintf(out, NAME, "%s", path);
    else if (end != path && *end == '.')
        snprintf(out, NAME, "%llu%s", number + 1, end);
    else
        snprintf(out, NAME, "1.%.*s", NAME - 3, path);
}

/* The name after the first mapping that fits it; modules are named whole: "fc1" is not "fc10". */
static void map_name(const char *name, const dnn_name_map *maps, size_t count, char out[NAME]) {
    for (size_t m = 0; m < count; m++) {
        size_t length = strlen(maps[m].from);
        const char *rest = name + length;
        if (strncmp(name, maps[m].from, length) != 0 || (length > 0 && *rest != '.' && *rest != 0))
            continue;
        rest += length > 0 && *rest == '.';
        snprintf(out, NAME, "%s%s%s", maps[m].to, *maps[m].to != '\0' && *rest != '\0' ? "." : "",
                 rest);
        return;
    }
    snprintf(out, NAME, "%s", name);
}

typedef struct entry {
    char *name;
    size_t tensor;
    bool used;
} entry;

static int by_name(const void *a, const void *b) {
    return strcmp(((const entry *)a)->name, ((const entry *)b)->name);
}

typedef struct matching {
    const dnn_network *network;
    const dnn_parameters *parameters;
    const dnn_tensor *tensors;
    entry *entries; /* sorted by their names after mapping */
    size_t count;
    const char *where;
    char text[600]; /* what is wrong, one thing after the other; only the first few are named */
    size_t used, differences;
} matching;

static entry *find(const matching *m, const char *name) {
    entry key = {.name = (char *)name};
    return m->count == 0 ? NULL : bsearch(&key, m->entries, m->count, sizeof key, by_name);
}

static dnn_status make_entries(matching *m, const dnn_name_map *maps, size_t map_count,
                               dnn_error *err) {
    char name[NAME];
    m->entries = dnn_calloc(m->count + 1, sizeof *m->entries);
    bool complete = m->entries != NULL;
    for (size_t t = 0; t < m->count && complete; t++) {
        map_name(m->tensors[t].name, maps, map_count, name);
        m->entries[t] = (entry){.name = dnn_strdup(name), .tensor = t};
        complete = m->entries[t].name != NULL;
    }
    if (!complete)
        return dnn_fail(err, DNN_ERROR_MEMORY, "not enough memory for the names of the tensors");
    qsort(m->entries, m->count, sizeof *m->entries, by_name);
    return DNN_OK;
}

/* The style in which most values are found. */
static style find_style(const matching *m) {
    size_t found[STYLES] = {0};
    char name[NAME];
    for (size_t i = 0; i < m->parameters->segment_count; i++)
        for (style s = 0; s < STYLES; s++) {
            name_in(s, m->parameters->segments[i].name, name);
            found[s] += find(m, name) != NULL;
        }
    return found[FROM_1] > found[FROM_0] ? FROM_1 : FROM_0;
}

/* --- differences --- */

__attribute__((format(printf, 2, 3))) static void note(matching *m, const char *format, ...) {
    if (m->differences++ >= SHOWN || m->used >= sizeof m->text)
        return;
    if (m->differences > 1)
        m->used += (size_t)snprintf(m->text + m->used, sizeof m->text - m->used, "; ");
    if (m->used >= sizeof m->text)
        return;
    va_list arguments;
    va_start(arguments, format);
    m->used += (size_t)vsnprintf(m->text + m->used, sizeof m->text - m->used, format, arguments);
    va_end(arguments);
}

/* "16 x 3 x 3 x 3" */
static void sizes_text(size_t rank, const size_t *size, char text[96]) {
    size_t used = 0;
    snprintf(text, 96, "one number");
    for (size_t axis = 0; axis < rank && used < 96; axis++)
        used +=
            (size_t)snprintf(text + used, 96 - used, "%s%zu", axis > 0 ? " x " : "", size[axis]);
}

static void text_of_tensor(const dnn_tensor *t, char text[96]) {
    const size_t matrix[] = {t->matrix.rows, t->matrix.cols};
    if (t->shaped && t->rank > 2)
        sizes_text(t->rank, t->size, text);
    else
        sizes_text(2, matrix, text);
}

static void text_of_value(const dnn_value *v, char text[96]) {
    const size_t matrix[] = {v->rows, v->cols};
    if (v->layout.rank > 2)
        sizes_text(v->layout.rank, v->layout.size, text);
    else
        sizes_text(2, matrix, text);
}

/* The same number of rows and of all elements: axes after the first may be flattened. */
static bool has_shape(const dnn_tensor *t, const dnn_value *v) {
    return t->matrix.rows == dnn_value_file_rows(v) && t->matrix.cols == dnn_value_file_cols(v);
}

static void match_segment(matching *m, style how, const dnn_segment *s, size_t *order) {
    char name[NAME], here[96], there[96];
    name_in(how, s->name, name);
    entry *e = find(m, name);
    *order = SIZE_MAX;
    text_of_value(&s->value, here);
    if (e == NULL && s->value.layout.whole)
        return;
    if (e == NULL) {
        const char *comma = strchr(s->owner, ',');
        note(m, "%s (%s, %s) is missing %s", name, comma == NULL ? s->owner : comma + 2, here,
             m->where);
        return;
    }
    e->used = true;
    *order = e->tensor;
    const dnn_tensor *t = &m->tensors[e->tensor];
    if (has_shape(t, &s->value))
        return;
    text_of_tensor(t, there);
    note(m, "%s: %s is %s here, %s %s%s", s->owner, s->value.name, here, there, m->where,
         t->matrix.rows == s->value.cols && t->matrix.cols == s->value.rows ? ", its transpose"
                                                                           : "");
}

/* A layer that is called again has its values under both names in PyTorch's files, and a tied value
 * is there for each of its layers. */
static void accept_again(matching *m, style how) {
    const dnn_network *network = m->network;
    dnn_value values[DNN_LAYER_VALUES];
    for (size_t s = 0; s < dnn_network_all_steps(network); s++) {
        const dnn_step *step = dnn_network_step(network, s);
        size_t count = dnn_layer_values(step->layer, &(dnn_shape){0}, values);
        size_t aliases = step->again ? count : step->tied != SIZE_MAX;
        for (size_t k = 0; k < aliases; k++) {
            char path[NAME], name[NAME];
            snprintf(path, sizeof path, "%s.%s", step->path, values[k].name);
            name_in(how, path, name);
            entry *e = find(m, name);
            if (e != NULL)
                e->used = true;
        }
    }
}

static dnn_status finish(matching *m, dnn_error *err) {
    char more[64] = "", shape[96];
    for (size_t t = 0; t < m->count; t++) {
        const dnn_tensor *tensor = &m->tensors[m->entries[t].tensor];
        if (m->entries[t].used)
            continue;
        text_of_tensor(tensor, shape);
        note(m, "%.60s (%s) %s has no place in this network", tensor->name, shape, m->where);
    }
    if (m->differences == 0)
        return DNN_OK;
    if (m->differences > SHOWN)
        snprintf(more, sizeof more, "; and %zu more differences", m->differences - SHOWN);
    bool named = m->count > 0 && strchr("0123456789", m->entries[m->count - 1].name[0]) == NULL;
    return dnn_fail(err, DNN_ERROR_SHAPE, "%s%s; %s", m->text, more,
                    named ? "modules with names are mapped to places, as in {names = {fc1 = \"0\"}}"
                          : "was it saved from another network?");
}

dnn_status dnn_weights_match(const dnn_network *network, const dnn_tensor *tensors, size_t count,
                             const dnn_name_map *maps, size_t map_count, const char *where,
                             size_t *order, dnn_error *err) {
    matching m = {.network = network,
                  .parameters = dnn_network_parameters((dnn_network *)network),
                  .tensors = tensors,
                  .count = count,
                  .where = where};
    dnn_status status = make_entries(&m, maps, map_count, err);
    if (status == DNN_OK) {
        style how = find_style(&m);
        for (size_t i = 0; i < m.parameters->segment_count; i++)
            match_segment(&m, how, &m.parameters->segments[i], &order[i]);
        accept_again(&m, how);
        status = finish(&m, err);
    }
    for (size_t t = 0; m.entries != NULL && t < count; t++)
        dnn_free(m.entries[t].name);
    dnn_free(m.entries);
    return status;
}
