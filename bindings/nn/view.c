/* view.c: fields that are matrices: views that are made once, assignment by copying, and the
 * message for a field that does not exist. */
#include "bindings/nn/network.h"

bool dnnlua_same_view(const dnn_matrix *a, const dnn_matrix *b) {
    return a->data == b->data && a->rows == b->rows && a->cols == b->cols && a->ld == b->ld &&
           a->dtype == b->dtype;
}

/* A cached view keeps its block alive, so equal addresses mean the same block. */
void dnnlua_cached_view(lua_State *L, int owner, int user_value, dnn_matrix now, int base) {
    int key = lua_gettop(L);

    if (lua_getiuservalue(L, owner, user_value) == LUA_TNIL) {
        lua_pop(L, 1);
        lua_newtable(L);
        lua_pushvalue(L, -1);
        lua_setiuservalue(L, owner, user_value);
    }
    lua_pushvalue(L, key);
    lua_rawget(L, key + 1);
    const dnn_matrix *last = dnnlua_test_matrix(L, -1);
    if (last == NULL || !dnnlua_same_view(last, &now)) {
        lua_pop(L, 1);
        dnnlua_push_view(L, &now, base);
        lua_pushvalue(L, key);
        lua_pushvalue(L, -2);
        lua_rawset(L, key + 1);
    }
    lua_replace(L, key);
    lua_settop(L, key);
}

void dnnlua_assign(lua_State *L, int index, const char *owner, const char *name,
                   dnn_matrix *target) {
    const dnn_matrix *value = dnnlua_test_matrix(L, index);
    lua_Integer rows = (lua_Integer)target->rows, cols = (lua_Integer)target->cols;
    dnn_error err;

    if (value == NULL) {
        luaL_error(L, "%s: %s is a Matrix of %I x %I, got %s", owner, name, rows, cols,
                   dnnlua_got(L, index));
    }
    if (value->rows != target->rows || value->cols != target->cols) {
        luaL_error(L, "%s: %s is %I x %I, got a Matrix of %I x %I%s", owner, name, rows, cols,
                   (lua_Integer)value->rows, (lua_Integer)value->cols,
                   value->rows == target->cols && value->cols == target->rows
                       ? "; transpose it with :t()"
                       : "");
    }
    dnnlua_check(L, dnn_matrix_copy(target, value, &err), &err);
}
