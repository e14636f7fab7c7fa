/* handle.h: userdata that hold what has to be freed: a pointer to something of libdnn's, NULL once
 * it is closed, or the thing itself. The script, the end of a <close> variable and the collector
 * may each close one, so that closing twice does nothing. */
#ifndef DNN_BINDINGS_HANDLE_H
#define DNN_BINDINGS_HANDLE_H

#include <lauxlib.h>
#include <lua.h>

#include "bindings/arguments.h"

/* Makes the metatable `type`, whose __gc and __close are `close`; `methods` (NULL: none) are its
 * __index. */
void dnnlua_define_handle(lua_State *L, const char *type, lua_CFunction close,
                          const luaL_Reg *methods);

/* Pushes a closed handle and returns where its pointer goes, as a `dnn_npz **`. */
void *dnnlua_new_handle(lua_State *L, const char *type);

/* The pointer of the handle at 1, or an error: "the archive is closed". */
void *dnnlua_check_handle(lua_State *L, const char *type, const char *what);

/* The pointer of the handle at 1, which the caller frees: the handle is closed from here on. */
void *dnnlua_close_handle(lua_State *L, const char *type);

/* Lua frees an object that has a finaliser one collection late, and with it all that it holds, so
 * that ever more is held by what nobody uses. An object that holds much has a keeper instead, in
 * one of its user values: a handle, which the collector takes with it, and whose finaliser runs in
 * its place. Pushes one for the object at index. */
void *dnnlua_new_keeper(lua_State *L, int index, const char *type);

/* Where a finaliser of the script's has brought the object of the keeper at 1 back, pushes it and
 * returns it; else pushes nil and returns NULL. */
void *dnnlua_push_kept(lua_State *L);

#endif
