/* matrix.c: the class Matrix: elements, fields, default type. matrix_memory.c has its memory. */
#include <string.h>

#include "bindings/matrix/matrix.h"
#include "bindings/tape/tape.h"

static const char default_dtype_key = 0;

/* --- default type --- */

dnn_dtype dnnlua_default_dtype(lua_State *L) {
    lua_rawgetp(L, LUA_REGISTRYINDEX, &default_dtype_key);
    dnn_dtype dtype = (dnn_dtype)lua_tointeger(L, -1);
    lua_pop(L, 1);
    return dtype;
}

dnn_dtype dnnlua_opt_dtype(lua_State *L, int index, dnn_dtype fallback) {
    dnn_dtype dtype = fallback;

    if (lua_isnoneornil(L, index))
        return fallback;
    index = lua_absindex(L, index);
    if (lua_type(L, index) != LUA_TSTRING || !dnn_dtype_from_name(lua_tostring(L, index), &dtype)) {
        const char *meant = lua_type(L, index) == LUA_TSTRING
                                ? dnnlua_synonym(L, "dtype", lua_tostring(L, index))
                                : NULL;
        luaL_error(L, "unknown dtype %s; known: float32, float64, uint8, int32%s",
                   dnnlua_got(L, index),
                   meant != NULL ? lua_pushfstring(L, " (did you mean '%s'?)", meant) : "");
    }
    return dtype;
}

static int get_default_dtype(lua_State *L) {
    lua_pushstring(L, dnn_dtype_info(dnnlua_default_dtype(L))->name);
    return 1;
}

static int set_default_dtype(lua_State *L) {
    dnnlua_check_string(L, 1, NULL);
    dnn_dtype dtype = dnnlua_opt_dtype(L, 1, DNN_FLOAT32);

    if (!dnn_dtype_info(dtype)->is_real) {
        return luaL_error(L,
                          "set_default_dtype: %s is for stored data only; use float32 or float64",
                          dnn_dtype_info(dtype)->name);
    }
    lua_pushinteger(L, dtype);
    lua_rawsetp(L, LUA_REGISTRYINDEX, &default_dtype_key);
    return 0;
}

/* --- elements --- */

size_t dnnlua_check_position(lua_State *L, int index, const dnn_matrix *m, const char *what,
                             size_t limit) {
    lua_Integer position = dnnlua_check_integer(L, index);

    if (position < 1 || (lua_Unsigned)position > limit) {
        luaL_error(L, "Matrix %I x %I: %s %I is outside 1..%I (indices start at 1)",
                   (lua_Integer)m->rows, (lua_Integer)m->cols, what, position, (lua_Integer)limit);
    }
    return (size_t)position - 1;
}

static int matrix_get(lua_State *L) {
    const dnn_matrix *m = dnnlua_check_matrix(L, 1);
    size_t i = dnnlua_check_position(L, 2, m, "row", m->rows);
    size_t j = dnnlua_check_position(L, 3, m, "column", m->cols);

    lua_pushnumber(L, dnn_matrix_get(m, i, j));
    return 1;
}

static int matrix_set(lua_State *L) {
    dnn_matrix *m = dnnlua_check_matrix(L, 1);
    size_t i = dnnlua_check_position(L, 2, m, "row", m->rows);
    size_t j = dnnlua_check_position(L, 3, m, "column", m->cols);

    if (lua_type(L, 4) != LUA_TNUMBER)
        return dnnlua_wrong_argument(L, 4, "a number");
    dnnlua_begin_write(L, m);
    dnn_matrix_set(m, i, j, lua_tonumber(L, 4));
    return 0;
}

/* rows, cols = A:size(), or one of them: A:size(axis). */
static int matrix_size(lua_State *L) {
    const dnn_matrix *m = dnnlua_check_matrix(L, 1);

    if (!lua_isnoneornil(L, 2)) {
        lua_pushinteger(L, (lua_Integer)(dnnlua_check_axis(L, 2, "1 (rows) or 2 (columns)") == 1
                                             ? m->rows
                                             : m->cols));
        return 1;
    }
    lua_pushinteger(L, (lua_Integer)m->rows);
    lua_pushinteger(L, (lua_Integer)m->cols);
    return 2;
}

static int matrix_len(lua_State *L) {
    lua_pushinteger(L, (lua_Integer)dnn_matrix_count(dnnlua_check_matrix(L, 1)));
    return 1;
}

static int matrix_eq(lua_State *L) {
    const dnn_matrix *a = dnnlua_test_matrix(L, 1);
    const dnn_matrix *b = dnnlua_test_matrix(L, 2);

    lua_pushboolean(L, a != NULL && b != NULL && dnn_matrix_equal(a, b));
    return 1;
}

/* --- fields --- */

/* A field goes before a method that is as near. */
static int raise_no_field(lua_State *L) {
    static const char *const fields[] = {"rows", "cols", "dtype", "requires_grad", "grad", NULL};
    dnn_nearest field = {.wanted = dnnlua_field_name(L, 2), .group = "Matrix"};
    dnn_nearest method = field;

    for (size_t i = 0; fields[i] != NULL; i++)
        dnn_nearest_offer(&field, fields[i]);
    dnnlua_offer_keys(L, lua_upvalueindex(1), &method);
    bool is_method =
        method.name != NULL && (field.name == NULL || method.distance < field.distance);
    return dnnlua_no_such_field(L, "Matrix", is_method ? &method : &field);
}

