/* bilinear.c: a product of two inputs, A[o] = X1' weight[o] X2 + bias[o], at each position.
 *
 * With P the products of every element of X1 with every one of X2, a column each, it is a Linear of
 * P: A = weight P + bias, dweight = dA P', dP = weight' dA, dX1 = dP X2 and dX2 = dP' X1. P is made
 * for some columns at a time. */
#include <math.h>

#include "math/blas.h"
#include "math/elementwise.h"
#include "math/fill.h"
#include "math/simd.h"
#include "nn/call.h"
#include "nn/layers/row_sums.h"

enum { IN1_FEATURES, IN2_FEATURES, OUT_FEATURES, HAS_BIAS }; /* settings */
enum { WEIGHT, BIAS };                                       /* values */

#define PRODUCTS ((size_t)65536) /* elements of P at a time, but at least a column */

static const dnn_field fields[] = {
    [IN1_FEATURES] = {.name = "in1_features",
                      .kind = DNN_FIELD_COUNT,
                      .low = 1,
                      .positional = true,
                      .required = true,
                      .example = 3,
                      .doc = "features of the first input"},
    [IN2_FEATURES] = {.name = "in2_features",
                      .kind = DNN_FIELD_COUNT,
                      .low = 1,
                      .positional = true,
                      .required = true,
                      .example = 3,
                      .doc = "features of the second input"},
    [OUT_FEATURES] = {.name = "out_features",
                      .kind = DNN_FIELD_COUNT,
                      .low = 1,
                      .positional = true,
                      .required = true,
                      .example = 2,
                      .doc = "features of A"},
    [HAS_BIAS] = {.name = "bias", .kind = DNN_FIELD_FLAG, .initial = 1, .doc = "whether a bias is added"},
    {.name = NULL},
};

static size_t in1(const dnn_call *call) {
    return dnn_layer_count(call->layer, IN1_FEATURES);
}

static size_t in2(const dnn_call *call) {
    return dnn_layer_count(call->layer, IN2_FEATURES);
}

static dnn_status shape(const dnn_layer *layer, const dnn_shape *in, size_t inputs, dnn_shape *out,
                        dnn_error *err) {
    dnn_shape wanted = in[0];
    char first[DNN_SHAPE_TEXT], second[DNN_SHAPE_TEXT];
    (void)inputs;
    wanted.size[wanted.rank - 1] = dnn_layer_count(layer, IN2_FEATURES);
    *out = in[0];
    out->flat_positions = out->flat_channels = 0;
    out->size[out->rank - 1] = dnn_layer_count(layer, OUT_FEATURES);
    if (dnn_shape_channels(&in[0]) == dnn_layer_count(layer, IN1_FEATURES) &&
        dnn_shape_fits(&in[1], &wanted))
        return DNN_OK;
    dnn_shape_text(&in[0], first);
    dnn_shape_text(&in[1], second);
    return dnn_fail(err, DNN_ERROR_SHAPE,
                    "needs %zu features and %zu at the same positions, but its inputs are %s and %s",
                    dnn_layer_count(layer, IN1_FEATURES), dnn_layer_count(layer, IN2_FEATURES), first,
                    second);
}

/* In memory out x (in1 * in2), the elements of X1 fastest; in files (out, in1, in2). */
static size_t values(const dnn_layer *layer, const dnn_shape *in,
                     dnn_value values[DNN_LAYER_VALUES]) {
    size_t n1 = dnn_layer_count(layer, IN1_FEATURES), n2 = dnn_layer_count(layer, IN2_FEATURES),
           out = dnn_layer_count(layer, OUT_FEATURES);
    (void)in;
    values[WEIGHT] = dnn_value_matrix("weight", out, n1 * n2);
    values[WEIGHT].layout = (dnn_layout){.rank = 3,
                                         .size = {out, n1, n2},
                                         .axes = 3,
                                         .length = {out, n1, n2},
                                         .stride = {1, out, out * n1}};
    values[BIAS] = dnn_value_vector("bias", out);
    return dnn_layer_flag(layer, HAS_BIAS) ? 2 : 1;
}

