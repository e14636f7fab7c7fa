/* binary.c: arithmetic of two matrices, element by element, which are broadcast.
 *
 *     A = x - y            dx = da                        dy = -da
 *     A = x y              dx = da y                      dy = da x
 *     A = x / y            dx = da / y                    dy = -da x / y^2
 *     A = x^y              dx = da y x^(y - 1)            dy = da x^y log x
 *     A = max(x, y)        da goes to the larger one, half to each of equals, as in PyTorch
 *
 * A gradient has its operand's shape: what the operand was repeated for is summed. */
#ifdef T /* both_types.inc */

#define SLOPE(name, expression)                                                                    \
    DNN_CLONES static void K(name)(size_t n, void *out, const void *xs, const void *ys,            \
                                   const void *das, bool add) {                                    \
        T *o = out;                                                                                \
        const T *in_x = xs, *in_y = ys, *in_da = das;                                              \
        if (add) {                                                                                 \
            DNN_INDEPENDENT                                                                        \
            for (size_t i = 0; i < n; i++) {                                                       \
                T x = in_x[i], y = in_y[i], da = in_da[i];                                         \
                (void)x, (void)y;                                                                  \
                o[i] += (T)(expression);                                                           \
            }                                                                                      \
        } else {                                                                                   \
            DNN_INDEPENDENT                                                                        \
            for (size_t i = 0; i < n; i++) {                                                       \
                T x = in_x[i], y = in_y[i], da = in_da[i];                                         \
                (void)x, (void)y;                                                                  \
                o[i] = (T)(expression);                                                            \
            }                                                                                      \
        }                                                                                          \
    }

SLOPE(mul_x, da *y)
SLOPE(mul_y, da *x)
SLOPE(div_x, da / y)
SLOPE(div_y, -da * (x / y / y))
SLOPE(pow_x, y == 0 ? 0 : da * y * pow(x, y - 1))
SLOPE(pow_y, x == 0 && y >= 0 ? 0 : da * pow(x, y) * log(x))
SLOPE(square_x, da * 2 * x)
SLOPE(maximum_x, x < y ? 0 : x == y ? da / 2 : da)
SLOPE(maximum_y, x > y ? 0 : x == y ? da / 2 : da)
SLOPE(minimum_x, x > y ? 0 : x == y ? da / 2 : da)
SLOPE(minimum_y, x < y ? 0 : x == y ? da / 2 : da)
#undef SLOPE

#else
#include <tgmath.h>

#include "math/simd.h"
#include "nn/operators/operators.h"

#define KERNELS "nn/operators/binary.c"
#include "nn/both_types.inc"

typedef void slope(size_t n, void *out, const void *x, const void *y, const void *da, bool add);

/* By operand and type. */
typedef struct slopes {
    slope *of[2][2];
} slopes;

static bool has_shape(const dnn_matrix *m, const dnn_matrix *shape) {
    return m->rows == shape->rows && m->cols == shape->cols;
}

/* Two operands in A's shape, and a gradient of A's shape that is still to be summed. */
static size_t scratch(const dnn_call *call) {
    return 3 * dnn_scratch_matrix_bytes(call);
}

static dnn_status backward_by(const slopes *s, dnn_call *call, dnn_error *err) {
    const dnn_matrix *dA = &call->dA;
    dnn_matrix x, y, G = dnn_scratch_matrix(call, 2);
    dnn_status status = dnn_spread_input(&x, call, &call->X[0], 0, err);
    if (status == DNN_OK)
        status = dnn_spread_input(&y, call, &call->X[1], 1, err);
    for (size_t k = 0; k < 2 && status == DNN_OK; k++) {
        dnn_matrix *dX = &call->dX[k];
        if (dX->data == NULL)
            continue;
        bool whole = has_shape(dX, dA);
        s->of[k][call->dtype == DNN_FLOAT64](dnn_matrix_count(dA), whole ? dX->data : G.data,
                                             x.data, y.data, dA->data, whole && call->add[k]);
        if (!whole)
            status = dnn_sum_back(dX, &G, call->add[k], err);
    }
    return status;
}

