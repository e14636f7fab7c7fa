/* elementwise.h: arithmetic, functions and comparisons, element by element.
 *
 * Operands are float32 or float64 and of one type. In the binary forms shapes are broadcast: a
 * dimension of 1 is repeated (m x n with m x 1, 1 x n or 1 x 1). `out` has the broadcast shape and
 * may be an operand itself (same elements), but may not overlap one otherwise. */
#ifndef DNN_MATH_ELEMENTWISE_H
#define DNN_MATH_ELEMENTWISE_H

#include "math/matrix.h"

typedef enum dnn_binary_op {
    DNN_ADD = 0,
    DNN_SUB,
    DNN_MUL,
    DNN_DIV,
    DNN_POW,
    DNN_MAXIMUM, /* NaN if either is NaN, as in PyTorch */
    DNN_MINIMUM,
    DNN_LT, /* comparisons give 1 or 0 in the operands' type */
    DNN_LE,
    DNN_GT,
    DNN_GE,
    DNN_EQ,
    DNN_NE,
    DNN_BINARY_COUNT
} dnn_binary_op;

typedef enum dnn_unary_op {
    DNN_NEG = 0,
    DNN_EXP,
    DNN_LOG,
    DNN_SQRT,
    DNN_ABS,
    DNN_SIGN, /* -1, 0, 1; NaN stays NaN */
    DNN_TANH,
    DNN_SIGMOID,  /* without overflow for any argument */
    DNN_RELU,     /* max(0, x); NaN stays NaN */
    DNN_ISFINITE, /* 1 or 0 */
    DNN_UNARY_COUNT
} dnn_unary_op;

const char *dnn_binary_name(dnn_binary_op op); /* "add", "cmul", ... */
const char *dnn_unary_name(dnn_unary_op op);   /* "neg", "exp", ... */

/* The shape of a broadcast; DNN_ERROR_SHAPE names both shapes, and the transpose where it would
 * fit. */
dnn_status dnn_broadcast_shape(const char *what, const dnn_matrix *a, const dnn_matrix *b,
                               size_t *rows, size_t *cols, dnn_error *err);

/* out = a op b. */
dnn_status dnn_binary(dnn_binary_op op, dnn_matrix *out, const dnn_matrix *a, const dnn_matrix *b,
                      dnn_error *err);

/* out = a op s, or s op a when scalar_first. */
dnn_status dnn_binary_scalar(dnn_binary_op op, dnn_matrix *out, const dnn_matrix *a, double s,
                             bool scalar_first, dnn_error *err);

/* out = op(a). */
dnn_status dnn_unary(dnn_unary_op op, dnn_matrix *out, const dnn_matrix *a, dnn_error *err);

/* out = min(max(a, low), high); low <= high (DNN_ERROR_ARGUMENT). NaN stays NaN. */
dnn_status dnn_clamp(dnn_matrix *out, const dnn_matrix *a, double low, double high, dnn_error *err);

/* out = a where condition is not 0, else b; all three broadcast. */
dnn_status dnn_where(dnn_matrix *out, const dnn_matrix *condition, const dnn_matrix *a,
                     const dnn_matrix *b, dnn_error *err);

/* out = value everywhere (any type). */
dnn_status dnn_fill(dnn_matrix *out, double value, dnn_error *err);

/* out = start, start + step, ... in column-major order. DNN_ERROR_ARGUMENT where start and step are
 * whole numbers and out is a float32 that cannot hold all of them. */
dnn_status dnn_arange(dnn_matrix *out, double start, double step, dnn_error *err);

/* 1 on the diagonal, 0 elsewhere. */
dnn_status dnn_eye(dnn_matrix *out, dnn_error *err);

#endif
