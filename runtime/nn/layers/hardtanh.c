/* hardtanh.c: X between two bounds (Collobert 2004), A = min(max(X, min_val), max_val); dX = dA
 * between them, else 0. */
#include "nn/call.h"

enum { MIN_VAL, MAX_VAL };

static const dnn_field fields[] = {
    [MIN_VAL] = {.name = "min_val",
                 .kind = DNN_FIELD_REAL,
                 .positional = true,
                 .initial = -1,
                 .low = -1e30,
                 .high = 1e30,
                 .doc = "the least that A can be"},
    [MAX_VAL] = {.name = "max_val",
                 .kind = DNN_FIELD_REAL,
                 .positional = true,
                 .initial = 1,
                 .low = -1e30,
                 .high = 1e30,
                 .doc = "the most that A can be"},
    {.name = NULL      },
};

static dnn_status check(dnn_layer *layer, dnn_error *err) {
    double low = dnn_layer_real(layer, MIN_VAL), high = dnn_layer_real(layer, MAX_VAL);
    if (low < high)
        return DNN_OK;
    return dnn_fail(err, DNN_ERROR_ARGUMENT,
                    "Hardtanh: min_val must be below max_val, got %g and %g", low, high);
}

#define SETTING            const T low = (T)s[MIN_VAL].number, high = (T)s[MAX_VAL].number;
#define FORWARD(x)         ((x) < low ? low : (x) > high ? high : (x))
#define BACKWARD(x, a, da) ((a) <= low ? 0 : (a) >= high ? 0 : (da))
#include "nn/layers/activation.inc"

static const dnn_case cases[] = {
    {.in = {{1, {7}}}                       },
    {.settings = "min_val=-0.5 max_val=0.25", .in = {{3, {2, 3, 2}}}},
    {.settings = NULL                                      },
};

const dnn_layer_class dnn_layer_hardtanh = {
    .name = "Hardtanh",
    .doc = "A = X, but at least min_val and at most max_val",
    .fields = fields,
    .cases = cases,
    .flags = DNN_READS_A | DNN_IN_PLACE | DNN_STEP_BY_STEP,
    .check = check,
    .forward = activation_forward,
    .elementwise = &forward_loops,
    .backward = activation_backward,
};
