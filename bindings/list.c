/* list.c: tables that are lists. */
#include "bindings/dnnlua.h"

/* Pushes a key that is not 1 to count; false where there is none. */
static bool push_other_key(lua_State *L, int index, size_t count) {
    lua_pushnil(L);
    while (lua_next(L, index)) {
        lua_pop(L, 1);
        if (!lua_isinteger(L, -1) || lua_tointeger(L, -1) < 1 ||
            (lua_Unsigned)lua_tointeger(L, -1) > count)
            return true;
    }
    return false;
}

size_t dnnlua_list_length(lua_State *L, int index, const char *function, const char *what) {
    index = lua_absindex(L, index);
    if (!lua_istable(L, index))
        luaL_error(L, "%s: %s must be a list, got %s", function, what, dnnlua_got(L, index));
    size_t count = lua_rawlen(L, index);
    luaL_checkstack(L, 4, "too many values");
    if (!push_other_key(L, index, count))
        return count;
    if (lua_isinteger(L, -1))
        luaL_error(L, "%s: %s must be a list without gaps; it has the index %I, but not %I",
                   function, what, lua_tointeger(L, -1), (lua_Integer)count + 1);
    luaL_error(L, "%s: %s must be a list, and has the key %s; options come in a table after it",
               function, what, dnnlua_got(L, -1));
    return 0;
}

bool dnnlua_is_list(lua_State *L, int index, size_t count) {
    if (!lua_istable(L, index) || lua_rawlen(L, index) != count)
        return false;
    bool other = push_other_key(L, lua_absindex(L, index), count);
    lua_pop(L, other ? 1 : 0);
    return !other;
}
