/* layer_norm.c: columns one after the other, some columns a task; the gradients of weight and bias
 * are first summed by task, then over the tasks in their order. */
#ifdef T /* both_types.inc */

DNN_CLONES static void K(apply)(T *a, const T *x, size_t n, T mean, T factor, const T *weight,
                                const T *bias) {
    if (weight == NULL) {
        DNN_INDEPENDENT
        for (size_t i = 0; i < n; i++)
            a[i] = (x[i] - mean) * factor;
    } else {
        DNN_INDEPENDENT
        for (size_t i = 0; i < n; i++)
            a[i] = (x[i] - mean) * factor * weight[i];
    }
    if (bias != NULL) {
        DNN_INDEPENDENT
        for (size_t i = 0; i < n; i++)
            a[i] += bias[i];
    }
}

static void K(forward_column)(const job *b, size_t j) {
    const T *x = dnn_matrix_at(b->X, 0, j);
    size_t n = b->X->rows;
    double mean = b->norm->rms ? 0 : b->sum(n, x, 0, 0) / (double)n;
    double squares = b->squares(n, x, mean, 1) / (double)n;
    double factor = 1 / sqrt(squares + b->norm->eps);
    const dnn_matrix *weight = b->norm->weight, *bias = b->norm->bias;
    K(apply)
    (dnn_matrix_at(b->out, 0, j), x, n, (T)mean, (T)factor, weight == NULL ? NULL : weight->data,
     bias == NULL ? NULL : bias->data);
    if (b->stats != NULL) {
        T *stats = dnn_matrix_at(b->stats, 0, j);
        stats[0] = (T)mean;
        stats[1] = (T)factor;
    }
}

/* Sums of g = dA weight and of g times the normalised x, on 16 lanes that are merged pairwise. */
DNN_CLONES static void K(sums)(const T *x, const T *da, const T *weight, size_t n, T mean, T factor,
                               double *sum, double *product) {
    double s[16] = {0}, p[16] = {0};
    size_t i = 0;
    for (; i + 16 <= n; i += 16) {
        DNN_LANES
        for (size_t l = 0; l < 16; l++) {
            double g = (double)da[i + l] * weight[i + l];
            s[l] += g;
            p[l] += g * ((x[i + l] - mean) * factor);
        }
    }
    for (size_t l = 0; i < n; i++, l++) {
        double g = (double)da[i] * weight[i];
        s[l] += g;
        p[l] += g * ((x[i] - mean) * factor);
    }
    for (size_t half = 8; half > 0; half /= 2)
        for (size_t l = 0; l < half; l++) {
            s[l] += s[l + half];
            p[l] += p[l + half];
        }
    *sum = s[0];
    *product = p[0];
}

/* Adds a column's share to the gradients of weight and bias. */
DNN_CLONES static void K(values)(double *dweight, double *dbias, const T *x, const T *da, size_t n,
                                 T mean, T factor) {
    DNN_INDEPENDENT
    for (size_t i = 0; i < n; i++) {
        dweight[i] += (double)da[i] * ((x[i] - mean) * factor);
        dbias[i] += (double)da[i];
    }
}

DNN_CLONES static void K(input)(T *dx, const T *x, const T *da, const T *weight, size_t n, T mean,
                                T factor, T sum, T product, bool add) {
    DNN_INDEPENDENT
    for (size_t i = 0; i < n; i++) {
        T d = factor * (da[i] * weight[i] - sum - (x[i] - mean) * factor * product);
        dx[i] = add ? dx[i] + d : d;
    }
}

static void K(backward_column)(const job *b, size_t j, double *dweight, double *dbias) {
    const T *x = dnn_matrix_at(b->X, 0, j), *da = dnn_matrix_at(b->dA, 0, j);
    const T *stats = dnn_matrix_at(b->stats, 0, j), *weight = b->weight;
    size_t n = b->X->rows;
    if (dweight != NULL)
        K(values)(dweight, dbias, x, da, n, stats[0], stats[1]);
    if (b->out == NULL)
        return;
    double sum, product;
    K(sums)(x, da, weight, n, stats[0], stats[1], &sum, &product);
    sum = b->norm->rms ? 0 : sum / (double)n;
    K(input)
    (dnn_matrix_at(b->out, 0, j), x, da, weight, n, stats[0], stats[1], (T)sum,
     (T)(product / (double)n), b->add);
}

static void K(ones)(void *to, size_t n) {
    for (size_t i = 0; i < n; i++)
        ((T *)to)[i] = 1;
}

#else
#include "math/layer_norm.h"

#include <math.h>
#include <string.h>

#include "core/threads.h"
#include "math/reduce_kernels.h"
#include "math/scratch.h"
#include "math/simd.h"

#define TASK_ELEMENTS 8192 /* at least, of X */
#define MOST_TASKS    64   /* of backward, each with sums of its own */

typedef struct job {
    const dnn_layer_norm *norm;
    const dnn_matrix *X, *dA;
    dnn_matrix *stats, *out; /* out: A or dX */
    bool add;
    dnn_fold_kernel *sum, *squares;
    size_t step, tasks; /* columns of a task; their number */
    const void *weight; /* of backward: ones where there is none */
    double *partial;    /* tasks x {dweight, dbias} x n; NULL where not wanted */
} job;

#define KERNELS "math/layer_norm.c"
#include "math/both_types.inc"

