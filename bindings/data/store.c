/* store.c: dnn.save and dnn.load: tables of matrices as safetensors files. */
#include "bindings/data/store.h"
#include "bindings/handle.h"

#include <string.h>

#define FILE_NAME "safetensors.File" /* never handed out */

const char *dnnlua_check_path(lua_State *L, int index, const char *function) {
    size_t length = 0;
    const char *path = lua_type(L, index) == LUA_TSTRING ? lua_tolstring(L, index, &length) : NULL;

    if (path == NULL || length == 0) {
        luaL_error(L, "%s: expected the path of a file, got %s", function,
                   dnnlua_got_usage(L, index));
    } else if (strlen(path) != length) {
        luaL_error(L, "%s: the path '%s...' holds a zero byte", function, path);
    }
    return path;
}

/* --- tables of names --- */

size_t dnnlua_push_pairs(lua_State *L, int table, const char *function, const char *what) {
    lua_Integer used = 0;
    size_t length;

    lua_newtable(L);
    int pairs = lua_gettop(L);
    lua_pushnil(L);
    while (lua_next(L, table)) {
        const char *name = lua_type(L, -2) == LUA_TSTRING ? lua_tolstring(L, -2, &length) : NULL;
        if (name == NULL || length == 0 || strlen(name) != length) {
            luaL_error(L, "%s: %s are named, but the table has the key %s", function, what,
                       dnnlua_got(L, -2));
        }
        lua_rawseti(L, pairs, used + 2);
        lua_pushvalue(L, -1);
        lua_rawseti(L, pairs, used + 1);
        used += 2;
    }
    return (size_t)used / 2;
}

const char *dnnlua_get_pair(lua_State *L, int pairs, size_t k) {
    lua_rawgeti(L, pairs, 2 * (lua_Integer)k + 1);
    const char *name = lua_tostring(L, -1);
    lua_pop(L, 1);
    lua_rawgeti(L, pairs, 2 * (lua_Integer)k + 2);
    return name;
}

dnn_tensor *dnnlua_push_tensors(lua_State *L, int index, const char *function, size_t *count) {
    if (!lua_istable(L, index)) {
        luaL_error(L, "%s: expected a table of matrices by name, as in {weight = W}, got %s",
                   function, dnnlua_got_usage(L, index));
    }
    *count = dnnlua_push_pairs(L, index, function, "matrices");
    int pairs = lua_gettop(L);
    dnn_tensor *tensors = dnnlua_new_block(L, *count * sizeof *tensors);
    for (size_t k = 0; k < *count; k++) {
        const char *name = dnnlua_get_pair(L, pairs, k);
        const dnn_matrix *m = dnnlua_test_matrix(L, -1);
        if (m == NULL) {
            luaL_error(L, "%s: '%s' must be a Matrix, got %s", function, name, dnnlua_got(L, -1));
            return NULL;
        }
        tensors[k] = (dnn_tensor){.name = name, .matrix = *m, .vector = true};
        lua_pop(L, 1);
    }
    return tensors;
}

/* A text as it is; numbers and booleans as tostring says them. */
static const char *check_text(lua_State *L, const char *function, const char *name) {
    size_t length = 0;
    int type = lua_type(L, -1);
    const char *text = NULL;

    if (type == LUA_TSTRING || type == LUA_TNUMBER || type == LUA_TBOOLEAN) {
        text = luaL_tolstring(L, -1, &length);
        lua_remove(L, -2);
    }
    if (text == NULL || strlen(text) != length) {
        luaL_error(L, "%s: metadata '%s' must be a string without zero bytes, got %s", function,
                   name, dnnlua_got(L, -1));
    }
    return text;
}

dnn_note *dnnlua_push_notes(lua_State *L, int index, const char *function, size_t *count) {
    static const char *const known[] = {"metadata", NULL};

    dnnlua_check_options(L, index, function, known);
    int top = lua_gettop(L);
    *count = 0;
    if (!lua_istable(L, index) || lua_getfield(L, index, "metadata") == LUA_TNIL) {
        lua_settop(L, top + 2);
        return NULL;
    }
    if (!lua_istable(L, -1)) {
        luaL_error(L, "%s: metadata must be a table of strings, got %s", function,
                   dnnlua_got(L, -1));
    }
    *count = dnnlua_push_pairs(L, lua_gettop(L), function, "metadata");
    lua_remove(L, -2);
    int pairs = lua_gettop(L);
    dnn_note *notes = dnnlua_new_block(L, *count * sizeof *notes);
    for (size_t k = 0; k < *count; k++) {
        notes[k].name = dnnlua_get_pair(L, pairs, k);
        notes[k].text = check_text(L, function, notes[k].name);
        lua_rawseti(L, pairs, 2 * (lua_Integer)k + 2); /* numbers have become texts */
    }
    return notes;
}

