/* layer_norm.c: the features of each position, or of a whole example, with mean 0 and variance 1 (Ba,
 * Kiros & Hinton 2016), or divided by their root mean square (Zhang & Sennrich 2019).
 *
 *     LayerNorm: A = weight (X - mean) / sqrt(var + eps) + bias
 *     RMSNorm:   A = weight X / sqrt(mean of X^2 + eps)
 *
 * The loops are those of math/layer_norm.h over a matrix whose columns are what is normalised. */
#include "math/layer_norm.h"

#include "nn/call.h"

enum { NORMALIZED_SHAPE, EPS, ELEMENTWISE_AFFINE, HAS_BIAS }; /* settings */
enum { WEIGHT, BIAS };                                        /* values */

#define SIZE_FIELD                                                                                 \
    [NORMALIZED_SHAPE] = {.name = "normalized_shape",                                              \
                          .kind = DNN_FIELD_COUNT,                                                 \
                          .low = 1,                                                                \
                          .positional = true,                                                      \
                          .required = true,                                                        \
                          .example = 3,                                                            \
                          .doc = "features or channels of X, or all elements of an example"}
#define EPS_FIELD(start)                                                                           \
    [EPS] = {.name = "eps",                                                                        \
             .kind = DNN_FIELD_REAL,                                                               \
             .initial = start,                                                                     \
             .low = 0,                                                                             \
             .high = 1,                                                                            \
             .doc = "added to what the root is taken of, so that zeros do not divide by 0"}
#define AFFINE_FIELD(learnt)                                                                       \
    [ELEMENTWISE_AFFINE] = {.name = "elementwise_affine",                                          \
                            .kind = DNN_FIELD_FLAG,                                                \
                            .initial = 1,                                                          \
                            .doc = "whether " learnt " learnt for each feature"}

static const dnn_field layer_fields[] = {
    SIZE_FIELD,
    EPS_FIELD(1e-5),
    AFFINE_FIELD("a weight and a bias are"),
    [HAS_BIAS] = {.name = "bias",
                  .kind = DNN_FIELD_FLAG,
                  .initial = 1,
                  .doc = "whether there is a bias where there is a weight"},
    {.name = NULL},
};

static const dnn_field rms_fields[] = {
    SIZE_FIELD,
    EPS_FIELD(0x1p-23), /* PyTorch's: the distance from 1 to the next float32 */
    AFFINE_FIELD("a weight is"),
    {.name = NULL},
};

/* --- values --- */

static bool is_rms(const dnn_layer *layer) {
    return layer->kind->fields == rms_fields;
}

static bool has_bias(const dnn_layer *layer) {
    return !is_rms(layer) && dnn_layer_flag(layer, HAS_BIAS);
}

/* Of a whole image files have the channels before the rows; of a sequence, steps x features. */
static void lay_out(dnn_value *value, const dnn_shape *in) {
    size_t channels = dnn_shape_channels(in), positions = dnn_shape_positions(in);
    if (in->flat_channels * in->flat_positions == value->rows)
        dnn_value_flatten(value, in);
    if (dnn_shape_count(in) != value->rows || channels == value->rows)
        return;
    bool image = in->rank == 3;
    value->layout = (dnn_layout){
        .rank = in->rank,
        .size = {image ? channels : positions, image ? in->size[0] : channels, in->size[1]},
        .axes = 2,
        .length = {image ? channels : positions, image ? positions : channels},
        .stride = {image ? 1 : channels, image ? channels : 1},
    };
}

static size_t values(const dnn_layer *layer, const dnn_shape *in,
                     dnn_value values[DNN_LAYER_VALUES]) {
    size_t n = dnn_layer_count(layer, NORMALIZED_SHAPE), count = 0;
    if (!dnn_layer_flag(layer, ELEMENTWISE_AFFINE))
        return 0;
    values[count++] = dnn_value_vector("weight", n);
    values[WEIGHT].start = 1;
    if (has_bias(layer))
        values[count++] = dnn_value_vector("bias", n);
    for (size_t v = 0; v < count; v++)
        lay_out(&values[v], in);
    return count;
}

static dnn_shape wants(const dnn_layer *layer) {
    return (dnn_shape){.rank = 0, .size = {dnn_layer_count(layer, NORMALIZED_SHAPE)}};
}

