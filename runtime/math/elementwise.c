/* elementwise.c: checks, which shapes broadcast (dnn_broadcast_shape), and dispatch; the arithmetic
 * is in elementwise_kernels.inc, the way over rows, columns and broadcast operands in walk.c. */
#include "math/elementwise.h"

#include <assert.h>
#include <float.h>
#include <math.h>
#include <stdio.h>

#include "core/interrupt.h"
#include "math/convert.h"
#include "math/elementwise_kernels.h"
#include "math/walk.h"

/* A row per operation; the kernels are in the order of dnn_dtype, the real types first. */
typedef struct operation {
    const char *name;
    dnn_kernel *kernel[2];
} operation;

static_assert(DNN_FLOAT32 == 0 && DNN_FLOAT64 == 1, "the index of operation.kernel");

static const operation unary[] = {
    [DNN_NEG] = {"neg",      {dnn_f32_neg, dnn_f64_neg}          },
    [DNN_EXP] = {"exp",      {dnn_f32_exp, dnn_f64_exp}          },
    [DNN_LOG] = {"log",      {dnn_f32_log, dnn_f64_log}          },
    [DNN_SQRT] = {"sqrt",     {dnn_f32_sqrt, dnn_f64_sqrt}        },
    [DNN_ABS] = {"abs",      {dnn_f32_abs, dnn_f64_abs}          },
    [DNN_SIGN] = {"sign",     {dnn_f32_sign, dnn_f64_sign}        },
    [DNN_TANH] = {"tanh",     {dnn_f32_tanh, dnn_f64_tanh}        },
    [DNN_SIGMOID] = {"sigmoid",  {dnn_f32_sigmoid, dnn_f64_sigmoid}  },
    [DNN_RELU] = {"relu",     {dnn_f32_relu, dnn_f64_relu}        },
    [DNN_ISFINITE] = {"isfinite", {dnn_f32_isfinite, dnn_f64_isfinite}},
};
static_assert(sizeof unary / sizeof *unary == DNN_UNARY_COUNT, "a row per unary operation");

static const operation binary[] = {
    [DNN_ADD] = {"add",     {dnn_f32_add, dnn_f64_add}        },
    [DNN_SUB] = {"sub",     {dnn_f32_sub, dnn_f64_sub}        },
    [DNN_MUL] = {"cmul",    {dnn_f32_mul, dnn_f64_mul}        },
    [DNN_DIV] = {"div",     {dnn_f32_div, dnn_f64_div}        },
    [DNN_POW] = {"pow",     {dnn_f32_pow, dnn_f64_pow}        },
    [DNN_MAXIMUM] = {"maximum", {dnn_f32_maximum, dnn_f64_maximum}},
    [DNN_MINIMUM] = {"minimum", {dnn_f32_minimum, dnn_f64_minimum}},
    [DNN_LT] = {"lt",      {dnn_f32_lt, dnn_f64_lt}          },
    [DNN_LE] = {"le",      {dnn_f32_le, dnn_f64_le}          },
    [DNN_GT] = {"gt",      {dnn_f32_gt, dnn_f64_gt}          },
    [DNN_GE] = {"ge",      {dnn_f32_ge, dnn_f64_ge}          },
    [DNN_EQ] = {"eq",      {dnn_f32_eq, dnn_f64_eq}          },
    [DNN_NE] = {"ne",      {dnn_f32_ne, dnn_f64_ne}          },
};
static_assert(sizeof binary / sizeof *binary == DNN_BINARY_COUNT, "a row per binary operation");

static const operation clamp = {
    "clamp", {dnn_f32_clamp, dnn_f64_clamp}
};
static const operation where = {
    "where", {dnn_f32_where, dnn_f64_where}
};

const char *dnn_binary_name(dnn_binary_op op) {
    return binary[op].name;
}

const char *dnn_unary_name(dnn_unary_op op) {
    return unary[op].name;
}

/* The common length of two, one of which is repeated when it is 1; false when they do not fit. */
static bool broadcast(size_t a, size_t b, size_t *common) {
    *common = a == 1 ? b : a;
    return a == b || a == 1 || b == 1;
}

dnn_status dnn_broadcast_shape(const char *what, const dnn_matrix *a, const dnn_matrix *b,
                               size_t *rows, size_t *cols, dnn_error *err) {
    if (broadcast(a->rows, b->rows, rows) && broadcast(a->cols, b->cols, cols))
        return DNN_OK;
    char hint[128] = "";
    size_t unused;
    if (broadcast(a->rows, b->cols, &unused) && broadcast(a->cols, b->rows, &unused))
        snprintf(hint, sizeof hint, " (the transpose of the second, %zu x %zu, would fit: B:t())",
                 b->cols, b->rows);
    return dnn_fail(err, DNN_ERROR_SHAPE,
                    "%s: %zu x %zu and %zu x %zu do not fit: each dimension must agree or be 1%s",
                    what, a->rows, a->cols, b->rows, b->cols, hint);
}

/* Checks types, shapes and overlap of out = op(in...), where in is ended by NULL, and computes it.
 */
