/* rprop.c: Rprop (Riedmiller & Braun 1993), as PyTorch defines it: for gradients of the whole data
 * set.
 *
 *     u = u eta_plus where g has kept its sign, u eta_minus (and g = 0) where it has changed,
 *     within step_min..step_max;  p -= sign(g) u
 *
 * The state is the last g, and u, where 0 stands for lr. */
#ifdef T /* both_types.inc */

DNN_CLONES static void K(update)(const dnn_span *span, const step *s) {
    T *p = span->values;
    const T *gradients = span->gradients;
    T *s0 = span->state;
    T *s1 = (T *)span->state + 1 * span->stride;
    const T rate = (T)s->rate, up = (T)s->up;
    const T minus = (T)s->minus;
    const T plus = (T)s->plus;
    const T low = (T)s->low;
    const T high = (T)s->high;
    DNN_INDEPENDENT
    for (size_t i = 0; i < span->n; i++) {
        T g = up * gradients[i], product = g * s0[i];
        T u = s1[i] == 0 ? rate : s1[i];
        u *= product > 0 ? plus : product < 0 ? minus : 1;
        u = u < low ? low : u > high ? high : u;
        g = product < 0 ? 0 : g;
        p[i] -= (g > 0 ? 1 : g < 0 ? -1 : g) * u;
        s0[i] = g;
        s1[i] = u;
    }
}

#else
#include <math.h>

#include "math/simd.h"
#include "nn/optimisers/rows.h"

enum { LR, ETA_MINUS, ETA_PLUS, STEP_MIN, STEP_MAX, MAXIMIZE };

/* The constants of one step. */
typedef struct step {
    double rate, up, minus, plus, low, high;
} step;

#define absolute_f32 fabsf
#define absolute_f64 fabs
#define KERNELS      "nn/optimisers/rprop.c"
#include "nn/both_types.inc"

static const dnn_field fields[] = {
    [LR] = DNN_LR_ROW(1e-2),
    [ETA_MINUS] =
        DNN_REAL_ROW("eta_minus", 0.5, 1e-30, 1, "factor of a step after a change of sign"),
    [ETA_PLUS] = DNN_REAL_ROW("eta_plus", 1.2, 1, 1e6, "factor of a step without one"),
    [STEP_MIN] = DNN_REAL_ROW("step_min", 1e-6, 1e-30, 1e6, "the shortest step"),
    [STEP_MAX] = DNN_REAL_ROW("step_max", 50, 0, 1e6, "the longest step"),
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
        .minus = s[ETA_MINUS].number,
        .plus = s[ETA_PLUS].number,
        .low = s[STEP_MIN].number,
        .high = s[STEP_MAX].number,
    };
    if (span->dtype == DNN_FLOAT32)
        update_f32(span, &constants);
    else
        update_f64(span, &constants);
}

const dnn_optimiser_class dnn_optimiser_rprop = {
    .name = "Rprop",
    .doc = "steps by the sign of the gradient alone (Riedmiller & Braun 1993)",
    .fields = fields,
    .state_vectors = state_vectors,
    .update = update,
};

#endif
