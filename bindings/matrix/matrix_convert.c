/* matrix_convert.c: between a Matrix and what Lua has: nested tables and text. */
#include <stdlib.h>
#include <string.h>

#include "bindings/tape/tape.h"
#include "math/print.h"

#define UNWATCHED 8192 /* elements of a row between two looks for an interruption */

/* The number on top of the stack into (i, j); pops it. */
static void set_element(lua_State *L, dnn_matrix *m, size_t i, size_t j) {
    if (j % UNWATCHED == 0)
        dnnlua_check_interruption(L);
    if (lua_type(L, -1) != LUA_TNUMBER) {
        luaL_error(L, "Matrix: row %I, column %I must be a number, got %s", (lua_Integer)i + 1,
                   (lua_Integer)j + 1, dnnlua_got(L, -1));
    }
    dnn_matrix_set(m, i, j, lua_tonumber(L, -1));
    lua_pop(L, 1);
}

static int from_flat(lua_State *L, dnn_dtype dtype, size_t rows) {
    dnn_matrix *m = dnnlua_new_matrix(L, dtype, rows, 1);

    for (size_t i = 0; i < rows; i++) {
        lua_rawgeti(L, 1, (lua_Integer)i + 1);
        set_element(L, m, i, 0);
    }
    return 1;
}

static int from_rows(lua_State *L, dnn_dtype dtype, size_t rows) {
    size_t cols = lua_rawlen(L, -1); /* the first row is on top */
    dnn_matrix *m = dnnlua_new_matrix(L, dtype, rows, cols);

    for (size_t i = 0; i < rows; i++) {
        if (lua_rawgeti(L, 1, (lua_Integer)i + 1) != LUA_TTABLE) {
            return luaL_error(L, "Matrix: row %I must be a table of numbers, got %s",
                              (lua_Integer)i + 1, dnnlua_got(L, -1));
        }
        size_t count = dnnlua_list_length(L, -1, "Matrix", "a row");
        if (count != cols) {
            return luaL_error(L, "Matrix: row %I has %I numbers, row 1 has %I", (lua_Integer)i + 1,
                              (lua_Integer)count, (lua_Integer)cols);
        }
        for (size_t j = 0; j < cols; j++) {
            lua_rawgeti(L, -1, (lua_Integer)j + 1);
            set_element(L, m, i, j);
        }
        lua_pop(L, 1);
    }
    return 1;
}

/* dnn.Matrix(t, {dtype}): a table of rows, or a flat table as a column. */
static int new_from_table(lua_State *L) {
    static const char *const known[] = {"dtype", NULL};

    if (!lua_istable(L, 1))
        return dnnlua_wrong_argument(L, 1, "a table of rows, as in dnn.Matrix{{1, 2}, {3, 4}}");
    dnnlua_check_options(L, 2, "Matrix", known);
    dnn_dtype dtype = dnnlua_option_dtype(L, 2, dnnlua_default_dtype(L));
    size_t rows = lua_rawlen(L, 1);

    if (rows == 0) {
        if (lua_pushnil(L), lua_next(L, 1)) {
            return luaL_error(L, "Matrix: expected rows of numbers, got a table with the key %s",
                              dnnlua_got(L, -2));
        }
        dnnlua_new_matrix(L, dtype, 0, 0);
        return 1;
    }
    dnnlua_list_length(L, 1, "Matrix", "the table");
    bool nested = lua_rawgeti(L, 1, 1) == LUA_TTABLE;
    return nested ? from_rows(L, dtype, rows) : from_flat(L, dtype, rows);
}

/* A:table(): the rows, each a table. */
static int to_table(lua_State *L) {
    const dnn_matrix *m = dnnlua_check_matrix(L, 1);

    lua_createtable(L, (int)m->rows, 0);
    for (size_t i = 0; i < m->rows; i++) {
        lua_createtable(L, (int)m->cols, 0);
        for (size_t j = 0; j < m->cols; j++) {
            if (j % UNWATCHED == 0)
                dnnlua_check_interruption(L);
            lua_pushnumber(L, dnn_matrix_get(m, i, j));
            lua_rawseti(L, -2, (lua_Integer)j + 1);
        }
        lua_rawseti(L, -2, (lua_Integer)i + 1);
    }
    return 1;
}

#define DECIMALS       4
#define DEFAULT_WIDTH  80
#define DEFAULT_HEIGHT 20

/* Characters in a line: COLUMNS from the environment, as shells set it. */
static size_t line_width(void) {
    const char *columns = getenv("COLUMNS");
    long width = columns != NULL ? strtol(columns, NULL, 10) : 0;

    return width > 0 ? (size_t)width : DEFAULT_WIDTH;
}

/* The text with how the matrix came about at the end of its first line. */
static void push_origin(lua_State *L, const char *text, const dnn_node *node) {
    size_t line = strcspn(text, "\n");

    lua_pushlstring(L, text, line);
    lua_pushfstring(L, "%s%s%s", lua_tostring(L, -1),
                    node->layer == NULL ? ", requires a gradient" : ", from ",
                    node->layer == NULL ? "" : dnnlua_made_by(node));
    lua_pushfstring(L, "%s%s", lua_tostring(L, -1), text + line);
}

static int push_text(lua_State *L, size_t width, size_t height) {
    const dnn_matrix *m = dnnlua_check_matrix(L, 1);
    size_t length = dnn_matrix_format(m, NULL, 0, DECIMALS, width, height);
    char *text = lua_newuserdatauv(L, length + 1, 0);

    dnn_matrix_format(m, text, length + 1, DECIMALS, width, height);
    const dnn_node *node = dnnlua_matrix_of(m)->node;
    if (node == NULL)
        lua_pushstring(L, text);
    else
        push_origin(L, text, node);
    return 1;
}

int dnnlua_matrix_tostring(lua_State *L) {
    return push_text(L, line_width(), DEFAULT_HEIGHT);
}

/* _matrix_text(A, width, rows): for a terminal of that width, with at most that many rows. */
static int matrix_text(lua_State *L) {
    dnnlua_check_matrix(L, 1);
    return push_text(L, dnnlua_check_size(L, 2, "_matrix_text", "width"),
                     dnnlua_check_size(L, 3, "_matrix_text", "rows"));
}

void dnnlua_add_matrix_conversions(lua_State *L, int module, int methods) {
    dnnlua_push_function(L, (dnnlua_function){"Matrix", new_from_table, 2}, 0);
    lua_setfield(L, module, "Matrix");
    lua_pushcfunction(L, matrix_text);
    lua_setfield(L, module, "_matrix_text");
    dnnlua_push_function(L, (dnnlua_function){"table", to_table, 1}, 0);
    lua_setfield(L, methods, "table");
}
