/* lion.c: Lion (Chen et al. 2023).
 *
 *     p -= lr (sign(beta1 m + (1 - beta1) g) + weight_decay p),  m = beta2 m + (1 - beta2) g */
#ifdef T /* both_types.inc */

DNN_CLONES static void K(update)(const dnn_span *span, const step *s) {
    T *p = span->values;
    const T *gradients = span->gradients;
    T *s0 = span->state;
    const T rate = (T)s->rate;
    const T beta1 = (T)s->beta1;
    const T gain1 = (T)s->gain1;
    const T beta2 = (T)s->beta2;
    const T gain2 = (T)s->gain2;
    const T keep = (T)s->keep;
    DNN_INDEPENDENT
    for (size_t i = 0; i < span->n; i++) {
        T g = gradients[i], ahead = beta1 * s0[i] + gain1 * g;
        p[i] = keep * p[i] - rate * (ahead > 0 ? 1 : ahead < 0 ? -1 : ahead);
        s0[i] = beta2 * s0[i] + gain2 * g;
    }
}

#else
#include <math.h>

#include "math/simd.h"
#include "nn/optimisers/rows.h"

enum { LR, BETA1, BETA2, WEIGHT_DECAY };

/* The constants of one step. */
typedef struct step {
    double rate, beta1, gain1, beta2, gain2, keep;
} step;

#define absolute_f32 fabsf
#define absolute_f64 fabs
#define KERNELS      "nn/optimisers/lion.c"
#include "nn/both_types.inc"

static const dnn_field fields[] = {
    [LR] = DNN_LR_ROW(1e-4),
    [BETA1] = DNN_REAL_ROW("beta1", 0.9, 0, 0.9999999, "how much of the running mean is in a step"),
    [BETA2] = DNN_REAL_ROW("beta2", 0.99, 0, 0.9999999, "decay of the running mean of gradients"),
    [WEIGHT_DECAY] = DNN_REAL_ROW("weight_decay", 0, 0, 1e6,
                                  "decoupled decay: every step shrinks p by lr * weight_decay * p"),
    {.name = NULL}};

static size_t state_vectors(const dnn_setting *settings) {
    (void)settings;
    return 1;
}

static void update(const dnn_span *span) {
    const dnn_setting *s = span->settings;
    step constants = {
        .rate = s[LR].number,
        .beta1 = s[BETA1].number,
        .gain1 = 1 - s[BETA1].number,
        .beta2 = s[BETA2].number,
        .gain2 = 1 - s[BETA2].number,
        .keep = 1 - s[LR].number * s[WEIGHT_DECAY].number,
    };
    if (span->dtype == DNN_FLOAT32)
        update_f32(span, &constants);
    else
        update_f64(span, &constants);
}

const dnn_optimiser_class dnn_optimiser_lion = {
    .name = "Lion",
    .doc = "steps by the sign of a mean of gradients (Chen et al. 2023)",
    .fields = fields,
    .state_vectors = state_vectors,
    .update = update,
};

#endif
