/* local_response_norm.c: each channel divided by what its neighbours hold (Krizhevsky et al. 2012).
 *
 *     s(c) = k + alpha / size sum of x(i)^2,  a(c) = x(c) s(c)^-beta
 *     dx(c) = da(c) s(c)^-beta - 2 alpha beta / size x(c) sum of da(j) x(j) s(j)^(-beta - 1)
 *
 * with i the `size` channels from c - floor(size / 2) on, and j those whose neighbours c is among.
 */
#ifdef T

/* s of all n channels of a position. */
static void K(norms)(const T *x, double *s, size_t n, const norm *how) {
    for (size_t c = 0; c < n; c++) {
        size_t first = c > how->below ? c - how->below : 0;
        size_t end = n - c > how->above ? c + how->above + 1 : n;
        double sum = 0;
        for (size_t i = first; i < end; i++)
            sum += (double)x[i] * (double)x[i];
        s[c] = how->k + how->alpha * sum;
    }
}

static void K(forward_position)(const T *x, T *a, double *s, size_t n, const norm *how) {
    K(norms)(x, s, n, how);
    for (size_t c = 0; c < n; c++)
        a[c] = (T)((double)x[c] * pow(s[c], -how->beta));
}

/* s holds 2 n numbers. */
static void K(backward_position)(const T *x, const T *da, T *dx, double *s, size_t n,
                                 const norm *how, bool add) {
    double *pull = s + n;
    K(norms)(x, s, n, how);
    for (size_t c = 0; c < n; c++) {
        double power = pow(s[c], -how->beta);
        pull[c] = (double)da[c] * (double)x[c] * power / s[c];
        s[c] = power;
    }
    for (size_t c = 0; c < n; c++) {
        size_t first = c > how->above ? c - how->above : 0;
        size_t end = n - c > how->below ? c + how->below + 1 : n;
        double sum = 0;
        for (size_t j = first; j < end; j++)
            sum += pull[j];
        double g = (double)da[c] * s[c] - 2 * how->alpha * how->beta * (double)x[c] * sum;
        dx[c] = (T)(add ? (double)dx[c] + g : g);
    }
}

#else

#include <math.h>

#include "nn/call.h"
#include "nn/chunk.h"

enum { SIZE, ALPHA, BETA, K_SETTING };

typedef struct norm {
    size_t below, above;   /* neighbours before and after a channel */
    double alpha, beta, k; /* alpha by size */
} norm;

#define KERNELS "nn/layers/local_response_norm.c"
#include "nn/both_types.inc"

static const dnn_field fields[] = {
    [SIZE] = {.name = "size",
              .kind = DNN_FIELD_COUNT,
              .low = 1,
              .positional = true,
              .required = true,
              .example = 3,
              .doc = "channels of a neighbourhood, itself included"},
    [ALPHA] = {.name = "alpha",
              .kind = DNN_FIELD_REAL,
              .positional = true,
              .initial = 1e-4,
              .low = 0,
              .high = 1e6,
              .doc = "how much the neighbours' mean square counts"},
    [BETA] = {.name = "beta",
              .kind = DNN_FIELD_REAL,
              .positional = true,
              .initial = 0.75,
              .low = 0,
              .high = 100,
              .doc = "the power of the divisor"},
    [K_SETTING] = {.name = "k",
              .kind = DNN_FIELD_REAL,
              .positional = true,
              .initial = 1,
              .low = 1e-30,
              .high = 1e6,
              .doc = "what the divisor is without neighbours"},
    {.name = NULL                                      },
};

static norm norm_of(const dnn_layer *layer) {
    size_t size = dnn_layer_count(layer, SIZE);
    return (norm){.below = size / 2,
                  .above = (size - 1) / 2,
                  .alpha = dnn_layer_real(layer, ALPHA) / (double)size,
                  .beta = dnn_layer_real(layer, BETA),
                  .k = dnn_layer_real(layer, K_SETTING)};
}

/* 2 numbers for each channel of each example. */
static size_t scratch(const dnn_call *call) {
    return 2 * dnn_shape_channels(&call->out) * call->examples * sizeof(double);
}

static void forward_example(void *context, size_t example) {
    const dnn_call *call = context;
    norm how = norm_of(call->layer);
    size_t n = dnn_shape_channels(&call->out), count = dnn_shape_count(&call->out);
    double *s = (double *)call->scratch + 2 * n * example;
    for (size_t at = 0; at < count; at += n) {
        const void *x = dnn_matrix_at(&call->X[0], at, example);
        void *a = dnn_matrix_at(&call->A, at, example);
        (call->dtype == DNN_FLOAT32 ? forward_position_f32(x, a, s, n, &how)
                                    : forward_position_f64(x, a, s, n, &how));
    }
}

static void backward_example(void *context, size_t example) {
    const dnn_call *call = context;
    norm how = norm_of(call->layer);
    size_t n = dnn_shape_channels(&call->out), count = dnn_shape_count(&call->out);
    double *s = (double *)call->scratch + 2 * n * example;
    for (size_t at = 0; at < count; at += n) {
        const void *x = dnn_matrix_at(&call->X[0], at, example);
        const void *da = dnn_matrix_at(&call->dA, at, example);
        void *dx = dnn_matrix_at(&call->dX[0], at, example);
        (call->dtype == DNN_FLOAT32 ? backward_position_f32(x, da, dx, s, n, &how, call->add[0])
                                    : backward_position_f64(x, da, dx, s, n, &how, call->add[0]));
    }
}

static dnn_status forward(dnn_call *call, dnn_error *err) {
    (void)err;
    dnn_for_tasks(call->examples, dnn_matrix_count(&call->X[0]), forward_example, call);
    return DNN_OK;
}

static dnn_status backward(dnn_call *call, dnn_error *err) {
    (void)err;
    if (call->dX[0].data != NULL)
        dnn_for_tasks(call->examples, dnn_matrix_count(&call->X[0]), backward_example, call);
    return DNN_OK;
}

static const dnn_case cases[] = {
    {.settings = "size=3 alpha=0.5", .in = {{3, {2, 3, 5}}}},
    {.settings = "size=4 alpha=2 beta=1.5 k=2",                              .in = {{2, {3, 4}}}},
    {.settings = "size=9 alpha=1",.in = {{3, {2, 2, 3}}}},
    {.settings = "size=1",   .in = {{1, {4}}}},
    {.settings = NULL                             },
};

const dnn_layer_class dnn_layer_local_response_norm = {
    .name = "LocalResponseNorm",
    .doc = "A = X / (k + alpha * mean of the squares of size channels)^beta",
    .fields = fields,
    .cases = cases,
    .flags = DNN_READS_X | DNN_STEP_BY_STEP,
    .scratch = scratch,
    .forward = forward,
    .backward = backward,
};

#endif
