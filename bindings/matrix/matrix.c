/* matrix.c: the Matrix as a userdata: memory, class, elements, default type.
 *
 * One userdata holds the dnn_matrix and its payload, aligned to 64 bytes after it, and has no
 * finaliser, so that the collector sees every byte. A view is a userdata with the dnn_matrix alone
 * and one user value: the owner of the memory, never another view. */
#include <string.h>

#include "bindings/matrix/matrix.h"
#include "bindings/tape/tape.h"
#include "core/memory.h"

/* Bytes from which on running out of memory is reported with the matrix's shape. */
#define LARGE ((size_t)1 << 28)

static const char default_dtype_key = 0;

/* Nobody else's userdata holds this number at its place. */
#define MARK UINT64_C(0x9d6e6e4d61747269)

/* --- memory --- */

/* A step of a small network asks this some twenty times: comparing metatables by name took an
 * eighth of it. */
static dnnlua_matrix *test_userdata(lua_State *L, int index) {
    dnnlua_matrix *m = lua_touserdata(L, index);
    return m != NULL && lua_rawlen(L, index) >= sizeof *m && m->mark == MARK ? m : NULL;
}

dnn_matrix *dnnlua_test_matrix(lua_State *L, int index) {
    dnnlua_matrix *m = test_userdata(L, index);
    return m == NULL ? NULL : &m->matrix;
}

/* How to make a Matrix of what came instead, or why it came. */
static const char *matrix_hint(lua_State *L, int index) {
    switch (lua_type(L, index)) {
    case LUA_TTABLE:
        return "; dnn.Matrix{...} makes one of a table";
    case LUA_TNIL:
        return "; check the name, or whether a load failed: it returns nil and a message";
    case LUA_TNUMBER:
        return "; dnn.full(rows, cols, number) makes one of a number";
    default:
        return "";
    }
}

dnn_matrix *dnnlua_check_matrix(lua_State *L, int index) {
    dnn_matrix *m = dnnlua_test_matrix(L, index);

    if (m == NULL) {
        dnnlua_wrong_argument(L, index, "a Matrix");
    }
    return m;
}

dnn_matrix *dnnlua_check_matrix_named(lua_State *L, int index, const char *owner,
                                      const char *name) {
    dnn_matrix *m = dnnlua_test_matrix(L, index);

    if (m == NULL) {
        const char *got = dnnlua_got(L, index), *hint = matrix_hint(L, index);
        luaL_error(L, "%s: %s must be a Matrix, got %s%s%s", owner, name, got, hint,
                   dnnlua_push_usage(L));
    }
    return m;
}

static void *align(void *address) {
    return (void *)dnn_align_up((size_t)address);
}

/* Pushes a userdata of `header` bytes followed by room for `bytes` aligned ones. */
static void *new_userdata(lua_State *L, size_t header, size_t bytes, int user_values) {
    size_t extra = header + DNN_ALIGNMENT - 1;

    if (bytes > SIZE_MAX - extra) {
        luaL_error(L, "not enough memory for a block of %f bytes", (lua_Number)bytes);
    }
    return lua_newuserdatauv(L, extra + bytes, user_values);
}

static int new_userdata_protected(lua_State *L) {
    new_userdata(L, (size_t)lua_tointeger(L, 1), (size_t)lua_tointeger(L, 2),
                 (int)lua_tointeger(L, 3));
    return 1;
}

/* Lua's own "not enough memory" says neither where nor for what; a matrix that may well be too
 * large is worth a better message. */
static void *new_large(lua_State *L, size_t header, size_t bytes, int user_values, dnn_dtype dtype,
                       size_t rows, size_t cols) {
    lua_pushcfunction(L, new_userdata_protected);
    lua_pushinteger(L, (lua_Integer)header);
    lua_pushinteger(L, (lua_Integer)bytes);
    lua_pushinteger(L, user_values);
    if (lua_pcall(L, 3, 1, 0) != LUA_OK) {
        luaL_error(L, "not enough memory for a Matrix %I x %I of %s: %I MiB", (lua_Integer)rows,
                   (lua_Integer)cols, dnn_dtype_info(dtype)->name, (lua_Integer)(bytes >> 20));
    }
    return lua_touserdata(L, -1);
}

dnnlua_matrix *dnnlua_new_matrix_with(lua_State *L, size_t header, int user_values, dnn_dtype dtype,
                                      size_t rows, size_t cols) {
    dnn_error err;
    size_t bytes, before = sizeof(dnnlua_matrix) + header;

    dnnlua_check(L, dnn_matrix_bytes(dtype, rows, cols, &bytes, &err), &err);
    dnnlua_matrix *m = bytes < LARGE
                           ? new_userdata(L, before, bytes, user_values)
                           : new_large(L, before, bytes, user_values, dtype, rows, cols);
    *m = (dnnlua_matrix){
        .matrix = dnn_matrix_of(dtype, rows, cols, align((char *)m + before)),
        .mark = MARK,
        .version = &m->changes,
    };
    luaL_setmetatable(L, DNNLUA_MATRIX);
    return m;
}

dnn_matrix *dnnlua_new_matrix(lua_State *L, dnn_dtype dtype, size_t rows, size_t cols) {
    return &dnnlua_new_matrix_with(L, 0, 0, dtype, rows, cols)->matrix;
}

/* Where a Matrix has its mark, a block has zeros: what was in its memory before, or is put there,
 * could pass for a Matrix. */
