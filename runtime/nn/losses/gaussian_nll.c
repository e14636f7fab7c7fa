/* gaussian_nll.c: numbers y of a normal distribution with mean a and variance b.
 *
 *     cost = (log v + (a - y)^2 / v) / 2,  v = max(b, eps)
 *     da = (a - y) / v,  db = (1 - (a - y)^2 / v) / (2 v)
 *
 * The gradient of b stays that where b < eps, as PyTorch's does, so that b can grow again. */
#ifdef T /* both_types.inc */

static double K(normals)(const dnn_loss_call *call, size_t j, double eps, double constant,
                         double scale, T *da, T *db) {
    const T *a = dnn_matrix_at(call->A, 0, j), *b = dnn_matrix_at(call->others[0], 0, j);
    double cost = 0;
    for (size_t i = 0; i < call->A->rows; i++) {
        double v = (double)b[i] < eps ? eps : (double)b[i];
        double d = (double)a[i] - dnn_matrix_get(call->Y, i, j);
        cost += (log(v) + d * d / v) / 2 + constant;
        if (da != NULL) {
            da[i] = (T)(d / v * scale);
            db[i] = (T)((1 - d * d / v) / (2 * v) * scale);
        }
    }
    return cost * scale;
}

#else
#include <math.h>

#include "nn/losses/loss_parts.h"

#define NAME "GaussianNLLLoss"

enum { REDUCTION, FULL, EPS };

#define KERNELS "nn/losses/gaussian_nll.c"
#include "nn/both_types.inc"

static dnn_status check(const dnn_loss_call *call, dnn_error *err) {
    dnn_status status = dnn_check_targets(NAME, call, err);
    for (size_t j = 0; j < call->A->cols && status == DNN_OK; j++)
        for (size_t i = 0; i < call->A->rows; i++) {
            double b = dnn_matrix_get(call->others[0], i, j);
            if (b < 0)
                return dnn_fail(err, DNN_ERROR_ARGUMENT,
                                NAME ": B(%zu, %zu) is %g; variances must not be negative (a "
                                     "Softplus makes them positive)",
                                i + 1, j + 1, b);
        }
    return status;
}

static double column(const dnn_loss_call *call, size_t j, double scale, dnn_matrix *dA) {
    double eps = call->settings[EPS].number;
    double constant = call->settings[FULL].number != 0 ? log(2 * M_PI) / 2 : 0;
    void *da = dA == NULL ? NULL : dnn_matrix_at(&dA[0], 0, j);
    void *db = dA == NULL ? NULL : dnn_matrix_at(&dA[1], 0, j);
    return call->A->dtype == DNN_FLOAT32 ? normals_f32(call, j, eps, constant, scale, da, db)
                                         : normals_f64(call, j, eps, constant, scale, da, db);
}

static const dnn_field fields[] = {
    DNN_REDUCTION_ROW,
    {.name = "full", .kind = DNN_FIELD_FLAG, .doc = "whether log(2 pi) / 2 is added"},
    {.name = "eps",
     .kind = DNN_FIELD_REAL,
     .initial = 1e-6,
     .low = 1e-30,
     .high = 1e30,
     .doc = "the least variance"},
    {.name = NULL},
};

static const dnn_loss_case cases[] = {
    {"",                        3, 6, 0, 0},
    {"full=true reduction=sum", 2, 5, 0, 0},
    {"reduction=none",          1, 4, 0, 0},
    {NULL,                      0, 0, 0, 0},
};

const dnn_loss_class dnn_loss_gaussian_nll = {
    .name = NAME,
    .doc = "mean of (log B + (A - Y)^2 / B) / 2: means A and variances B",
    .fields = fields,
    .cases = cases,
    .low = 0,
    .high = 4,
    .inputs = 2,
    .check = check,
    .column = column,
    .of_elements = true,
};

#endif
