/* adam.c: Adam (Kingma & Ba 2015) and AdamW (Loshchilov & Hutter 2019). At step t = 1, 2, ...
 *
 *     m = beta1 m + (1 - beta1) g,  v = beta2 v + (1 - beta2) g^2
 *     p -= lr (m / (1 - beta1^t)) / (sqrt(v / (1 - beta2^t)) + eps)
 *
 * With amsgrad (Reddi et al. 2018) the largest v so far is in the place of v. weight_decay: Adam
 * adds weight_decay p to g; AdamW shrinks p by lr weight_decay p instead. */
#ifdef T /* both_types.inc */

/* m = beta1 m + (1 - beta1) g;  v = beta2 v + (1 - beta2) g^2;  p -= rate m / (root sqrt(v) + eps)
 *
 * With amsgrad `most`, the largest v so far, takes the place of v in p. */
DNN_INLINE void K(move)(T *p, const T *gradients, T *m, T *v, T *most, size_t n, const step *s,
                        bool amsgrad) {
    const T b1 = (T)s->beta1, c1 = (T)(1 - s->beta1);
    const T b2 = (T)s->beta2, c2 = (T)(1 - s->beta2);
    const T rate = (T)s->rate, root = (T)s->root, eps = (T)s->eps;
    const T keep = (T)(1 - s->shrink), up = (T)s->up, decay = (T)s->decay;
    DNN_INDEPENDENT
    for (size_t i = 0; i < n; i++) {
        T g = up * gradients[i] + decay * p[i];
        m[i] = b1 * m[i] + c1 * g;
        v[i] = b2 * v[i] + c2 * g * g;
        if (amsgrad)
            most[i] = v[i] > most[i] ? v[i] : most[i];
        p[i] = keep * p[i] - rate * m[i] / (K(root)(amsgrad ? most[i] : v[i]) * root + eps);
    }
}

DNN_CLONES static void K(adam)(T *p, const T *gradients, T *m, T *v, size_t n, const step *s) {
    K(move)(p, gradients, m, v, NULL, n, s, false);
}

DNN_CLONES static void K(amsgrad)(T *p, const T *gradients, T *m, T *v, T *most, size_t n,
                                  const step *s) {
    K(move)(p, gradients, m, v, most, n, s, true);
}

static void K(update)(const dnn_span *span, const step *s) {
    T *m = span->state, *v = m + span->stride;
    if (span->settings[AMSGRAD].number != 0)
        K(amsgrad)(span->values, span->gradients, m, v, v + span->stride, span->n, s);
    else
        K(adam)(span->values, span->gradients, m, v, span->n, s);
}

#else
#include <math.h>

#include "math/simd.h"
#include "nn/optimisers/rows.h"

enum { LR, BETA1, BETA2, EPS, WEIGHT_DECAY, AMSGRAD, MAXIMIZE };

/* The constants of one step. */
typedef struct step {
    double beta1, beta2, eps;
    double rate;   /* lr / (1 - beta1^t) */
    double root;   /* 1 / sqrt(1 - beta2^t) */
    double up;     /* the gradient is first multiplied by it: -1 to maximize */
    double decay;  /* added to the gradient: decay * p */
    double shrink; /* p is first multiplied by 1 - shrink (AdamW: lr * weight_decay) */
} step;

#define KERNELS "nn/optimisers/adam.c"
#include "nn/both_types.inc"

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
             .doc = "added to the root, so that a gradient of 0 does not divide by 0"},            \
    [AMSGRAD] = {.name = "amsgrad",                                                                \
                 .kind = DNN_FIELD_FLAG,                                                           \
                 .doc = "whether steps are scaled by the largest running mean of squares so far"}, \
    [MAXIMIZE] = DNN_MAXIMIZE_ROW

static const dnn_field adam_fields[] = {
    COMMON_ROWS,
    [WEIGHT_DECAY] = {.name = "weight_decay",
                      .kind = DNN_FIELD_REAL,
                      .high = 1e6,
                      .doc = "L2 penalty: weight_decay * p is added to the gradient"},
    [MAXIMIZE + 1] = {.name = NULL           }
};

static const dnn_field adamw_fields[] = {
    COMMON_ROWS,
    [WEIGHT_DECAY] = {.name = "weight_decay",
                      .kind = DNN_FIELD_REAL,
                      .initial = 0.01,
                      .high = 1e6,
                      .doc = "decoupled decay: every step shrinks p by lr * weight_decay * p"},
    [MAXIMIZE + 1] = {.name = NULL       }
};

static dnn_status check(const dnn_setting *settings, dnn_error *err) {
    for (int beta = BETA1; beta <= BETA2; beta++)
        if (settings[beta].number >= 1)
            return dnn_fail(err, DNN_ERROR_ARGUMENT,
                            "%s must be below 1 (at 1 the running mean never moves); %g is usual",
                            adam_fields[beta].name, adam_fields[beta].initial);
    return DNN_OK;
}

static size_t state_vectors(const dnn_setting *settings) {
    return settings[AMSGRAD].number != 0 ? 3 : 2; /* m, v, the largest v */
}

/* 1 - beta^t, which is 1 from where beta^t <= exp(-t (1 - beta)) is below half a unit in its last
 * place. */
static double gathered(double beta, double t) {
    return t * (1 - beta) > 38 ? 1 : 1 - pow(beta, t);
}

static void update(const dnn_span *span, bool decoupled) {
    const dnn_setting *s = span->settings;
    double t = (double)span->steps, lr = s[LR].number, weight_decay = s[WEIGHT_DECAY].number;
    step constants = {
        .beta1 = s[BETA1].number,
        .beta2 = s[BETA2].number,
        .eps = s[EPS].number,
        .rate = lr / gathered(s[BETA1].number, t),
        .root = 1 / sqrt(gathered(s[BETA2].number, t)),
        .up = dnn_direction(s[MAXIMIZE]),
        .decay = decoupled ? 0 : weight_decay,
        .shrink = decoupled ? lr * weight_decay : 0,
    };
    if (span->dtype == DNN_FLOAT32)
        update_f32(span, &constants);
    else
        update_f64(span, &constants);
}

static void update_adam(const dnn_span *span) {
    update(span, false);
}

static void update_adamw(const dnn_span *span) {
    update(span, true);
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

#endif
