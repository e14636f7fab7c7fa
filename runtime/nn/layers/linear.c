/* linear.c: the fully connected layer.
 *
 *     A = weight * X + bias          X in x m, weight out x in, bias out x 1, A out x m
 *     dweight = dA * X',  dbias = row sums of dA,  dX = weight' * dA
 *
 * Of a sequence or an image with `in` channels every position is a column of X; of one with `in`
 * elements the whole example is. */
#include <math.h>

#include "math/blas.h"
#include "math/fill.h"
#include "nn/call.h"
#include "nn/layers/row_sums.h"

enum { IN_FEATURES, OUT_FEATURES, BIAS, INIT }; /* settings */
enum { HE, XAVIER, CONSTANT, LECUN };           /* choices of INIT */
enum { WEIGHT_MATRIX, BIAS_COLUMN };            /* values */

static const char *const inits[] = {
    [HE] = "he", [XAVIER] = "xavier", [CONSTANT] = "0.01", [LECUN] = "1/sqrt(n)", NULL};

static const dnn_field fields[] = {
    [IN_FEATURES] = {.name = "in_features",
                     .kind = DNN_FIELD_COUNT,
                     .low = 1,
                     .positional = true,
                     .required = true,
                     .example = 4,
                     .doc = "rows of X"},
    [OUT_FEATURES] = {.name = "out_features",
                     .kind = DNN_FIELD_COUNT,
                     .low = 1,
                     .positional = true,
                     .required = true,
                     .example = 3,
                     .doc = "rows of A"},
    [BIAS] = {.name = "bias",
                     .kind = DNN_FIELD_FLAG,
                     .initial = 1,
                     .doc = "whether a bias is added; it starts at 0"},
    [INIT] = {.name = "init",
                     .kind = DNN_FIELD_CHOICE,
                     .initial = HE,
                     .choices = inits,
                     .doc = "variance of the normal starting weights: he 2/in (He et al. 2015), "
                     "xavier 2/(in + out) (Glorot & Bengio 2010), 0.01 0.01^2, "
                     "1/sqrt(n) 1/in (LeCun et al. 1998)"},
    {.name = NULL},
};

static dnn_shape wants(const dnn_layer *layer) {
    return (dnn_shape){.rank = 0, .size = {dnn_layer_count(layer, IN_FEATURES)}};
}

static dnn_status shape(const dnn_layer *layer, const dnn_shape *in, size_t inputs, dnn_shape *out,
                        dnn_error *err) {
    (void)inputs, (void)err;
    size_t features = dnn_layer_count(layer, OUT_FEATURES);
    *out = dnn_shape_vector(features);
    if (dnn_shape_channels(in) == dnn_layer_count(layer, IN_FEATURES)) {
        *out = *in;
        out->size[in->rank - 1] = features;
        out->flat_positions = out->flat_channels = 0;
    }
    return DNN_OK;
}

static size_t values(const dnn_layer *layer, const dnn_shape *in,
                     dnn_value values[DNN_LAYER_VALUES]) {
    size_t out = dnn_layer_count(layer, OUT_FEATURES);
    dnn_shape columns = dnn_shape_vector(dnn_layer_count(layer, IN_FEATURES));
    columns.flat_channels = in->flat_channels;
    columns.flat_positions = in->flat_positions;
    values[WEIGHT_MATRIX] = dnn_value_weight("weight", out, &columns);
    values[BIAS_COLUMN] = dnn_value_vector("bias", out);
    return dnn_layer_flag(layer, BIAS) ? 2 : 1;
}

static dnn_status initialise(const dnn_layer *layer, dnn_matrix *value, dnn_random *random,
                             dnn_error *err) {
    double in = dnn_layer_real(layer, IN_FEATURES), out = dnn_layer_real(layer, OUT_FEATURES);
    const double deviation[] = {[HE] = sqrt(2 / in),
                                [XAVIER] = sqrt(2 / (in + out)),
                                [CONSTANT] = 0.01,
                                [LECUN] = 1 / sqrt(in)};
    return dnn_fill_normal(&value[WEIGHT_MATRIX], random, 0,
                           deviation[dnn_layer_count(layer, INIT)], err);
}

/* m with `rows` rows: its examples, or their positions, as columns. */
static dnn_matrix columns_of(const dnn_matrix *m, size_t rows) {
    return m->data == NULL || m->rows == rows
               ? *m
               : dnn_matrix_of(m->dtype, rows, m->rows * m->cols / rows, m->data);
}

/* m's columns as the products take them: X's in_features, or A's out_features. */
static dnn_matrix input_columns(const dnn_call *call, const dnn_matrix *m) {
    return columns_of(m, dnn_layer_count(call->layer, IN_FEATURES));
}

static dnn_matrix output_columns(const dnn_call *call, const dnn_matrix *m) {
    return columns_of(m, dnn_layer_count(call->layer, OUT_FEATURES));
}

static dnn_status forward(dnn_call *call, dnn_error *err) {
    dnn_matrix X = input_columns(call, &call->X[0]), A = output_columns(call, &call->A);
    bool biased = dnn_layer_flag(call->layer, BIAS) || call->folded;
    return dnn_mm_bias(call->layer->transposed, false, &call->values[WEIGHT_MATRIX], &X,
                       biased ? &call->values[BIAS_COLUMN] : NULL, &A, err);
}

static dnn_status backward(dnn_call *call, dnn_error *err) {
    dnn_matrix *dweight = &call->gradients[WEIGHT_MATRIX], *dbias = NULL;
    dnn_matrix X = input_columns(call, &call->X[0]), dA = output_columns(call, &call->dA),
               dX = input_columns(call, &call->dX[0]);
    double beta = dnn_call_beta(call->accumulate);
    bool transposed = call->layer->transposed, summed = false;
    dnn_status status = DNN_OK;
    if (dnn_layer_flag(call->layer, BIAS) && call->gradients[BIAS_COLUMN].data != NULL)
        dbias = &call->gradients[BIAS_COLUMN];
    if (dweight->data != NULL && transposed)
        status = dnn_mm(false, true, 1, &X, &dA, beta, dweight, err);
    else if (dweight->data != NULL)
        status = dnn_mm_outer(&dA, &X, beta, dweight, dbias, &summed, err);
    if (dbias != NULL && !summed)
        dnn_row_sums(dbias, &dA, call->accumulate);
    if (status == DNN_OK && dX.data != NULL)
        status = dnn_mm(!transposed, false, 1, &call->values[WEIGHT_MATRIX], &dA,
                        dnn_call_beta(call->add[0]), &dX, err);
    return status;
}

static const dnn_case cases[] = {
    {.settings = "in_features=4 out_features=3", .in = {{1, {4}}}},
    {.settings = "in_features=4 out_features=3 bias=false init=xavier",                                          .in = {{1, {4}}}},
    {.settings = "in_features=2 out_features=3",.in = {{2, {5, 2}}}},
    {.settings = "in_features=12 out_features=2", .in = {{3, {2, 3, 2}}}},
    {.settings = NULL                                         },
};

const dnn_layer_class dnn_layer_linear = {
    .name = "Linear",
    .doc = "A = weight * X + bias",
    .fields = fields,
    .cases = cases,
    .flags = DNN_LINEAR | DNN_READS_X | DNN_TRANSPOSES | DNN_STEP_BY_STEP | DNN_FOLDS,
    .wants = wants,
    .shape = shape,
    .values = values,
    .initialise = initialise,
    .forward = forward,
    .backward = backward,
};