/* dnn.save(path, {name = Matrix, ...} [, {metadata = {...}}]): true, or nil and a message. */
static int save(lua_State *L) {
    static const char *const name = "save";
    size_t tensor_count, note_count;
    dnn_error err;

    lua_settop(L, 3);
    const char *path = dnnlua_check_path(L, 1, name);
    const dnn_note *notes = dnnlua_push_notes(L, 3, name, &note_count);
    const dnn_tensor *tensors = dnnlua_push_tensors(L, 2, name, &tensor_count);
    dnn_status status = dnn_safetensors_write(path, tensors, tensor_count, notes, note_count, &err);
    if (status == DNN_ERROR_FILE)
        return dnnlua_fail(L, &err);
    dnnlua_check(L, status, &err);
    lua_pushboolean(L, true);
    return 1;
}

/* --- dnn.load --- */

static int close_file(lua_State *L) {
    dnn_safetensors_close(dnnlua_close_handle(L, FILE_NAME));
    return 0;
}

/* Reads tensor i and sets it in the table at `matrices`; one that a Matrix does not hold leaves its
 * message in that at `left_out`. False with `err` filled where the file fails. */
static bool load_tensor(lua_State *L, const dnn_safetensors *file, size_t i, int matrices,
                        int left_out, dnn_error *err) {
    const dnn_tensor_info *t = dnn_safetensors_tensor(file, i);

    lua_pushstring(L, t->name);
    dnn_matrix *m = t->readable ? dnnlua_new_matrix(L, t->dtype, t->rows, t->cols)
                                : &(dnn_matrix){.data = NULL};
    dnn_status status = dnn_safetensors_read(file, i, m, err);
    if (status == DNN_OK) {
        lua_rawset(L, matrices);
    } else if (status == DNN_ERROR_TYPE) {
        lua_settop(L, left_out);
        lua_pushstring(L, err->text);
        lua_setfield(L, left_out, t->name);
    }
    return status == DNN_OK || status == DNN_ERROR_TYPE;
}

/* __index of the matrices, with the table of those left out as upvalue: their message is an error.
 */
static int raise_left_out(lua_State *L) {
    lua_pushvalue(L, 2);
    if (lua_rawget(L, lua_upvalueindex(1)) == LUA_TSTRING)
        luaL_error(L, "%s", lua_tostring(L, -1));
    lua_pushnil(L);
    return 1;
}

/* Pushes the tables of all its matrices and of those left out, by name; false with `err` filled. */
static bool push_matrices(lua_State *L, const dnn_safetensors *file, dnn_error *err) {
    size_t count = dnn_safetensors_count(file);

    lua_createtable(L, 0, count < 1000000 ? (int)count : 0);
    lua_newtable(L);
    int matrices = lua_gettop(L) - 1, left_out = matrices + 1;
    for (size_t i = 0; i < count; i++)
        if (!load_tensor(L, file, i, matrices, left_out, err))
            return false;
    lua_pushnil(L);
    if (lua_next(L, left_out)) {
        lua_settop(L, left_out);
        lua_createtable(L, 0, 1);
        lua_pushvalue(L, left_out);
        lua_pushcclosure(L, raise_left_out, 1);
        lua_setfield(L, -2, "__index");
        lua_setmetatable(L, matrices);
    }
    return true;
}

static void push_metadata(lua_State *L, const dnn_safetensors *file) {
    lua_newtable(L);
    for (size_t i = 0; i < dnn_safetensors_note_count(file); i++) {
        dnn_note note = dnn_safetensors_note(file, i);
        lua_pushstring(L, note.name);
        lua_pushstring(L, note.text);
        lua_rawset(L, -3);
    }
}

/* dnn.load(path): tables of matrices by name, of the metadata's texts, and of why tensors were left
 * out; or nil and a message. */
static int load(lua_State *L) {
    const char *path = dnnlua_check_path(L, 1, "load");
    dnn_error err;

    dnn_safetensors **file = dnnlua_new_handle(L, FILE_NAME);
    lua_toclose(L, lua_gettop(L));
    if (dnn_safetensors_open(file, path, &err) != DNN_OK || !push_matrices(L, *file, &err))
        return dnnlua_fail(L, &err);
    push_metadata(L, *file);
    lua_insert(L, -2);
    return 3;
}

/* --- the module --- */

static const dnnlua_function functions[] = {
    {"save", save, 3},
    {"load", load, 1},
    {NULL,   NULL, 0},
};

void dnnlua_open_store(lua_State *L) {
    dnnlua_register(L, functions);
    dnnlua_define_handle(L, FILE_NAME, close_file, NULL);
}
