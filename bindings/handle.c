/* handle.c: made, checked, closed. */
#include "bindings/handle.h"

void dnnlua_define_handle(lua_State *L, const char *type, lua_CFunction close,
                          const luaL_Reg *methods) {
    luaL_newmetatable(L, type);
    lua_pushcfunction(L, close);
    lua_setfield(L, -2, "__gc");
    lua_pushcfunction(L, close);
    lua_setfield(L, -2, "__close");
    if (methods != NULL) {
        lua_newtable(L);
        luaL_setfuncs(L, methods, 0);
        lua_setfield(L, -2, "__index");
    }
    lua_pop(L, 1);
}

void *dnnlua_new_handle(lua_State *L, const char *type) {
    void **handle = lua_newuserdatauv(L, sizeof *handle, 0);

    *handle = NULL;
    luaL_setmetatable(L, type);
    return handle;
}

void *dnnlua_check_handle(lua_State *L, const char *type, const char *what) {
    void **handle = luaL_checkudata(L, 1, type);

    if (*handle == NULL)
        luaL_error(L, "%s is closed", what);
    return *handle;
}

void *dnnlua_close_handle(lua_State *L, const char *type) {
    void **handle = luaL_checkudata(L, 1, type), *pointer = *handle;

    *handle = NULL;
    return pointer;
}
