/* gelu.c: the Gaussian error linear unit (Hendrycks & Gimpel 2016), A = X P(X) with the normal
 * distribution P(x) = (1 + erf(x / sqrt(2))) / 2; dX = dA (P(X) + X exp(-X^2 / 2) / sqrt(2 pi)).
 *
 * The other form has P(x) = (1 + tanh(u)) / 2, which is the logistic function of 2 u, for
 * 2 u = sqrt(8 / pi) (x + 0.044715 x^3). */
#include "nn/call.h"

enum { APPROXIMATE };
enum { NONE, TANH };

static const char *const forms[] = {"none", "tanh", NULL};

static const dnn_field fields[] = {
    [APPROXIMATE] = {.name = "approximate",
                     .kind = DNN_FIELD_CHOICE,
                     .choices = forms,
                     .initial = NONE,
                     .doc = "how the normal distribution is computed: \"none\" by erf, \"tanh\""},
    {.name = NULL},
};

#define ROOT_HALF       0.70710678118654752440
#define INV_ROOT_2_PI   0.39894228040143267794
#define ROOT_8_PI       1.59576912160573071176
#define CUBE            0.044715

#define FORM(name) name##_erf
#define P(x)       ((T)0.5 * (1 + ERF((x) * (T)ROOT_HALF)))
#define FORWARD(x) ((x) * P(x))
#define BACKWARD(x, a, da)                                                                         \
    ((da) * (P(x) + (x) * (T)INV_ROOT_2_PI * EXP((T)-0.5 * (x) * (x))))
#include "nn/layers/activation.inc"

#define FORM(name)         name##_tanh
#define Q(x)               SIGMOID((T)ROOT_8_PI * (x) * (1 + (T)CUBE * (x) * (x)))
#define SLOPE(x)           ((T)ROOT_8_PI * (1 + 3 * (T)CUBE * (x) * (x)))
#define FORWARD(x)         ((x) * Q(x))
#define BACKWARD(x, a, da) ((da) * Q(x) * (1 + (x) * (1 - Q(x)) * SLOPE(x)))
#include "nn/layers/activation.inc"

static dnn_status forward(dnn_call *call, dnn_error *err) {
    return dnn_layer_count(call->layer, APPROXIMATE) == TANH ? activation_forward_tanh(call, err)
                                                             : activation_forward_erf(call, err);
}

static dnn_status backward(dnn_call *call, dnn_error *err) {
    return dnn_layer_count(call->layer, APPROXIMATE) == TANH ? activation_backward_tanh(call, err)
                                                             : activation_backward_erf(call, err);
}

static const dnn_case cases[] = {
    {.in = {{1, {7}}}},
    {.settings = "approximate=tanh", .in = {{1, {7}}}},
    {.settings = "approximate=tanh", .in = {{3, {2, 3, 2}}}},
    {.settings = NULL},
};

const dnn_layer_class dnn_layer_gelu = {
    .name = "GELU",
    .doc = "A = X * (1 + erf(X / sqrt(2))) / 2",
    .fields = fields,
    .cases = cases,
    .flags = DNN_READS_X | DNN_STEP_BY_STEP,
    .forward = forward,
    .backward = backward,
};
