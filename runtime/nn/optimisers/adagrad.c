/* adagrad.c: Adagrad (Duchi et al. 2011), as PyTorch defines it. At step t = 1, 2, ...
 *
 *     v = v + g^2,  p -= lr / (1 + (t - 1) lr_decay) g / (sqrt(v) + eps)
 *
 * The state is v less its initial value. */
#ifdef T /* both_types.inc */

DNN_CLONES static void K(update)(const dnn_span *span, const step *s) {
    T *p = span->values;
    const T *gradients = span->gradients;
    T *s0 = span->state;
    const T rate = (T)s->rate, up = (T)s->up;
    const T eps = (T)s->eps;
    const T start = (T)s->start;
    const T decay = (T)s->decay;
    DNN_INDEPENDENT
    for (size_t i = 0; i < span->n; i++) {
        T g = up * gradients[i] + decay * p[i];
        s0[i] += g * g;
        p[i] -= rate * g / (K(root)(s0[i] + start) + eps);
    }
}

#else
#include <math.h>

#include "math/simd.h"
#include "nn/optimisers/rows.h"

enum { LR, LR_DECAY, EPS, INITIAL, WEIGHT_DECAY, MAXIMIZE };

/* The constants of one step. */
typedef struct step {
    double rate, up, eps, start, decay;
} step;

#define absolute_f32 fabsf
#define absolute_f64 fabs
#define KERNELS      "nn/optimisers/adagrad.c"
#include "nn/both_types.inc"

static const dnn_field fields[] = {
    [LR] = DNN_LR_ROW(1e-2),
    [LR_DECAY] = DNN_REAL_ROW("lr_decay", 0, 0, 1e6,
                              "how fast the learning rate falls: lr / (1 + (t - 1) lr_decay)"),
    [EPS] = DNN_EPS_ROW(1e-10),
    [INITIAL] = DNN_REAL_ROW("initial_accumulator_value", 0, 0, 1e30,
                             "where the sum of squared gradients begins"),
    [WEIGHT_DECAY] = DNN_DECAY_ROW,
    [MAXIMIZE] = DNN_MAXIMIZE_ROW,
    {.name = NULL}};

static size_t state_vectors(const dnn_setting *settings) {
    (void)settings;
    return 1;
}

static void update(const dnn_span *span) {
    const dnn_setting *s = span->settings;
    step constants = {
        .rate = s[LR].number / (1 + ((double)span->steps - 1) * s[LR_DECAY].number),
        .up = dnn_direction(s[MAXIMIZE]),
        .eps = s[EPS].number,
        .start = s[INITIAL].number,
        .decay = s[WEIGHT_DECAY].number,
    };
    if (span->dtype == DNN_FLOAT32)
        update_f32(span, &constants);
    else
        update_f64(span, &constants);
}

const dnn_optimiser_class dnn_optimiser_adagrad = {
    .name = "Adagrad",
    .doc = "steps scaled by the sum of all g^2 (Duchi et al. 2011)",
    .fields = fields,
    .state_vectors = state_vectors,
    .update = update,
};

#endif
