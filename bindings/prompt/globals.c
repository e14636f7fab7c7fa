/* globals.c: the standard globals as they were before anything of the user's ran, so that what the
 * user does to them leaves the prompt's own modules alone. */
#include "bindings/prompt/parts.h"
#include "bindings/prompt/prompt.h"
#include "bindings/tables.h"

void keep_globals(lua_State *L) {
    lua_pushglobaltable(L);
    dnnlua_copy_table(L, -1);
    lua_setfield(L, LUA_REGISTRYINDEX, STANDARD);
    dnnlua_copy_table(L, -1);
    int pristine = lua_gettop(L);
    for (lua_pushnil(L); lua_next(L, pristine) != 0; lua_pop(L, 1)) {
        if (lua_istable(L, -1)) {
            lua_pushvalue(L, -2);
            dnnlua_copy_table(L, -2);
            lua_rawset(L, pristine);
        }
    }
    lua_pushvalue(L, pristine);
    lua_setfield(L, pristine, "_G");
    lua_setfield(L, LUA_REGISTRYINDEX, PRISTINE);
    lua_pop(L, 1);
}

/* Modules are loaded with the globals as they were. */
void push_own_module(lua_State *L, const char *name) {
    lua_getfield(L, LUA_REGISTRYINDEX, LUA_LOADED_TABLE);
    lua_getfield(L, -1, name);
    lua_remove(L, -2);
    if (!lua_isnil(L, -1))
        return;
    lua_pop(L, 1);
    lua_pushglobaltable(L);
    lua_getfield(L, LUA_REGISTRYINDEX, PRISTINE);
    lua_getfield(L, -1, "require");
    lua_insert(L, -2);
    lua_rawseti(L, LUA_REGISTRYINDEX, LUA_RIDX_GLOBALS);
    lua_pushstring(L, name);
    int status = lua_pcall(L, 1, 1, 0);
    lua_insert(L, -2);
    lua_rawseti(L, LUA_REGISTRYINDEX, LUA_RIDX_GLOBALS);
    if (status != LUA_OK)
        lua_error(L);
}
