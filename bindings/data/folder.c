/* folder.c: a folder of labelled images: its list, and decoding a stretch of it at a time. */
#include "data/folder.h"
#include "bindings/data/data.h"

#define FOLDER "dnn.Folder"

static dnn_folder *check_folder(lua_State *L) {
    return luaL_checkudata(L, 1, FOLDER);
}

static int free_folder(lua_State *L) {
    dnn_folder_free(check_folder(L));
    return 0;
}

/* In a table: at 0 the block of their addresses, from 1 on the strings. */
const char *const *dnnlua_push_texts(lua_State *L, int index, const char *what, size_t *count) {
    *count = 0;
    if (!lua_istable(L, index)) {
        lua_pushnil(L);
        return NULL;
    }
    *count = (size_t)lua_rawlen(L, index);
    lua_createtable(L, *count < 1000000 ? (int)*count : 0, 1);
    int keeping = lua_gettop(L);
    const char **texts = dnnlua_new_block(L, (*count + 1) * sizeof *texts);
    lua_rawseti(L, keeping, 0);
    for (size_t i = 0; i < *count; i++) {
        if (lua_rawgeti(L, index, (lua_Integer)i + 1) != LUA_TSTRING)
            luaL_error(L, "%s must be texts, got %s", what, dnnlua_got(L, -1));
        texts[i] = lua_tostring(L, -1);
        lua_rawseti(L, keeping, (lua_Integer)i + 1);
    }
    return texts;
}

/* folder(path, classes): or nil and a message; classes may be nil. */
static int list_folder(lua_State *L) {
    dnn_error err;
    size_t count;
    const char *path = dnnlua_check_string(L, 1, NULL);

    lua_settop(L, 2);
    const char *const *classes = dnnlua_push_texts(L, 2, "folder: classes", &count);
    dnn_folder *folder = lua_newuserdatauv(L, sizeof *folder, 0);
    *folder = (dnn_folder){0};
    luaL_setmetatable(L, FOLDER);
    return dnn_folder_list(folder, path, classes, count, &err) == DNN_OK ? 1 : dnnlua_fail(L, &err);
}

static int folder_length(lua_State *L) {
    lua_pushinteger(L, (lua_Integer)check_folder(L)->file_count);
    return 1;
}

/* While the collector rests, which is woken: a script can have a finaliser call this folder's own. */
static int push_list(lua_State *L, char *const *texts, size_t count) {
    lua_createtable(L, (int)count, 0);
    for (size_t i = 0; i < count; i++) {
        lua_pushstring(L, texts[i]);
        lua_rawseti(L, -2, (lua_Integer)i + 1);
    }
    dnnlua_wake_collector(L);
    return 1;
}

/* folder:classes(): their names. */
static int folder_classes(lua_State *L) {
    dnnlua_rest_collector(L);
    const dnn_folder *folder = check_folder(L);

    return push_list(L, folder->classes, folder->class_count);
}

/* folder:skipped(): what was skipped, and why. */
static int folder_skipped(lua_State *L) {
    dnnlua_rest_collector(L);
    const dnn_folder *folder = check_folder(L);

    return push_list(L, folder->skipped, folder->skipped_count);
}

/* folder:train_count(): how many of the files, the first, are to train on. */
static int folder_train_count(lua_State *L) {
    lua_pushinteger(L, (lua_Integer)check_folder(L)->train_count);
    return 1;
}

/* folder:file(i): its path and its label, counted from 1. */
static int folder_file(lua_State *L) {
    const dnn_folder *folder = check_folder(L);
    size_t i = dnnlua_check_size(L, 2, "file", "i");

    luaL_argcheck(L, i >= 1 && i <= folder->file_count, 2, "no such file");
    lua_Integer label = (lua_Integer)folder->labels[i - 1] + 1;
    lua_pushstring(L, folder->files[i - 1]);
    lua_pushinteger(L, label);
    return 2;
}

/* folder:shuffle(random). */
static int folder_shuffle(lua_State *L) {
    dnn_error err;
    dnn_folder *folder = check_folder(L);

    dnnlua_check(L, dnn_folder_shuffle(folder, dnnlua_opt_random(L, 2), &err), &err);
    return 0;
}

/* folder:decode(first, last, target, pixels, column): the files first .. last into columns
 * of `pixels` from `column` on, those that could be read side by side. Returns a table with `false`
 * for each of them and the message for each that could not be read. */
static int folder_decode(lua_State *L) {
    dnn_error err;
    size_t good;
    const dnn_folder *folder = check_folder(L);
    size_t first = dnnlua_check_size(L, 2, "decode", "first");
    size_t last = dnnlua_check_size(L, 3, "decode", "last");
    dnn_image_target target = dnnlua_check_target(L, 4, "decode");
    dnn_matrix *pixels = dnnlua_check_writable(L, 5);
    size_t column = dnnlua_check_size(L, 6, "decode", "column");
    dnnlua_rest_collector(L);

    luaL_argcheck(L, first >= 1 && first <= last && last <= folder->file_count, 2, "no such files");
    size_t count = last - first + 1;
    luaL_argcheck(L, pixels->dtype == DNN_UINT8 && dnn_matrix_is_contiguous(pixels), 5,
                  "expected contiguous uint8 columns");
    luaL_argcheck(L, pixels->rows == target.width * target.height * target.options.channels, 5,
                  "columns of another size");
    luaL_argcheck(L, column >= 1 && column <= pixels->cols && count <= pixels->cols - column + 1, 6,
                  "too few columns");

    uint8_t *ok = dnnlua_new_block(L, count);
    dnn_error *errors = dnnlua_new_block(L, count * sizeof *errors);
    dnnlua_check(L,
                 dnn_folder_decode(folder, first - 1, last, &target,
                                   dnn_matrix_at(pixels, 0, column - 1), ok, errors, &good, &err),
                 &err);
    lua_createtable(L, (int)count, 0);
    for (size_t k = 0; k < count; k++) {
        if (ok[k])
            lua_pushboolean(L, false);
        else
            lua_pushstring(L, errors[k].text);
        lua_rawseti(L, -2, (lua_Integer)k + 1);
    }
    dnnlua_wake_collector(L);
    return 1;
}

static const luaL_Reg methods[] = {
    {"classes",     folder_classes    },
    {"skipped",     folder_skipped    },
    {"train_count", folder_train_count},
    {"file",        folder_file       },
    {"shuffle",     folder_shuffle    },
    {"decode",      folder_decode     },
    {NULL,          NULL              },
};

static const luaL_Reg metamethods[] = {
    {"__len", folder_length},
    {"__gc",  free_folder  },
    {NULL,    NULL         },
};

void dnnlua_add_folder(lua_State *L, int data) {
    luaL_newmetatable(L, FOLDER);
    luaL_setfuncs(L, metamethods, 0);
    luaL_newlib(L, methods);
    lua_setfield(L, -2, "__index");
    lua_pop(L, 1);

    lua_pushcfunction(L, list_folder);
    lua_setfield(L, data, "folder");
}
