/* multihead_attention.c: scaled dot-product attention of several heads (Vaswani et al. 2017), with
 * PyTorch's values.
 *
 *     Q, K, V = in_proj_weight X + in_proj_bias         of each step: a third of the rows each
 *     O       = V softmax(K' Q / sqrt(embed_dim / num_heads)),   head by head
 *     A       = out_proj.weight O + out_proj.bias
 *
 * With a second input, the memory, K and V are made of that. The weights of attention are never
 * stored (math/attention.h). */
#include <math.h>

#include "core/memory.h"
#include "math/attention.h"
#include "math/blas.h"
#include "math/elementwise.h"
#include "math/fill.h"
#include "nn/call.h"
#include "nn/layers/row_sums.h"

enum { EMBED_DIM, NUM_HEADS, DROPOUT, BIAS, CAUSAL };                     /* settings */
enum { IN_WEIGHT, OUT_WEIGHT, WEIGHTS, IN_BIAS = WEIGHTS, OUT_BIAS, ALL }; /* values */

static const dnn_field fields[] = {
    [EMBED_DIM] = {.name = "embed_dim",
                   .kind = DNN_FIELD_COUNT,
                   .low = 1,
                   .positional = true,
                   .required = true,
                   .example = 4,
                   .doc = "features of each step"},
    [NUM_HEADS] = {.name = "num_heads",
                   .kind = DNN_FIELD_COUNT,
                   .low = 1,
                   .positional = true,
                   .required = true,
                   .example = 2,
                   .doc = "heads, which divide embed_dim"},
    [DROPOUT] = {.name = "dropout",
                 .kind = DNN_FIELD_REAL,
                 .low = 0,
                 .high = 0.999,
                 .doc = "probability of a weight to be dropped in training"},
    [BIAS] = {.name = "bias", .kind = DNN_FIELD_FLAG, .initial = 1, .doc = "whether biases are added"},
    [CAUSAL] = {.name = "causal",
                .kind = DNN_FIELD_FLAG,
                .doc = "whether a step sees only itself and those before it"},
    {.name = NULL},
};

static size_t embed_dim(const dnn_layer *layer) {
    return dnn_layer_count(layer, EMBED_DIM);
}

static dnn_status check(dnn_layer *layer, dnn_error *err) {
    size_t dim = embed_dim(layer), heads = dnn_layer_count(layer, NUM_HEADS);
    if (dim % heads == 0)
        return DNN_OK;
    return dnn_fail(err, DNN_ERROR_ARGUMENT,
                    "MultiheadAttention: embed_dim %zu is not a multiple of the %zu heads, which share "
                    "it in equal parts",
                    dim, heads);
}

static dnn_shape wants(const dnn_layer *layer) {
    return dnn_shape_sequence(0, embed_dim(layer));
}

static dnn_status shape(const dnn_layer *layer, const dnn_shape *in, size_t inputs, dnn_shape *out,
                        dnn_error *err) {
    if (inputs > 2)
        return dnn_fail(err, DNN_ERROR_SHAPE,
                        "takes a query and, for cross-attention, a memory, but has %zu inputs",
                        inputs);
    if (inputs == 2 && dnn_layer_flag(layer, CAUSAL) && in[1].size[0] < in[0].size[0])
        return dnn_fail(err, DNN_ERROR_SHAPE,
                        "is causal, but has a memory of %zu steps for %zu steps of the query",
                        in[1].size[0], in[0].size[0]);
    *out = in[0];
    return DNN_OK;
}

static size_t values(const dnn_layer *layer, const dnn_shape *in,
                     dnn_value values[DNN_LAYER_VALUES]) {
    size_t dim = embed_dim(layer);
    (void)in;
    values[IN_WEIGHT] = dnn_value_matrix("in_proj_weight", 3 * dim, dim);
    values[OUT_WEIGHT] = dnn_value_matrix("out_proj.weight", dim, dim);
    values[IN_BIAS] = dnn_value_vector("in_proj_bias", 3 * dim);
    values[OUT_BIAS] = dnn_value_vector("out_proj.bias", dim);
    return dnn_layer_flag(layer, BIAS) ? ALL : WEIGHTS;
}

