/* lua_half.h: functions of the module's half in Lua that the half in C calls. */
#ifndef DNN_BINDINGS_LUA_HALF_H
#define DNN_BINDINGS_LUA_HALF_H

#include <lua.h>

/* Pushes the function of that name, one of `names` in lua_half.c, or nil where there is no half in
 * Lua; returns its type. */
int dnnlua_push_half(lua_State *L, const char *name);

/* dnn._lua_half{explain = , ...}: keeps them. The first call in a Lua state does; what a script
 * passes later changes nothing. */
int dnnlua_lua_half(lua_State *L);

#endif
