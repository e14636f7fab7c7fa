/* sgd.c: stochastic gradient descent with momentum, as PyTorch defines it.
 *
 *     g = gradient + weight_decay p,  v = momentum v + g
 *     p -= lr v,  with Nesterov (Sutskever et al. 2013)  p -= lr (g + momentum v) */
#include "nn/kernels.h"
#include "nn/optimiser.h"

enum { LR, MOMENTUM, NESTEROV, WEIGHT_DECAY };

static const dnn_field fields[] = {
    [LR] = {.name = "lr",
            .kind = DNN_FIELD_REAL,
            .initial = 1e-3,
            .high = 1e6,
            .doc = "learning rate"},
    [MOMENTUM] = {.name = "momentum",
            .kind = DNN_FIELD_REAL,
            .high = 1,
            .doc = "how much of the last step's direction is kept; 0.9 is usual"},
    [NESTEROV] = {.name = "nesterov",
            .kind = DNN_FIELD_FLAG,
            .doc = "whether to look ahead along the momentum (Nesterov)"},
    [WEIGHT_DECAY] = {.name = "weight_decay",
            .kind = DNN_FIELD_REAL,
            .high = 1e6,
            .doc = "L2 penalty: weight_decay * p is added to the gradient"},
    {.name = NULL             }
};

static dnn_status check(const double *settings, dnn_error *err) {
    if (settings[NESTEROV] != 0 && settings[MOMENTUM] == 0)
        return dnn_fail(err, DNN_ERROR_ARGUMENT,
                        "SGD: nesterov needs momentum > 0, and momentum is 0; 0.9 is usual");
    return DNN_OK;
}

static size_t state_vectors(const double *settings) {
    return settings[MOMENTUM] != 0 ? 1 : 0;
}

static void update(const dnn_optimiser *optimiser, size_t begin, size_t end) {
    const dnn_parameters *p = optimiser->parameters;
    const double *s = optimiser->settings;
    size_t n = end - begin;
    if (p->dtype == DNN_FLOAT32) {
        float *values = (float *)p->values + begin;
        const float *gradients = (const float *)p->gradients + begin;
        if (s[MOMENTUM] == 0)
            dnn_sgd_f32(values, gradients, n, s[LR], s[WEIGHT_DECAY]);
        else
            dnn_sgd_momentum_f32(values, gradients, (float *)optimiser->state + begin, n, s[LR],
                                 s[WEIGHT_DECAY], s[MOMENTUM], s[NESTEROV] != 0);
    } else {
        double *values = (double *)p->values + begin;
        const double *gradients = (const double *)p->gradients + begin;
        if (s[MOMENTUM] == 0)
            dnn_sgd_f64(values, gradients, n, s[LR], s[WEIGHT_DECAY]);
        else
            dnn_sgd_momentum_f64(values, gradients, (double *)optimiser->state + begin, n, s[LR],
                                 s[WEIGHT_DECAY], s[MOMENTUM], s[NESTEROV] != 0);
    }
}

const dnn_optimiser_class dnn_optimiser_sgd = {
    .name = "SGD",
    .doc = "p -= lr * gradient, with momentum as in PyTorch",
    .fields = fields,
    .check = check,
    .state_vectors = state_vectors,
    .update = update,
};
