/* gates.c: loops over the units of a column, some columns a task. */
#ifdef T /* both_types.inc */

/* Pointers to column j, in the order of job.m; NULL where there is no matrix. */
DNN_CLONES static void K(lstm)(size_t h, void *const *at) {
    T *i = at[0], *f = i + h, *g = f + h, *o = g + h, *c = at[2], *tanh_c = at[3], *a = at[4];
    const T *before = at[1];
    DNN_INDEPENDENT
    for (size_t u = 0; u < h; u++) {
        T in = K(dnn_sigmoid)(i[u]), keep = K(dnn_sigmoid)(f[u]), value = K(dnn_tanh)(g[u]);
        i[u] = in;
        f[u] = keep;
        g[u] = value;
        T cell = in * value + (before == NULL ? 0 : keep * before[u]);
        c[u] = cell;
    }
    DNN_INDEPENDENT
    for (size_t u = 0; u < h; u++) {
        T out = K(dnn_sigmoid)(o[u]), t = K(dnn_tanh)(c[u]);
        o[u] = out;
        a[u] = out * t;
        if (tanh_c != NULL)
            tanh_c[u] = t;
    }
}

DNN_CLONES static void K(lstm_back)(size_t h, void *const *at) {
    T *i = at[0], *f = i + h, *g = f + h, *o = g + h, *dc = at[4];
    const T *before = at[1], *tanh_c = at[2], *da = at[3];
    DNN_INDEPENDENT
    for (size_t u = 0; u < h; u++) {
        T t = tanh_c[u], cell = dc[u] + da[u] * o[u] * (1 - t * t);
        o[u] = da[u] * t * o[u] * (1 - o[u]);
        dc[u] = cell * f[u];
        f[u] = before == NULL ? 0 : cell * before[u] * f[u] * (1 - f[u]);
        T in = i[u], value = g[u];
        i[u] = cell * value * in * (1 - in);
        g[u] = cell * in * (1 - value * value);
    }
}

DNN_CLONES static void K(gru)(size_t h, void *const *at) {
    T *r = at[0], *z = r + h, *n = z + h, *a = at[3];
    const T *hr = at[1], *hz = hr + h, *hn = hz + h, *before = at[2];
    DNN_INDEPENDENT
    for (size_t u = 0; u < h; u++) {
        r[u] = K(dnn_sigmoid)(r[u] + hr[u]);
        n[u] = K(dnn_tanh)(n[u] + r[u] * hn[u]);
        z[u] = K(dnn_sigmoid)(z[u] + hz[u]);
        a[u] = (1 - z[u]) * n[u] + (before == NULL ? 0 : z[u] * before[u]);
    }
}

DNN_CLONES static void K(gru_back)(size_t h, void *const *at) {
    T *r = at[0], *z = r + h, *n = z + h, *hr = at[1], *hz = hr + h, *hn = hz + h, *da = at[3];
    const T *before = at[2];
    DNN_INDEPENDENT
    for (size_t u = 0; u < h; u++) {
        T dn = da[u] * (1 - z[u]) * (1 - n[u] * n[u]);
        T dr = dn * hn[u] * r[u] * (1 - r[u]);
        T dz = da[u] * ((before == NULL ? 0 : before[u]) - n[u]) * z[u] * (1 - z[u]);
        da[u] *= z[u];
        hn[u] = dn * r[u];
        hr[u] = dr;
        hz[u] = dz;
        n[u] = dn;
        r[u] = dr;
        z[u] = dz;
    }
}

#else
#include "math/gates.h"

#include "core/threads.h"
#include "math/functions.h"
#include "math/simd.h"

#define TASK_UNITS 2048
#define MOST       5

#define KERNELS "math/gates.c"
#include "math/both_types.inc"

typedef void gate_kernel(size_t h, void *const *at);

typedef struct job {
    gate_kernel *kernel;
    const dnn_matrix *m[MOST]; /* in the order that the kernel takes; NULL for none */
    size_t units, examples, step;
} job;

static void run_columns(void *context, size_t task) {
    const job *b = context;
    for (size_t j = task * b->step; j < (task + 1) * b->step && j < b->examples; j++) {
        void *at[MOST];
        for (size_t k = 0; k < MOST; k++)
            at[k] = b->m[k] == NULL ? NULL : dnn_matrix_at(b->m[k], 0, j);
        b->kernel(b->units, at);
    }
}

/* Checks that each matrix has its multiple of the units as rows, and runs. */
static dnn_status run(const char *what, job *b, gate_kernel *const kernels[2],
                      const size_t blocks[MOST], dnn_error *err) {
    const dnn_matrix *gates = b->m[0];
    dnn_status status = dnn_matrix_require_real(gates, what, err);
    b->units = gates->rows / blocks[0];
    b->examples = gates->cols;
    for (size_t k = 0; k < MOST && status == DNN_OK; k++) {
        const dnn_matrix *m = b->m[k];
        if (m == NULL)
            continue;
        status = dnn_matrix_require_same_type(gates, m, what, err);
        if (status == DNN_OK && (m->rows != blocks[k] * b->units || m->cols != b->examples))
            status = dnn_fail(err, DNN_ERROR_SHAPE,
                              "%s: for gates of %zu x %zu, expected %zu x %zu, got %zu x %zu", what,
                              gates->rows, gates->cols, blocks[k] * b->units, b->examples, m->rows,
                              m->cols);
    }
    if (status != DNN_OK || b->units == 0)
        return status;
    b->kernel = kernels[gates->dtype == DNN_FLOAT64];
    b->step = (TASK_UNITS + b->units - 1) / b->units;
    dnn_parallel((b->examples + b->step - 1) / b->step, run_columns, b);
    return DNN_OK;
}

dnn_status dnn_lstm_gates(dnn_matrix *Z, const dnn_matrix *C_before, dnn_matrix *C,
                          dnn_matrix *tanh_C, dnn_matrix *A, dnn_error *err) {
    return run("LSTM",
               &(job){
                   .m = {Z, C_before, C, tanh_C, A}
    },
               (gate_kernel *const[]){lstm_f32, lstm_f64}, (const size_t[]){4, 1, 1, 1, 1}, err);
}

dnn_status dnn_lstm_gates_backward(dnn_matrix *Z, const dnn_matrix *C_before,
                                   const dnn_matrix *tanh_C, const dnn_matrix *dA, dnn_matrix *dC,
                                   dnn_error *err) {
    return run("LSTM",
               &(job){
                   .m = {Z, C_before, tanh_C, dA, dC}
    },
               (gate_kernel *const[]){lstm_back_f32, lstm_back_f64},
               (const size_t[]){4, 1, 1, 1, 1}, err);
}

dnn_status dnn_gru_gates(dnn_matrix *ZX, const dnn_matrix *ZH, const dnn_matrix *A_before,
                         dnn_matrix *A, dnn_error *err) {
    return run("GRU",
               &(job){
                   .m = {ZX, ZH, A_before, A}
    },
               (gate_kernel *const[]){gru_f32, gru_f64}, (const size_t[]){3, 3, 1, 1, 0}, err);
}

dnn_status dnn_gru_gates_backward(dnn_matrix *ZX, dnn_matrix *ZH, const dnn_matrix *A_before,
                                  dnn_matrix *dA, dnn_error *err) {
    return run("GRU",
               &(job){
                   .m = {ZX, ZH, A_before, dA}
    },
               (gate_kernel *const[]){gru_back_f32, gru_back_f64}, (const size_t[]){3, 3, 1, 1, 0},
               err);
}
#endif
