/* softmax.c: one column after the other, some columns a task. */
#ifdef T /* both_types.inc */

DNN_CLONES static void K(shift)(T *a, const T *x, size_t n, T by) {
    DNN_INDEPENDENT
    for (size_t i = 0; i < n; i++)
        a[i] = x[i] - by;
}

DNN_CLONES static void K(log_backward)(T *dx, const T *a, const T *da, size_t n, T sum, bool add) {
    if (add) {
        DNN_INDEPENDENT
        for (size_t i = 0; i < n; i++)
            dx[i] += da[i] - K(dnn_exp)(a[i]) * sum;
    } else {
        DNN_INDEPENDENT
        for (size_t i = 0; i < n; i++)
            dx[i] = da[i] - K(dnn_exp)(a[i]) * sum;
    }
}

static void K(forward_column)(const columns *c, void *out, const void *x) {
    size_t n = c->out->rows;
    T *a = out;
    T top = (T)c->top(n, x, 0, 0);
    if (!c->logarithm) {
        K(dnn_run_exp)(a, x, n, top);
        K(dnn_run_scale)(a, n, (T)(1 / c->sum(n, a, 0, 0)));
        return;
    }
    double sum = 0;
    T part[256];
    for (size_t i = 0; i < n; i += 256) { /* a may be x, which is still wanted */
        size_t count = n - i < 256 ? n - i : 256;
        K(dnn_run_exp)(part, (const T *)x + i, count, top);
        sum += c->sum(count, part, 0, 0);
    }
    K(shift)(a, x, n, top + (T)log(sum));
}

static void K(backward_column)(const columns *c, void *dx, const void *a, const void *da) {
    size_t n = c->out->rows;
    if (c->logarithm)
        K(log_backward)(dx, a, da, n, (T)c->sum(n, da, 0, 0), c->add);
    else
        K(dnn_run_slope)(dx, a, da, n, (T)K(dnn_run_dot)(a, da, n), c->add);
}

#else
#include "math/softmax.h"

#include "core/threads.h"
#include "math/functions.h"
#include "math/reduce_kernels.h"
#include "math/runs.h"
#include "math/simd.h"

#define TASK_ELEMENTS 8192

typedef struct columns {
    const dnn_matrix *X, *A, *dA; /* X of forward; A and dA of backward */
    const dnn_matrix *out;
    bool logarithm, add;
    dnn_fold_kernel *top, *sum;
    size_t step; /* columns of a task */
} columns;

#define KERNELS "math/softmax.c"
#include "math/both_types.inc"

static void run_column(const columns *c, size_t j) {
    bool wide = c->out->dtype == DNN_FLOAT64;
    void *out = dnn_matrix_at(c->out, 0, j);
    if (c->X != NULL)
        (wide ? forward_column_f64 : forward_column_f32)(c, out, dnn_matrix_at(c->X, 0, j));
    else
        (wide ? backward_column_f64 : backward_column_f32)(c, out, dnn_matrix_at(c->A, 0, j),
                                                           dnn_matrix_at(c->dA, 0, j));
}

static void run_columns(void *context, size_t task) {
    const columns *c = context;
    for (size_t j = task * c->step; j < (task + 1) * c->step && j < c->out->cols; j++)
        run_column(c, j);
}

/* Checks that the matrices agree, and runs. */
static dnn_status run(const char *what, columns *c, dnn_error *err) {
    const dnn_matrix *others[] = {c->X, c->A, c->dA};
    dnn_status status = dnn_matrix_require_real(c->out, what, err);
    for (size_t i = 0; i < 3 && status == DNN_OK; i++) {
        const dnn_matrix *m = others[i];
        if (m == NULL)
            continue;
        status = dnn_matrix_require_same_type(m, c->out, what, err);
        if (status == DNN_OK && (m->rows != c->out->rows || m->cols != c->out->cols))
            status = dnn_fail(err, DNN_ERROR_SHAPE,
                              "%s: expected matrices of one shape, got %zu x %zu and %zu x %zu",
                              what, m->rows, m->cols, c->out->rows, c->out->cols);
    }
    if (status != DNN_OK || dnn_matrix_count(c->out) == 0)
        return status;
    bool wide = c->out->dtype == DNN_FLOAT64;
    c->top = wide ? dnn_f64_max : dnn_f32_max;
    c->sum = wide ? dnn_f64_sum : dnn_f32_sum;
    c->step = (TASK_ELEMENTS + c->out->rows - 1) / c->out->rows;
    return dnn_parallel_until((c->out->cols + c->step - 1) / c->step, run_columns, c, err);
}

dnn_status dnn_softmax(const dnn_matrix *X, dnn_matrix *A, dnn_error *err) {
    return run("softmax", &(columns){.X = X, .out = A}, err);
}

dnn_status dnn_softmax_backward(const dnn_matrix *A, const dnn_matrix *dA, double beta,
                                dnn_matrix *dX, dnn_error *err) {
    return run("softmax", &(columns){.A = A, .dA = dA, .out = dX, .add = beta != 0}, err);
}

dnn_status dnn_log_softmax(const dnn_matrix *X, dnn_matrix *A, dnn_error *err) {
    return run("log softmax", &(columns){.X = X, .out = A, .logarithm = true}, err);
}

dnn_status dnn_log_softmax_backward(const dnn_matrix *A, const dnn_matrix *dA, double beta,
                                    dnn_matrix *dX, dnn_error *err) {
    return run("log softmax",
               &(columns){.A = A, .dA = dA, .out = dX, .logarithm = true, .add = beta != 0}, err);
}
#endif
