/* arguments.c: functions that count their arguments, and what is raised about wrong ones. */
#include "bindings/arguments.h"

#include <stdarg.h>
#include <string.h>

#include "bindings/dnnlua.h"
#include "bindings/lua_half.h"

/* --- words --- */

/* Pushes what the Lua half says about the running call: explain(what, detail, more, arguments ...).
 * Where there is no Lua half, or it fails, "" is pushed. */
static const char *push_explained(lua_State *L, const char *what, lua_Integer detail,
                                  const char *more) {
    int count = lua_gettop(L), top = count;

    luaL_checkstack(L, count + 10, "too many arguments");
    dnnlua_push_half(L, "explain");
    lua_pushstring(L, what);
    lua_pushinteger(L, detail);
    lua_pushstring(L, more);
    for (int i = 1; i <= count; i++)
        lua_pushvalue(L, i);
    if (dnnlua_try(L, count + 3, 1) != LUA_OK || lua_type(L, -1) != LUA_TSTRING) {
        lua_settop(L, top);
        lua_pushliteral(L, "");
    }
    return lua_tostring(L, -1);
}

/* Pushes "script.lua:8: " or "", as arguments.where in the Lua half finds it; where there is no Lua
 * half, as luaL_where does. */
static void push_where(lua_State *L) {
    luaL_checkstack(L, LUA_MINSTACK, NULL);
    dnnlua_push_half(L, "where");
    if (dnnlua_try(L, 0, 1) != LUA_OK || lua_type(L, -1) != LUA_TSTRING) {
        lua_pop(L, 1);
        luaL_where(L, 1);
    }
}

/* --- raising --- */

int dnnlua_error(lua_State *L, const char *format, ...) {
    va_list arguments;

    va_start(arguments, format);
    lua_pushvfstring(L, format, arguments);
    va_end(arguments);
    push_where(L);
    lua_insert(L, -2);
    lua_concat(L, 2);
    return lua_error(L);
}

const char *dnnlua_push_usage(lua_State *L) {
    return push_explained(L, "usage", 0, NULL);
}

const char *dnnlua_got_usage(lua_State *L, int index) {
    const char *got = dnnlua_got(L, index); /* first: what is pushed may end up at the index */

    return lua_pushfstring(L, "%s%s", got, dnnlua_push_usage(L));
}

int dnnlua_wrong_argument(lua_State *L, int index, const char *expected) {
    const char *text = push_explained(L, "wrong", index, expected);

    if (text[0] == '\0') {
        text = lua_pushfstring(L, "argument %d must be %s, got %s", index, expected,
                               dnnlua_got(L, index));
    }
    return luaL_error(L, "%s", text);
}

int dnnlua_surplus_argument(lua_State *L, const char *function, int most) {
    int count = lua_gettop(L);
    const char *text = push_explained(L, "surplus", most, function);

    if (text[0] == '\0') {
        text =
            lua_pushfstring(L, "%s: expected at most %d arguments, got %d", function, most, count);
    }
    return luaL_error(L, "%s", text);
}

/* --- functions --- */

/* The row is the upvalue after those of the function itself. */
static int call(lua_State *L, int upvalue) {
    const dnnlua_function *function = lua_touserdata(L, lua_upvalueindex(upvalue));

    if (lua_gettop(L) > function->most)
        return dnnlua_surplus_argument(L, function->name, function->most);
    return function->run(L);
}

static int call_with_0(lua_State *L) {
    return call(L, 1);
}

static int call_with_1(lua_State *L) {
    return call(L, 2);
}

static int call_with_2(lua_State *L) {
    return call(L, 3);
}

static int call_with_3(lua_State *L) {
    return call(L, 4);
}

void dnnlua_push_function(lua_State *L, dnnlua_function function, int upvalues) {
    static const lua_CFunction calls[] = {call_with_0, call_with_1, call_with_2, call_with_3};
    dnnlua_function *row = lua_newuserdatauv(L, sizeof *row, 0);

    *row = function;
    lua_pushcclosure(L, calls[upvalues], upvalues + 1);
}

void dnnlua_register(lua_State *L, const dnnlua_function *functions) {
    for (; functions->name != NULL; functions++) {
        dnnlua_push_function(L, *functions, 0);
        lua_setfield(L, -2, functions->name);
    }
}

/* --- kinds --- */

double dnnlua_check_number(lua_State *L, int index) {
    if (lua_type(L, index) != LUA_TNUMBER)
        dnnlua_wrong_argument(L, index, "a number");
    return lua_tonumber(L, index);
}

double dnnlua_opt_number(lua_State *L, int index, double fallback) {
    return lua_isnoneornil(L, index) ? fallback : dnnlua_check_number(L, index);
}

lua_Integer dnnlua_check_integer(lua_State *L, int index) {
    int whole = 0;
    lua_Integer value = lua_tointegerx(L, index, &whole);

    if (!whole || lua_type(L, index) != LUA_TNUMBER)
        dnnlua_wrong_argument(L, index, "a whole number");
    return value;
}

const char *dnnlua_check_string(lua_State *L, int index, size_t *length) {
    size_t size;

    if (lua_type(L, index) != LUA_TSTRING)
        dnnlua_wrong_argument(L, index, "a string");
    const char *text = lua_tolstring(L, index, &size);
    if (length != NULL)
        *length = size;
    else if (strlen(text) != size)
        dnnlua_wrong_argument(L, index, "a string without zero bytes");
    return text;
}

int dnnlua_check_axis(lua_State *L, int index, const char *expected) {
    lua_Number axis = lua_type(L, index) == LUA_TNUMBER ? lua_tonumber(L, index) : 0;

    if (axis != 1 && axis != 2)
        dnnlua_wrong_argument(L, index, expected);
    return (int)axis;
}

void *dnnlua_check_userdata(lua_State *L, int index, const char *type, const char *expected) {
    void *value = luaL_testudata(L, index, type);

    if (value == NULL)
        dnnlua_wrong_argument(L, index, expected);
    return value;
}
