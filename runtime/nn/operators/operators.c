/* operators.c: the table of the operators. */
#include "nn/operators/operators.h"

#define DECLARE(prefix, name) extern const dnn_layer_class dnn_##prefix##_##name;
DNN_OPERATORS(DECLARE)

const dnn_layer dnn_operators[] = {
#define ROW(prefix, name) [DNN_OPERATOR_##name] = {.kind = &dnn_##prefix##_##name},
    DNN_OPERATORS(ROW)
#undef ROW
};

static const char *const names[] = {
#define ROW(prefix, name) [DNN_OPERATOR_##name] = #name,
    DNN_OPERATORS(ROW)
#undef ROW
};

const char *dnn_operator_name(const dnn_layer_class *kind) {
    for (size_t i = 0; i < DNN_OPERATOR_COUNT; i++)
        if (dnn_operators[i].kind == kind)
            return names[i];
    return kind->name;
}

dnn_operator dnn_operator_of_binary(dnn_binary_op op) {
    static const dnn_operator table[] = {
        [DNN_ADD] = DNN_OPERATOR_add,         [DNN_SUB] = DNN_OPERATOR_sub,
        [DNN_MUL] = DNN_OPERATOR_cmul,        [DNN_DIV] = DNN_OPERATOR_div,
        [DNN_POW] = DNN_OPERATOR_pow,         [DNN_MAXIMUM] = DNN_OPERATOR_maximum,
        [DNN_MINIMUM] = DNN_OPERATOR_minimum,
    };
    return op <= DNN_MINIMUM ? table[op] : DNN_OPERATOR_COUNT;
}

dnn_operator dnn_operator_of_unary(dnn_unary_op op) {
    static const dnn_operator table[] = {
        [DNN_NEG] = DNN_OPERATOR_neg,   [DNN_EXP] = DNN_OPERATOR_exp,
        [DNN_LOG] = DNN_OPERATOR_log,   [DNN_SQRT] = DNN_OPERATOR_sqrt,
        [DNN_ABS] = DNN_OPERATOR_abs,   [DNN_SIGN] = DNN_OPERATOR_sign,
        [DNN_TANH] = DNN_OPERATOR_tanh, [DNN_SIGMOID] = DNN_OPERATOR_sigmoid,
        [DNN_RELU] = DNN_OPERATOR_relu, [DNN_ISFINITE] = DNN_OPERATOR_COUNT,
    };
    _Static_assert(sizeof table / sizeof *table == DNN_UNARY_COUNT, "a row per unary operation");
    return table[op];
}

dnn_operator dnn_operator_of_reduction(dnn_reduce_op op) {
    static const dnn_operator table[] = {
        [DNN_SUM] = DNN_OPERATOR_sum,      [DNN_MEAN] = DNN_OPERATOR_mean,
        [DNN_MAX] = DNN_OPERATOR_max,      [DNN_MIN] = DNN_OPERATOR_min,
        [DNN_ARGMAX] = DNN_OPERATOR_COUNT, [DNN_ARGMIN] = DNN_OPERATOR_COUNT,
        [DNN_NORM] = DNN_OPERATOR_norm,    [DNN_STD] = DNN_OPERATOR_std,
        [DNN_ANY] = DNN_OPERATOR_COUNT,    [DNN_ALL] = DNN_OPERATOR_COUNT,
    };
    _Static_assert(sizeof table / sizeof *table == DNN_REDUCE_COUNT, "a row per reduction");
    return table[op];
}
