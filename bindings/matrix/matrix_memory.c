/* matrix_memory.c: the memory of a Matrix: made, recognised, viewed, and written to.
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

static const char mark = 0; /* its address begins a Matrix */

/* A step of a small network asks this some twenty times: comparing metatables by name took an
 * eighth of it. */
static dnnlua_matrix *test_userdata(lua_State *L, int index) {
    dnnlua_matrix *m = lua_touserdata(L, index);
    return m != NULL && lua_rawlen(L, index) >= sizeof *m && m->mark == &mark ? m : NULL;
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

    if (m == NULL)
        dnnlua_wrong_argument(L, index, "a Matrix");
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

    if (bytes > SIZE_MAX - extra)
        luaL_error(L, "not enough memory for a block of %f bytes", (lua_Number)bytes);
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
    if (dnnlua_try(L, 3, 1) != LUA_OK) {
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
    dnnlua_matrix *m = bytes < LARGE ? new_userdata(L, before, bytes, user_values)
                                     : new_large(L, before, bytes, user_values, dtype, rows, cols);
    *m = (dnnlua_matrix){
        .mark = &mark,
        .matrix = dnn_matrix_of(dtype, rows, cols, align((char *)m + before)),
        .version = &m->changes,
    };
    luaL_setmetatable(L, DNNLUA_MATRIX);
    return m;
}

dnn_matrix *dnnlua_new_matrix(lua_State *L, dnn_dtype dtype, size_t rows, size_t cols) {
    return &dnnlua_new_matrix_with(L, 0, 0, dtype, rows, cols)->matrix;
}

/* Where a Matrix has its mark, a block has a zero: what was in its memory before, or is put there,
 * could pass for a Matrix. */
void *dnnlua_new_block(lua_State *L, size_t bytes) {
    dnnlua_matrix *head = new_userdata(L, sizeof *head, bytes, 0);

    dnn_prefer_huge_pages(head, sizeof *head + bytes);
    memset(head, 0, sizeof *head);
    return align(head + 1);
}

dnn_matrix *dnnlua_push_view(lua_State *L, const dnn_matrix *view, int base) {
    base = lua_absindex(L, base);
    const dnnlua_matrix *from = test_userdata(L, base);
    dnnlua_matrix *m = lua_newuserdatauv(L, sizeof *m, MATRIX_BASE);
    int top = lua_gettop(L);

    *m = (dnnlua_matrix){
        .mark = &mark,
        .matrix = *view,
        .version = from == NULL ? NULL : from->version,
    };
    dnnlua_push_base(L, base);
    lua_setiuservalue(L, top, MATRIX_BASE);
    luaL_setmetatable(L, DNNLUA_MATRIX);
    return &m->matrix;
}

void dnnlua_push_base(lua_State *L, int index) {
    lua_pushvalue(L, index);
    if (test_userdata(L, index) == NULL)
        return;
    if (lua_getiuservalue(L, index, MATRIX_BASE) <= LUA_TNIL)
        lua_pop(L, 1); /* it owns its memory */
    else
        lua_replace(L, -2);
}

dnn_matrix *dnnlua_check_writable(lua_State *L, int index) {
    dnn_matrix *m = dnnlua_check_matrix(L, index);

    dnnlua_begin_write(L, m);
    return m;
}

void dnnlua_begin_write(lua_State *L, dnn_matrix *m) {
    dnnlua_matrix *self = dnnlua_matrix_of(m);

    if (dnnlua_is_recorded(m)) {
        luaL_error(L,
                   "this Matrix requires a gradient, and a change in place is not recorded; make "
                   "a new one, as in A = A:add(B), or change it unrecorded, in "
                   "dnn.no_grad(function() ... end)");
    }
    if (self->version != NULL)
        (*self->version)++;
}

uint64_t dnnlua_matrix_pass(lua_State *L, int index) {
    const dnnlua_matrix *m = test_userdata(L, index);
    return m == NULL ? 0 : m->pass;
}

void dnnlua_matrix_set_pass(lua_State *L, int index, uint64_t pass) {
    dnnlua_matrix *m = test_userdata(L, index);

    if (m != NULL)
        m->pass = pass;
}
