/* dice.c: how little two sets of pixels overlap (Milletari et al. 2016), of
 * probabilities a and targets y.
 *
 *     n = 2 sum a y + smooth,  d = sum a + sum y + smooth,  cost = 1 - n / d of an example
 *     da = (n / d - 2 y) / d */
#ifdef T /* both_types.inc */

static void K(sums)(const T *a, const T *y, size_t n, double *both, double *total) {
    for (size_t i = 0; i < n; i++) {
        *both += (double)a[i] * y[i];
        *total += (double)a[i] + y[i];
    }
}

static void K(slopes)(T *out, const T *y, size_t n, double ratio, double scale) {
    for (size_t i = 0; i < n; i++)
        out[i] = (T)((ratio - 2 * (double)y[i]) * scale);
}

static const T *K(targets)(const dnn_matrix *Y, size_t j, size_t begin, size_t n, T *buffer) {
    const char *from =
        (const char *)dnn_matrix_at(Y, 0, j) + begin * dnn_dtype_info(Y->dtype)->size;
    if (dnn_dtype_info(Y->dtype)->is_real)
        return (const T *)from;
    dnn_convert[Y->dtype][K(type)](n, buffer, from, NULL, NULL);
    return buffer;
}

static void K(sums_of)(const dnn_loss_call *call, size_t j, double *both, double *total) {
    const T *a = dnn_matrix_at(call->A, 0, j);
    T buffer[PART];
    for (size_t begin = 0; begin < call->A->rows; begin += PART) {
        size_t n = call->A->rows - begin < PART ? call->A->rows - begin : PART;
        K(sums)(a + begin, K(targets)(call->Y, j, begin, n, buffer), n, both, total);
    }
}

static void K(slopes_of)(const dnn_loss_call *call, dnn_matrix *dA, size_t j, double ratio,
                         double scale) {
    T *out = dnn_matrix_at(dA, 0, j);
    T buffer[PART];
    for (size_t begin = 0; begin < call->A->rows; begin += PART) {
        size_t n = call->A->rows - begin < PART ? call->A->rows - begin : PART;
        K(slopes)(out + begin, K(targets)(call->Y, j, begin, n, buffer), n, ratio, scale);
    }
}

#else
#include "math/convert.h"
#include "nn/losses/loss_parts.h"

#define NAME "DiceLoss"

enum { REDUCTION, SMOOTH };
enum { PART = 256 }; /* targets converted at a time */

#define type_f32 DNN_FLOAT32
#define type_f64 DNN_FLOAT64
#define KERNELS  "nn/losses/dice.c"
#include "nn/both_types.inc"

static dnn_status check(const dnn_loss_call *call, dnn_error *err) {
    return dnn_check_unit_targets(NAME, call, true, err);
}

static void measure(const dnn_loss_call *call, size_t j, double *above, double *below) {
    double both = 0, total = 0, smooth = call->settings[SMOOTH].number;
    if (call->A->dtype == DNN_FLOAT32)
        sums_of_f32(call, j, &both, &total);
    else
        sums_of_f64(call, j, &both, &total);
    *above = 2 * both + smooth;
    *below = total + smooth;
}

static double column(const dnn_loss_call *call, size_t j, double scale, dnn_matrix *dA) {
    double above, below;
    measure(call, j, &above, &below);
    if (dA != NULL && dA->dtype == DNN_FLOAT32)
        slopes_of_f32(call, dA, j, above / below, scale / below);
    else if (dA != NULL)
        slopes_of_f64(call, dA, j, above / below, scale / below);
    return (1 - above / below) * scale;
}

static const dnn_field fields[] = {
    DNN_EXAMPLES_REDUCTION_ROW,
    {.name = "smooth",
      .kind = DNN_FIELD_REAL,
      .initial = 1,
      .low = 1e-30,
      .high = 1e30,
      .doc = "added to both sums, so that empty sets agree"},
    {.name = NULL    }
};

static const dnn_loss_case cases[] = {
    {"",                         5, 4, 0, 0},
    {"smooth=0.1 reduction=sum", 3, 4, 0, 0},
    {"reduction=none",           6, 2, 0, 0},
    {NULL,                       0, 0, 0, 0},
};

const dnn_loss_class dnn_loss_dice = {
    .name = NAME,
    .doc = "mean over examples of 1 - (2 sum A Y + smooth) / (sum A + sum Y + smooth)",
    .fields = fields,
    .cases = cases,
    .low = 0,
    .high = 1,
    .check = check,
    .column = column,
};

#endif