/* As PyTorch starts them. */
static dnn_status initialise(const dnn_layer *layer, dnn_matrix *values, dnn_random *random,
                             dnn_error *err) {
    double dim = (double)embed_dim(layer), in = sqrt(6 / (4 * dim)), out = 1 / sqrt(dim);
    dnn_status status = dnn_fill_uniform(&values[IN_WEIGHT], random, -in, in, err);
    return status == DNN_OK ? dnn_fill_uniform(&values[OUT_WEIGHT], random, -out, out, err) : status;
}

/* --- memory: each matrix has a column for each step of each example --- */

/* What forward keeps, or the gradients of the same. Of self-attention Q, K and V are the rows of
 * `front`, of cross-attention Q is and K and V are the rows of `back`. */
typedef struct projections {
    dnn_matrix front, back, Q, K, V;
    dnn_matrix O;       /* what the heads make */
    dnn_matrix log_sum; /* in forward */
} projections;

static size_t columns_of(const dnn_call *call, size_t input) {
    return dnn_shape_positions(&call->in[input]) * call->examples;
}

static bool is_cross(const dnn_call *call) {
    return call->inputs == 2;
}

static size_t room(const dnn_call *call, size_t rows, size_t columns) {
    return dnn_align_up(rows * columns * dnn_dtype_info(call->dtype)->size);
}

static dnn_matrix take(const dnn_call *call, char **at, size_t rows, size_t columns) {
    dnn_matrix m = dnn_matrix_of(call->dtype, rows, columns, *at);
    *at += room(call, rows, columns);
    return m;
}

static size_t room_of_projections(const dnn_call *call) {
    size_t dim = embed_dim(call->layer), columns = columns_of(call, 0);
    size_t parts = is_cross(call) ? room(call, dim, columns) + room(call, 2 * dim, columns_of(call, 1))
                                  : room(call, 3 * dim, columns);
    return parts + room(call, dim, columns);
}

static size_t saved(const dnn_call *call) {
    return room_of_projections(call) +
           room(call, dnn_layer_count(call->layer, NUM_HEADS), columns_of(call, 0));
}

static dnn_matrix rows_of(const dnn_matrix *m, size_t first, size_t count) {
    dnn_matrix part;
    dnn_matrix_block(&part, m, first, 0, count, m->cols, NULL);
    return part;
}

static projections projections_in(const dnn_call *call, char *at, bool log_sum) {
    size_t dim = embed_dim(call->layer), columns = columns_of(call, 0);
    projections p = {.front = take(call, &at, is_cross(call) ? dim : 3 * dim, columns)};
    if (is_cross(call))
        p.back = take(call, &at, 2 * dim, columns_of(call, 1));
    const dnn_matrix *from = is_cross(call) ? &p.back : &p.front;
    p.Q = rows_of(&p.front, 0, dim);
    p.K = rows_of(from, from->rows - 2 * dim, dim);
    p.V = rows_of(from, from->rows - dim, dim);
    p.O = take(call, &at, dim, columns);
    if (log_sum)
        p.log_sum = take(call, &at, dnn_layer_count(call->layer, NUM_HEADS), columns);
    return p;
}

static dnn_attention attention_of(const dnn_call *call) {
    return (dnn_attention){
        .heads = dnn_layer_count(call->layer, NUM_HEADS),
        .queries = dnn_shape_positions(&call->in[0]),
        .keys = dnn_shape_positions(&call->in[call->inputs - 1]),
        .causal = dnn_layer_flag(call->layer, CAUSAL),
        .mask = call->mask,
        .lengths = call->lengths,
        .dropout = call->training ? dnn_layer_real(call->layer, DROPOUT) : 0,
        .key = call->key,
    };
}

/* --- forward --- */

