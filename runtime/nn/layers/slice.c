/* slice.c: some features of a vector or of each step, or channels of each pixel: from `first` to
 * `last`, counted from 1, both included. dX is dA there, and 0 elsewhere. */
#include "math/elementwise.h"
#include "math/fill.h"
#include "nn/call.h"

enum { FIRST, LAST };

static const dnn_field fields[] = {
    [FIRST] = {.name = "first",
               .kind = DNN_FIELD_COUNT,
               .low = 1,
               .positional = true,
               .required = true,
               .example = 1,
               .doc = "the first feature, from 1"},
    [LAST] = {.name = "last",
              .kind = DNN_FIELD_COUNT,
              .low = 1,
              .positional = true,
              .required = true,
              .example = 2,
              .doc = "the last one, included"},
    {.name = NULL},
};

static dnn_status check(dnn_layer *layer, dnn_error *err) {
    size_t first = dnn_layer_count(layer, FIRST), last = dnn_layer_count(layer, LAST);
    if (first <= last)
        return DNN_OK;
    return dnn_fail(err, DNN_ERROR_ARGUMENT, "Slice: the last feature, %zu, comes before the first, %zu",
                    last, first);
}

static dnn_status shape(const dnn_layer *layer, const dnn_shape *in, size_t inputs, dnn_shape *out,
                        dnn_error *err) {
    size_t first = dnn_layer_count(layer, FIRST), last = dnn_layer_count(layer, LAST);
    char text[DNN_SHAPE_TEXT];
    (void)inputs;
    if (last > dnn_shape_channels(in)) {
        dnn_shape_text(in, text);
        return dnn_fail(err, DNN_ERROR_SHAPE, "takes %s %zu to %zu, but its input is %s",
                        in->rank == 3 ? "channels" : "features", first, last, text);
    }
    *out = *in;
    out->flat_channels = out->flat_positions = 0;
    out->size[in->rank - 1] = last - first + 1;
    return DNN_OK;
}

/* The rows of a matrix channels x pixels that are taken. */
static dnn_matrix taken(const dnn_call *call, const dnn_matrix *m) {
    dnn_matrix all = dnn_call_pixels(m, &call->in[0]), part;
    dnn_matrix_block(&part, &all, dnn_layer_count(call->layer, FIRST) - 1, 0,
                     dnn_shape_channels(&call->out), all.cols, NULL);
    return part;
}

static dnn_status forward(dnn_call *call, dnn_error *err) {
    dnn_matrix A = dnn_call_pixels(&call->A, &call->out), X = taken(call, &call->X[0]);
    return dnn_matrix_copy(&A, &X, err);
}

static dnn_status backward(dnn_call *call, dnn_error *err) {
    if (call->dX[0].data == NULL)
        return DNN_OK;
    dnn_matrix dA = dnn_call_pixels(&call->dA, &call->out), dX = taken(call, &call->dX[0]);
    if (call->add[0])
        return dnn_binary(DNN_ADD, &dX, &dX, &dA, err);
    dnn_status status = dnn_fill(&call->dX[0], 0, err);
    return status == DNN_OK ? dnn_matrix_copy(&dX, &dA, err) : status;
}

static const dnn_case cases[] = {
    {.settings = "first=2 last=3", .in = {{1, {5}}}},
    {.settings = "first=1 last=2", .in = {{2, {3, 4}}}},
    {.settings = "first=3 last=3", .in = {{3, {2, 2, 3}}}},
    {.settings = NULL},
};

const dnn_layer_class dnn_layer_slice = {
    .name = "Slice",
    .doc = "A = features first to last of X",
    .fields = fields,
    .cases = cases,
    .flags = DNN_LINEAR | DNN_STEP_BY_STEP,
    .check = check,
    .shape = shape,
    .forward = forward,
    .backward = backward,
};
