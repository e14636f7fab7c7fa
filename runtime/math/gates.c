/* gates.c: loops over the units of one example, and over the examples of a step.
 *
 * This file is compiled with contraction to fused multiply-adds, which halves the chains of exp and
 * tanh, and they are what a step waits for. */
#ifdef T /* both_types.inc */

#define OF(array, blocks) ((T *)g->array + (blocks)*g->units * j)

/* The kernel of an example, with and without a table. */
#define EITHER(name, blocks)                                                                       \
    DNN_CLONES static void K(name)(const dnn_gates *g, size_t j) {                                 \
        if (g->table == NULL)                                                                      \
            K(name##_units)(g, j, NULL, false);                                                    \
        else                                                                                       \
            K(name##_units)(g, j, K(looked_up)(g, blocks, j), true);                               \
    }

/* X's sums of an example, from the table. */
DNN_INLINE const T *K(looked_up)(const dnn_gates *g, size_t blocks, size_t j) {
    return (const T *)g->table + blocks * g->units * g->columns[g->columns_step * j];
}

DNN_INLINE T K(sum)(T z, const T *x, size_t u, bool table) {
    return table ? z + x[u] : z;
}

/* The gradient of H from outside the cell. */
DNN_INLINE const T *K(output_gradient)(const dnn_gates *g, size_t j) {
    return g->dA == NULL ? NULL : (const T *)g->dA + g->dA_step * j;
}

DNN_INLINE void K(rnn_tanh_units)(const dnn_gates *g, size_t j, const T *x, bool table) {
    const T *z = OF(Z, 1);
    T *h = OF(H, 1);
    DNN_INDEPENDENT
    for (size_t u = 0; u < g->units; u++)
        h[u] = K(dnn_tanh)(K(sum)(z[u], x, u, table));
}
EITHER(rnn_tanh, 1)

DNN_CLONES static void K(rnn_tanh_back)(const dnn_gates *g, size_t j) {
    const T *h = OF(H, 1), *da = K(output_gradient)(g, j);
    T *dh = OF(dH, 1), *dz = OF(dZ, 1);
    DNN_INDEPENDENT
    for (size_t u = 0; u < g->units; u++) {
        dz[u] = (dh[u] + (da == NULL ? 0 : da[u])) * (1 - h[u] * h[u]);
        dh[u] = 0;
    }
}

DNN_INLINE void K(rnn_relu_units)(const dnn_gates *g, size_t j, const T *x, bool table) {
    const T *z = OF(Z, 1);
    T *h = OF(H, 1);
    DNN_INDEPENDENT
    for (size_t u = 0; u < g->units; u++) {
        T sum = K(sum)(z[u], x, u, table);
        h[u] = sum < 0 ? 0 : sum; /* NaN stays */
    }
}
EITHER(rnn_relu, 1)

DNN_CLONES static void K(rnn_relu_back)(const dnn_gates *g, size_t j) {
    const T *h = OF(H, 1), *da = K(output_gradient)(g, j);
    T *dh = OF(dH, 1), *dz = OF(dZ, 1);
    DNN_INDEPENDENT
    for (size_t u = 0; u < g->units; u++) {
        T all = dh[u] + (da == NULL ? 0 : da[u]);
        dz[u] = h[u] > 0 ? all : 0;
        dh[u] = 0;
    }
}

DNN_INLINE void K(lstm_units)(const dnn_gates *g, size_t j, const T *x, bool table) {
    const size_t units = g->units;
    T *in = OF(Z, 4), *keep = in + g->units, *value = keep + g->units, *out = value + g->units;
    T *c = OF(C, 1), *tanh_c = OF(tanh_C, 1), *h = OF(H, 1);
    const T *before = OF(C_before, 1);
    DNN_INDEPENDENT
    for (size_t u = 0; u < g->units; u++) {
        in[u] = K(dnn_sigmoid)(K(sum)(in[u], x, u, table));
        keep[u] = K(dnn_sigmoid)(K(sum)(keep[u], x, units + u, table));
        value[u] = K(dnn_tanh)(K(sum)(value[u], x, 2 * units + u, table));
        c[u] = in[u] * value[u] + keep[u] * before[u];
    }
    DNN_INDEPENDENT
    for (size_t u = 0; u < g->units; u++) {
        out[u] = K(dnn_sigmoid)(K(sum)(out[u], x, 3 * units + u, table));
        tanh_c[u] = K(dnn_tanh)(c[u]);
        h[u] = out[u] * tanh_c[u];
    }
}
EITHER(lstm, 4)

DNN_CLONES static void K(lstm_back)(const dnn_gates *g, size_t j) {
    const T *in = OF(Z, 4), *keep = in + g->units, *value = keep + g->units,
            *out = value + g->units, *tanh_c = OF(tanh_C, 1), *before = OF(C_before, 1),
            *da = K(output_gradient)(g, j);
    T *di = OF(dZ, 4), *df = di + g->units, *dg = df + g->units, *d_out = dg + g->units,
      *dc = OF(dC, 1), *dh = OF(dH, 1);
    DNN_INDEPENDENT
    for (size_t u = 0; u < g->units; u++) {
        T all = dh[u] + (da == NULL ? 0 : da[u]), t = tanh_c[u];
        T cell = dc[u] + all * out[u] * (1 - t * t);
        d_out[u] = all * t * out[u] * (1 - out[u]);
        df[u] = cell * before[u] * keep[u] * (1 - keep[u]);
        di[u] = cell * value[u] * in[u] * (1 - in[u]);
        dg[u] = cell * in[u] * (1 - value[u] * value[u]);
        dc[u] = cell * keep[u];
        dh[u] = 0;
    }
}

DNN_CLONES static void K(gru)(const dnn_gates *g, size_t j) {
    T *r = OF(Z, 3), *z = r + g->units, *n = z + g->units, *h = OF(H, 1);
    const T *xr = g->table == NULL ? r : K(looked_up)(g, 3, j), *xz = xr + g->units,
            *xn = xz + g->units;
    const T *hr = OF(ZH, 3), *hz = hr + g->units, *hn = hz + g->units, *before = OF(H_before, 1);
    DNN_INDEPENDENT
    for (size_t u = 0; u < g->units; u++) {
        r[u] = K(dnn_sigmoid)(xr[u] + hr[u]);
        n[u] = K(dnn_tanh)(xn[u] + r[u] * hn[u]);
        z[u] = K(dnn_sigmoid)(xz[u] + hz[u]);
        h[u] = (1 - z[u]) * n[u] + z[u] * before[u];
    }
}

DNN_CLONES static void K(gru_back)(const dnn_gates *g, size_t j) {
    const T *r = OF(Z, 3), *z = r + g->units, *n = z + g->units, *hn = OF(ZH, 3) + 2 * g->units,
            *before = OF(H_before, 1), *da = K(output_gradient)(g, j);
    T *dr = OF(dZ, 3), *dz = dr + g->units, *dn = dz + g->units;
    T *dhr = OF(dZH, 3), *dhz = dhr + g->units, *dhn = dhz + g->units, *dh = OF(dH, 1);
    DNN_INDEPENDENT
    for (size_t u = 0; u < g->units; u++) {
        T all = dh[u] + (da == NULL ? 0 : da[u]);
        T slope = all * (1 - z[u]) * (1 - n[u] * n[u]);
        dn[u] = slope;
        dhn[u] = slope * r[u];
        dr[u] = dhr[u] = slope * hn[u] * r[u] * (1 - r[u]);
        dz[u] = dhz[u] = all * (before[u] - n[u]) * z[u] * (1 - z[u]);
        dh[u] = all * z[u];
    }
}

#undef OF
#undef EITHER

#else
#include "math/gates.h"

#include <stdbool.h>
#include <string.h>

#include "math/functions.h"
#include "math/simd.h"

#define KERNELS "math/gates.c"
#include "math/both_types.inc"

typedef void one_example(const dnn_gates *g, size_t j);

static bool has_ended(const dnn_gates *g, size_t j) {
    return g->lengths != NULL && g->step >= g->lengths[j];
}

/* Column j of an array of so many blocks. */
static void *column(const dnn_gates *g, const void *array, size_t blocks, size_t j) {
    return (char *)array + blocks * g->units * j * dnn_dtype_info(g->dtype)->size;
}

static void forward(const dnn_gates *g, one_example *const kernels[2]) {
    size_t bytes = g->units * dnn_dtype_info(g->dtype)->size;
    for (size_t j = 0; j < g->examples; j++) {
        if (!has_ended(g, j)) {
            kernels[g->dtype == DNN_FLOAT64](g, j);
            continue;
        }
        memcpy(column(g, g->H, 1, j), column(g, g->H_before, 1, j), bytes);
        if (g->C != NULL)
            memcpy(column(g, g->C, 1, j), column(g, g->C_before, 1, j), bytes);
    }
}

static void backward(const dnn_gates *g, size_t blocks, one_example *const kernels[2]) {
    size_t bytes = blocks * g->units * dnn_dtype_info(g->dtype)->size;
    for (size_t j = 0; j < g->examples; j++) {
        if (!has_ended(g, j)) {
            kernels[g->dtype == DNN_FLOAT64](g, j);
            continue;
        }
        memset(column(g, g->dZ, blocks, j), 0, bytes);
        if (g->dZH != NULL)
            memset(column(g, g->dZH, blocks, j), 0, bytes);
    }
}

#define BOTH(name) ((one_example *const[]){name##_f32, name##_f64})

void dnn_rnn_tanh(const dnn_gates *g) {
    forward(g, BOTH(rnn_tanh));
}

void dnn_rnn_tanh_backward(const dnn_gates *g) {
    backward(g, 1, BOTH(rnn_tanh_back));
}

void dnn_rnn_relu(const dnn_gates *g) {
    forward(g, BOTH(rnn_relu));
}

void dnn_rnn_relu_backward(const dnn_gates *g) {
    backward(g, 1, BOTH(rnn_relu_back));
}

void dnn_lstm_gates(const dnn_gates *g) {
    forward(g, BOTH(lstm));
}

void dnn_lstm_gates_backward(const dnn_gates *g) {
    backward(g, 4, BOTH(lstm_back));
}

void dnn_gru_gates(const dnn_gates *g) {
    forward(g, BOTH(gru));
}

void dnn_gru_gates_backward(const dnn_gates *g) {
    backward(g, 3, BOTH(gru_back));
}
#endif