#define SLOPES(x, y)                                                                               \
    {                                                                                              \
        {{x##_f32, x##_f64}, { y##_f32, y##_f64 }}                                                 \
    }

#define OPERATOR(operation, op)                                                                    \
    static dnn_status operation##_forward(dnn_call *call, dnn_error *err) {                        \
        return dnn_binary(op, &call->A, &call->X[0], &call->X[1], err);                            \
    }                                                                                              \
    static dnn_status operation##_backward(dnn_call *call, dnn_error *err) {                       \
        static const slopes s = SLOPES(operation##_x, operation##_y);                              \
        return backward_by(&s, call, err);                                                         \
    }

/* --- sub --- */

static dnn_status sub_forward(dnn_call *call, dnn_error *err) {
    return dnn_binary(DNN_SUB, &call->A, &call->X[0], &call->X[1], err);
}

static dnn_status sub_backward(dnn_call *call, dnn_error *err) {
    dnn_matrix G = dnn_scratch_matrix(call, 0);
    dnn_status status = DNN_OK;
    if (call->dX[0].data != NULL)
        status = dnn_sum_back(&call->dX[0], &call->dA, call->add[0], err);
    if (status != DNN_OK || call->dX[1].data == NULL)
        return status;
    if (has_shape(&call->dX[1], &call->dA))
        return call->add[1] ? dnn_binary(DNN_SUB, &call->dX[1], &call->dX[1], &call->dA, err)
                            : dnn_unary(DNN_NEG, &call->dX[1], &call->dA, err);
    status = dnn_unary(DNN_NEG, &G, &call->dA, err);
    return status == DNN_OK ? dnn_sum_back(&call->dX[1], &G, call->add[1], err) : status;
}

/* --- pow --- */

/* The square, the commonest power, takes no call of pow(). */
static bool is_square(const dnn_matrix *y) {
    return y->rows == 1 && y->cols == 1 && dnn_matrix_get(y, 0, 0) == 2;
}

static dnn_status pow_forward(dnn_call *call, dnn_error *err) {
    if (is_square(&call->X[1]))
        return dnn_binary_scalar(DNN_POW, &call->A, &call->X[0], 2, false, err);
    return dnn_binary(DNN_POW, &call->A, &call->X[0], &call->X[1], err);
}

static dnn_status pow_backward(dnn_call *call, dnn_error *err) {
    static const slopes power = SLOPES(pow_x, pow_y), square = SLOPES(square_x, pow_y);
    return backward_by(is_square(&call->X[1]) ? &square : &power, call, err);
}

OPERATOR(mul, DNN_MUL)
OPERATOR(div, DNN_DIV)
OPERATOR(maximum, DNN_MAXIMUM)
OPERATOR(minimum, DNN_MINIMUM)

/* --- classes --- */

#define CLASS(constant, operation, reads, formula)                                                 \
    const dnn_layer_class dnn_operator_##constant = {                                              \
        .name = #constant,                                                                         \
        .doc = formula,                                                                            \
        .flags = (reads) | DNN_STRIDED,                                                            \
        .inputs = 2,                                                                               \
        .result = dnn_broadcast_result,                                                            \
        .scratch = scratch,                                                                        \
        .forward = operation##_forward,                                                            \
        .backward = operation##_backward,                                                          \
    };

CLASS(sub, sub, 0, "A = X0 - X1")
CLASS(cmul, mul, DNN_READS_X, "A = X0 X1, element by element")
CLASS(div, div, DNN_READS_X, "A = X0 / X1")
CLASS(pow, pow, DNN_READS_X, "A = X0^X1")
CLASS(maximum, maximum, DNN_READS_X, "A = max(X0, X1)")
CLASS(minimum, minimum, DNN_READS_X, "A = min(X0, X1)")

#endif
