/* kl_div.c: Kullback-Leibler divergence of log-probabilities a from a distribution y.
 *
 *     cost = y (log y - a), or exp(y) (y - a) where y is given as a logarithm;  da = -y, or -exp(y)
 */
#ifdef T /* elementwise.inc */

DNN_INLINE T K(cost)(T a, T y, T w, T p) {
    T q = p != 0 ? K(dnn_exp)(y) : y;
    T log_q = p != 0 ? y : K(dnn_log)(y > 0 ? y : 1);
    (void)w;
    return q * (log_q - a);
}

DNN_INLINE T K(slope)(T a, T y, T w, T p) {
    (void)a, (void)w;
    return p != 0 ? -K(dnn_exp)(y) : -y;
}

#include "nn/losses/elementwise_loops.inc"

#else
#define KERNELS "nn/losses/kl_div.c"
#include "nn/losses/elementwise.inc"

static dnn_status check(const dnn_loss_call *call, dnn_error *err) {
    if (call->settings[1].number == 0)
        return dnn_check_unit_targets("KLDivLoss", call, false, err);
    return dnn_check_targets("KLDivLoss", call, err);
}

static const char *const reductions[] = {"mean", "sum", "none", "batchmean", NULL};

static const dnn_field fields[] = {
    {.name = "reduction",
     .kind = DNN_FIELD_CHOICE,
     .choices = reductions,
     .doc = "mean: divided by the number of elements; batchmean: by the number of examples, which "
            "is the "
            "divergence itself; sum; none: a cost for each example"},
    {.name = "log_target",
     .kind = DNN_FIELD_FLAG,
     .doc = "whether Y holds logarithms of probabilities, too"},
    {.name = NULL                    }
};

static const dnn_loss_case cases[] = {
    {"",                              3, 4, 0, 0},
    {"reduction=batchmean",           3, 4, 0, 0},
    {"reduction=sum log_target=true", 2, 5, 0, 0},
    {"reduction=none",                2, 3, 0, 0},
    {NULL,                            0, 0, 0, 0},
};

const dnn_loss_class dnn_loss_kl_div = {
    .name = "KLDivLoss",
    .doc = "mean of Y (log Y - A), with log-probabilities A",
    .fields = fields,
    .cases = cases,
    .check = check,
    .elementwise = &kernels,
};

#endif