static dnn_status apply(const operation *op, dnn_matrix *out,
                        const dnn_matrix *const in[DNN_WALK_INPUTS], dnn_error *err) {
    dnn_matrix shape = *in[0];
    dnn_status status = DNN_OK;
    for (size_t p = 0; p < DNN_WALK_INPUTS && in[p] != NULL && status == DNN_OK; p++) {
        status = dnn_matrix_require_real(in[p], op->name, err);
        if (status == DNN_OK)
            status = dnn_matrix_require_same_type(in[0], in[p], op->name, err);
        if (status == DNN_OK)
            status = dnn_broadcast_shape(op->name, &shape, in[p], &shape.rows, &shape.cols, err);
    }
    if (status == DNN_OK)
        status = dnn_matrix_require_same_type(in[0], out, op->name, err);
    if (status != DNN_OK)
        return status;
    if (out->rows != shape.rows || out->cols != shape.cols)
        return dnn_fail(err, DNN_ERROR_SHAPE, "%s: the result is %zu x %zu, the output %zu x %zu",
                        op->name, shape.rows, shape.cols, out->rows, out->cols);
    for (size_t p = 0; p < DNN_WALK_INPUTS && in[p] != NULL; p++)
        if (!dnn_matrix_safe_inplace(out, in[p]))
            return dnn_fail(err, DNN_ERROR_ARGUMENT,
                            "%s: the output overlaps an operand that it is not; copy the operand "
                            "first (:copy())",
                            op->name);
    return dnn_walk(op->kernel[out->dtype], out, in, err);
}

/* A 1 x 1 matrix on memory of the caller's, holding the value in the given type. */
static dnn_matrix scalar_of(dnn_dtype dtype, double value, double *memory) {
    dnn_matrix m = dnn_matrix_of(dtype, 1, 1, memory);
    dnn_matrix_set(&m, 0, 0, value);
    return m;
}

dnn_status dnn_binary(dnn_binary_op op, dnn_matrix *out, const dnn_matrix *a, const dnn_matrix *b,
                      dnn_error *err) {
    return apply(&binary[op], out, (const dnn_matrix *[]){a, b, NULL}, err);
}

dnn_status dnn_binary_scalar(dnn_binary_op op, dnn_matrix *out, const dnn_matrix *a, double s,
                             bool scalar_first, dnn_error *err) {
    if (op == DNN_POW && s == 2 && !scalar_first) /* the commonest power, and vectorised */
        return apply(
            &(operation){
                "pow", {dnn_f32_mul, dnn_f64_mul}
        },
            out, (const dnn_matrix *[]){a, a, NULL}, err);
    double memory;
    dnn_matrix scalar = scalar_of(a->dtype, s, &memory);
    const dnn_matrix *in[] = {scalar_first ? &scalar : a, scalar_first ? a : &scalar, NULL};
    return apply(&binary[op], out, in, err);
}

dnn_status dnn_unary(dnn_unary_op op, dnn_matrix *out, const dnn_matrix *a, dnn_error *err) {
    return apply(&unary[op], out, (const dnn_matrix *[]){a, NULL, NULL}, err);
}

dnn_status dnn_clamp(dnn_matrix *out, const dnn_matrix *a, double low, double high,
                     dnn_error *err) {
    if (!(low <= high))
        return dnn_fail(err, DNN_ERROR_ARGUMENT,
                        "clamp: expected low <= high, got low = %g and high = %g", dnn_shown(low),
                        dnn_shown(high));
    double low_memory, high_memory;
    dnn_matrix l = scalar_of(a->dtype, low, &low_memory),
               h = scalar_of(a->dtype, high, &high_memory);
    return apply(&clamp, out, (const dnn_matrix *[]){a, &l, &h}, err);
}

dnn_status dnn_where(dnn_matrix *out, const dnn_matrix *condition, const dnn_matrix *a,
                     const dnn_matrix *b, dnn_error *err) {
    return apply(&where, out, (const dnn_matrix *[]){condition, a, b}, err);
}

dnn_status dnn_fill(dnn_matrix *out, double value, dnn_error *err) {
    double memory;
    dnn_matrix scalar = scalar_of(out->dtype, value, &memory);
    return dnn_walk(dnn_convert[out->dtype][out->dtype], out,
                    (const dnn_matrix *[]){&scalar, NULL, NULL}, err);
}

/* Whether start + k step, which are whole numbers, are whole numbers of float32 too: up to
 * `largest` in magnitude these lie `gap` apart. */
static bool holds_whole_steps(double start, double step, double largest) {
    double gap = ldexp(1, ilogb(nextafter(largest, 0)) - (FLT_MANT_DIG - 1));
    return largest <= DNN_WHOLE_FLOAT32 || (fmod(start, gap) == 0 && fmod(step, gap) == 0);
}

static dnn_status check_whole_steps(const dnn_matrix *out, double start, double step,
                                    dnn_error *err) {
    double count = (double)dnn_matrix_count(out), last = start + (count - 1) * step;
    bool whole = floor(start) == start && floor(step) == step;
    if (out->dtype != DNN_FLOAT32 || count == 0 || !whole ||
        holds_whole_steps(start, step, fmax(fabs(start), fabs(last))))
        return DNN_OK;
    return dnn_fail(
        err, DNN_ERROR_ARGUMENT,
        "arange: float32 holds whole numbers up to %.0f only, and these go from %.0f to "
        "%.0f; take {dtype = \"float64\"}",
        DNN_WHOLE_FLOAT32, start, last);
}

dnn_status dnn_arange(dnn_matrix *out, double start, double step, dnn_error *err) {
    dnn_status status = dnn_matrix_require_real(out, "arange", err);
    if (status == DNN_OK)
        status = check_whole_steps(out, start, step, err);
    if (status != DNN_OK)
        return status;
    for (size_t j = 0; j < out->cols; j++) {
        for (size_t i = 0; i < out->rows; i++) {
            if (i % DNN_WALK_TASK == 0 && dnn_interrupt_requested())
                return dnn_interrupt_check(err);
            dnn_matrix_set(out, i, j, start + (double)(i + j * out->rows) * step);
        }
    }
    return DNN_OK;
}

dnn_status dnn_eye(dnn_matrix *out, dnn_error *err) {
    dnn_status status = dnn_fill(out, 0, err);
    for (size_t i = 0; i < out->rows && i < out->cols && status == DNN_OK; i++)
        dnn_matrix_set(out, i, i, 1);
    return status;
}