void *dnnlua_new_block(lua_State *L, size_t bytes) {
    dnnlua_matrix *head = new_userdata(L, sizeof *head, bytes, 0);

    memset(head, 0, sizeof *head);
    return align(head + 1);
}

dnn_matrix *dnnlua_push_view(lua_State *L, const dnn_matrix *view, int base) {
    base = lua_absindex(L, base);
    const dnnlua_matrix *from = test_userdata(L, base);
    dnnlua_matrix *m = lua_newuserdatauv(L, sizeof *m, MATRIX_BASE);
    int top = lua_gettop(L);

    *m = (dnnlua_matrix){
        .matrix = *view,
        .mark = MARK,
        .version = from == NULL ? NULL : from->version,
    };
    dnnlua_push_base(L, base);
    lua_setiuservalue(L, top, MATRIX_BASE);
    luaL_setmetatable(L, DNNLUA_MATRIX);
    return &m->matrix;
}

void dnnlua_push_base(lua_State *L, int index) {
    lua_pushvalue(L, index);
    if (test_userdata(L, index) == NULL) {
        return;
    }
    if (lua_getiuservalue(L, index, MATRIX_BASE) <= LUA_TNIL) {
        lua_pop(L, 1); /* it owns its memory */
    } else {
        lua_replace(L, -2);
    }
}

dnn_matrix *dnnlua_check_writable(lua_State *L, int index) {
    dnn_matrix *m = dnnlua_check_matrix(L, index);

    dnnlua_begin_write(L, m);
    return m;
}

void dnnlua_begin_write(lua_State *L, dnn_matrix *m) {
    dnnlua_matrix *self = dnnlua_matrix_of(m);

    if (dnnlua_is_recorded(m)) {
        luaL_error(L, "this Matrix requires a gradient, and a change in place is not recorded; make "
                      "a new one, as in A = A:add(B), or change it unrecorded, in "
                      "dnn.no_grad(function() ... end)");
    }
    if (self->version != NULL) {
        (*self->version)++;
    }
}

uint64_t dnnlua_matrix_pass(lua_State *L, int index) {
    const dnnlua_matrix *m = test_userdata(L, index);
    return m == NULL ? 0 : m->pass;
}

void dnnlua_matrix_set_pass(lua_State *L, int index, uint64_t pass) {
    dnnlua_matrix *m = test_userdata(L, index);

    if (m != NULL) {
        m->pass = pass;
    }
}

/* --- default type --- */

dnn_dtype dnnlua_default_dtype(lua_State *L) {
    lua_rawgetp(L, LUA_REGISTRYINDEX, &default_dtype_key);
    dnn_dtype dtype = (dnn_dtype)lua_tointeger(L, -1);
    lua_pop(L, 1);
    return dtype;
}

dnn_dtype dnnlua_opt_dtype(lua_State *L, int index, dnn_dtype fallback) {
    dnn_dtype dtype = fallback;

    if (lua_isnoneornil(L, index)) {
        return fallback;
    }
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

    if (lua_type(L, 4) != LUA_TNUMBER) {
        return dnnlua_wrong_argument(L, 4, "a number");
    }
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
    dnnlua_nearest field = {.wanted = dnnlua_field_name(L, 2), .group = "Matrix"};
    dnnlua_nearest method = field;

    for (size_t i = 0; fields[i] != NULL; i++) {
        dnnlua_nearest_offer(&field, fields[i]);
    }
    dnnlua_offer_keys(L, lua_upvalueindex(1), &method);
    bool is_method =
        method.name != NULL && (field.name == NULL || method.distance < field.distance);
    return dnnlua_no_such_field(L, "Matrix", is_method ? &method : &field);
}

/* A.name: a method (upvalue 1 holds them), or a field. */
static int matrix_index(lua_State *L) {
    const dnn_matrix *m = dnnlua_check_matrix(L, 1);

    lua_pushvalue(L, 2);
    if (lua_rawget(L, lua_upvalueindex(1)) != LUA_TNIL) {
        return 1;
    }
    if (lua_type(L, 2) == LUA_TNUMBER || lua_istable(L, 2)) { /* Torch7's A[i] and A[{i, j}] */
        return luaL_error(
            L, "Matrix %I x %I: an element is A(i, j), a column A:col(j), a row A:row(i)",
            (lua_Integer)m->rows, (lua_Integer)m->cols);
    }
    const char *name = lua_type(L, 2) == LUA_TSTRING ? lua_tostring(L, 2) : "";
    if (strcmp(name, "rows") == 0) {
        lua_pushinteger(L, (lua_Integer)m->rows);
    } else if (strcmp(name, "cols") == 0) {
        lua_pushinteger(L, (lua_Integer)m->cols);
    } else if (strcmp(name, "dtype") == 0) {
        lua_pushstring(L, dnn_dtype_info(m->dtype)->name);
    } else if (strcmp(name, "requires_grad") == 0) {
        lua_pushboolean(L, dnnlua_matrix_of(m)->node != NULL);
    } else if (strcmp(name, "grad") == 0) {
        dnnlua_push_gradient(L, 1);
    } else {
        return raise_no_field(L);
    }
    return 1;
}

static int matrix_newindex(lua_State *L) {
    if (lua_istable(L, 2)) {
        return luaL_error(L, "Matrix: an element is set by A:set(i, j, value)");
    }
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
    dnnlua_add_matrix_reductions(L, module, methods);
    dnnlua_add_matrix_gradients(L, module, methods);
    lua_settop(L, module);
}
