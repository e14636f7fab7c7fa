/* saver.c: a file written beside the training, for dnn/checkpoint.lua: a function of dnn.core
 * whose name begins with an underscore, and the saver that it gives. */
#include "store/saver.h"

#include <errno.h>
#include <string.h>

#include "bindings/data/store.h"
#include "bindings/handle.h"

#define SAVER "safetensors.Saver" /* never handed to scripts */

typedef struct saver {
    dnn_saver *saver; /* NULL: has finished */
} saver;

enum { SAVER_TENSORS = 1, SAVER_NUMBERS, SAVER_USER_VALUES = SAVER_NUMBERS };

/* _save_start(path, {name = Matrix, ...}, {metadata = {...}}): a saver. The matrices must not be
 * changed until it has finished. */
static int save_start(lua_State *L) {
    static const char *const name = "save";
    size_t tensor_count, note_count;
    dnn_error err;

    lua_settop(L, 3);
    const char *path = dnnlua_check_path(L, 1, name);
    saver *self = lua_newuserdatauv(L, sizeof *self, SAVER_USER_VALUES);
    self->saver = NULL;
    luaL_setmetatable(L, SAVER);
    const dnn_note *notes = dnnlua_push_notes(L, 3, name, &note_count);
    const dnn_tensor *tensors = dnnlua_push_tensors(L, 2, name, &tensor_count);
    lua_pushvalue(L, -2); /* what keeps the numbers alive */
    lua_setiuservalue(L, 4, SAVER_NUMBERS);
    lua_pushvalue(L, 2);
    lua_setiuservalue(L, 4, SAVER_TENSORS);
    dnn_status status =
        dnn_saver_start(&self->saver, path, tensors, tensor_count, notes, note_count, &err);
    dnnlua_check(L, status, &err);
    lua_settop(L, 4);
    return 1;
}

/* saver:done() */
static int saver_done(lua_State *L) {
    const saver *self = luaL_checkudata(L, 1, SAVER);

    lua_pushboolean(L, self->saver == NULL || dnn_saver_done(self->saver));
    return 1;
}

/* Whether a message ends by saying that there was no room. */
static bool says_full(const char *text) {
    static const int reasons[] = {ENOSPC, EDQUOT};
    for (size_t i = 0; i < sizeof reasons / sizeof *reasons; i++) {
        const char *reason = strerror(reasons[i]), *found = strstr(text, reason);
        if (found != NULL && found[strlen(reason)] == '\0')
            return true;
    }
    return false;
}

/* saver:finish(): waits; true, or nil, a message and the name of the status, "full" where there was
 * no room. */
static int saver_finish(lua_State *L) {
    saver *self = luaL_checkudata(L, 1, SAVER);
    dnn_error err;

    if (self->saver == NULL) {
        lua_pushboolean(L, true);
        return 1;
    }
    dnn_saver *ending = self->saver;
    self->saver = NULL;
    dnn_status status = dnn_saver_finish(ending, &err);
    if (status == DNN_OK) {
        lua_pushboolean(L, true);
        return 1;
    }
    luaL_pushfail(L);
    lua_pushstring(L, err.text);
    lua_pushstring(L, says_full(err.text) ? "full" : dnn_status_name(status));
    return 3;
}

static int saver_close(lua_State *L) {
    saver_finish(L);
    return 0;
}

static const luaL_Reg functions[] = {
    {"_save_start", save_start},
    {NULL,          NULL      },
};

static const luaL_Reg methods[] = {
    {"done",   saver_done  },
    {"finish", saver_finish},
    {NULL,     NULL        },
};

void dnnlua_open_saver(lua_State *L) {
    luaL_setfuncs(L, functions, 0);
    dnnlua_define_handle(L, SAVER, saver_close, methods);
}
