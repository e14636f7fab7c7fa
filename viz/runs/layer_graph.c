/* layer_graph.c: reading the table of a network's layers. */
#include "viz/runs/layer_graph.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/memory.h"
#include "viz/draw/text_fit.h"

static const char heading[] = "| step | place | layer | input | output | parameters |\n";

#define MOST_LAYERS ((size_t)65536) /* more are left off: a node takes fifty times its line */

enum { FIELD_STEP, FIELD_PLACE, FIELD_LAYER, FIELD_INPUT, FIELD_OUTPUT, FIELD_PARAMETERS, FIELDS };

bool layer_graph_is(const char *text) {
    return text != NULL && strncmp(text, heading, sizeof heading - 1) == 0;
}

/* The next field of a line, without the blanks around it. */
static bool next_field(const char **line, const char *end, char *out, size_t size) {
    if (*line >= end || **line != '|')
        return false;
    const char *from = *line + 1, *bar = memchr(from, '|', (size_t)(end - from));
    if (bar == NULL)
        return false;
    *line = bar;
    for (; from < bar && *from == ' ';)
        from++;
    for (; bar > from && bar[-1] == ' ';)
        bar--;
    text_copy(from, (size_t)(bar - from), out, size);
    return true;
}

/* "Conv2d(3 -> 8, kernel_size = 3 x 3)" as kind and settings. */
static void split_layer(const char *layer, layer_node *out) {
    size_t kind = strcspn(layer, "("), size = strlen(layer);
    text_copy(layer, kind, out->kind, sizeof out->kind);
    if (kind + 2 < size)
        text_copy(layer + kind + 1, size - kind - 2, out->settings, sizeof out->settings);
}

/* "X", "3, 1": rows before this one. */
static void read_inputs(const char *text, size_t row, layer_node *out) {
    for (const char *c = text; *c != '\0' && out->input_count < LAYER_INPUTS;) {
        char *end;
        unsigned long long from = strtoull(c, &end, 10);
        bool number = end > c && from < row;
        if (number || *c == 'X')
            out->inputs[out->input_count++] = number ? (size_t)from : 0;
        c = end > c ? end : c + 1;
        c += strspn(c, ", ");
    }
}

static bool read_line(const char *line, const char *end, size_t row, layer_node *out) {
    char field[FIELDS][160];
    for (int i = 0; i < FIELDS; i++)
        if (!next_field(&line, end, field[i], sizeof field[i]))
            return false;
    *out = (layer_node){.parameters = strtod(field[FIELD_PARAMETERS], NULL)};
    snprintf(out->place, sizeof out->place, "%.31s", field[FIELD_PLACE]);
    snprintf(out->output, sizeof out->output, "%.95s", field[FIELD_OUTPUT]);
    split_layer(field[FIELD_LAYER], out);
    read_inputs(field[FIELD_INPUT], row, out);
    return true;
}

static const char *end_of_line(const char *line) {
    return line + strcspn(line, "\n");
}

layer_node *layer_graph_read(const char *text, size_t *count) {
    size_t lines = 0;
    *count = 0;
    if (!layer_graph_is(text))
        return NULL;
    for (const char *c = text; lines < MOST_LAYERS && (c = strchr(c, '\n')) != NULL; c++)
        lines++;
    layer_node *nodes = dnn_alloc(lines * sizeof *nodes);
    const char *line = end_of_line(text + sizeof heading - 1); /* after the line of dashes */
    while (nodes != NULL && *line != '\0' && *count < lines) {
        const char *end = end_of_line(++line);
        if (!read_line(line, end, *count + 1, &nodes[*count]))
            break;
        ++*count;
        line = end;
    }
    if (*count > 0)
        return nodes;
    dnn_free(nodes);
    return NULL;
}

double layer_grad_norm(const run *r, const layer_node *node) {
    char name[128];
    snprintf(name, sizeof name, "grad_norm/%s %s", node->place, node->kind);
    const run_tag *tag = run_find(r, name, DNN_EVENT_SCALAR);
    size_t count = tag == NULL ? 0 : series_count(tag->scalars);
    return count == 0 ? NAN : series_value(tag->scalars, count - 1);
}
