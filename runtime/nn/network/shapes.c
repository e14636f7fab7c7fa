/* shapes.c: the shapes of all buffers, layer by layer.
 *
 * The shape of X is given, or it is what the first layers want, or it is found from the number of
 * rows where that leaves one way open: a sequence has rows / features steps; of images, every
 * height and width is tried that all layers take. */
#include <stdio.h>
#include <string.h>

#include "core/memory.h"
#include "nn/network/parts.h"

#define SHOWN_SHAPES 3

/* The network's own steps, as one list. */
static dnn_called whole(const dnn_network *network) {
    return (dnn_called){.count = network->step_count};
}

static dnn_status check_count(const dnn_shape *shape, const char *what, dnn_error *err) {
    char text[DNN_SHAPE_TEXT];
    if (dnn_shape_can_be_counted(shape))
        return DNN_OK;
    dnn_shape_text(shape, text);
    return dnn_fail(err, DNN_ERROR_SHAPE, "%s of %s is too large", what, text);
}

/* Fills the shapes of a list of steps from that of X; with err NULL just to see whether it fits. */
static dnn_status infer(const dnn_network *network, const dnn_called *list, const dnn_shape *input,
                        dnn_error *err) {
    dnn_shape *shapes = network->shapes;
    shapes[list->input] = *input;
    if (check_count(input, "an example", err) != DNN_OK)
        return DNN_ERROR_SHAPE;
    for (size_t s = list->first; s < list->first + list->count; s++) {
        const dnn_step *step = &network->steps[s];
        dnn_shape few[8], *in = few;
        if (step->inputs > 8 && (in = dnn_alloc(step->inputs * sizeof *in)) == NULL)
            return dnn_network_fail_memory(err);
        for (size_t i = 0; i < step->inputs; i++)
            in[i] = shapes[step->input[i]];
        dnn_status status =
            dnn_layer_shape(step->layer, in, step->inputs, &shapes[step->output], err);
        if (status == DNN_OK)
            status = check_count(&shapes[step->output], "its output", err);
        size_t front = network->producer[step->input[0]];
        if (in != few)
            dnn_free(in);
        if (status == DNN_OK)
            continue;
        if (err != NULL && front != SIZE_MAX) {
            char name[160];
            size_t used = strlen(err->text);
            dnn_network_name_step(network, front, name, sizeof name);
            snprintf(err->text + used, sizeof err->text - used, " (the output of %s)", name);
        }
        return dnn_network_fail_step(network, s, status, err);
    }
    return DNN_OK;
}

/* What the first layers want of X; rank 0 and size 0 where they take anything. */
static dnn_shape wanted_input(const dnn_network *network, const dnn_called *list) {
    for (size_t s = list->first; s < list->first + list->count; s++) {
        const dnn_step *step = &network->steps[s];
        dnn_shape wanted = dnn_layer_wants(step->layer);
        if (wanted.rank == 0 && wanted.size[0] != 0)
            return dnn_shape_vector(wanted.size[0]);
        if (wanted.rank != 0 || step->layer->kind->shape != NULL)
            return wanted;
    }
    return (dnn_shape){0};
}

/* Those of layers that others call, as far as they take one shape alone. */
static void first_called_shapes(dnn_network *network) {
    for (size_t k = 0; k < network->called_count; k++) {
        dnn_called *called = &network->called[k];
        dnn_shape input = wanted_input(network, called);
        called->known = dnn_shape_count(&input) != 0 && infer(network, called, &input, NULL) == DNN_OK;
    }
}

dnn_status dnn_network_first_shapes(dnn_network *network, dnn_error *err) {
    first_called_shapes(network);
    dnn_called all = whole(network);
    dnn_shape input = network->input.rank != 0 ? network->input : wanted_input(network, &all);
    if (dnn_shape_count(&input) == 0)
        return DNN_OK; /* until there is an X */
    dnn_status status = infer(network, &all, &input, err);
    network->shapes_known = status == DNN_OK;
    return status;
}

/* --- for an X --- */

static dnn_status fail_rows(const dnn_network *network, const dnn_called *list,
                            const dnn_shape *input, const dnn_matrix *X, dnn_error *err) {
    size_t need = dnn_shape_count(input);
    char text[DNN_SHAPE_TEXT];
    dnn_shape_text(input, text);
    if (input->rank > 1)
        return dnn_fail(err, DNN_ERROR_SHAPE,
                        "X is %zu x %zu; a column is an example of %s, so X needs %zu rows%s",
                        X->rows, X->cols, text, need, X->cols == need ? "; is X transposed?" : "");
    dnn_fail(err, DNN_ERROR_SHAPE, "needs %zu rows (features), X is %zu x %zu%s", need, X->rows,
             X->cols,
             X->cols == need ? "; columns are examples: is X transposed?"
                             : "; columns are examples, and in_features is the number of rows");
    return dnn_network_fail_step(network, list->first, DNN_ERROR_SHAPE, err);
}

/* The shapes of that many rows that fit `wanted`, one after the other: `next` counts from 0 and
 * moves on; false when there are no more. */
static bool candidate(const dnn_shape *wanted, size_t rows, size_t *next, dnn_shape *out) {
    size_t channels = dnn_shape_channels(wanted);
    if (wanted->rank < 2)
        return *out = dnn_shape_vector(rows), (*next)++ == 0;
    for (size_t height = *next + 1; height <= rows; height++) {
        size_t left = rows / height;
        if (rows % height != 0 || (channels != 0 && left % channels != 0))
            continue;
        *out = wanted->rank == 2 ? dnn_shape_sequence(height, left)
                                 : dnn_shape_image(height, channels == 0 ? left : left / channels,
                                                   channels == 0 ? 1 : channels);
        *next = height;
        if (dnn_shape_fits(out, wanted))
            return true;
    }
    return false;
}

