/* nadam.c: NAdam (Dozat 2016), as PyTorch defines it. At step t = 1, 2, ...
 *
 *     mu(t) = beta1 (1 - 0.96^(t momentum_decay) / 2),  q = product of mu up to t
 *     m = beta1 m + (1 - beta1) g,  v = beta2 v + (1 - beta2) g^2,  d = sqrt(v / (1 - beta2^t)) +
 * eps p -= lr ((1 - mu(t)) g / (1 - q) + mu(t + 1) m / (1 - q mu(t + 1))) / d
 *
 * The third state vector is 1 - q. */
#ifdef T /* both_types.inc */

DNN_CLONES static void K(update)(const dnn_span *span, const step *s) {
    T *p = span->values;
    const T *gradients = span->gradients;
    T *s0 = span->state;
    T *s1 = (T *)span->state + 1 * span->stride;
    T *s2 = (T *)span->state + 2 * span->stride;
    const T rate = (T)s->rate;
    const T beta1 = (T)s->beta1;
    const T gain1 = (T)s->gain1;
    const T beta2 = (T)s->beta2;
    const T gain2 = (T)s->gain2;
    const T eps = (T)s->eps;
    const T decay = (T)s->decay;
    const T scale = (T)s->scale;
    const T mu = (T)s->mu;
    const T next = (T)s->next;
    DNN_INDEPENDENT
    for (size_t i = 0; i < span->n; i++) {
        T g = gradients[i] + decay * p[i];
        s0[i] = beta1 * s0[i] + gain1 * g;
        s1[i] = beta2 * s1[i] + gain2 * g * g;
        s2[i] = (1 - mu) + mu * s2[i];
        T below = K(root)(s1[i] * scale) + eps;
        T ahead = (1 - next) + next * s2[i];
        p[i] -= rate * ((1 - mu) * g / s2[i] + next * s0[i] / ahead) / below;
    }
}

#else
#include <math.h>

#include "math/simd.h"
#include "nn/optimisers/rows.h"

enum { LR, BETA1, BETA2, EPS, MOMENTUM_DECAY, WEIGHT_DECAY };

/* The constants of one step. */
typedef struct step {
    double rate, beta1, gain1, beta2, gain2, eps, decay, scale, mu, next;
} step;

#define absolute_f32 fabsf
#define absolute_f64 fabs
#define KERNELS      "nn/optimisers/nadam.c"
#include "nn/both_types.inc"

static const dnn_field fields[] = {
    [LR] = DNN_LR_ROW(2e-3),
    [BETA1] = DNN_BETA1_ROW,
    [BETA2] = DNN_BETA2_ROW,
    [EPS] = DNN_EPS_ROW(1e-8),
    [MOMENTUM_DECAY] =
        DNN_REAL_ROW("momentum_decay", 4e-3, 0, 1e6, "how fast the momentum rises to beta1"),
    [WEIGHT_DECAY] = DNN_DECAY_ROW,
    {.name = NULL}};

static size_t state_vectors(const dnn_setting *settings) {
    (void)settings;
    return 3;
}

static void update(const dnn_span *span) {
    const dnn_setting *s = span->settings;
    double t = (double)span->steps;
    step constants = {
        .rate = s[LR].number,
        .beta1 = s[BETA1].number,
        .gain1 = 1 - s[BETA1].number,
        .beta2 = s[BETA2].number,
        .gain2 = 1 - s[BETA2].number,
        .eps = s[EPS].number,
        .decay = s[WEIGHT_DECAY].number,
        .scale = 1 / (1 - pow(s[BETA2].number, t)),
        .mu = s[BETA1].number * (1 - 0.5 * pow(0.96, t * s[MOMENTUM_DECAY].number)),
        .next = s[BETA1].number * (1 - 0.5 * pow(0.96, (t + 1) * s[MOMENTUM_DECAY].number)),
    };
    if (span->dtype == DNN_FLOAT32)
        update_f32(span, &constants);
    else
        update_f64(span, &constants);
}

const dnn_optimiser_class dnn_optimiser_nadam = {
    .name = "NAdam",
    .doc = "Adam that looks ahead along its momentum (Dozat 2016)",
    .fields = fields,
    .state_vectors = state_vectors,
    .update = update,
};

#endif
