/* prelu.c: a leaky rectifier whose slope is learnt (He et al. 2015), A = X where X > 0, else
 * weight X, with one weight for all or one for each channel; dX = dA or weight dA, and dweight is
 * the sum of dA X where X is not above 0.
 *
 * A task is some columns of the matrix channels x pixels; the tasks' sums are added in their order. */
#include <string.h>

#include "core/threads.h"
#include "math/simd.h"
#include "nn/call.h"
#include "nn/chunk.h"
#include "nn/layers/channels.h"

enum { NUM_PARAMETERS, INIT };

static const dnn_field fields[] = {
    [NUM_PARAMETERS] = {.name = "num_parameters",
                        .kind = DNN_FIELD_COUNT,
                        .low = 1,
                        .positional = true,
                        .initial = 1,
                        .doc = "1, or the number of channels: a weight for each"},
    [INIT] = {.name = "init",
              .kind = DNN_FIELD_REAL,
              .positional = true,
              .initial = 0.25,
              .low = -1e6,
              .high = 1e6,
              .doc = "the weights' starting value"},
    {.name = NULL},
};

static size_t values(const dnn_layer *layer, const dnn_shape *in,
                     dnn_value values[DNN_LAYER_VALUES]) {
    size_t n = dnn_layer_count(layer, NUM_PARAMETERS);
    values[0] = dnn_value_vector("weight", n);
    values[0].start = dnn_layer_real(layer, INIT);
    if (n > 1 && in->flat_channels * in->flat_positions == n)
        dnn_value_flatten(&values[0], in);
    return 1;
}

static dnn_shape wants(const dnn_layer *layer) {
    size_t n = dnn_layer_count(layer, NUM_PARAMETERS);
    return (dnn_shape){.rank = 0, .size = {n == 1 ? 0 : n}};
}

static dnn_status shape(const dnn_layer *layer, const dnn_shape *in, size_t inputs, dnn_shape *out,
                        dnn_error *err) {
    size_t n = dnn_layer_count(layer, NUM_PARAMETERS);
    char text[DNN_SHAPE_TEXT];
    (void)inputs, (void)out;
    if (n == 1 || n == dnn_shape_channels(in))
        return DNN_OK;
    dnn_shape_text(in, text);
    return dnn_fail(err, DNN_ERROR_SHAPE, "has %zu weights, one for each channel, but its input is %s",
                    n, text);
}

/* --- the loops, with a weight for each channel --- */

#define LOOPS(T, suffix)                                                                           \
    DNN_CLONES static void forward_##suffix(T *a, const T *x, const T *w, size_t rows,             \
                                            size_t cols) {                                         \
        for (size_t j = 0; j < cols; j++, a += rows, x += rows) {                                  \
            DNN_INDEPENDENT                                                                        \
            for (size_t c = 0; c < rows; c++)                                                      \
                a[c] = x[c] > 0 ? x[c] : w[c] * x[c];                                              \
        }                                                                                          \
    }                                                                                              \
    DNN_CLONES static void input_##suffix(T *dx, const T *x, const T *da, const T *w, size_t rows, \
                                          size_t cols, bool add) {                                 \
        for (size_t j = 0; j < cols; j++, dx += rows, x += rows, da += rows) {                     \
            DNN_INDEPENDENT                                                                        \
            for (size_t c = 0; c < rows; c++) {                                                    \
                T d = x[c] > 0 ? da[c] : w[c] * da[c];                                             \
                dx[c] = add ? dx[c] + d : d;                                                       \
            }                                                                                      \
        }                                                                                          \
    }                                                                                              \
    DNN_CLONES static void sums_##suffix(double *sums, const T *x, const T *da, size_t rows,       \
                                         size_t cols) {                                            \
        for (size_t j = 0; j < cols; j++, x += rows, da += rows) {                                 \
            DNN_INDEPENDENT                                                                        \
            for (size_t c = 0; c < rows; c++)                                                      \
                sums[c] += x[c] > 0 ? 0 : (double)x[c] * da[c];                                    \
        }                                                                                          \
    }

LOOPS(float, f32)
LOOPS(double, f64)

static size_t width_of(size_t channels) {
    return channels < DNN_CHUNK ? DNN_CHUNK / channels : 1;
}

static size_t tasks_of(const dnn_call *call) {
    size_t channels = dnn_shape_channels(&call->out), width = width_of(channels);
    size_t cols = dnn_shape_positions(&call->out) * call->examples;
    return (cols + width - 1) / width;
}

