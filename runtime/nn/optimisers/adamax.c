/* adamax.c: Adamax (Kingma & Ba 2015): Adam with the largest gradient in place of their root mean
 * square.
 *
 *     m = beta1 m + (1 - beta1) g,  u = max(beta2 u, |g| + eps)
 *     p -= lr / (1 - beta1^t) m / u */
#ifdef T /* both_types.inc */

DNN_CLONES static void K(update)(const dnn_span *span, const step *s) {
    T *p = span->values;
    const T *gradients = span->gradients;
    T *s0 = span->state;
    T *s1 = (T *)span->state + 1 * span->stride;
    const T rate = (T)s->rate, up = (T)s->up;
    const T beta1 = (T)s->beta1;
    const T gain1 = (T)s->gain1;
    const T beta2 = (T)s->beta2;
    const T eps = (T)s->eps;
    const T decay = (T)s->decay;
    DNN_INDEPENDENT
    for (size_t i = 0; i < span->n; i++) {
        T g = up * gradients[i] + decay * p[i];
        s0[i] = beta1 * s0[i] + gain1 * g;
        T size = K(absolute)(g) + eps, last = beta2 * s1[i];
        s1[i] = size > last ? size : last;
        p[i] -= rate * s0[i] / s1[i];
    }
}

#else
#include <math.h>

#include "math/simd.h"
#include "nn/optimisers/rows.h"

enum { LR, BETA1, BETA2, EPS, WEIGHT_DECAY, MAXIMIZE };

/* The constants of one step. */
typedef struct step {
    double rate, up, beta1, gain1, beta2, eps, decay;
} step;

#define absolute_f32 fabsf
#define absolute_f64 fabs
#define KERNELS      "nn/optimisers/adamax.c"
#include "nn/both_types.inc"

static const dnn_field fields[] = {
    [LR] = DNN_LR_ROW(2e-3),
    [BETA1] = DNN_BETA1_ROW,
    [BETA2] = DNN_REAL_ROW("beta2", 0.999, 0, 0.9999999, "decay of the largest gradient, below 1"),
    [EPS] =
        DNN_REAL_ROW("eps", 1e-8, 1e-30, 1, "added to gradients, so that 0 does not divide by 0"),
    [WEIGHT_DECAY] = DNN_DECAY_ROW,
    [MAXIMIZE] = DNN_MAXIMIZE_ROW,
    {.name = NULL}};

static size_t state_vectors(const dnn_setting *settings) {
    (void)settings;
    return 2;
}

static void update(const dnn_span *span) {
    const dnn_setting *s = span->settings;
    step constants = {
        .rate = s[LR].number / (1 - pow(s[BETA1].number, (double)span->steps)),
        .up = dnn_direction(s[MAXIMIZE]),
        .beta1 = s[BETA1].number,
        .gain1 = 1 - s[BETA1].number,
        .beta2 = s[BETA2].number,
        .eps = s[EPS].number,
        .decay = s[WEIGHT_DECAY].number,
    };
    if (span->dtype == DNN_FLOAT32)
        update_f32(span, &constants);
    else
        update_f64(span, &constants);
}

const dnn_optimiser_class dnn_optimiser_adamax = {
    .name = "Adamax",
    .doc = "Adam scaled by the largest gradient (Kingma & Ba 2015)",
    .fields = fields,
    .state_vectors = state_vectors,
    .update = update,
};

#endif
