/* hdf5.c: require "dnn.hdf5": HDF5 files. A module of its own, so that only who opens an .h5 file
 * loads that library; scripts/dnn/data/hdf5.lua, which does, makes the matrices. */
#include "data/hdf5.h"

#include <string.h>

#include "bindings/dnnlua.h"
#include "bindings/handle.h"
#include "bindings/host.h"
#include "bindings/matrix/matrix.h"

#define HDF5  "dnn.hdf5.File"
#define TEXTS "dnn.hdf5.Texts" /* never handed out */

static int close_file(lua_State *L) {
    dnn_hdf5_close(dnnlua_close_handle(L, HDF5));
    return 0;
}

static dnn_hdf5 *check_file(lua_State *L) {
    return dnnlua_check_handle(L, HDF5, "the HDF5 file");
}

/* Under `dnnlua --safe` this process reads files itself: it may have no other, and is confined as
 * that would be. */
static bool reads_apart(lua_State *L) {
    lua_getfield(L, LUA_REGISTRYINDEX, DNNLUA_SAFE);
    bool safe = lua_toboolean(L, -1);

    lua_pop(L, 1);
    return !safe;
}

/* open(path, external, max_bytes): or nil and a message. */
static int open_file(lua_State *L) {
    dnn_error err;
    const char *path = dnnlua_check_string(L, 1, NULL);
    dnn_hdf5_options options = {.external = lua_toboolean(L, 2),
                                .apart = reads_apart(L),
                                .max_bytes = dnnlua_check_size(L, 3, "hdf5", "max_bytes")};

    return dnn_hdf5_open(dnnlua_new_handle(L, HDF5), path, &options, &err) == DNN_OK
               ? 1
               : dnnlua_fail(L, &err);
}

/* file:names(): those of all datasets, sorted. */
static int file_names(lua_State *L) {
    lua_createtable(L, (int)dnn_hdf5_count(check_file(L)), 0);
    for (size_t i = 0; i < dnn_hdf5_count(check_file(L)); i++) {
        lua_pushstring(L, dnn_hdf5_dataset(check_file(L), i)->name);
        lua_rawseti(L, -2, (lua_Integer)i + 1);
    }
    return 1;
}

/* file:info(name): rows, columns and dtype of the matrix that the dataset becomes (dtype nil: it is
 * no numbers), its type in the file, its extent as a table, and whether it holds texts or is in
 * another file; or nil and a message. */
static int file_info(lua_State *L) {
    dnn_error err;
    const char *name = luaL_checkstring(L, 2);
    const dnn_hdf5_info *found;

    if (dnn_hdf5_find(check_file(L), name, &found, &err) != DNN_OK)
        return dnnlua_fail(L, &err);
    const dnn_hdf5_info info = *found; /* a finaliser may close the file from here on */
    lua_pushinteger(L, (lua_Integer)info.rows);
    lua_pushinteger(L, (lua_Integer)info.cols);
    lua_pushstring(L, info.numeric ? dnn_dtype_info(info.dtype)->name : NULL);
    lua_pushstring(L, info.type);
    lua_newtable(L);
    for (int axis = 0; axis < info.rank && axis < DNN_HDF5_MAX_RANK; axis++) {
        lua_pushinteger(L, (lua_Integer)info.extent[axis]);
        lua_rawseti(L, -2, axis + 1);
    }
    lua_pushboolean(L, info.is_text);
    lua_pushboolean(L, info.elsewhere != NULL);
    return 7;
}

/* file:check(name): true where a matrix may be made for it; or nil and a message. */
static int file_check(lua_State *L) {
    dnn_error err;
    const dnn_hdf5_info *info;
    const char *name = luaL_checkstring(L, 2);
    dnn_hdf5 *file = check_file(L);

    if (dnn_hdf5_find(file, name, &info, &err) != DNN_OK ||
        dnn_hdf5_check(file, info, &err) != DNN_OK)
        return dnnlua_fail(L, &err);
    lua_pushboolean(L, true);
    return 1;
}

/* file:read(name, out): into a matrix of info's shape and type; returns it, or nil and a message.
 */
static int file_read(lua_State *L) {
    dnn_error err;
    const dnn_hdf5_info *info;
    const char *name = luaL_checkstring(L, 2);
    dnn_hdf5 *file = check_file(L);
    dnnlua_matrix *out = luaL_checkudata(L, 3, DNNLUA_MATRIX);

    if (dnn_hdf5_find(file, name, &info, &err) != DNN_OK ||
        dnn_hdf5_read(file, info, &out->matrix, &err) != DNN_OK)
        return dnnlua_fail(L, &err);
    lua_settop(L, 3);
    return 1;
}

static int free_texts(lua_State *L) {
    dnn_hdf5_texts_free(luaL_checkudata(L, 1, TEXTS));
    return 0;
}

/* file:texts(name): a table of strings; or nil and a message. */
static int file_texts(lua_State *L) {
    dnn_error err;
    const dnn_hdf5_info *info;
    const char *name = luaL_checkstring(L, 2);
    dnn_hdf5_texts *texts = lua_newuserdatauv(L, sizeof *texts, 0);

    *texts = (dnn_hdf5_texts){0};
    luaL_setmetatable(L, TEXTS);
    lua_toclose(L, -1);
    dnn_hdf5 *file = check_file(L);
    if (dnn_hdf5_find(file, name, &info, &err) != DNN_OK ||
        dnn_hdf5_read_texts(file, info, texts, &err) != DNN_OK)
        return dnnlua_fail(L, &err);
    lua_createtable(L, texts->count < 1000000 ? (int)texts->count : 0, 0);
    const char *text = texts->bytes;
    for (size_t k = 0; k < texts->count; k++, text += strlen(text) + 1) {
        lua_pushstring(L, text);
        lua_rawseti(L, -2, (lua_Integer)k + 1);
    }
    return 1;
}

static const luaL_Reg functions[] = {
    {"open", open_file},
    {NULL,   NULL     },
};

static const luaL_Reg methods[] = {
    {"names", file_names},
    {"info",  file_info },
    {"read",  file_read },
    {"check", file_check},
    {"texts", file_texts},
    {"close", close_file},
    {NULL,    NULL      },
};

int luaopen_dnn_hdf5(lua_State *L);

int luaopen_dnn_hdf5(lua_State *L) {
    luaL_checkversion(L);
    dnnlua_define_handle(L, HDF5, close_file, methods);
    dnnlua_define_handle(L, TEXTS, free_texts, NULL);
    luaL_newlib(L, functions);
    return 1;
}
