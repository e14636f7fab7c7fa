/* lua_half.c: functions of the module's half in Lua that the half in C calls. */
#include "bindings/lua_half.h"

#include <lauxlib.h>

/* Registry: a table of them. A string, since modules of their own share this file. */
#define LUA_HALF "dnn.half"

static const char *const names[] = {
    "explain",   /* (what, detail, more, arguments ...): what an error says about them */
    "where",     /* (): the script's line that it names */
    "gradcheck", /* (f, matrices, options) */
    "save_run",  /* (step, net, optimiser, checkpoint, folder): for a run's window */
    "keep_run",  /* (folder, options, net, optimiser): the keeper of a run's checkpoints */
    NULL,
};

int dnnlua_push_half(lua_State *L, const char *name) {
    if (lua_getfield(L, LUA_REGISTRYINDEX, LUA_HALF) == LUA_TTABLE)
        lua_getfield(L, -1, name);
    else
        lua_pushnil(L);
    lua_remove(L, -2);
    return lua_type(L, -1);
}

int dnnlua_lua_half(lua_State *L) {
    luaL_checktype(L, 1, LUA_TTABLE);
    if (lua_getfield(L, LUA_REGISTRYINDEX, LUA_HALF) != LUA_TNIL)
        return 0;
    lua_newtable(L);
    for (const char *const *name = names; *name != NULL; name++) {
        if (lua_getfield(L, 1, *name) != LUA_TFUNCTION)
            return luaL_error(L, "_lua_half: %s is missing", *name);
        lua_setfield(L, -2, *name);
    }
    lua_setfield(L, LUA_REGISTRYINDEX, LUA_HALF);
    return 0;
}
