/* describe.c: a network as a table. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "nn/network/parts.h"

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

static int widest(int width, const char *word) {
    return (int)strlen(word) > width ? (int)strlen(word) : width;
}

static int indent_of(const char *place) {
    int dots = 0;
    for (; *place != '\0'; place++)
        dots += *place == '.';
    return 2 * dots;
}

size_t dnn_network_describe(const dnn_network *network, char *start, size_t size) {
    text t = {start, size, 0};
    char name[160], number[32], output[DNN_SHAPE_TEXT], bytes[32];
    int place = 1, width = 5, outputs = 9;
    for (size_t s = 0; s < network->step_count; s++) {
        const dnn_step *step = &network->steps[s];
        dnn_layer_describe(step->layer, name, sizeof name);
        int wide = widest(0, name) + indent_of(step->place);
        width = wide > width ? wide : width;
        place = widest(place, step->place);
        outputs = widest(outputs, output_text(network, s, output));
    }
    add(&t, "%s %s, %zu layer%s\n", network->layer->kind->name,
        dnn_dtype_info(network->dtype)->name, network->step_count,
        network->step_count == 1 ? "" : "s");
    if (network->input.rank > 1) {
        dnn_shape_text(&network->input, output);
        add(&t, "  input %s\n", output);
    }
    add(&t, "  %-*s  %-*s  %*s  %12s\n", place, "#", width, "layer", outputs, "output",
        "parameters");
    for (size_t s = 0; s < network->step_count; s++) {
        const dnn_step *step = &network->steps[s];
        int indent = indent_of(step->place);
        dnn_layer_describe(step->layer, name, sizeof name);
        add(&t, "  %-*s  %*s%-*s  %*s  %12s%s\n", place, step->place[0] == '\0' ? "1" : step->place,
            indent, "", width - indent, name, outputs, output_text(network, s, output),
            grouped(learnt_count(network, step), number),
            step->learnt > 0 && step->layer->frozen ? "  frozen" : "");
    }
    add(&t, "  %-*s  %-*s  %*s  %12s  (%s)\n", place, "", width, "total", outputs, "",
        grouped(network->parameters.count, number),
        memory(dnn_network_value_bytes(network), bytes));
    return t.length;
}

/* The steps that a step's inputs come from, by their rows in the table: "X", "3, 1". */
static void add_inputs(text *t, const dnn_network *network, const dnn_step *step) {
    for (size_t i = 0; i < step->inputs; i++) {
        size_t from = network->producer[step->input[i]];
        add(t, i > 0 ? ", " : "");
        if (from == SIZE_MAX)
            add(t, "X");
        else
            add(t, "%zu", from + 1);
    }
}

size_t dnn_network_graph(const dnn_network *network, char *start, size_t size) {
    text t = {start, size, 0};
    char name[160], output[DNN_SHAPE_TEXT];
    add(&t, "| step | place | layer | input | output | parameters |\n|---|---|---|---|---|---|");
    for (size_t s = 0; s < network->step_count; s++) {
        const dnn_step *step = &network->steps[s];
        dnn_layer_describe(step->layer, name, sizeof name);
        add(&t, "\n| %zu | %s | %s | ", s + 1, step->place[0] == '\0' ? "1" : step->place, name);
        add_inputs(&t, network, step);
        add(&t, " | %s | %zu |", output_text(network, s, output), learnt_count(network, step));
    }
    return t.length;
}

/* --- times --- */

/* Those of a forward whose matrices are multiplied by all positions; ids only choose columns. */
static double weight_flops(const dnn_network *network, size_t s) {
    const dnn_step *step = &network->steps[s];
    const dnn_call *call = &network->plans[network->training].calls[s];
    double elements = 0;
    for (size_t k = 0; k < step->learnt && !dnn_layer_has(step->layer, DNN_TAKES_IDS); k++)
        if (call->values[k].cols > 1)
            elements += (double)dnn_matrix_count(&call->values[k]);
    return 2 * elements * (double)dnn_shape_positions(&call->out) * (double)call->examples;
}

/* Multiplications and additions of a step's passes: of forward, and of the gradients that backward
 * has made. */
static double flops_of(const dnn_network *network, const dnn_step_times *times, size_t s) {
    const dnn_call *call = &network->plans[network->training].calls[s];
    const dnn_layer_class *kind = network->steps[s].layer->kind;
    double products = times[s].forward > 0 ? 1 : 0;
    if (times[s].backward > 0 && network->steps[s].learnt > 0 && call->gradients[0].data != NULL)
        products++;
    for (size_t i = 0; times[s].backward > 0 && i < call->inputs; i++)
        products += call->dX[i].data != NULL ? 1 / (double)call->inputs : 0;
    return products * (kind->flops != NULL ? kind->flops(call) : weight_flops(network, s));
}

static double bytes_of(const dnn_network *network, size_t s) {
    const dnn_call *call = &network->plans[network->training].calls[s];
    const dnn_step *step = &network->steps[s];
    double count = (double)dnn_matrix_count(&call->A);
    for (size_t i = 0; i < call->inputs; i++)
        count += (double)dnn_matrix_count(&call->X[i]);
    for (size_t k = 0; k < step->learnt + step->kept; k++)
        count += (double)dnn_matrix_count(&call->values[k]);
    return count * (double)dnn_dtype_info(network->dtype)->size;
}

/* The columns after the layer's name. */
static void add_times(text *t, dnn_step_times times, double flops, double peak, double bytes) {
    double seconds = times.forward + times.backward;
    add(t, "  %10.4f", times.forward * 1e3);
    if (times.backward > 0)
        add(t, "  %11.4f", times.backward * 1e3);
    else
        add(t, "  %11s", "");
    if (flops > 0 && seconds > 0)
        add(t, "  %7.1f  %5.1f %%", flops / seconds / 1e9, 100 * flops / seconds / peak);
    else
        add(t, "  %7s  %7s", "", "");
    add(t, "  %8.3f\n", bytes / 1e6);
}

size_t dnn_network_describe_times(const dnn_network *network, const dnn_step_times *times,
                                  double peak, char *start, size_t size) {
    text t = {start, size, 0};
    char name[160];
    int place = 1, width = 5;
    dnn_step_times total = {0, 0};
    double flops = 0, bytes = 0;
    for (size_t s = 0; s < network->step_count; s++) {
        const dnn_step *step = &network->steps[s];
        dnn_layer_describe(step->layer, name, sizeof name);
        width = widest(width, name);
        place = widest(place, step->place);
    }
    add(&t, "  %-*s  %-*s  %10s  %11s  %7s  %7s  %8s\n", place, "#", width, "layer", "forward ms",
        "backward ms", "GFLOP/s", "of peak", "MB");
    for (size_t s = 0; s < network->step_count; s++) {
        const dnn_step *step = &network->steps[s];
        dnn_layer_describe(step->layer, name, sizeof name);
        add(&t, "  %-*s  %-*s", place, step->place[0] == '\0' ? "1" : step->place, width, name);
        add_times(&t, times[s], flops_of(network, times, s), peak, bytes_of(network, s));
        total.forward += times[s].forward;
        total.backward += times[s].backward;
        flops += flops_of(network, times, s);
        bytes += bytes_of(network, s);
    }
    add(&t, "  %-*s  %-*s", place, "", width, "total");
    add_times(&t, total, flops, peak, bytes);
    return t.length;
}
