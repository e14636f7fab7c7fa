/* describe.c: a network as a table. */
#include <stdio.h>
#include <string.h>

#include "nn/network/describe.h"
#include "nn/network/parts.h"

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

/* "12,288" or "64 x 64 x 3"; of a step whose output is not known yet, what its layer always gives.
 */
static const char *output_text(const dnn_network *network, size_t s, char out[DNN_SHAPE_TEXT]) {
    dnn_shape shape = dnn_network_output_shape(network, s);
    char number[32];
    dnn_shape_text(&shape, out);
    if (shape.rank == 1)
        snprintf(out, DNN_SHAPE_TEXT, "%s", grouped(shape.size[0], number));
    return out;
}

static size_t learnt_count(const dnn_network *network, const dnn_step *step) {
    size_t count = 0;
    for (size_t k = 0; k < step->learnt && !step->again; k++) {
        const dnn_value *v = &network->parameters.segments[step->first_learnt + k].value;
        count += v->rows * v->cols;
    }
    return count;
}

/* By how deep a step is nested. What the whole network's layer calls is below that one. */
static int indent_of(const dnn_network *network, size_t s) {
    int dots = s >= network->step_count && !dnn_layer_is_container(network->layer);
    for (const char *place = network->steps[s].place; *place != '\0'; place++)
        dots += *place == '.';
    return 2 * dots;
}

/* Widths of the columns. */
typedef struct widths {
    int place, name, output;
} widths;

/* The line of a step, and below it those of the steps that its layer calls. */
static void add_step(dnn_text *t, const dnn_network *network, size_t s, widths w) {
    const dnn_step *step = &network->steps[s];
    int indent = indent_of(network, s);
    char name[160], number[32], output[DNN_SHAPE_TEXT];
    dnn_layer_describe(step->layer, name, sizeof name);
    dnn_text_add(t, "  %-*s  %*s%-*s  %*s  %12s%s\n", w.place, step->place[0] == '\0' ? "1" : step->place,
        indent, "", w.name - indent, name, w.output, output_text(network, s, output),
        grouped(learnt_count(network, step), number),
        step->learnt > 0 && step->layer->frozen ? "  frozen" : "");
    for (size_t k = 0; k < network->called_count && !step->again; k++) {
        const dnn_called *called = &network->called[k];
        for (size_t c = called->first;
             called->caller == step->layer && c < called->first + called->count; c++)
            add_step(t, network, c, w);
    }
}

size_t dnn_network_describe(const dnn_network *network, char *start, size_t size) {
    dnn_text t = {start, size, 0};
    char name[160], number[32], output[DNN_SHAPE_TEXT], bytes[32];
    int place = 1, width = 5, outputs = 9;
    for (size_t s = 0; s < network->all_steps; s++) {
        const dnn_step *step = &network->steps[s];
        dnn_layer_describe(step->layer, name, sizeof name);
        int wide = dnn_widest(0, name) + indent_of(network, s);
        width = wide > width ? wide : width;
        place = dnn_widest(place, step->place);
        outputs = dnn_widest(outputs, output_text(network, s, output));
    }
    dnn_text_add(&t, "%s %s, %zu layer%s\n", network->layer->kind->name,
        dnn_dtype_info(network->dtype)->name, network->step_count,
        network->step_count == 1 ? "" : "s");
    if (network->input.rank > 1) {
        dnn_shape_text(&network->input, output);
        dnn_text_add(&t, "  input %s\n", output);
    }
    dnn_text_add(&t, "  %-*s  %-*s  %*s  %12s\n", place, "#", width, "layer", outputs, "output",
        "parameters");
    for (size_t s = 0; s < network->step_count; s++)
        add_step(&t, network, s, (widths){place, width, outputs});
    dnn_text_add(&t, "  %-*s  %-*s  %*s  %12s  (%s)\n", place, "", width, "total", outputs, "",
        grouped(network->parameters.count, number),
        memory(dnn_network_value_bytes(network), bytes));
    return t.length;
}

/* The steps that a step's inputs come from, by their rows in the table: "X", "3, 1". */
static void add_inputs(dnn_text *t, const dnn_network *network, const dnn_step *step) {
    for (size_t i = 0; i < step->inputs; i++) {
        size_t from = network->producer[step->input[i]];
        dnn_text_add(t, i > 0 ? ", " : "");
        if (from == SIZE_MAX)
            dnn_text_add(t, "X");
        else
            dnn_text_add(t, "%zu", from + 1);
    }
}

size_t dnn_network_graph(const dnn_network *network, char *start, size_t size) {
    dnn_text t = {start, size, 0};
    char name[160], output[DNN_SHAPE_TEXT];
    dnn_text_add(&t, "| step | place | layer | input | output | parameters |\n"
                     "|---|---|---|---|---|---|");
    for (size_t s = 0; s < network->step_count; s++) {
        const dnn_step *step = &network->steps[s];
        dnn_layer_describe(step->layer, name, sizeof name);
        dnn_text_add(&t, "\n| %zu | %s | %s | ", s + 1,
                     step->place[0] == '\0' ? "1" : step->place, name);
        add_inputs(&t, network, step);
        dnn_text_add(&t, " | %s | %zu |", output_text(network, s, output),
                     learnt_count(network, step));
    }
    return t.length;
}
