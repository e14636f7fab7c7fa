/* dropout.c: in training each element is 0 with probability p, and the others are divided by 1 - p
 * (Srivastava et al. 2014); in evaluation A is X.
 *
 * The mask is not kept: backward draws it again from the call's key. Element i is dropped when word
 * i of the key is below p 2^32, so the mask is the same on any number of threads. */
#include "nn/layers/dropout.h"

#include "math/random_words.h"
#include "math/simd.h"
#include "nn/call.h"
#include "nn/chunk.h"

enum { P };

static const dnn_field fields[] = {
    [P] = DNN_DROPOUT_P("an element"),
    {.name = NULL},
};

typedef struct job {
    uint64_t key;
    const dnn_dropped *how;
    const dnn_matrix *from;
    dnn_matrix *to;
    bool add;
} job;

#define LOOP(T, name)                                                                              \
    DNN_CLONES static void name(T *to, const T *from, const uint32_t *words, size_t n,             \
                                uint32_t limit, const dnn_dropped *how, bool add) {                \
        const T scale = (T)how->scale, shift = (T)how->shift, dropped = (T)how->dropped;           \
        if (add) {                                                                                 \
            DNN_INDEPENDENT                                                                        \
            for (size_t i = 0; i < n; i++)                                                         \
                to[i] += words[i] < limit ? dropped : from[i] * scale + shift;                     \
        } else {                                                                                   \
            DNN_INDEPENDENT                                                                        \
            for (size_t i = 0; i < n; i++)                                                         \
                to[i] = words[i] < limit ? dropped : from[i] * scale + shift;                      \
        }                                                                                          \
    }

LOOP(float, mask_f32)
LOOP(double, mask_f64)

/* Elements [begin, end); chunks begin at multiples of a block of words. */
static void mask_chunk(void *context, size_t begin, size_t end) {
    const job *j = context;
    double limit = j->how->p * 4294967296.0;
    uint32_t words[DNN_WORD_BLOCK], bound = limit > UINT32_MAX ? UINT32_MAX : (uint32_t)limit;
    for (size_t at = begin; at < end; at += DNN_WORD_BLOCK) {
        size_t n = end - at < DNN_WORD_BLOCK ? end - at : DNN_WORD_BLOCK;
        dnn_random_words(j->key, at / DNN_WORD_BLOCK, words);
        if (j->to->dtype == DNN_FLOAT32)
            mask_f32((float *)j->to->data + at, (const float *)j->from->data + at, words, n, bound,
                     j->how, j->add);
        else
            mask_f64((double *)j->to->data + at, (const double *)j->from->data + at, words, n,
                     bound, j->how, j->add);
    }
}

_Static_assert(DNN_CHUNK % DNN_WORD_BLOCK == 0, "a chunk is whole blocks of words");

void dnn_drop(uint64_t key, const dnn_dropped *how, const dnn_matrix *from, dnn_matrix *to,
              bool add) {
    job j = {key, how, from, to, add};
    dnn_for_chunks(dnn_matrix_count(to), mask_chunk, &j);
}

void dnn_dropout(uint64_t key, double p, const dnn_matrix *from, dnn_matrix *to, bool add) {
    dnn_dropped how = {.p = p, .scale = p < 1 ? 1 / (1 - p) : 0};
    dnn_drop(key, &how, from, to, add);
}

static dnn_status forward(dnn_call *call, dnn_error *err) {
    (void)err;
    dnn_dropout(call->key, dnn_layer_real(call->layer, P), &call->X[0], &call->A, false);
    return DNN_OK;
}

static dnn_status backward(dnn_call *call, dnn_error *err) {
    (void)err;
    if (call->dX[0].data != NULL)
        dnn_dropout(call->key, dnn_layer_real(call->layer, P), &call->dA, &call->dX[0],
                    call->add[0]);
    return DNN_OK;
}

static const dnn_case cases[] = {
    {.in = {{1, {40}}}},
    {.settings = "p=0.1", .in = {{3, {3, 4, 5}}}},
    {.settings = "p=0", .in = {{1, {7}}}},
    {.settings = NULL},
};

const dnn_layer_class dnn_layer_dropout = {
    .name = "Dropout",
    .doc = "A = X / (1 - p), or 0 with probability p; in evaluation A = X",
    .fields = fields,
    .cases = cases,
    .flags = DNN_IN_PLACE | DNN_TWO_MODES | DNN_DRAWS | DNN_VIEW_IN_EVALUATION | DNN_STEP_BY_STEP,
    .forward = forward,
    .backward = backward,
};