/* As PyTorch starts them. */
static dnn_status initialise(const dnn_layer *layer, dnn_matrix *values, dnn_random *random,
                             dnn_error *err) {
    double bound = 1 / sqrt(dnn_layer_real(layer, IN1_FEATURES));
    dnn_status status = dnn_fill_uniform(&values[WEIGHT], random, -bound, bound, err);
    return status == DNN_OK && dnn_layer_flag(layer, HAS_BIAS)
               ? dnn_fill_uniform(&values[BIAS], random, -bound, bound, err)
               : status;
}

/* --- P, of `cols` columns --- */

#define LOOPS(T, suffix)                                                                           \
    DNN_CLONES static void products_##suffix(T *p, const T *x1, const T *x2, size_t n1, size_t n2, \
                                             size_t cols) {                                        \
        for (size_t k = 0; k < cols; k++, x1 += n1, x2 += n2)                                      \
            for (size_t j = 0; j < n2; j++, p += n1) {                                             \
                DNN_INDEPENDENT                                                                    \
                for (size_t i = 0; i < n1; i++)                                                    \
                    p[i] = x1[i] * x2[j];                                                          \
            }                                                                                      \
    }                                                                                              \
    /* dx1 += dP x2, column by column */                                                           \
    DNN_CLONES static void first_##suffix(T *dx1, const T *dp, const T *x2, size_t n1, size_t n2,  \
                                          size_t cols) {                                           \
        for (size_t k = 0; k < cols; k++, dx1 += n1, x2 += n2)                                     \
            for (size_t j = 0; j < n2; j++, dp += n1) {                                            \
                DNN_INDEPENDENT                                                                    \
                for (size_t i = 0; i < n1; i++)                                                    \
                    dx1[i] += dp[i] * x2[j];                                                       \
            }                                                                                      \
    }                                                                                              \
    /* dx2 += dP' x1 */                                                                            \
    DNN_CLONES static void second_##suffix(T *dx2, const T *dp, const T *x1, size_t n1, size_t n2, \
                                           size_t cols) {                                          \
        for (size_t k = 0; k < cols; k++, dx2 += n2, x1 += n1)                                     \
            for (size_t j = 0; j < n2; j++, dp += n1) {                                            \
                T sum = 0;                                                                         \
                for (size_t i = 0; i < n1; i++)                                                    \
                    sum += dp[i] * x1[i];                                                          \
                dx2[j] += sum;                                                                     \
            }                                                                                      \
    }

LOOPS(float, f32)
LOOPS(double, f64)

/* Columns [begin, begin + cols) of all matrices of a call. */
typedef struct part {
    size_t begin, cols;
    dnn_matrix X1, X2, A, dA, dX1, dX2, P;
} part;

static size_t columns_of(const dnn_call *call) {
    return dnn_shape_positions(&call->out) * call->examples;
}

static size_t width_of(const dnn_call *call) {
    size_t products = in1(call) * in2(call), most = columns_of(call);
    size_t width = products < PRODUCTS ? PRODUCTS / products : 1;
    return width < most ? width : most;
}

static size_t scratch(const dnn_call *call) {
    return in1(call) * in2(call) * width_of(call) * dnn_dtype_info(call->dtype)->size;
}

static dnn_matrix columns(const dnn_call *call, const dnn_matrix *m, size_t rows, const part *p) {
    char *data = m->data;
    size_t offset = p->begin * rows * dnn_dtype_info(call->dtype)->size;
    return dnn_matrix_of(call->dtype, rows, p->cols, data == NULL ? NULL : data + offset);
}

static part part_at(const dnn_call *call, size_t begin) {
    size_t width = width_of(call), left = columns_of(call) - begin, n1 = in1(call), n2 = in2(call),
           out = dnn_shape_channels(&call->out);
    part p = {.begin = begin, .cols = left < width ? left : width};
    p.X1 = columns(call, &call->X[0], n1, &p);
    p.X2 = columns(call, &call->X[1], n2, &p);
    p.dX1 = columns(call, &call->dX[0], n1, &p);
    p.dX2 = columns(call, &call->dX[1], n2, &p);
    p.A = columns(call, &call->A, out, &p);
    p.dA = columns(call, &call->dA, out, &p);
    p.P = dnn_matrix_of(call->dtype, n1 * n2, p.cols, call->scratch);
    return p;
}

