/* adadelta.c: Adadelta (Zeiler 2012), as PyTorch defines it.
 *
 *     v = rho v + (1 - rho) g^2,  d = sqrt(u + eps) / sqrt(v + eps) g
 *     u = rho u + (1 - rho) d^2,  p -= lr d */
#ifdef T /* both_types.inc */

DNN_CLONES static void K(update)(const dnn_span *span, const step *s) {
    T *p = span->values;
    const T *gradients = span->gradients;
    T *s0 = span->state;
    T *s1 = (T *)span->state + 1 * span->stride;
    const T rate = (T)s->rate, up = (T)s->up;
    const T keep = (T)s->keep;
    const T gain = (T)s->gain;
    const T eps = (T)s->eps;
    const T decay = (T)s->decay;
    DNN_INDEPENDENT
    for (size_t i = 0; i < span->n; i++) {
        T g = up * gradients[i] + decay * p[i];
        s0[i] = keep * s0[i] + gain * g * g;
        T d = K(root)(s1[i] + eps) / K(root)(s0[i] + eps) * g;
        s1[i] = keep * s1[i] + gain * d * d;
        p[i] -= rate * d;
    }
}

#else
#include <math.h>

#include "math/simd.h"
#include "nn/optimisers/rows.h"

enum { LR, RHO, EPS, WEIGHT_DECAY, MAXIMIZE };

/* The constants of one step. */
typedef struct step {
    double rate, up, keep, gain, eps, decay;
} step;

#define absolute_f32 fabsf
#define absolute_f64 fabs
#define KERNELS      "nn/optimisers/adadelta.c"
#include "nn/both_types.inc"

static const dnn_field fields[] = {
    [LR] = DNN_LR_ROW(1),
    [RHO] = DNN_REAL_ROW("rho", 0.9, 0, 0.9999999, "decay of the running means"),
    [EPS] = DNN_EPS_ROW(1e-6),
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
        .rate = s[LR].number,
        .up = dnn_direction(s[MAXIMIZE]),
        .keep = s[RHO].number,
        .gain = 1 - s[RHO].number,
        .eps = s[EPS].number,
        .decay = s[WEIGHT_DECAY].number,
    };
    if (span->dtype == DNN_FLOAT32)
        update_f32(span, &constants);
    else
        update_f64(span, &constants);
}

const dnn_optimiser_class dnn_optimiser_adadelta = {
    .name = "Adadelta",
    .doc = "steps in the units of the parameters (Zeiler 2012)",
    .fields = fields,
    .state_vectors = state_vectors,
    .update = update,
};

#endif