/* Finds the one shape that all layers take. */
static dnn_status search(dnn_network *network, const dnn_called *steps, const dnn_shape *wanted,
                         const dnn_matrix *X, dnn_shape *found, dnn_error *err) {
    char list[SHOWN_SHAPES * DNN_SHAPE_TEXT] = "", text[DNN_SHAPE_TEXT];
    size_t next = 0, fitting = 0, tried = 0;
    dnn_shape shape, first = {0};
    while (candidate(wanted, X->rows, &next, &shape)) {
        if (tried++ == 0)
            first = shape;
        if (infer(network, steps, &shape, NULL) != DNN_OK)
            continue;
        *found = shape;
        dnn_shape_text(&shape, text);
        size_t used = strlen(list);
        if (fitting++ < SHOWN_SHAPES)
            snprintf(list + used, sizeof list - used, "%s%s", used > 0 ? ", " : "", text);
    }
    if (fitting == 1)
        return DNN_OK;
    if (fitting > 1)
        return dnn_fail(err, DNN_ERROR_SHAPE,
                        "X has %zu rows, and an example may be %s%s; say which: start the network "
                        "with dnn.Input(%s)",
                        X->rows, list, fitting > SHOWN_SHAPES ? ", ..." : "",
                        wanted->rank == 2 ? "steps, features" : "height, width, channels");
    if (tried == 0) {
        dnn_shape_text(wanted, text);
        dnn_fail(err, DNN_ERROR_SHAPE, "X has %zu rows, which cannot be examples of %s", X->rows,
                 text);
        return dnn_network_fail_step(network, steps->first, DNN_ERROR_SHAPE, err);
    }
    return infer(network, steps, &first, err); /* for its message */
}

static dnn_status find_shapes(dnn_network *network, dnn_called *list, const dnn_matrix *X,
                              dnn_error *err) {
    dnn_shape wanted = wanted_input(network, list), found;
    if (dnn_shape_count(&wanted) == X->rows) {
        dnn_status status = infer(network, list, &wanted, err);
        list->known = status == DNN_OK;
        return status;
    }
    if (dnn_shape_count(&wanted) != 0)
        return fail_rows(network, list, &wanted, X, err);
    list->known = false;
    dnn_status status = search(network, list, &wanted, X, &found, err);
    if (status == DNN_OK)
        status = infer(network, list, &found, err);
    list->known = status == DNN_OK;
    return status;
}

dnn_status dnn_network_require_examples(const dnn_matrix *X, dnn_error *err) {
    if (X->cols > 0 && X->rows > 0)
        return DNN_OK;
    return dnn_fail(err, DNN_ERROR_SHAPE, "X is %zu x %zu: %s", X->rows, X->cols,
                    X->cols == 0 ? "there are no examples" : "its examples have no features");
}

dnn_status dnn_network_shapes_for(dnn_network *network, const dnn_matrix *X, dnn_error *err) {
    dnn_called all = whole(network);
    if (network->shapes_known && dnn_shape_count(&network->shapes[0]) == X->rows)
        return DNN_OK;
    if (network->input.rank != 0)
        return fail_rows(network, &all, &network->input, X, err);
    all.known = network->shapes_known;
    dnn_status status = find_shapes(network, &all, X, err);
    network->shapes_known = all.known;
    return status;
}

dnn_status dnn_network_called_shapes(dnn_network *network, dnn_called *called, const dnn_matrix *X,
                                     dnn_error *err) {
    if (called->known && dnn_shape_count(&network->shapes[called->input]) == X->rows)
        return DNN_OK;
    return find_shapes(network, called, X, err);
}

dnn_shape dnn_network_input_shape(const dnn_network *network) {
    return network->shapes_known ? network->shapes[0] : network->input;
}

dnn_shape dnn_network_output_shape(const dnn_network *network, size_t step) {
    bool known = network->shapes_known;
    for (size_t k = 0; k < network->called_count && step >= network->step_count; k++)
        if (step >= network->called[k].first &&
            step < network->called[k].first + network->called[k].count)
            known = network->called[k].known;
    return known ? network->shapes[network->steps[step].output] : (dnn_shape){0};
}

/* --- layouts --- */

dnn_status dnn_network_fix_layouts(dnn_network *network, dnn_error *err) {
    dnn_value values[DNN_LAYER_VALUES];
    dnn_called all = whole(network);
    dnn_shape wanted = wanted_input(network, &all), found = {0};
    for (size_t side = 1; !network->shapes_known && wanted.rank == 3 && side <= 4096; side++) {
        found = dnn_shape_image(side, side, wanted.size[2] == 0 ? 1 : wanted.size[2]);
        if (infer(network, &all, &found, NULL) == DNN_OK)
            break;
        found.rank = 0;
    }
    bool known = network->shapes_known || found.rank != 0;
    for (size_t s = 0; s < network->step_count; s++) {
        const dnn_step *step = &network->steps[s];
        if (known) {
            size_t count =
                dnn_layer_values(step->layer, &network->shapes[step->input[0]], values);
            for (size_t v = step->tied != SIZE_MAX; v < count && !step->again; v++)
                network->parameters.segments[dnn_step_segment(step, v)].value.layout =
                    values[v].layout;
        } else if (strcmp(step->layer->kind->name, "Flatten") == 0) {
            dnn_fail(
                err, DNN_ERROR_STATE,
                "the shape of an example is not known yet, and files order what follows by it; "
                "start the network with dnn.Input(height, width, channels), or run it once");
            return dnn_network_fail_step(network, s, DNN_ERROR_STATE, err);
        }
    }
    return DNN_OK;
}
