/* dropout2d.c: in training each channel of an example is 0 as a whole with probability p, and the
 * others are divided by 1 - p (Tompson et al. 2015); in evaluation A is X. Dropout1d is the same for
 * the features of a sequence.
 *
 * The mask is not kept: backward draws it again from the call's key. Channel c of example e is
 * dropped when word e * channels + c of the key is below p 2^32. */
#include "math/random_words.h"
#include "math/simd.h"
#include "nn/call.h"
#include "nn/chunk.h"
#include "nn/layers/dropout.h"

enum { P };

static const dnn_field fields[] = {
    [P] = DNN_DROPOUT_P("a channel"),
    {.name = NULL},
};

/* What each channel of each example is multiplied by: 0 where it is dropped. */
static size_t scratch(const dnn_call *call) {
    return dnn_shape_channels(&call->out) * call->examples * sizeof(float);
}

static void draw_factors(const dnn_call *call) {
    size_t count = dnn_shape_channels(&call->out) * call->examples;
    double p = dnn_layer_real(call->layer, P), limit = p * 4294967296.0;
    uint32_t words[DNN_WORD_BLOCK];
    float *factors = call->scratch, kept = p < 1 ? 1 : 0;
    for (size_t i = 0; i < count; i++) {
        if (i % DNN_WORD_BLOCK == 0)
            dnn_random_words(call->key, i / DNN_WORD_BLOCK, words);
        factors[i] = words[i % DNN_WORD_BLOCK] < limit ? 0 : kept;
    }
}

/* An element of a dropped channel becomes 0, whatever it was. */
#define LOOP(T, name)                                                                              \
    DNN_CLONES static void name(T *to, const T *from, const float *kept, size_t rows, size_t cols, \
                                T scale, bool add) {                                               \
        for (size_t j = 0; j < cols; j++, to += rows, from += rows) {                              \
            DNN_INDEPENDENT                                                                        \
            for (size_t c = 0; c < rows; c++) {                                                    \
                T value = kept[c] > 0 ? from[c] * scale : 0;                                       \
                to[c] = add ? to[c] + value : value;                                               \
            }                                                                                      \
        }                                                                                          \
    }

LOOP(float, mask_f32)
LOOP(double, mask_f64)

typedef struct job {
    const dnn_call *call;
    const dnn_matrix *from;
    dnn_matrix *to;
    bool add;
} job;

static void mask_example(void *context, size_t e) {
    const job *j = context;
    size_t rows = dnn_shape_channels(&j->call->out), cols = dnn_shape_positions(&j->call->out);
    double p = dnn_layer_real(j->call->layer, P), scale = p < 1 ? 1 / (1 - p) : 0;
    const float *kept = (const float *)j->call->scratch + e * rows;
    void *to = dnn_matrix_at(j->to, 0, e), *from = dnn_matrix_at(j->from, 0, e);
    (j->call->dtype == DNN_FLOAT32 ? mask_f32(to, from, kept, rows, cols, (float)scale, j->add)
                                   : mask_f64(to, from, kept, rows, cols, scale, j->add));
}

static void mask(const dnn_call *call, const dnn_matrix *from, dnn_matrix *to, bool add) {
    job j = {call, from, to, add};
    draw_factors(call);
    dnn_for_tasks(call->examples, dnn_matrix_count(to), mask_example, &j);
}

static dnn_status forward(dnn_call *call, dnn_error *err) {
    (void)err;
    mask(call, &call->X[0], &call->A, false);
    return DNN_OK;
}

static dnn_status backward(dnn_call *call, dnn_error *err) {
    (void)err;
    if (call->dX[0].data != NULL)
        mask(call, &call->dA, &call->dX[0], call->add[0]);
    return DNN_OK;
}

static dnn_shape wants_sequence(const dnn_layer *layer) {
    (void)layer;
    return dnn_shape_sequence(0, 0);
}

static const dnn_case cases_1d[] = {
    {.in = {{2, {3, 40}}}},
    {.settings = "p=0.1", .in = {{2, {2, 7}}}},
    {.settings = NULL},
};

static const dnn_case cases_2d[] = {
    {.in = {{3, {2, 2, 20}}}},
    {.settings = "p=0.1", .in = {{3, {3, 2, 5}}}},
    {.settings = "p=0", .in = {{3, {1, 2, 3}}}},
    {.settings = NULL},
};

const dnn_layer_class dnn_layer_dropout1d = {
    .name = "Dropout1d",
    .doc = "A = X / (1 - p), or 0 in whole features with probability p; in evaluation A = X",
    .fields = fields,
    .cases = cases_1d,
    .flags = DNN_IN_PLACE | DNN_TWO_MODES | DNN_DRAWS | DNN_VIEW_IN_EVALUATION | DNN_STEP_BY_STEP,
    .wants = wants_sequence,
    .scratch = scratch,
    .forward = forward,
    .backward = backward,
};

const dnn_layer_class dnn_layer_dropout2d = {
    .name = "Dropout2d",
    .doc = "A = X / (1 - p), or 0 in whole channels with probability p; in evaluation A = X",
    .fields = fields,
    .cases = cases_2d,
    .flags = DNN_IN_PLACE | DNN_TWO_MODES | DNN_DRAWS | DNN_VIEW_IN_EVALUATION,
    .wants = dnn_layer_wants_image,
    .scratch = scratch,
    .forward = forward,
    .backward = backward,
};