/* --- forward and backward --- */

/* Columns of a call: positions of all examples, or examples. */
static size_t columns_of(const dnn_call *call) {
    return dnn_shape_count(&call->out) * call->examples /
           dnn_layer_count(call->layer, NORMALIZED_SHAPE);
}

static dnn_matrix as_columns(const dnn_call *call, const dnn_matrix *m) {
    size_t n = dnn_layer_count(call->layer, NORMALIZED_SHAPE);
    return dnn_matrix_of(call->dtype, n, columns_of(call), m->data);
}

/* Saved: mean and factor of each column. */
static size_t saved(const dnn_call *call) {
    return 2 * columns_of(call) * dnn_dtype_info(call->dtype)->size;
}

static dnn_layer_norm norm_of(const dnn_call *call) {
    bool affine = dnn_layer_flag(call->layer, ELEMENTWISE_AFFINE);
    return (dnn_layer_norm){
        .rms = is_rms(call->layer),
        .eps = dnn_layer_real(call->layer, EPS),
        .weight = affine ? &call->values[WEIGHT] : NULL,
        .bias = affine && has_bias(call->layer) ? &call->values[BIAS] : NULL,
    };
}

static dnn_status forward(dnn_call *call, dnn_error *err) {
    dnn_layer_norm norm = norm_of(call);
    dnn_matrix X = as_columns(call, &call->X[0]), A = as_columns(call, &call->A);
    dnn_matrix stats = dnn_matrix_of(call->dtype, 2, X.cols, call->saved);
    return dnn_layer_norm_forward(&norm, &X, &A, &stats, err);
}

static dnn_matrix *wanted(dnn_matrix *gradient) {
    return gradient->data == NULL ? NULL : gradient;
}

static dnn_status backward(dnn_call *call, dnn_error *err) {
    dnn_layer_norm norm = norm_of(call);
    dnn_matrix X = as_columns(call, &call->X[0]), dA = as_columns(call, &call->dA),
               dX = as_columns(call, &call->dX[0]);
    dnn_matrix stats = dnn_matrix_of(call->dtype, 2, X.cols, call->saved);
    return dnn_layer_norm_backward(&norm, &X, &stats, &dA, dnn_call_beta(call->add[0]), wanted(&dX),
                                   dnn_call_beta(call->accumulate),
                                   norm.weight == NULL ? NULL : wanted(&call->gradients[WEIGHT]),
                                   norm.bias == NULL ? NULL : wanted(&call->gradients[BIAS]), err);
}

/* --- the classes --- */

static const dnn_case layer_cases[] = {
    {.settings = "normalized_shape=6", .in = {{1, {6}}}},
    {.settings = "normalized_shape=4 eps=0.01", .in = {{2, {3, 4}}}},
    {.settings = "normalized_shape=12", .in = {{3, {2, 2, 3}}}},
    {.settings = "normalized_shape=3 bias=false", .in = {{3, {2, 2, 3}}}},
    {.settings = "normalized_shape=5 elementwise_affine=false", .in = {{1, {5}}}},
    {.settings = NULL},
};

static const dnn_case rms_cases[] = {
    {.settings = "normalized_shape=6", .in = {{1, {6}}}},
    {.settings = "normalized_shape=4 eps=0.01", .in = {{2, {3, 4}}}},
    {.settings = "normalized_shape=3 elementwise_affine=false", .in = {{3, {2, 2, 3}}}},
    {.settings = NULL},
};

const dnn_layer_class dnn_layer_layer_norm = {
    .name = "LayerNorm",
    .doc = "A = weight * (X - mean) / sqrt(var + eps) + bias, over the features of each position",
    .fields = layer_fields,
    .cases = layer_cases,
    .flags = DNN_READS_X | DNN_STEP_BY_STEP,
    .wants = wants,
    .values = values,
    .saved = saved,
    .forward = forward,
    .backward = backward,
};

const dnn_layer_class dnn_layer_rms_norm = {
    .name = "RMSNorm",
    .doc = "A = weight * X / sqrt(mean of X^2 + eps), over the features of each position",
    .fields = rms_fields,
    .cases = rms_cases,
    .flags = DNN_READS_X | DNN_STEP_BY_STEP,
    .wants = wants,
    .values = values,
    .saved = saved,
    .forward = forward,
    .backward = backward,
};
