/* poisson_nll.c: counts y of a Poisson distribution with mean exp(a), or a.
 *
 *     cost = exp(a) - y a, or a - y log(a + eps);  da = exp(a) - y, or 1 - y / (a + eps)
 *
 * What does not depend on a is left out; `full` adds Stirling's y log y - y + log(2 pi y) / 2 for
 * log y!, where y > 1. */
#ifdef T /* both_types.inc */

static double K(counts)(const dnn_loss_call *call, size_t j, const poisson *p, double scale,
                        T *da) {
    const T *a = dnn_matrix_at(call->A, 0, j);
    double cost = 0;
    for (size_t i = 0; i < call->A->rows; i++) {
        double x = (double)a[i], y = dnn_matrix_get(call->Y, i, j);
        double mean = p->log_input ? exp(x) : x;
        cost += mean - y * (p->log_input ? x : log(x + p->eps));
        if (p->full && y > 1)
            cost += y * log(y) - y + log(2 * M_PI * y) / 2;
        if (da != NULL)
            da[i] = (T)((p->log_input ? mean - y : 1 - y / (x + p->eps)) * scale);
    }
    return cost * scale;
}

#else
#include <math.h>

#include "nn/losses/loss_parts.h"

#define NAME "PoissonNLLLoss"

enum { REDUCTION, LOG_INPUT, FULL, EPS };

typedef struct poisson {
    bool log_input, full;
    double eps;
} poisson;

#define KERNELS "nn/losses/poisson_nll.c"
#include "nn/both_types.inc"

static dnn_status check(const dnn_loss_call *call, dnn_error *err) {
    dnn_status status = dnn_check_targets(NAME, call, err);
    for (size_t j = 0; j < call->A->cols && status == DNN_OK; j++)
        for (size_t i = 0; i < call->A->rows; i++) {
            double y = dnn_matrix_get(call->Y, i, j);
            if (!(y >= 0))
                return dnn_fail(err, DNN_ERROR_ARGUMENT,
                                NAME ": Y(%zu, %zu) is %g; targets are counts, from 0", i + 1,
                                j + 1, dnn_shown(y));
        }
    return status;
}

static double column(const dnn_loss_call *call, size_t j, double scale, dnn_matrix *dA) {
    poisson p = {.log_input = call->settings[LOG_INPUT].number != 0,
                 .full = call->settings[FULL].number != 0,
                 .eps = call->settings[EPS].number};
    void *da = dA == NULL ? NULL : dnn_matrix_at(dA, 0, j);
    return call->A->dtype == DNN_FLOAT32 ? counts_f32(call, j, &p, scale, da)
                                         : counts_f64(call, j, &p, scale, da);
}

static const dnn_field fields[] = {
    DNN_REDUCTION_ROW,
    {.name = "log_input",
      .kind = DNN_FIELD_FLAG,
      .initial = 1,
      .doc = "whether A is the logarithm of the mean"},
    {.name = "full",
      .kind = DNN_FIELD_FLAG,
      .doc = "whether Stirling's formula for log Y! is added, where Y > 1"},
    {.name = "eps",
      .kind = DNN_FIELD_REAL,
      .initial = 1e-8,
      .low = 0,
      .high = 1,
      .doc = "added to A inside the logarithm, where log_input is false"},
    {.name = NULL},
};

static const dnn_loss_case cases[] = {
    {"",                              3, 6, 0, 0},
    {"log_input=false reduction=sum", 2, 5, 0, 0},
    {"full=true reduction=none",      2, 4, 0, 0},
    {"log_input=false eps=0.1",       1, 4, 0, 0},
    {NULL,                            0, 0, 0, 0},
};

const dnn_loss_class dnn_loss_poisson_nll = {
    .name = NAME,
    .doc = "mean of exp(A) - Y A, for counts Y",
    .fields = fields,
    .cases = cases,
    .low = 0,
    .high = 4,
    .check = check,
    .column = column,
    .of_elements = true,
};

#endif