/* Adds the keys or values of X's steps to those of the steps before them. */
static dnn_status add_to_past(const dnn_call *call, const dnn_matrix *now, dnn_matrix *past,
                              dnn_error *err) {
    size_t steps = dnn_shape_positions(&call->in[0]);
    dnn_status status = DNN_OK;
    for (size_t e = 0; e < call->examples && status == DNN_OK; e++) {
        dnn_matrix from, to;
        dnn_matrix_block(&from, now, 0, e * steps, now->rows, steps, NULL);
        dnn_matrix_block(&to, past, 0, e * call->past->capacity + call->before, now->rows, steps,
                         NULL);
        status = dnn_matrix_copy(&to, &from, err);
    }
    return status;
}

static dnn_status continue_past(const dnn_call *call, projections *p, dnn_attention *attention,
                                dnn_error *err) {
    dnn_status status = add_to_past(call, &p->K, &call->past->K, err);
    if (status == DNN_OK)
        status = add_to_past(call, &p->V, &call->past->V, err);
    p->K = call->past->K;
    p->V = call->past->V;
    attention->keys += call->before;
    attention->stride = call->past->capacity;
    return status;
}

/* out = weight X + bias; of in_proj_weight and its bias, the last out->rows rows or the first. */
static dnn_status project(const dnn_call *call, int weight, int bias, bool last,
                          const dnn_matrix *X, dnn_matrix *out, dnn_error *err) {
    const dnn_matrix *W = &call->values[weight], *b = &call->values[bias];
    size_t first = last ? W->rows - out->rows : 0;
    dnn_matrix part = rows_of(W, first, out->rows);
    dnn_status status = dnn_mm(false, false, 1, &part, X, 0, out, err);
    if (status != DNN_OK || !dnn_layer_flag(call->layer, BIAS))
        return status;
    part = rows_of(b, first, out->rows);
    return dnn_binary(DNN_ADD, out, out, &part, err);
}

static dnn_status forward(dnn_call *call, dnn_error *err) {
    projections p = projections_in(call, call->saved, true);
    dnn_attention attention = attention_of(call);
    dnn_matrix X = dnn_call_pixels(&call->X[0], &call->in[0]),
               A = dnn_call_pixels(&call->A, &call->out);
    dnn_status status = project(call, IN_WEIGHT, IN_BIAS, false, &X, &p.front, err);
    if (status == DNN_OK && is_cross(call)) {
        dnn_matrix memory = dnn_call_pixels(&call->X[1], &call->in[1]);
        status = project(call, IN_WEIGHT, IN_BIAS, true, &memory, &p.back, err);
    }
    if (status == DNN_OK && call->past != NULL)
        status = continue_past(call, &p, &attention, err);
    if (status == DNN_OK)
        status = dnn_attention_forward(&attention, &p.Q, &p.K, &p.V, &p.O, &p.log_sum, err);
    return status == DNN_OK ? project(call, OUT_WEIGHT, OUT_BIAS, false, &p.O, &A, err) : status;
}

/* --- backward --- */

/* The gradients of what `project` has used: of X into dX (where it has data), of weight and bias. */
static dnn_status project_backward(const dnn_call *call, int weight, int bias, bool last,
                                   const dnn_matrix *X, const dnn_matrix *dout, bool add,
                                   dnn_matrix *dX, dnn_error *err) {
    const dnn_matrix *W = &call->values[weight], *dW = &call->gradients[weight];
    size_t first = last ? W->rows - dout->rows : 0;
    dnn_matrix part = rows_of(W, first, dout->rows);
    dnn_status status = DNN_OK;
    if (dX->data != NULL)
        status = dnn_mm(true, false, 1, &part, dout, dnn_call_beta(add), dX, err);
    if (status != DNN_OK || dW->data == NULL)
        return status;
    part = rows_of(dW, first, dout->rows);
    status = dnn_mm(false, true, 1, dout, X, dnn_call_beta(call->accumulate), &part, err);
    if (dnn_layer_flag(call->layer, BIAS)) {
        part = rows_of(&call->gradients[bias], first, dout->rows);
        dnn_row_sums(&part, dout, call->accumulate);
    }
    return status;
}