/* Each task's sums, then the channels' weights. */
static size_t scratch(const dnn_call *call) {
    return (tasks_of(call) + 1) * dnn_shape_channels(&call->out) * sizeof(double);
}

static void *weights_of(const dnn_call *call) {
    return (double *)call->scratch + tasks_of(call) * dnn_shape_channels(&call->out);
}

static void spread_weights(const dnn_call *call) {
    const dnn_matrix *weight = &call->values[0];
    size_t channels = dnn_shape_channels(&call->out);
    for (size_t c = 0; c < channels; c++) {
        double w = dnn_matrix_get(weight, weight->rows > 1 ? c : 0, 0);
        dnn_channel_put(call->dtype, weights_of(call), c, w);
    }
}

/* Where a task's columns begin in a matrix; NULL stays NULL. */
static void *at(const dnn_call *call, const dnn_matrix *m, size_t task) {
    size_t channels = dnn_shape_channels(&call->out);
    size_t offset = task * width_of(channels) * channels * dnn_dtype_info(call->dtype)->size;
    return m->data == NULL ? NULL : (char *)m->data + offset;
}

static size_t columns_of(const dnn_call *call, size_t task) {
    size_t width = width_of(dnn_shape_channels(&call->out));
    size_t left = dnn_shape_positions(&call->out) * call->examples - task * width;
    return left < width ? left : width;
}

static void forward_task(void *context, size_t task) {
    const dnn_call *call = context;
    size_t rows = dnn_shape_channels(&call->out), cols = columns_of(call, task);
    void *a = at(call, &call->A, task), *x = at(call, &call->X[0], task), *w = weights_of(call);
    (call->dtype == DNN_FLOAT32 ? forward_f32(a, x, w, rows, cols)
                                : forward_f64(a, x, w, rows, cols));
}

static void backward_task(void *context, size_t task) {
    const dnn_call *call = context;
    size_t rows = dnn_shape_channels(&call->out), cols = columns_of(call, task);
    bool single = call->dtype == DNN_FLOAT32, add = call->add[0];
    void *x = at(call, &call->X[0], task), *da = at(call, &call->dA, task),
         *dx = at(call, &call->dX[0], task), *w = weights_of(call);
    double *sums = (double *)call->scratch + task * rows;
    memset(sums, 0, rows * sizeof *sums);
    if (call->gradients[0].data != NULL)
        (single ? sums_f32(sums, x, da, rows, cols) : sums_f64(sums, x, da, rows, cols));
    if (dx != NULL)
        (single ? input_f32(dx, x, da, w, rows, cols, add)
                : input_f64(dx, x, da, w, rows, cols, add));
}

static void over_tasks(dnn_call *call, dnn_task *run) {
    size_t tasks = tasks_of(call);
    spread_weights(call);
    if (tasks > 1)
        dnn_parallel(tasks, run, call);
    else
        run(call, 0);
}

static dnn_status forward(dnn_call *call, dnn_error *err) {
    (void)err;
    over_tasks(call, forward_task);
    return DNN_OK;
}

static dnn_status backward(dnn_call *call, dnn_error *err) {
    dnn_matrix *dweight = &call->gradients[0];
    size_t rows = dnn_shape_channels(&call->out);
    size_t width = dweight->rows > 1 ? 1 : rows; /* channels of a weight */
    const double *sums = call->scratch;
    (void)err;
    over_tasks(call, backward_task);
    for (size_t w = 0; dweight->data != NULL && w < dweight->rows; w++) {
        double sum = call->accumulate ? dnn_matrix_get(dweight, w, 0) : 0;
        for (size_t task = 0; task < tasks_of(call); task++)
            for (size_t c = w * width; c < (w + 1) * width; c++)
                sum += sums[task * rows + c];
        dnn_matrix_set(dweight, w, 0, sum);
    }
    return DNN_OK;
}

static const dnn_case cases[] = {
    {.in = {{1, {7}}}},
    {.settings = "num_parameters=3", .in = {{3, {2, 2, 3}}}},
    {.settings = "num_parameters=2 init=0.5", .in = {{2, {4, 2}}}},
    {.settings = NULL},
};

const dnn_layer_class dnn_layer_prelu = {
    .name = "PReLU",
    .doc = "A = X where X > 0, else weight * X",
    .fields = fields,
    .cases = cases,
    .flags = DNN_READS_X | DNN_STEP_BY_STEP,
    .wants = wants,
    .shape = shape,
    .values = values,
    .scratch = scratch,
    .forward = forward,
    .backward = backward,
};