static void plan(job *b, size_t most) {
    bool wide = b->X->dtype == DNN_FLOAT64;
    size_t cols = b->X->cols;
    b->sum = wide ? dnn_f64_sum : dnn_f32_sum;
    b->squares = wide ? dnn_f64_scaled_squares : dnn_f32_scaled_squares;
    b->step = (TASK_ELEMENTS + b->X->rows - 1) / b->X->rows;
    if (cols / b->step > most)
        b->step = (cols + most - 1) / most;
    b->tasks = (cols + b->step - 1) / b->step;
}

static dnn_status check(const char *name, const dnn_matrix *m, const dnn_matrix *X, size_t rows,
                        size_t cols, dnn_error *err) {
    if (m == NULL)
        return DNN_OK;
    dnn_status status = dnn_matrix_require_same_type(X, m, "layer norm", err);
    if (status == DNN_OK && (m->rows != rows || m->cols != cols))
        status = dnn_fail(err, DNN_ERROR_SHAPE,
                          "layer norm: expected %s to be %zu x %zu, got %zu "
                          "x %zu",
                          name, rows, cols, m->rows, m->cols);
    return status;
}

static dnn_status check_all(const dnn_layer_norm *norm, const dnn_matrix *X, const char *out_name,
                            const dnn_matrix *out, const dnn_matrix *stats, dnn_error *err) {
    dnn_status status = dnn_matrix_require_real(X, "layer norm", err);
    if (status == DNN_OK)
        status = check("the weight", norm->weight, X, X->rows, 1, err);
    if (status == DNN_OK)
        status = check("the bias", norm->bias, X, X->rows, 1, err);
    if (status == DNN_OK)
        status = check(out_name, out, X, X->rows, X->cols, err);
    if (status == DNN_OK)
        status = check("the statistics", stats, X, 2, X->cols, err);
    return status;
}

static void run_forward(void *context, size_t task) {
    const job *b = context;
    for (size_t j = task * b->step; j < (task + 1) * b->step && j < b->X->cols; j++)
        (b->X->dtype == DNN_FLOAT64 ? forward_column_f64 : forward_column_f32)(b, j);
}

dnn_status dnn_layer_norm_forward(const dnn_layer_norm *norm, const dnn_matrix *X, dnn_matrix *A,
                                  dnn_matrix *stats, dnn_error *err) {
    dnn_status status = check_all(norm, X, "A", A, stats, err);
    if (status != DNN_OK || dnn_matrix_count(X) == 0)
        return status;
    job b = {.norm = norm, .X = X, .out = A, .stats = stats};
    plan(&b, SIZE_MAX);
    return dnn_parallel_until(b.tasks, run_forward, &b, err);
}

static void run_backward(void *context, size_t task) {
    const job *b = context;
    size_t n = b->X->rows;
    double *dweight = b->partial == NULL ? NULL : b->partial + task * 2 * n;
    if (dweight != NULL)
        memset(dweight, 0, 2 * n * sizeof *dweight);
    for (size_t j = task * b->step; j < (task + 1) * b->step && j < b->X->cols; j++)
        (b->X->dtype == DNN_FLOAT64 ? backward_column_f64 : backward_column_f32)(
            b, j, dweight, dweight == NULL ? NULL : dweight + n);
}

/* values (+)= the tasks' sums, from element `first` of each on. */
static void add_values(const job *b, size_t first, double beta, dnn_matrix *values) {
    for (size_t i = 0; values != NULL && i < values->rows; i++) {
        double sum = beta == 0 ? 0 : dnn_matrix_get(values, i, 0);
        for (size_t task = 0; task < b->tasks; task++)
            sum += b->partial[task * 2 * b->X->rows + first + i];
        dnn_matrix_set(values, i, 0, sum);
    }
}

dnn_status dnn_layer_norm_backward(const dnn_layer_norm *norm, const dnn_matrix *X,
                                   const dnn_matrix *stats, const dnn_matrix *dA, double beta_input,
                                   dnn_matrix *dX, double beta_values, dnn_matrix *dweight,
                                   dnn_matrix *dbias, dnn_error *err) {
    dnn_status status = check_all(norm, X, "dX", dX, stats, err);
    if (status == DNN_OK)
        status = check("dA", dA, X, X->rows, X->cols, err);
    if (status == DNN_OK)
        status = check("dweight", dweight, X, X->rows, 1, err);
    if (status == DNN_OK)
        status = check("dbias", dbias, X, X->rows, 1, err);
    if (status != DNN_OK || X->rows == 0)
        return status;
    job b = {.norm = norm,
             .X = X,
             .dA = dA,
             .stats = (dnn_matrix *)stats,
             .out = dX,
             .add = beta_input != 0};
    plan(&b, MOST_TASKS);
    double *memory = dnn_scratch((2 * b.tasks + 1) * X->rows * sizeof *memory);
    if (memory == NULL)
        return dnn_fail(err, DNN_ERROR_MEMORY, "layer norm: not enough memory for the sums");
    (X->dtype == DNN_FLOAT64 ? ones_f64 : ones_f32)(memory, X->rows);
    b.weight = norm->weight == NULL ? memory : norm->weight->data;
    b.partial = dweight == NULL && dbias == NULL ? NULL : memory + X->rows;
    status = dnn_parallel_until(b.tasks, run_backward, &b, err);
    if (status == DNN_OK && b.partial != NULL) {
        add_values(&b, 0, beta_values, dweight);
        add_values(&b, X->rows, beta_values, dbias);
    }
    return status;
}
#endif
