/* handle.c: made, checked, closed. */
#include "bindings/handle.h"

#define WEAKLY "dnn.weakly" /* the metatable of a keeper's table */

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

/* Its user value is a table whose one key is the object. Keys that are weak outlive the finalisers
 * of what is brought back, as values that are weak do not. The finaliser needs the table, for which
 * there may be no memory. */
void *dnnlua_new_keeper(lua_State *L, int index, const char *type) {
    int object = lua_absindex(L, index);
    void **keeper = lua_newuserdatauv(L, sizeof *keeper, 1);

    *keeper = NULL;
    lua_createtable(L, 0, 1);
    if (luaL_newmetatable(L, WEAKLY)) {
        lua_pushliteral(L, "k");
        lua_setfield(L, -2, "__mode");
    }
    lua_setmetatable(L, -2);
    lua_pushvalue(L, object);
    lua_pushboolean(L, 1);
    lua_rawset(L, -3);
    lua_setiuservalue(L, -2, 1);
    luaL_setmetatable(L, type);
    return keeper;
}

void *dnnlua_push_kept(lua_State *L) {
    lua_getiuservalue(L, 1, 1);
    lua_pushnil(L);
    if (lua_next(L, -2) == 0)
        lua_pushnil(L);
    else
        lua_pop(L, 1);
    lua_remove(L, -2);
    return lua_touserdata(L, -1);
}
