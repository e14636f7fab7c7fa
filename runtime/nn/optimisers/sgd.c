/* sgd.c: stochastic gradient descent with momentum, as PyTorch defines it.
 *
 *     g = gradient + weight_decay p,  v = momentum v + (1 - dampening) g, at the first step g
 *     p -= lr v,  with Nesterov (Sutskever et al. 2013)  p -= lr (g + momentum v) */
#ifdef T /* both_types.inc */

DNN_CLONES static void K(sgd)(T *p, const T *gradients, size_t n, const dnn_setting *s) {
    const T rate = (T)s[LR].number, decay = (T)s[WEIGHT_DECAY].number;
    const T up = (T)dnn_direction(s[MAXIMIZE]);
    DNN_INDEPENDENT
    for (size_t i = 0; i < n; i++)
        p[i] -= rate * (up * gradients[i] + decay * p[i]);
}

DNN_CLONES static void K(sgd_momentum)(T *p, const T *gradients, T *v, size_t n,
                                       const dnn_setting *s, bool first) {
    const bool nesterov = s[NESTEROV].number != 0;
    const T rate = (T)s[LR].number, decay = (T)s[WEIGHT_DECAY].number;
    const T momentum = (T)s[MOMENTUM].number, up = (T)dnn_direction(s[MAXIMIZE]);
    const T gain = (T)(first ? 1 : 1 - s[DAMPENING].number);
    /* The step is g + momentum v with Nesterov, else v. */
    const T ahead = nesterov ? 1 : 0, along = nesterov ? momentum : 1;
    DNN_INDEPENDENT
    for (size_t i = 0; i < n; i++) {
        T g = up * gradients[i] + decay * p[i];
        v[i] = momentum * v[i] + gain * g;
        p[i] -= rate * (ahead * g + along * v[i]);
    }
}

static void K(update)(const dnn_span *span) {
    if (span->settings[MOMENTUM].number == 0)
        K(sgd)(span->values, span->gradients, span->n, span->settings);
    else
        K(sgd_momentum)
    (span->values, span->gradients, span->state, span->n, span->settings, span->steps == 1);
}

#else
#include "math/simd.h"
#include "nn/optimisers/rows.h"

enum { LR, MOMENTUM, NESTEROV, WEIGHT_DECAY, DAMPENING, MAXIMIZE };

#define KERNELS "nn/optimisers/sgd.c"
#include "nn/both_types.inc"

static const dnn_field fields[] = {
    [LR] = {.name = "lr",
            .kind = DNN_FIELD_REAL,
            .initial = 1e-3,
            .high = 1e6,
            .doc = "learning rate"},
    [MOMENTUM] = {.name = "momentum",
            .kind = DNN_FIELD_REAL,
            .high = 1,
            .doc = "how much of the last step's direction is kept; 0.9 is usual"},
    [NESTEROV] = {.name = "nesterov",
            .kind = DNN_FIELD_FLAG,
            .doc = "whether to look ahead along the momentum (Nesterov)"},
    [WEIGHT_DECAY] = {.name = "weight_decay",
            .kind = DNN_FIELD_REAL,
            .high = 1e6,
            .doc = "L2 penalty: weight_decay * p is added to the gradient"},
    [DAMPENING] = {.name = "dampening",
            .kind = DNN_FIELD_REAL,
            .high = 1,
            .doc = "how much of the gradient the momentum leaves out"},
    [MAXIMIZE] = DNN_MAXIMIZE_ROW,
    {.name = NULL                     }
};

static dnn_status check(const dnn_setting *settings, dnn_error *err) {
    if (settings[NESTEROV].number != 0 && settings[MOMENTUM].number == 0)
        return dnn_fail(err, DNN_ERROR_ARGUMENT,
                        "nesterov needs momentum > 0, and momentum is 0; 0.9 is usual");
    if (settings[NESTEROV].number != 0 && settings[DAMPENING].number != 0)
        return dnn_fail(err, DNN_ERROR_ARGUMENT, "nesterov needs dampening 0, but dampening is %g",
                        settings[DAMPENING].number);
    return DNN_OK;
}

static size_t state_vectors(const dnn_setting *settings) {
    return settings[MOMENTUM].number != 0 ? 1 : 0;
}

static void update(const dnn_span *span) {
    if (span->dtype == DNN_FLOAT32)
        update_f32(span);
    else
        update_f64(span);
}

const dnn_optimiser_class dnn_optimiser_sgd = {
    .name = "SGD",
    .doc = "p -= lr * gradient, with momentum as in PyTorch",
    .fields = fields,
    .check = check,
    .state_vectors = state_vectors,
    .update = update,
};

#endif
