/* profile.c: what the passes of a network's steps take, noted as they run, and as a table. */
#include "nn/network/profile.h"

#include "nn/network/describe.h"
#include "nn/network/parts.h"

void dnn_network_set_times(dnn_network *network, dnn_step_times *times) {
    network->times = times;
}

/* --- noting --- */

/* Those of a forward whose matrices are multiplied by all positions; ids only choose columns. */
static double weight_flops(const dnn_step *step, const dnn_call *call) {
    double elements = 0;
    for (size_t k = 0; k < step->learnt && !dnn_layer_has(step->layer, DNN_TAKES_IDS); k++)
        if (call->values[k].cols > 1)
            elements += (double)dnn_matrix_count(&call->values[k]);
    return 2 * elements * (double)dnn_shape_positions(&call->out) * (double)call->examples;
}

/* Products of the size of forward's that a backward made: those of the gradients that it gave. */
static double backward_products(const dnn_step *step, const dnn_call *call) {
    double products = step->learnt > 0 && call->gradients[0].data != NULL ? 1 : 0;
    for (size_t i = 0; i < call->inputs; i++)
        products += call->dX[i].data != NULL ? 1 / (double)call->inputs : 0;
    return products;
}

static double bytes_of(const dnn_network *network, const dnn_step *step, const dnn_call *call) {
    double count = (double)dnn_matrix_count(&call->A);
    for (size_t i = 0; i < call->inputs; i++)
        count += (double)dnn_matrix_count(&call->X[i]);
    for (size_t k = 0; k < step->learnt + step->kept; k++)
        count += (double)dnn_matrix_count(&call->values[k]);
    return count * (double)dnn_dtype_info(network->dtype)->size;
}

void dnn_network_note_pass(dnn_network *network, size_t s, const dnn_call *call, bool forward,
                           double seconds) {
    const dnn_step *step = &network->steps[s];
    const dnn_layer_class *kind = step->layer->kind;
    dnn_step_times *times = &network->times[s];
    dnn_pass_times *pass = forward ? &times->forward : &times->backward;
    double product = kind->flops != NULL ? kind->flops(call) : weight_flops(step, call);
    if (pass->count == 0 || seconds < pass->quickest)
        pass->quickest = seconds;
    pass->count++;
    pass->total += seconds;
    pass->flops += product * (forward ? 1 : backward_products(step, call));
    times->bytes += forward ? bytes_of(network, step, call) : 0;
}

/* --- as a table --- */

/* A row: times in seconds, and the operations that they took. */
typedef struct row {
    double forward, backward, flops, bytes;
    size_t forwards, backwards;
} row;

static double of_one(const dnn_pass_times *pass, double sum) {
    return pass->count == 0 ? 0 : sum / (double)pass->count;
}

static row row_of(const dnn_step_times *t, bool all) {
    const dnn_pass_times *f = &t->forward, *b = &t->backward;
    return (row){
        .forward = all ? f->total : f->quickest,
        .backward = all ? b->total : b->quickest,
        .flops = all ? f->flops + b->flops : of_one(f, f->flops) + of_one(b, b->flops),
        .bytes = of_one(f, t->bytes),
        .forwards = f->count,
        .backwards = b->count,
    };
}

static void add_pass(dnn_text *t, double seconds, size_t count, bool counts) {
    if (count > 0)
        dnn_text_add(t, counts ? "  %11.2f" : "  %11.4f", seconds * 1e3);
    else
        dnn_text_add(t, "  %11s", "");
    if (counts && count > 0)
        dnn_text_add(t, "  %9zu", count);
    else if (counts)
        dnn_text_add(t, "  %9s", "");
}

/* The columns after the layer's name; without `counts` those of numbers are left out. */
static void add_row(dnn_text *t, const row *r, double peak, bool counts) {
    double seconds = r->forward + r->backward;
    add_pass(t, r->forward, r->forwards, counts);
    add_pass(t, r->backward, r->backwards, counts);
    if (r->flops > 0 && seconds > 0)
        dnn_text_add(t, "  %7.1f  %5.1f %%", r->flops / seconds / 1e9,
                     100 * r->flops / seconds / peak);
    else
        dnn_text_add(t, "  %7s  %7s", "", "");
    dnn_text_add(t, "  %8.3f\n", r->bytes / 1e6);
}

static void add_head(dnn_text *t, int place, int width, bool counts) {
    dnn_text_add(t, "  %-*s  %-*s  %11s", place, "#", width, "layer", "forward ms");
    if (counts)
        dnn_text_add(t, "  %9s", "forwards");
    dnn_text_add(t, "  %11s", "backward ms");
    if (counts)
        dnn_text_add(t, "  %9s", "backwards");
    dnn_text_add(t, "  %7s  %7s  %8s\n", "GFLOP/s", "of peak", "MB");
}

static void add_to(row *total, const row *r) {
    total->forward += r->forward;
    total->backward += r->backward;
    total->flops += r->flops;
    total->bytes += r->bytes;
    total->forwards = r->forwards > total->forwards ? r->forwards : total->forwards;
    total->backwards = r->backwards > total->backwards ? r->backwards : total->backwards;
}

size_t dnn_network_describe_times(const dnn_network *network, const dnn_step_times *times,
                                  double peak, bool all, char *start, size_t size) {
    dnn_text t = {start, size, 0};
    char name[160];
    int place = 1, width = 5;
    row total = {0};
    for (size_t s = 0; s < network->step_count; s++) {
        dnn_layer_describe(network->steps[s].layer, name, sizeof name);
        width = dnn_widest(width, name);
        place = dnn_widest(place, network->steps[s].place);
    }
    add_head(&t, place, width, all);
    for (size_t s = 0; s < network->step_count; s++) {
        const dnn_step *step = &network->steps[s];
        row r = row_of(&times[s], all);
        dnn_layer_describe(step->layer, name, sizeof name);
        dnn_text_add(&t, "  %-*s  %-*s", place, step->place[0] == '\0' ? "1" : step->place, width,
                     name);
        add_row(&t, &r, peak, all);
        add_to(&total, &r);
    }
    dnn_text_add(&t, "  %-*s  %-*s", place, "", width, "total");
    add_row(&t, &total, peak, all);
    return t.length;
}