static void make_products(part *p) {
    size_t n1 = p->X1.rows, n2 = p->X2.rows;
    if (p->P.dtype == DNN_FLOAT32)
        products_f32(p->P.data, p->X1.data, p->X2.data, n1, n2, p->cols);
    else
        products_f64(p->P.data, p->X1.data, p->X2.data, n1, n2, p->cols);
}

/* --- forward and backward --- */

static dnn_status forward(dnn_call *call, dnn_error *err) {
    dnn_status status = DNN_OK;
    for (size_t begin = 0; begin < columns_of(call) && status == DNN_OK; begin += width_of(call)) {
        part p = part_at(call, begin);
        make_products(&p);
        status = dnn_mm(false, false, 1, &call->values[WEIGHT], &p.P, 0, &p.A, err);
        if (status == DNN_OK && dnn_layer_flag(call->layer, HAS_BIAS))
            status = dnn_binary(DNN_ADD, &p.A, &p.A, &call->values[BIAS], err);
    }
    return status;
}

/* The gradients of X1 and X2 from that of P, which takes the memory of P. */
static dnn_status pass_on(dnn_call *call, part *p, dnn_error *err) {
    size_t n1 = p->X1.rows, n2 = p->X2.rows;
    bool single = call->dtype == DNN_FLOAT32;
    dnn_status status = dnn_mm(true, false, 1, &call->values[WEIGHT], &p->dA, 0, &p->P, err);
    if (status == DNN_OK && p->dX1.data != NULL && !call->add[0])
        status = dnn_fill(&p->dX1, 0, err);
    if (status == DNN_OK && p->dX2.data != NULL && !call->add[1])
        status = dnn_fill(&p->dX2, 0, err);
    if (status != DNN_OK)
        return status;
    if (p->dX1.data != NULL)
        (single ? first_f32(p->dX1.data, p->P.data, p->X2.data, n1, n2, p->cols)
                : first_f64(p->dX1.data, p->P.data, p->X2.data, n1, n2, p->cols));
    if (p->dX2.data != NULL)
        (single ? second_f32(p->dX2.data, p->P.data, p->X1.data, n1, n2, p->cols)
                : second_f64(p->dX2.data, p->P.data, p->X1.data, n1, n2, p->cols));
    return DNN_OK;
}

static dnn_status backward(dnn_call *call, dnn_error *err) {
    dnn_matrix *dweight = &call->gradients[WEIGHT], *dbias = &call->gradients[BIAS];
    bool input = call->dX[0].data != NULL || call->dX[1].data != NULL;
    dnn_status status = DNN_OK;
    for (size_t begin = 0; begin < columns_of(call) && status == DNN_OK; begin += width_of(call)) {
        part p = part_at(call, begin);
        bool accumulate = call->accumulate || begin > 0;
        if (dweight->data != NULL) {
            make_products(&p);
            status = dnn_mm(false, true, 1, &p.dA, &p.P, dnn_call_beta(accumulate), dweight, err);
            if (dnn_layer_flag(call->layer, HAS_BIAS))
                dnn_row_sums(dbias, &p.dA, accumulate);
        }
        if (status == DNN_OK && input)
            status = pass_on(call, &p, err);
    }
    return status;
}

static const dnn_case cases[] = {
    {.settings = "in1_features=3 in2_features=4 out_features=2", .inputs = 2, .in = {{1, {3}}, {1, {4}}}},
    {.settings = "in1_features=2 in2_features=2 out_features=3 bias=false",
     .inputs = 2,
     .in = {{2, {3, 2}}, {2, {3, 2}}}},
    {.settings = NULL},
};

const dnn_layer_class dnn_layer_bilinear = {
    .name = "Bilinear",
    .doc = "A = X1' * weight * X2 + bias, with a weight for each feature of A",
    .fields = fields,
    .cases = cases,
    .flags = DNN_READS_X | DNN_STEP_BY_STEP,
    .inputs = 2,
    .shape = shape,
    .values = values,
    .initialise = initialise,
    .scratch = scratch,
    .forward = forward,
    .backward = backward,
};
