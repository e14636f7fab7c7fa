/* matrix_bytes.c: a Matrix from the bytes of its elements, and back: what sockets, pipes and other
 * libraries pass on. */
#include <string.h>

#include "bindings/matrix/matrix.h"

/* dnn.frombytes(bytes, dtype, rows, cols): column after column, in this machine's byte order. */
static int frombytes(lua_State *L) {
    dnn_error err;
    size_t size, wanted = 0;

    const char *bytes = dnnlua_check_string(L, 1, &size);
    dnnlua_check_string(L, 2, NULL);
    dnn_dtype dtype = dnnlua_opt_dtype(L, 2, DNN_FLOAT32);
    size_t rows = dnnlua_check_size(L, 3, "frombytes", "rows");
    size_t cols = dnnlua_check_size(L, 4, "frombytes", "cols");

    dnnlua_check(L, dnn_matrix_bytes(dtype, rows, cols, &wanted, &err), &err);
    if (size != wanted) {
        return luaL_error(L, "frombytes: %I x %I of %s are %I bytes, got a string of %I bytes",
                          (lua_Integer)rows, (lua_Integer)cols, dnn_dtype_info(dtype)->name,
                          (lua_Integer)wanted, (lua_Integer)size);
    }
    dnn_matrix *m = dnnlua_new_matrix(L, dtype, rows, cols);
    if (size > 0)
        memcpy(m->data, bytes, size);
    return 1;
}

/* A:tobytes(). */
static int tobytes(lua_State *L) {
    luaL_Buffer buffer;
    const dnn_matrix *m = dnnlua_check_matrix(L, 1);
    size_t column = m->rows * dnn_dtype_info(m->dtype)->size;

    char *to = luaL_buffinitsize(L, &buffer, column * m->cols);
    for (size_t j = 0; j < m->cols && column > 0; j++)
        memcpy(to + j * column, dnn_matrix_at(m, 0, j), column);
    luaL_pushresultsize(&buffer, column * m->cols);
    return 1;
}

void dnnlua_add_matrix_bytes(lua_State *L, int module, int methods) {
    dnnlua_push_function(L, (dnnlua_function){"frombytes", frombytes, 4}, 0);
    lua_setfield(L, module, "frombytes");
    dnnlua_push_function(L, (dnnlua_function){"tobytes", tobytes, 1}, 0);
    lua_setfield(L, methods, "tobytes");
}
