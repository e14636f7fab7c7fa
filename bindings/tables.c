/* tables.c: copying. */
#include "bindings/tables.h"

void dnnlua_copy_table(lua_State *L, int index) {
    index = lua_absindex(L, index);
    lua_newtable(L);
    for (lua_pushnil(L); lua_next(L, index) != 0;) {
        lua_pushvalue(L, -2);
        lua_insert(L, -2);
        lua_rawset(L, -4);
    }
}