/* A.name: a method (upvalue 1 holds them), or a field. */
static int matrix_index(lua_State *L) {
    const dnn_matrix *m = dnnlua_check_matrix(L, 1);

    lua_pushvalue(L, 2);
    if (lua_rawget(L, lua_upvalueindex(1)) != LUA_TNIL)
        return 1;
    if (lua_type(L, 2) == LUA_TNUMBER || lua_istable(L, 2)) { /* Torch7's A[i] and A[{i, j}] */
        return luaL_error(
            L, "Matrix %I x %I: an element is A(i, j), a column A:col(j), a row A:row(i)",
            (lua_Integer)m->rows, (lua_Integer)m->cols);
    }
    const char *name = lua_type(L, 2) == LUA_TSTRING ? lua_tostring(L, 2) : "";
    if (strcmp(name, "rows") == 0)
        lua_pushinteger(L, (lua_Integer)m->rows);
    else if (strcmp(name, "cols") == 0)
        lua_pushinteger(L, (lua_Integer)m->cols);
    else if (strcmp(name, "dtype") == 0)
        lua_pushstring(L, dnn_dtype_info(m->dtype)->name);
    else if (strcmp(name, "requires_grad") == 0)
        lua_pushboolean(L, dnnlua_matrix_of(m)->node != NULL);
    else if (strcmp(name, "grad") == 0)
        dnnlua_push_gradient(L, 1);
    else
        return raise_no_field(L);
    return 1;
}

static int matrix_newindex(lua_State *L) {
    if (lua_istable(L, 2))
        return luaL_error(L, "Matrix: an element is set by A:set(i, j, value)");
    return luaL_error(L, "Matrix: cannot set '%s'; an element is set by A:set(i, j, value)",
                      dnnlua_field_name(L, 2));
}

/* Operators that could only mean something else. */
static int raise_order(lua_State *L) {
    return luaL_error(L, "Matrix: matrices have no order; compare element by element: "
                         "A:lt(B), A:le(B), A:gt(B), A:ge(B)");
}

/* Level 1 is the function `pairs` itself. */
static int raise_pairs(lua_State *L) {
    luaL_where(L, 2);
    lua_pushliteral(L, "Matrix: pairs is for tables; loop over the columns with for j = 1, A.cols "
                       "do local x = A:col(j) ... end, or over the numbers of A:table()");
    lua_concat(L, 2);
    return lua_error(L);
}

static int raise_concat(lua_State *L) {
    return luaL_error(L,
                      "Matrix: .. joins strings; use tostring(A) for a matrix as text, A(i, j) for "
                      "a number, dnn.cat({A, B}, axis) to join matrices");
}

/* --- the class --- */

void dnnlua_push_matrix_methods(lua_State *L) {
    luaL_getmetatable(L, DNNLUA_MATRIX);
    lua_getfield(L, -1, "methods");
    lua_remove(L, -2);
}

static const dnnlua_function element_methods[] = {
    {"get",  matrix_get,  3},
    {"set",  matrix_set,  4},
    {"size", matrix_size, 2},
    {NULL,   NULL,        0},
};

static const luaL_Reg metamethods[] = {
    {"__len",      matrix_len            },
    {"__eq",       matrix_eq             },
    {"__lt",       raise_order           },
    {"__le",       raise_order           },
    {"__concat",   raise_concat          },
    {"__pairs",    raise_pairs           },
    {"__newindex", matrix_newindex       },
    {"__tostring", dnnlua_matrix_tostring},
    {NULL,         NULL                  },
};

static const dnnlua_function functions[] = {
    {"get_default_dtype", get_default_dtype, 0},
    {"set_default_dtype", set_default_dtype, 1},
    {NULL,                NULL,              0},
};

void dnnlua_open_matrix(lua_State *L) {
    int module = lua_gettop(L);

    lua_pushinteger(L, DNN_FLOAT32);
    lua_rawsetp(L, LUA_REGISTRYINDEX, &default_dtype_key);
    dnnlua_register(L, functions);

    luaL_newmetatable(L, DNNLUA_MATRIX);
    int metatable = lua_gettop(L);
    luaL_setfuncs(L, metamethods, 0);
    lua_newtable(L);
    dnnlua_register(L, element_methods);
    int methods = lua_gettop(L);
    lua_pushvalue(L, methods);
    lua_setfield(L, metatable, "methods");
    lua_getfield(L, methods, "get");
    lua_setfield(L, metatable, "__call");
    lua_pushvalue(L, methods);
    lua_pushcclosure(L, matrix_index, 1);
    lua_setfield(L, metatable, "__index");

    dnnlua_add_matrix_constructors(L, module);
    dnnlua_add_matrix_views(L, methods);
    dnnlua_add_matrix_copies(L, module, methods);
    dnnlua_add_matrix_conversions(L, module, methods);
    dnnlua_add_matrix_bytes(L, module, methods);
    dnnlua_add_matrix_operations(L, module, methods, metatable);
    dnnlua_add_matrix_selections(L, module, methods);
    dnnlua_add_matrix_reductions(L, module, methods);
    dnnlua_add_matrix_gradients(L, module, methods);
    lua_settop(L, module);
}
