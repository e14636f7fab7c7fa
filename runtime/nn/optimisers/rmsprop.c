/* rmsprop.c: RMSprop (Hinton 2012), as PyTorch defines it.
 *
 *     v = alpha v + (1 - alpha) g^2,  a = sqrt(v) + eps, or sqrt(v - m^2) + eps where centered
 *     b = momentum b + g / a,  p -= lr b,  with m the running mean of g */
#ifdef T /* both_types.inc */

/* One step of n elements; the state is v, b and m, of which the last are used where asked for. */
DNN_CLONES static void K(plain)(T *p, const T *gradients, T *v, size_t n, const step *s) {
    const T rate = (T)s->rate, keep = (T)s->keep, gain = (T)s->gain, eps = (T)s->eps;
    const T up = (T)s->up, decay = (T)s->decay;
    DNN_INDEPENDENT
    for (size_t i = 0; i < n; i++) {
        T g = up * gradients[i] + decay * p[i];
        v[i] = keep * v[i] + gain * g * g;
        p[i] -= rate * g / (K(root)(v[i]) + eps);
    }
}

DNN_CLONES static void K(with_momentum)(T *p, const T *gradients, T *v, T *b, size_t n,
                                        const step *s) {
    const T rate = (T)s->rate, keep = (T)s->keep, gain = (T)s->gain, eps = (T)s->eps;
    const T up = (T)s->up, decay = (T)s->decay, momentum = (T)s->momentum;
    DNN_INDEPENDENT
    for (size_t i = 0; i < n; i++) {
        T g = up * gradients[i] + decay * p[i];
        v[i] = keep * v[i] + gain * g * g;
        b[i] = momentum * b[i] + g / (K(root)(v[i]) + eps);
        p[i] -= rate * b[i];
    }
}

DNN_CLONES static void K(centered)(T *p, const T *gradients, T *v, T *b, T *m, size_t n,
                                   const step *s) {
    const T rate = (T)s->rate, keep = (T)s->keep, gain = (T)s->gain, eps = (T)s->eps;
    const T up = (T)s->up, decay = (T)s->decay, momentum = (T)s->momentum;
    DNN_INDEPENDENT
    for (size_t i = 0; i < n; i++) {
        T g = up * gradients[i] + decay * p[i];
        v[i] = keep * v[i] + gain * g * g;
        m[i] = keep * m[i] + gain * g;
        b[i] = momentum * b[i] + g / (K(root)(v[i] - m[i] * m[i]) + eps);
        p[i] -= rate * b[i];
    }
}

static void K(update)(const dnn_span *span, const step *s) {
    T *v = span->state, *b = v + span->stride, *m = b + span->stride;
    if (span->settings[CENTERED].number != 0)
        K(centered)(span->values, span->gradients, v, b, m, span->n, s);
    else if (s->momentum != 0)
        K(with_momentum)(span->values, span->gradients, v, b, span->n, s);
    else
        K(plain)(span->values, span->gradients, v, span->n, s);
}

#else
#include <math.h>

#include "math/simd.h"
#include "nn/optimisers/rows.h"

enum { LR, ALPHA, EPS, MOMENTUM, CENTERED, WEIGHT_DECAY, MAXIMIZE };

/* The constants of one step. */
typedef struct step {
    double rate, up, keep, gain, eps, decay, momentum;
} step;

#define absolute_f32 fabsf
#define absolute_f64 fabs
#define KERNELS      "nn/optimisers/rmsprop.c"
#include "nn/both_types.inc"

static const dnn_field fields[] = {
    [LR] = DNN_LR_ROW(1e-2),
    [ALPHA] =
        DNN_REAL_ROW("alpha", 0.99, 0, 0.9999999, "decay of the running mean of squared gradients"),
    [EPS] = DNN_EPS_ROW(1e-8),
    [MOMENTUM] = DNN_REAL_ROW("momentum", 0, 0, 1, "how much of the last step's direction is kept"),
    [CENTERED] = {.name = "centered",
                  .kind = DNN_FIELD_FLAG,
                  .doc = "whether the mean of gradients is subtracted from their squares"},
    [WEIGHT_DECAY] = DNN_DECAY_ROW,
    [MAXIMIZE] = DNN_MAXIMIZE_ROW,
    {.name = NULL}
};

static size_t state_vectors(const dnn_setting *settings) {
    return settings[CENTERED].number != 0 ? 3 : settings[MOMENTUM].number != 0 ? 2 : 1;
}

static void update(const dnn_span *span) {
    const dnn_setting *s = span->settings;
    step constants = {
        .rate = s[LR].number,
        .up = dnn_direction(s[MAXIMIZE]),
        .keep = s[ALPHA].number,
        .gain = 1 - s[ALPHA].number,
        .eps = s[EPS].number,
        .decay = s[WEIGHT_DECAY].number,
        .momentum = s[MOMENTUM].number,
    };
    if (span->dtype == DNN_FLOAT32)
        update_f32(span, &constants);
    else
        update_f64(span, &constants);
}

const dnn_optimiser_class dnn_optimiser_rmsprop = {
    .name = "RMSprop",
    .doc = "steps scaled by a running mean of g^2 (Hinton 2012)",
    .fields = fields,
    .state_vectors = state_vectors,
    .update = update,
};

#endif
