/* matrix_reduce.c: sum, mean, max, min, argmax, argmin, norm, std, any, all: of everything as a
 * number, along an axis as a row or column; and the ranking that metrics are made of. */
#include "bindings/tape/tape.h"
#include "math/ranking.h"
#include "math/reduce.h"

static const char *const reduce_options[] = {"out", NULL};
static const char *const std_options[] = {"unbiased", "out", NULL};

/* Everything as one Lua value. */
static int reduce_all(lua_State *L, dnn_reduce_op op, const dnn_matrix *m, int correction) {
    dnn_error err;
    double value;

    dnnlua_check(L, dnn_reduce_all(op, &value, m, correction, &err), &err);
    if (op == DNN_ANY || op == DNN_ALL)
        lua_pushboolean(L, value != 0);
    else if (op == DNN_ARGMAX || op == DNN_ARGMIN)
        lua_pushinteger(L, (lua_Integer)value);
    else
        lua_pushnumber(L, value);
    return 1;
}

/* A:sum([axis] [, {out, unbiased}]); upvalue 1 is the operation. */
static int reduce(lua_State *L) {
    dnn_reduce_op op = (dnn_reduce_op)lua_tointeger(L, lua_upvalueindex(1));
    const char *name = dnn_reduce_name(op);
    const dnn_matrix *m = dnnlua_check_matrix(L, 1);
    int options = dnnlua_find_options(L, 2, name);
    dnn_error err;

    dnnlua_check_options(L, options, name, op == DNN_STD ? std_options : reduce_options);
    int correction = dnnlua_option_flag(L, options, name, "unbiased", op == DNN_STD);
    dnn_matrix *out = dnnlua_option_out(L, options, name);
    bool all = options == 2 || lua_isnoneornil(L, 2);
    if (dnnlua_is_recorded(m) && dnn_operator_of_reduction(op) != DNN_OPERATOR_COUNT) {
        int axis = all ? 0 : dnnlua_check_axis(L, 2, "1 (over rows) or 2 (over columns)");
        dnnlua_refuse_out(L, out, name);
        return dnnlua_record(L, &(dnnlua_operation){.op = dnn_operator_of_reduction(op),
                                                    .inputs = 1,
                                                    .at = {1},
                                                    .argument = {axis, correction}});
    }
    if (all) {
        if (out != NULL) {
            return luaL_error(L, "%s: out needs an axis, 1 (over rows) or 2 (over columns)%s", name,
                              dnnlua_push_usage(L));
        }
        return reduce_all(L, op, m, correction);
    }
    int axis = dnnlua_check_axis(L, 2, "1 (over rows) or 2 (over columns)");
    if (out == NULL)
        out = dnnlua_new_matrix(L, m->dtype, axis == 1 ? 1 : m->rows, axis == 1 ? m->cols : 1);
    dnnlua_check(L, dnn_reduce(op, axis, out, m, correction, &err), &err);
    return 1;
}

/* _ranking(scores, labels): the area under the ROC curve and the average precision. */
static int ranking_of(lua_State *L) {
    dnn_error err;
    dnn_ranking ranking;

    dnnlua_check(
        L, dnn_ranking_of(&ranking, dnnlua_check_matrix(L, 1), dnnlua_check_matrix(L, 2), &err),
        &err);
    lua_pushnumber(L, ranking.auc);
    lua_pushnumber(L, ranking.average_precision);
    return 2;
}

void dnnlua_add_matrix_reductions(lua_State *L, int module, int methods) {
    for (int op = 0; op < DNN_REDUCE_COUNT; op++)
        dnnlua_add_matrix_function(L, module, methods,
                                   (dnnlua_function){dnn_reduce_name(op), reduce, 3}, op);
    lua_pushcfunction(L, ranking_of);
    lua_setfield(L, module, "_ranking");
}
