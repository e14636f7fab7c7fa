/* matrix_select.c: dnn.clamp and dnn.where, which choose elements by their value. */
#include <math.h>

#include "bindings/tape/tape.h"
#include "math/elementwise.h"

/* The bounds are read before a result is pushed, which takes the place of one that was left out. */
static void clamp_into(lua_State *L, dnn_matrix *out, const dnn_matrix *m, double low, double high) {
    dnn_error err;

    if (out == m)
        dnnlua_begin_write(L, out);
    dnnlua_check(L, dnn_clamp(out, m, low, high, &err), &err);
}

/* dnn.clamp(A, low, high [, {out}]); a bound that is nil is none. */
static int clamp(lua_State *L) {
    const dnn_matrix *m = dnnlua_check_matrix(L, 1);
    dnn_matrix *out = dnnlua_check_out(L, 4, "clamp");
    double low = dnnlua_opt_number(L, 2, -HUGE_VAL);
    double high = dnnlua_opt_number(L, 3, HUGE_VAL);

    if (dnnlua_is_recorded(m)) {
        dnnlua_operation operation = {.op = DNN_OPERATOR_clamp,
                                      .inputs = 1,
                                      .at = {1},
                                      .argument = {low, high}};
        dnnlua_refuse_out(L, out, "clamp");
        return dnnlua_record(L, &operation);
    }
    if (out == NULL)
        out = dnnlua_new_matrix(L, m->dtype, m->rows, m->cols);
    clamp_into(L, out, m, low, high);
    return 1;
}

static int clamp_in_place(lua_State *L) {
    dnn_matrix *m = dnnlua_check_matrix(L, 1);

    clamp_into(L, m, m, dnnlua_opt_number(L, 2, -HUGE_VAL), dnnlua_opt_number(L, 3, HUGE_VAL));
    lua_settop(L, 1);
    return 1;
}

/* The matrix at index, or the number there as 1 x 1 in `scalar`, stored in `number`. */
static const dnn_matrix *matrix_or_scalar(lua_State *L, int index, dnn_dtype dtype,
                                          dnn_matrix *scalar, double *number) {
    if (lua_type(L, index) != LUA_TNUMBER)
        return dnnlua_check_matrix(L, index);
    *scalar = dnn_matrix_of(dtype, 1, 1, number);
    dnn_matrix_set(scalar, 0, 0, lua_tonumber(L, index));
    return scalar;
}

/* dnn.where(C, A, B [, {out}]): A where C is not 0, else B. */
static int where(lua_State *L) {
    dnn_error err;
    dnn_matrix scalars[2];
    double numbers[2];
    size_t rows, cols;
    const dnn_matrix *c = dnnlua_check_matrix(L, 1);
    const dnn_matrix *a = matrix_or_scalar(L, 2, c->dtype, &scalars[0], &numbers[0]);
    const dnn_matrix *b = matrix_or_scalar(L, 3, c->dtype, &scalars[1], &numbers[1]);
    dnn_matrix *out = dnnlua_check_out(L, 4, "where");

    if ((a != &scalars[0] && dnnlua_is_recorded(a)) || (b != &scalars[1] && dnnlua_is_recorded(b))) {
        dnnlua_refuse_out(L, out, "where");
        return dnnlua_record(
            L, &(dnnlua_operation){.op = DNN_OPERATOR_where, .inputs = 3, .at = {1, 2, 3}});
    }
    if (out == NULL) {
        dnnlua_check(L, dnn_broadcast_shape("where", c, a, &rows, &cols, &err), &err);
        const dnn_matrix both = dnn_matrix_of(c->dtype, rows, cols, c->data);
        dnnlua_check(L, dnn_broadcast_shape("where", &both, b, &rows, &cols, &err), &err);
        out = dnnlua_new_matrix(L, c->dtype, rows, cols);
    }
    dnnlua_check(L, dnn_where(out, c, a, b, &err), &err);
    return 1;
}

void dnnlua_add_matrix_selections(lua_State *L, int module, int methods) {
    dnnlua_push_function(L, (dnnlua_function){"where", where, 4}, 0);
    lua_setfield(L, module, "where");
    dnnlua_add_matrix_function(L, module, methods, (dnnlua_function){"clamp", clamp, 4}, 0);
    dnnlua_push_function(L, (dnnlua_function){"clamp_", clamp_in_place, 3}, 0);
    lua_setfield(L, methods, "clamp_");
}
