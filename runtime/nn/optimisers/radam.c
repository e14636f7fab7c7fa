/* radam.c: RAdam (Liu et al. 2020), as PyTorch defines it. At step t = 1, 2, ...
 *
 *     m = beta1 m + (1 - beta1) g,  v = beta2 v + (1 - beta2) g^2,  h = m / (1 - beta1^t)
 *     r(inf) = 2 / (1 - beta2) - 1,  r = r(inf) - 2 t beta2^t / (1 - beta2^t)
 *     p -= lr h rect sqrt(1 - beta2^t) / (sqrt(v) + eps) where r > 5, else lr h
 *     rect^2 = (r - 4) (r - 2) r(inf) / ((r(inf) - 4) (r(inf) - 2) r) */
#ifdef T /* both_types.inc */

DNN_CLONES static void K(update)(const dnn_span *span, const step *s) {
    T *p = span->values;
    const T *gradients = span->gradients;
    T *s0 = span->state;
    T *s1 = (T *)span->state + 1 * span->stride;
    const T rate = (T)s->rate;
    const T beta1 = (T)s->beta1;
    const T gain1 = (T)s->gain1;
    const T beta2 = (T)s->beta2;
    const T gain2 = (T)s->gain2;
    const T eps = (T)s->eps;
    const T decay = (T)s->decay;
    const T rect = (T)s->rect;
    DNN_INDEPENDENT
    for (size_t i = 0; i < span->n; i++) {
        T g = gradients[i] + decay * p[i];
        s0[i] = beta1 * s0[i] + gain1 * g;
        s1[i] = beta2 * s1[i] + gain2 * g * g;
        T scale = rect == 0 ? 1 : rect / (K(root)(s1[i]) + eps);
        p[i] -= rate * s0[i] * scale;
    }
}

#else
#include <math.h>

#include "math/simd.h"
#include "nn/optimisers/rows.h"

enum { LR, BETA1, BETA2, EPS, WEIGHT_DECAY };

/* The constants of one step. */
typedef struct step {
    double rate, beta1, gain1, beta2, gain2, eps, decay, rect;
} step;

#define absolute_f32 fabsf
#define absolute_f64 fabs
#define KERNELS      "nn/optimisers/radam.c"
#include "nn/both_types.inc"

static const dnn_field fields[] = {
    [LR] = DNN_LR_ROW(1e-3),   [BETA1] = DNN_BETA1_ROW,        [BETA2] = DNN_BETA2_ROW,
    [EPS] = DNN_EPS_ROW(1e-8), [WEIGHT_DECAY] = DNN_DECAY_ROW, {.name = NULL}};

static size_t state_vectors(const dnn_setting *settings) {
    (void)settings;
    return 2;
}

static void update(const dnn_span *span) {
    const dnn_setting *s = span->settings;
    double t = (double)span->steps, b2 = s[BETA2].number, left = 1 - pow(b2, t);
    double most = 2 / (1 - b2) - 1, r = most - 2 * t * pow(b2, t) / left;
    step constants = {
        .rate = s[LR].number / (1 - pow(s[BETA1].number, t)),
        .beta1 = s[BETA1].number,
        .gain1 = 1 - s[BETA1].number,
        .beta2 = b2,
        .gain2 = 1 - b2,
        .eps = s[EPS].number,
        .decay = s[WEIGHT_DECAY].number,
        .rect = r > 5 ? sqrt((r - 4) * (r - 2) * most / ((most - 4) * (most - 2) * r) * left) : 0,
    };
    if (span->dtype == DNN_FLOAT32)
        update_f32(span, &constants);
    else
        update_f64(span, &constants);
}

const dnn_optimiser_class dnn_optimiser_radam = {
    .name = "RAdam",
    .doc = "Adam that waits until its scale can be trusted (Liu et al. 2020)",
    .fields = fields,
    .state_vectors = state_vectors,
    .update = update,
};

#endif
