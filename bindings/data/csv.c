/* csv.c: CSV files as matrices, and back. scripts/dnn/data/csv.lua holds the options. */
#include "data/csv.h"

#include <string.h>

#include "bindings/data/data.h"
#include "bindings/data/store.h"
#include "bindings/handle.h"

#define CSV "dnn.Csv"

static int close_csv(lua_State *L) {
    dnn_csv_close(dnnlua_close_handle(L, CSV));
    return 0;
}

static dnn_csv *check_csv(lua_State *L) {
    return dnnlua_check_handle(L, CSV, "the CSV file");
}

/* The first character of the text at index, 0 where there is none. */
static char character(lua_State *L, int index) {
    return luaL_optstring(L, index, "")[0];
}

/* csv(path, delimiter, decimal, header, missing, dtype, max_bytes): nil stands for what is to be
 * found; missing is nil, a number, "mean" or "skip". A file, or nil and a message. */
static int open_csv(lua_State *L) {
    dnn_error err;
    const char *path = dnnlua_check_path(L, 1, "csv");
    dnn_csv_options options = {
        .delimiter = character(L, 2),
        .decimal = character(L, 3),
        .header = lua_isnoneornil(L, 4) ? -1 : lua_toboolean(L, 4),
        .missing = lua_isnoneornil(L, 5)           ? DNN_CSV_REFUSE
                   : lua_type(L, 5) == LUA_TNUMBER ? DNN_CSV_VALUE
                   : character(L, 5) == 'm'        ? DNN_CSV_MEAN
                                                   : DNN_CSV_SKIP,
        .value = lua_tonumber(L, 5),
        .dtype = dnnlua_opt_dtype(L, 6, dnnlua_default_dtype(L)),
        .max_bytes = dnnlua_check_size(L, 7, "csv", "max_bytes"),
    };

    return dnn_csv_open(dnnlua_new_handle(L, CSV), path, &options, &err) == DNN_OK
               ? 1
               : dnnlua_fail(L, &err);
}

/* csv:columns(): their names, and which of them hold texts. */
static int csv_columns(lua_State *L) {
    size_t count = dnn_csv_column_count(check_csv(L));

    lua_createtable(L, (int)count, 0);
    lua_createtable(L, (int)count, 0);
    for (size_t c = 0; c < count; c++) {
        lua_pushstring(L, dnn_csv_column_name(check_csv(L), c));
        lua_rawseti(L, -3, (lua_Integer)c + 1);
        lua_pushboolean(L, dnn_csv_column_is_text(check_csv(L), c));
        lua_rawseti(L, -2, (lua_Integer)c + 1);
    }
    return 2;
}

/* csv:read(columns): the number of rows; or nil and a message. */
static int csv_read(lua_State *L) {
    dnn_error err;

    check_csv(L);
    luaL_checktype(L, 2, LUA_TTABLE);
    size_t count = lua_rawlen(L, 2);
    size_t *columns = dnnlua_new_block(L, count * sizeof *columns);
    for (size_t k = 0; k < count; k++) {
        lua_rawgeti(L, 2, (lua_Integer)k + 1);
        columns[k] = dnnlua_check_size(L, -1, "csv", "a column") - 1;
        lua_pop(L, 1);
    }
    dnn_csv *csv = check_csv(L);
    if (dnn_csv_read(csv, columns, count, &err) != DNN_OK)
        return dnnlua_fail(L, &err);
    lua_pushinteger(L, (lua_Integer)dnn_csv_row_count(csv));
    return 1;
}

/* csv:take(first, count, dtype): so many of the columns that were read, as rows of a matrix. */
static int csv_take(lua_State *L) {
    dnn_error err;
    size_t rows = dnn_csv_row_count(check_csv(L));
    size_t first = dnnlua_check_size(L, 2, "csv", "first");
    size_t count = dnnlua_check_size(L, 3, "csv", "count");
    dnn_dtype dtype = dnnlua_opt_dtype(L, 4, dnnlua_default_dtype(L));
    dnn_matrix *out = dnnlua_new_matrix(L, dtype, count, rows);

    luaL_argcheck(L, first >= 1, 2, "columns count from 1");
    dnnlua_check(L, dnn_csv_take(check_csv(L), first - 1, out, &err), &err);
    return 1;
}

/* csv:classes(column): the texts of a column. */
static int csv_classes(lua_State *L) {
    const dnn_csv *csv = check_csv(L);
    size_t column = dnnlua_check_size(L, 2, "csv", "column");

    luaL_argcheck(L, column >= 1 && column <= dnn_csv_column_count(csv), 2, "no such column");
    size_t count = dnn_csv_class_count(csv, column - 1);
    lua_createtable(L, (int)count, 0);
    for (size_t k = 0; k < count; k++) {
        lua_pushstring(L, dnn_csv_class(check_csv(L), column - 1, k));
        lua_rawseti(L, -2, (lua_Integer)k + 1);
    }
    return 1;
}

/* --- writing --- */

/* The part that the table on top of the stack describes: {matrix, names of its rows or nil, classes
 * or nil}. Pushes what has to outlive it. */
static dnn_csv_part push_part(lua_State *L) {
    size_t count;
    dnn_csv_part part = {0};
    int table = lua_gettop(L);

    lua_rawgeti(L, table, 1);
    part.matrix = dnnlua_check_matrix_named(L, -1, "write_csv", "X or Y");
    lua_rawgeti(L, table, 2);
    part.names = dnnlua_push_texts(L, lua_gettop(L), "write_csv: names and classes", &count);
    if (part.names != NULL && count != part.matrix->rows) {
        luaL_error(L, "write_csv: %I names for %I rows", (lua_Integer)count,
                   (lua_Integer)part.matrix->rows);
    }
    lua_rawgeti(L, table, 3);
    part.classes =
        dnnlua_push_texts(L, lua_gettop(L), "write_csv: names and classes", &part.class_count);
    return part;
}

/* write_csv(path, delimiter, parts): true, or nil and a message. */
static int write_csv(lua_State *L) {
    dnn_error err;
    const char *path = dnnlua_check_path(L, 1, "write_csv");
    char delimiter = luaL_checkstring(L, 2)[0];

    luaL_checktype(L, 3, LUA_TTABLE);
    size_t count = lua_rawlen(L, 3);
    luaL_checkstack(L, count < 100000 ? 8 * (int)count : 800000, "too many columns with classes");
    dnn_csv_part *parts = dnnlua_new_block(L, count * sizeof *parts);
    for (size_t p = 0; p < count; p++) {
        lua_rawgeti(L, 3, (lua_Integer)p + 1);
        parts[p] = push_part(L);
    }
    dnn_status status = dnn_csv_write(path, parts, count, delimiter, &err);
    if (status == DNN_ERROR_FILE)
        return dnnlua_fail(L, &err);
    dnnlua_check(L, status, &err);
    lua_pushboolean(L, true);
    return 1;
}

static const luaL_Reg functions[] = {
    {"csv",       open_csv },
    {"write_csv", write_csv},
    {NULL,        NULL     },
};

static const luaL_Reg methods[] = {
    {"columns", csv_columns},
    {"read",    csv_read   },
    {"take",    csv_take   },
    {"classes", csv_classes},
    {"close",   close_csv  },
    {NULL,      NULL       },
};

void dnnlua_add_csv(lua_State *L, int data) {
    dnnlua_define_handle(L, CSV, close_csv, methods);
    lua_pushvalue(L, data);
    luaL_setfuncs(L, functions, 0);
    lua_pop(L, 1);
}
