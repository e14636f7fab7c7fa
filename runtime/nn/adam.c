/* adam.c: Adam (Kingma & Ba 2015) and AdamW (Loshchilov & Hutter 2019). At step t = 1, 2, ...
 *
 *     m = beta1 m + (1 - beta1) g,  v = beta2 v + (1 - beta2) g^2
 *     p -= lr (m / (1 - beta1^t)) / (sqrt(v / (1 - beta2^t)) + eps)
 *
 * weight_decay: Adam adds weight_decay p to g; AdamW shrinks p by lr weight_decay p instead. */
#include <math.h>

#include "nn/kernels.h"
#include "nn/optimiser.h"

enum { LR, BETA1, BETA2, EPS, WEIGHT_DECAY };

/* The rows that both have. */
#define COMMON_ROWS                                                                                \
    [LR] = {.name = "lr",                                                                          \
            .kind = DNN_FIELD_REAL,                                                                \
            .initial = 1e-3,                                                                       \
            .high = 1e6,                                                                           \
            .doc = "learning rate"},                                                               \
    [BETA1] = {.name = "beta1",                                                                    \
               .kind = DNN_FIELD_REAL,                                                             \
               .initial = 0.9,                                                                     \
               .high = 1,                                                                          \
               .doc = "decay of the running mean of gradients, below 1"},                          \
    [BETA2] = {.name = "beta2",                                                                    \
               .kind = DNN_FIELD_REAL,                                                             \
               .initial = 0.999,                                                                   \
               .high = 1,                                                                          \
               .doc = "decay of the running mean of squared gradients, below 1"},                  \
    [EPS] = {.name = "eps",                                                                        \
             .kind = DNN_FIELD_REAL,                                                               \
             .initial = 1e-8,                                                                      \
             .high = 1,                                                                            \
             .doc = "added to the root, so that a gradient of 0 does not divide by 0"}

static const dnn_field adam_fields[] = {
    COMMON_ROWS,
    [WEIGHT_DECAY] = {.name = "weight_decay",
                      .kind = DNN_FIELD_REAL,
                      .high = 1e6,
                      .doc = "L2 penalty: weight_decay * p is added to the gradient"},
    {.name = NULL           }
};

static const dnn_field adamw_fields[] = {
    COMMON_ROWS,
    [WEIGHT_DECAY] = {.name = "weight_decay",
                      .kind = DNN_FIELD_REAL,
                      .initial = 0.01,
                      .high = 1e6,
                      .doc = "decoupled decay: every step shrinks p by lr * weight_decay * p"},
    {.name = NULL       }
};

static dnn_status check(const double *settings, dnn_error *err) {
    for (int beta = BETA1; beta <= BETA2; beta++)
        if (settings[beta] >= 1)
            return dnn_fail(err, DNN_ERROR_ARGUMENT,
                            "%s must be below 1 (at 1 the running mean never moves); %g is usual",
                            adam_fields[beta].name, adam_fields[beta].initial);
    return DNN_OK;
}

static size_t state_vectors(const double *settings) {
    (void)settings;
    return 2; /* m, v */
}

static void update(const dnn_optimiser *optimiser, size_t begin, size_t end, bool decoupled) {
    const dnn_parameters *p = optimiser->parameters;
    const double *s = optimiser->settings;
    double t = (double)optimiser->steps;
    dnn_adam_step step = {
        .beta1 = s[BETA1],
        .beta2 = s[BETA2],
        .eps = s[EPS],
        .rate = s[LR] / (1 - pow(s[BETA1], t)),
        .root = 1 / sqrt(1 - pow(s[BETA2], t)),
        .decay = decoupled ? 0 : s[WEIGHT_DECAY],
        .shrink = decoupled ? s[LR] * s[WEIGHT_DECAY] : 0,
    };
    if (p->dtype == DNN_FLOAT32) {
        float *m = optimiser->state, *v = m + p->count;
        dnn_adam_f32((float *)p->values + begin, (const float *)p->gradients + begin, m + begin,
                     v + begin, end - begin, &step);
    } else {
        double *m = optimiser->state, *v = m + p->count;
        dnn_adam_f64((double *)p->values + begin, (const double *)p->gradients + begin, m + begin,
                     v + begin, end - begin, &step);
    }
}

static void update_adam(const dnn_optimiser *optimiser, size_t begin, size_t end) {
    update(optimiser, begin, end, false);
}

static void update_adamw(const dnn_optimiser *optimiser, size_t begin, size_t end) {
    update(optimiser, begin, end, true);
}

const dnn_optimiser_class dnn_optimiser_adam = {
    .name = "Adam",
    .doc = "steps scaled by running means of g and g^2 (Kingma & Ba 2015)",
    .fields = adam_fields,
    .check = check,
    .state_vectors = state_vectors,
    .update = update_adam,
};

const dnn_optimiser_class dnn_optimiser_adamw = {
    .name = "AdamW",
    .doc = "Adam with decoupled weight decay (Loshchilov & Hutter 2019)",
    .fields = adamw_fields,
    .check = check,
    .state_vectors = state_vectors,
    .update = update_adamw,
};
