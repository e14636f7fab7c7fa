/* known.h: what analysers that read one file at a time cannot know. Included before each source. */
#include "../../runtime/core/error.h"

/* Returns the status that it is given. */
#define dnn_fail(err, status, ...)         ((dnn_fail)(err, status, __VA_ARGS__), (status))
#define dnn_fail_context(err, status, ...) ((dnn_fail_context)(err, status, __VA_ARGS__), (status))

/* What raises does not return. */
#if __has_include(<lauxlib.h>)
#include <lauxlib.h>
extern int luaL_error(lua_State *L, const char *format, ...) __attribute__((noreturn));
extern int dnnlua_error(lua_State *L, const char *format, ...) __attribute__((noreturn));
extern int luaL_argerror(lua_State *L, int arg, const char *extra) __attribute__((noreturn));
extern int luaL_typeerror(lua_State *L, int arg, const char *name) __attribute__((noreturn));
extern int lua_error(lua_State *L) __attribute__((noreturn));
#endif