static dnn_status backward(dnn_call *call, dnn_error *err) {
    projections p = projections_in(call, call->saved, true),
                d = projections_in(call, call->scratch, false);
    dnn_attention attention = attention_of(call);
    dnn_matrix X = dnn_call_pixels(&call->X[0], &call->in[0]),
               dX = dnn_call_pixels(&call->dX[0], &call->in[0]),
               dA = dnn_call_pixels(&call->dA, &call->out);
    dnn_status status =
        project_backward(call, OUT_WEIGHT, OUT_BIAS, false, &p.O, &dA, false, &d.O, err);
    if (status == DNN_OK)
        status = dnn_attention_backward(&attention, &p.Q, &p.K, &p.V, &p.O, &p.log_sum, &d.O, 0,
                                        &d.Q, &d.K, &d.V, err);
    if (status == DNN_OK)
        status = project_backward(call, IN_WEIGHT, IN_BIAS, false, &X, &d.front, call->add[0], &dX,
                                  err);
    if (status != DNN_OK || !is_cross(call))
        return status;
    dnn_matrix memory = dnn_call_pixels(&call->X[1], &call->in[1]),
               dmemory = dnn_call_pixels(&call->dX[1], &call->in[1]);
    return project_backward(call, IN_WEIGHT, IN_BIAS, true, &memory, &d.back, call->add[1],
                            &dmemory, err);
}

static size_t past(const dnn_layer *layer) {
    return dnn_layer_flag(layer, CAUSAL) ? embed_dim(layer) : 0;
}

/* Four projections, and two products of the length of the one sequence by that of the other. */
static double flops(const dnn_call *call) {
    double dim = (double)embed_dim(call->layer), queries = (double)columns_of(call, 0);
    double memory = (double)columns_of(call, call->inputs - 1);
    double keys = (double)dnn_shape_positions(&call->in[call->inputs - 1]);
    return 4 * dim * dim * (queries + memory) + 4 * dim * queries * keys;
}

static const dnn_case cases[] = {
    {.settings = "embed_dim=6 num_heads=2", .in = {{2, {5, 6}}}},
    {.settings = "embed_dim=4 num_heads=1 bias=false causal=true", .in = {{2, {3, 4}}}},
    {.settings = "embed_dim=6 num_heads=3 dropout=0.4", .in = {{2, {6, 6}}}},
    {.settings = "embed_dim=4 num_heads=2", .inputs = 2, .in = {{2, {3, 4}}, {2, {5, 4}}}},
    {.settings = "embed_dim=4 num_heads=2 causal=true bias=false",
     .inputs = 2,
     .in = {{2, {2, 4}}, {2, {4, 4}}}},
    {.settings = "embed_dim=4 num_heads=2", .in = {{2, {4, 4}}}, .lengths = {2, 4, 1}},
    {.settings = "embed_dim=4 num_heads=2",
     .inputs = 2,
     .in = {{2, {2, 4}}, {2, {3, 4}}},
     .lengths = {3, 1, 2}},
    {.settings = NULL},
};

const dnn_layer_class dnn_layer_multihead_attention = {
    .name = "MultiheadAttention",
    .doc = "A = out_proj(V softmax(K' Q / sqrt(d))), Q, K and V = in_proj(X), head by head",
    .fields = fields,
    .cases = cases,
    .flags = DNN_READS_X | DNN_TWO_MODES | DNN_DRAWS | DNN_TAKES_LENGTHS | DNN_TAKES_MASK,
    .optional = 1,
    .check = check,
    .wants = wants,
    .shape = shape,
    .values = values,
    .saved = saved,
    .scratch = room_of_projections,
    .past = past,
    .initialise = initialise,
    .forward = forward,
    .backward = backward,
    .flops = flops,
};
