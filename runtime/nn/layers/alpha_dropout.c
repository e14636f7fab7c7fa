/* alpha_dropout.c: Dropout after SELU, which keeps mean and variance (Klambauer et al. 2017). In
 * training each element becomes low, SELU's least value, with probability p, and all then
 *
 *     A = scale (X or low) + shift,  scale = 1 / sqrt((1 - p) (1 + p low^2)),  shift = -scale p low
 *
 * so that mean 0 and variance 1 stay so. dX = scale dA, or 0. In evaluation A is X. */
#include <math.h>

#include "nn/call.h"
#include "nn/layers/dropout.h"

enum { P };

static const dnn_field fields[] = {
    [P] = DNN_DROPOUT_P("an element"),
    {.name = NULL},
};

/* With p = 1 all is 0, as in PyTorch. */
static dnn_dropped how(const dnn_layer *layer, bool backward) {
    const double low = -1.7580993408473766, p = dnn_layer_real(layer, P);
    double scale = p < 1 ? 1 / sqrt((1 - p) * (1 + p * low * low)) : 0;
    double shift = -scale * p * low;
    return backward ? (dnn_dropped){.p = p, .scale = scale}
                    : (dnn_dropped){p, scale, shift, scale * low + shift};
}

static dnn_status forward(dnn_call *call, dnn_error *err) {
    dnn_dropped h = how(call->layer, false);
    (void)err;
    dnn_drop(call->key, &h, &call->X[0], &call->A, false);
    return DNN_OK;
}

static dnn_status backward(dnn_call *call, dnn_error *err) {
    dnn_dropped h = how(call->layer, true);
    (void)err;
    if (call->dX[0].data != NULL)
        dnn_drop(call->key, &h, &call->dA, &call->dX[0], call->add[0]);
    return DNN_OK;
}

static const dnn_case cases[] = {
    {.in = {{1, {40}}}},
    {.settings = "p=0.1", .in = {{3, {3, 4, 5}}}},
    {.settings = "p=0", .in = {{1, {7}}}},
    {.settings = NULL},
};

const dnn_layer_class dnn_layer_alpha_dropout = {
    .name = "AlphaDropout",
    .doc = "A = scale (X, or SELU's least value with probability p) + shift; in evaluation A = X",
    .fields = fields,
    .cases = cases,
    .flags = DNN_IN_PLACE | DNN_TWO_MODES | DNN_DRAWS | DNN_VIEW_IN_EVALUATION | DNN_STEP_BY_STEP,
    .forward = forward,
    .backward = backward,
};
