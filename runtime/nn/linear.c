/* linear.c: the fully connected layer.
 *
 *     A = weight * X + bias          X in x m, weight out x in, bias out x 1, A out x m
 *     dweight = dA * X',  dbias = row sums of dA,  dX = weight' * dA */
#include <math.h>

#include "core/threads.h"
#include "math/blas.h"
#include "math/elementwise.h"
#include "math/fill.h"
#include "math/reduce_kernels.h"
#include "nn/layer.h"
#include "nn/stretch.h"

enum { IN_FEATURES, OUT_FEATURES, BIAS, INIT }; /* settings */
enum { HE, XAVIER, CONSTANT, LECUN };           /* choices of INIT */
enum { WEIGHT_MATRIX, BIAS_COLUMN };            /* parameters */

enum { ROW_BLOCK = 64 }; /* rows of dbias made at a time */

static const char *const inits[] = {
    [HE] = "he", [XAVIER] = "xavier", [CONSTANT] = "0.01", [LECUN] = "1/sqrt(n)", NULL};

static const dnn_field fields[] = {
    [IN_FEATURES] = {.name = "in_features",
                     .kind = DNN_FIELD_COUNT,
                     .positional = true,
                     .required = true,
                     .example = 4,
                     .doc = "rows of X"},
    [OUT_FEATURES] = {.name = "out_features",
                     .kind = DNN_FIELD_COUNT,
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
    {.name = NULL}
};

static size_t in_features(const dnn_layer *layer) {
    return (size_t)layer->settings[IN_FEATURES];
}

static size_t out_features(const dnn_layer *layer, size_t in) {
    (void)in;
    return (size_t)layer->settings[OUT_FEATURES];
}

static size_t parameters(const dnn_layer *layer,
                         dnn_parameter_shape shapes[DNN_LAYER_MAX_PARAMETERS]) {
    size_t in = (size_t)layer->settings[IN_FEATURES], out = (size_t)layer->settings[OUT_FEATURES];
    shapes[WEIGHT_MATRIX] = (dnn_parameter_shape){"weight", out, in, false};
    shapes[BIAS_COLUMN] = (dnn_parameter_shape){"bias", out, 1, true};
    return layer->settings[BIAS] != 0 ? 2 : 1;
}

static dnn_status initialise(dnn_layer *layer, dnn_random *random, dnn_error *err) {
    double in = layer->settings[IN_FEATURES], out = layer->settings[OUT_FEATURES];
    const double deviation[] = {[HE] = sqrt(2 / in),
                                [XAVIER] = sqrt(2 / (in + out)),
                                [CONSTANT] = 0.01,
                                [LECUN] = 1 / sqrt(in)};
    dnn_status status = dnn_fill_normal(&layer->parameters[WEIGHT_MATRIX], random, 0,
                                        deviation[(size_t)layer->settings[INIT]], err);
    if (status == DNN_OK && layer->settings[BIAS] != 0)
        status = dnn_fill(&layer->parameters[BIAS_COLUMN], 0, err);
    return status;
}

static dnn_status forward(dnn_layer *layer, const dnn_matrix *X, dnn_matrix *A, dnn_error *err) {
    const dnn_matrix *weight = &layer->parameters[WEIGHT_MATRIX];
    dnn_status status = dnn_mm(false, false, 1, weight, X, 0, A, err);
    if (status == DNN_OK && layer->settings[BIAS] != 0)
        status = dnn_binary(DNN_ADD, A, A, &layer->parameters[BIAS_COLUMN], err);
    return status;
}

typedef struct row_sums {
    dnn_matrix *out;
    const dnn_matrix *M;
    bool accumulate;
} row_sums;

/* Rows [task * ROW_BLOCK, ...) of the sums, added in double from the first column to the last. */
static void sum_rows_block(void *context, size_t task) {
    const row_sums *job = context;
    const dnn_matrix *M = job->M;
    size_t first = task * ROW_BLOCK, left = M->rows - first;
    size_t rows = left < ROW_BLOCK ? left : ROW_BLOCK;
    double sums[ROW_BLOCK] = {0};
    dnn_row_sum_kernel *kernel = M->dtype == DNN_FLOAT32 ? dnn_f32_row_sum : dnn_f64_row_sum;
    kernel(rows, M->cols, dnn_matrix_at(M, first, 0), M->ld, sums);
    for (size_t i = 0; i < rows; i++) {
        double old = job->accumulate ? dnn_matrix_get(job->out, first + i, 0) : 0;
        dnn_matrix_set(job->out, first + i, 0, old + sums[i]);
    }
}

/* out (rows x 1) = row sums of M, added to what is there when accumulate. */
static void sum_rows(dnn_matrix *out, const dnn_matrix *M, bool accumulate) {
    row_sums job = {out, M, accumulate};
    size_t blocks = (M->rows + ROW_BLOCK - 1) / ROW_BLOCK;
    if (dnn_matrix_count(M) > DNN_STRETCH) {
        dnn_parallel(blocks, sum_rows_block, &job);
        return;
    }
    for (size_t b = 0; b < blocks; b++)
        sum_rows_block(&job, b);
}

static dnn_status backward(dnn_layer *layer, const dnn_matrix *X, const dnn_matrix *A,
                           const dnn_matrix *dA, dnn_matrix *dX, bool accumulate, dnn_error *err) {
    (void)A;
    double beta = accumulate ? 1 : 0;
    dnn_matrix *dweight = &layer->gradients[WEIGHT_MATRIX];
    dnn_status status = dnn_mm(false, true, 1, dA, X, beta, dweight, err);
    if (status == DNN_OK && layer->settings[BIAS] != 0)
        sum_rows(&layer->gradients[BIAS_COLUMN], dA, accumulate);
    if (status == DNN_OK && dX != NULL)
        status = dnn_mm(true, false, 1, &layer->parameters[WEIGHT_MATRIX], dA, 0, dX, err);
    return status;
}

const dnn_layer_class dnn_layer_linear = {
    .name = "Linear",
    .doc = "A = weight * X + bias",
    .fields = fields,
    .in_features = in_features,
    .out_features = out_features,
    .parameters = parameters,
    .initialise = initialise,
    .forward = forward,
    .backward = backward,
};
