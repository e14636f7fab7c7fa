/* arguments.h: nothing that a caller passes is ignored.
 *
 * A function of the module is registered by a row that says how many arguments it takes; one more
 * is an error that shows the function's signature. A file of bindings writes
 *
 *     static const dnnlua_function methods[] = {
 *         {"get",  matrix_get,  3},        A:get(i, j): the object counts
 *         {"size", matrix_size, 2},        A:size([axis])
 *         {NULL,   NULL,        0},
 *     };
 *     dnnlua_register(L, methods);         into the table on top, as luaL_setfuncs does
 *
 * and functions with upvalues, or whose names come from a registry, are pushed one by one:
 *
 *     lua_pushinteger(L, operation);       is lua_upvalueindex(1) in `unary`
 *     dnnlua_push_function(L, (dnnlua_function){dnn_unary_name(operation), unary, 2}, 1);
 *     lua_setfield(L, methods, dnn_unary_name(operation));
 *
 * A call costs one comparison and one indirect call more than without. Of the metamethods __call
 * alone is registered so: Lua passes the others further arguments of its own (__unm its operand
 * twice, __close an error).
 *
 * The checks below refuse values of the wrong kind: "fill_: value must be a number, got 'x'; usage:
 * A:fill_(value)". Function, argument names and signature are not written in C: they come from the
 * function's page in scripts/dnn/meta, which scripts/dnn/arguments.lua reads when an error needs
 * it; how habits from other libraries are written here is in scripts/dnn/advice/habits.lua.
 * Functions written in Lua use the same file, see there. tests/lua/arguments_spec.lua calls every
 * function of the module with one argument too many, and with a value of a wrong kind in every
 * place; a new function needs no more than its row and its page. */
#ifndef DNN_BINDINGS_ARGUMENTS_H
#define DNN_BINDINGS_ARGUMENTS_H

#include <lauxlib.h>
#include <lua.h>
#include <stdbool.h>
#include <stddef.h>

/* luaL_error, but where the module's own half in Lua has made the call (dnn.fit, which runs a
 * network), the line is that of the script that called the module. All of the bindings raise so: */
int dnnlua_error(lua_State *L, const char *format, ...);
#undef luaL_error
#define luaL_error dnnlua_error

typedef struct dnnlua_function {
    const char *name;
    lua_CFunction run;
    int most; /* arguments, at most; a method's object is one of them */
} dnnlua_function;

/* Adds the functions (ended by a row without a name) to the table on top of the stack. */
void dnnlua_register(lua_State *L, const dnnlua_function *functions);

/* Pops `upvalues` values (at most 3) and pushes the function with these upvalues. The name has to
 * live as long as the state. */
void dnnlua_push_function(lua_State *L, dnnlua_function function, int upvalues);

/* Raises "fill_: value must be a number, got 'x'; usage: A:fill_(value)" for the argument at index
 * of the running function; `expected` is "a number". */
int dnnlua_wrong_argument(lua_State *L, int index, const char *expected);

/* Raises "forward: expected at most 3 arguments, got 4": for a function whose objects take fewer
 * than its row says. `most` counts the object. */
int dnnlua_surplus_argument(lua_State *L, const char *function, int most);

/* How a message of another form ends, "; usage: A:fill_(value)": pushes the text and returns it. */
const char *dnnlua_push_usage(lua_State *L);

/* dnnlua_got (dnnlua.h) and the usage in one: "'x'; usage: A:fill_(value)". */
const char *dnnlua_got_usage(lua_State *L, int index);

/* The argument at index. Strings are not taken for numbers, nor numbers for strings. */
double dnnlua_check_number(lua_State *L, int index);
double dnnlua_opt_number(lua_State *L, int index, double fallback); /* nil or absent: fallback */
lua_Integer dnnlua_check_integer(lua_State *L, int index);

/* The string at index; where its length is not wanted (NULL) it is one of C's, such as a path:
 * without zero bytes, at the first of which C would take it to end. */
const char *dnnlua_check_string(lua_State *L, int index, size_t *length);

int dnnlua_check_axis(lua_State *L, int index, const char *expected); /* 1 or 2 */

/* The userdata of that type, or "must be a dnn.Random" (`expected`). */
void *dnnlua_check_userdata(lua_State *L, int index, const char *type, const char *expected);

#endif
