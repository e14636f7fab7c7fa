/* positional_embedding.c: a learnt vector for each step, added to it: A[:, t] = X[:, t] + weight[:, t]
 * (Gehring et al. 2017), for layers that see no order by themselves. */
#include <string.h>

#include "math/elementwise.h"
#include "math/fill.h"
#include "nn/call.h"
#include "nn/layers/row_sums.h"

enum { NUM_EMBEDDINGS, EMBEDDING_DIM };

static const dnn_field fields[] = {
    [NUM_EMBEDDINGS] = {.name = "num_embeddings",
                        .kind = DNN_FIELD_COUNT,
                        .low = 1,
                        .positional = true,
                        .required = true,
                        .example = 5,
                        .doc = "steps that there may be"},
    [EMBEDDING_DIM] = {.name = "embedding_dim",
                       .kind = DNN_FIELD_COUNT,
                       .low = 1,
                       .positional = true,
                       .required = true,
                       .example = 3,
                       .doc = "features of each step"},
    {.name = NULL},
};

static dnn_shape wants(const dnn_layer *layer) {
    return dnn_shape_sequence(0, dnn_layer_count(layer, EMBEDDING_DIM));
}

static dnn_status shape(const dnn_layer *layer, const dnn_shape *in, size_t inputs, dnn_shape *out,
                        dnn_error *err) {
    size_t most = dnn_layer_count(layer, NUM_EMBEDDINGS);
    (void)inputs, (void)out;
    return in->size[0] <= most
               ? DNN_OK
               : dnn_fail(err, DNN_ERROR_SHAPE, "has vectors for %zu steps, but its input has %zu",
                          most, in->size[0]);
}

static size_t values(const dnn_layer *layer, const dnn_shape *in,
                     dnn_value values[DNN_LAYER_VALUES]) {
    size_t n = dnn_layer_count(layer, NUM_EMBEDDINGS), dim = dnn_layer_count(layer, EMBEDDING_DIM);
    (void)in;
    values[0] = dnn_value_matrix("weight", dim, n);
    values[0].layout = (dnn_layout){
        .rank = 2, .size = {n, dim}, .axes = 2, .length = {n, dim}, .stride = {dim, 1}};
    return 1;
}

static dnn_status initialise(const dnn_layer *layer, dnn_matrix *values, dnn_random *random,
                             dnn_error *err) {
    (void)layer;
    return dnn_fill_normal(&values[0], random, 0, 0.02, err);
}

/* The vectors of X's steps as one column, like an example. */
static dnn_matrix vectors(const dnn_call *call, const dnn_matrix *of) {
    return dnn_matrix_of(call->dtype, call->X[0].rows, 1, of->data);
}

static dnn_status forward(dnn_call *call, dnn_error *err) {
    dnn_matrix weight = vectors(call, &call->values[0]);
    size_t steps = call->before + dnn_shape_positions(&call->out);
    if (steps > call->values[0].cols)
        return dnn_fail(err, DNN_ERROR_SHAPE, "has vectors for %zu steps, but there are %zu",
                        call->values[0].cols, steps);
    weight.data = dnn_matrix_at(&call->values[0], 0, call->before);
    return dnn_binary(DNN_ADD, &call->A, &call->X[0], &weight, err);
}

static void clear_rest(const dnn_call *call) {
    const dnn_matrix *dweight = &call->gradients[0];
    size_t size = dnn_dtype_info(call->dtype)->size, used = call->dA.rows;
    memset((char *)dweight->data + used * size, 0, (dnn_matrix_count(dweight) - used) * size);
}

static dnn_status backward(dnn_call *call, dnn_error *err) {
    dnn_matrix *dX = &call->dX[0], dweight = vectors(call, &call->gradients[0]);
    if (dweight.data != NULL) {
        dnn_row_sums(&dweight, &call->dA, call->accumulate);
        if (!call->accumulate)
            clear_rest(call);
    }
    if (dX->data == NULL || dX->data == call->dA.data)
        return DNN_OK;
    return call->add[0] ? dnn_binary(DNN_ADD, dX, dX, &call->dA, err)
                        : dnn_matrix_copy(dX, &call->dA, err);
}

static const dnn_case cases[] = {
    {.settings = "num_embeddings=4 embedding_dim=3", .in = {{2, {4, 3}}}},
    {.settings = "num_embeddings=5 embedding_dim=2", .in = {{2, {3, 2}}}},
    {.settings = NULL},
};

const dnn_layer_class dnn_layer_positional_embedding = {
    .name = "PositionalEmbedding",
    .doc = "A[:, step] = X[:, step] + weight[:, step]",
    .fields = fields,
    .cases = cases,
    .flags = DNN_IN_PLACE | DNN_STEP_BY_STEP,
    .wants = wants,
    .shape = shape,
    .values = values,
    .initialise = initialise,
    .forward = forward,
    .backward = backward,
};
