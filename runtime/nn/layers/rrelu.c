/* rrelu.c: a leaky ReLU whose slope below 0 is drawn for each element in training, uniform in
 * lower..upper, and their middle in evaluation (Xu et al. 2015). dX = dA, or dA times the slope.
 *
 * Slopes are not kept: backward draws them again from the call's key, word i for element i. */
#ifdef T

/* out = from, times the slope where x is below 0. */
DNN_CLONES static void K(lean)(const T *x, const T *from, const uint32_t *words, T *out, size_t n,
                               T lower, T width, bool add) {
    DNN_INDEPENDENT
    for (size_t i = 0; i < n; i++) {
        T slope = lower + width * ((T)words[i] * (T)0x1p-32);
        T value = x[i] < 0 ? from[i] * slope : from[i];
        out[i] = add ? out[i] + value : value;
    }
}

#else

#include "math/random_words.h"
#include "math/simd.h"
#include "nn/call.h"
#include "nn/chunk.h"

enum { LOWER, UPPER };

#define KERNELS "nn/layers/rrelu.c"
#include "nn/both_types.inc"

static const dnn_field fields[] = {
    [LOWER] = {.name = "lower",
               .kind = DNN_FIELD_REAL,
               .positional = true,
               .initial = 1.0 / 8,
               .low = -1e30,
               .high = 1e30,
               .doc = "the least slope"},
    [UPPER] = {.name = "upper",
               .kind = DNN_FIELD_REAL,
               .positional = true,
               .initial = 1.0 / 3,
               .low = -1e30,
               .high = 1e30,
               .doc = "the greatest slope"},
    {.name = NULL      },
};

static dnn_status check(dnn_layer *layer, dnn_error *err) {
    double lower = dnn_layer_real(layer, LOWER), upper = dnn_layer_real(layer, UPPER);
    if (lower <= upper)
        return DNN_OK;
    return dnn_fail(err, DNN_ERROR_ARGUMENT, "RReLU: lower, %g, must not be above upper, %g", lower,
                    upper);
}

typedef struct job {
    const dnn_call *call;
    const dnn_matrix *from;
    dnn_matrix *to;
    bool add;
} job;

/* Elements [begin, end); chunks begin at multiples of a block of words. */
static void run_chunk(void *context, size_t begin, size_t end) {
    const job *j = context;
    double lower = dnn_layer_real(j->call->layer, LOWER),
           upper = dnn_layer_real(j->call->layer, UPPER);
    double width = j->call->training ? upper - lower : 0;
    uint32_t words[DNN_WORD_BLOCK] = {0};
    lower = j->call->training ? lower : (lower + upper) / 2;
    for (size_t at = begin; at < end; at += DNN_WORD_BLOCK) {
        size_t n = end - at < DNN_WORD_BLOCK ? end - at : DNN_WORD_BLOCK;
        if (j->call->training)
            dnn_random_words(j->call->key, at / DNN_WORD_BLOCK, words);
        if (j->to->dtype == DNN_FLOAT32)
            lean_f32((const float *)j->call->X[0].data + at, (const float *)j->from->data + at,
                     words, (float *)j->to->data + at, n, (float)lower, (float)width, j->add);
        else
            lean_f64((const double *)j->call->X[0].data + at, (const double *)j->from->data + at,
                     words, (double *)j->to->data + at, n, lower, width, j->add);
    }
}

_Static_assert(DNN_CHUNK % DNN_WORD_BLOCK == 0, "a chunk is whole blocks of words");

static dnn_status forward(dnn_call *call, dnn_error *err) {
    job j = {call, &call->X[0], &call->A, false};
    (void)err;
    dnn_for_chunks(dnn_matrix_count(&call->A), run_chunk, &j);
    return DNN_OK;
}

static dnn_status backward(dnn_call *call, dnn_error *err) {
    job j = {call, &call->dA, &call->dX[0], call->add[0]};
    (void)err;
    if (call->dX[0].data != NULL)
        dnn_for_chunks(dnn_matrix_count(&call->A), run_chunk, &j);
    return DNN_OK;
}

static const dnn_case cases[] = {
    {.in = {{1, {40}}}                },
    {.settings = "lower=0.2 upper=0.9", .in = {{3, {3, 4, 5}}}},
    {.settings = NULL                                },
};

const dnn_layer_class dnn_layer_rrelu = {
    .name = "RReLU",
    .doc = "A = X where X > 0, else X times a slope that is drawn in lower..upper",
    .fields = fields,
    .cases = cases,
    .flags = DNN_READS_X | DNN_TWO_MODES | DNN_DRAWS | DNN_STEP_BY_STEP,
    .check = check,
    .forward = forward,
    .backward = backward,
};

#endif
