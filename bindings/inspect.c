/* inspect.c: what the module's half in Lua asks about values and the stack, for errors and help.
 * The debug library answers it too, but hands out what a script under `dnnlua --safe` must not
 * have: functions that only run, the registry, upvalues. None of these does, whoever calls them
 * with whatever: a function on the stack shows only what the caller has stored under it. */
#include <limits.h>
#include <string.h>

#include "bindings/dnnlua.h"
#include "bindings/tables.h"

static void set_text(lua_State *L, const char *key, const char *text) {
    lua_pushstring(L, text);
    lua_setfield(L, -2, key);
}

static void set_integer(lua_State *L, const char *key, lua_Integer value) {
    lua_pushinteger(L, value);
    lua_setfield(L, -2, key);
}

/* What both a level of the stack and a function have. */
static void push_place(lua_State *L, const lua_Debug *found) {
    lua_createtable(L, 0, 8);
    set_text(L, "what", found->what);
    set_text(L, "source", found->source);
    set_text(L, "short_src", found->short_src);
}

/* The level at argument 1, counted as debug.getinfo does; false where there is none. */
static bool get_level(lua_State *L, lua_Debug *found) {
    lua_Integer level = luaL_checkinteger(L, 1);
    return level >= 0 && level <= INT_MAX && lua_getstack(L, (int)level, found) != 0;
}

/* frame(level): {what, source, short_src, currentline, name, namewhat}, or nil. */
static int frame(lua_State *L) {
    lua_Debug found;
    if (!get_level(L, &found))
        return 0;
    lua_getinfo(L, "Sln", &found);
    push_place(L, &found);
    set_integer(L, "currentline", found.currentline);
    set_text(L, "name", found.name);
    set_text(L, "namewhat", found.namewhat);
    return 1;
}

/* mark(level, marks): marks[f], f being the function that runs there. */
static int mark(lua_State *L) {
    lua_Debug found;
    luaL_checktype(L, 2, LUA_TTABLE);
    if (!get_level(L, &found))
        return 0;
    lua_getinfo(L, "f", &found);
    lua_rawget(L, 2);
    return 1;
}

/* about(f): {what, source, short_src, linedefined, nparams, isvararg} of a function. */
static int about(lua_State *L) {
    lua_Debug found;
    luaL_checktype(L, 1, LUA_TFUNCTION);
    lua_pushvalue(L, 1);
    lua_getinfo(L, ">Su", &found);
    push_place(L, &found);
    set_integer(L, "linedefined", found.linedefined);
    set_integer(L, "nparams", found.nparams);
    lua_pushboolean(L, found.isvararg);
    lua_setfield(L, -2, "isvararg");
    return 1;
}

/* metatable(value): also where a field __metatable hides it. */
static int metatable(lua_State *L) {
    luaL_checkany(L, 1);
    return lua_getmetatable(L, 1);
}

/* is(value, name): whether it is the module's userdata of that name, "dnn.Matrix". */
static int is(lua_State *L) {
    lua_pushboolean(L, luaL_testudata(L, 1, luaL_checkstring(L, 2)) != NULL);
    return 1;
}

/* methods(name): a copy of the methods of a kind of userdata of the module's, or nil. */
static int methods(lua_State *L) {
    const char *name = luaL_checkstring(L, 1);
    if (strncmp(name, "dnn.", 4) != 0 || luaL_getmetatable(L, name) != LUA_TTABLE)
        return 0;
    lua_pushliteral(L, "__index");
    lua_rawget(L, -2);
    if (lua_iscfunction(L, -1) && lua_getupvalue(L, -1, 1) == NULL)
        return 0;
    if (!lua_istable(L, -1))
        return 0;
    dnnlua_copy_table(L, -1);
    return 1;
}

/* globals(): the table of globals as it is now. */
static int globals(lua_State *L) {
    lua_pushglobaltable(L);
    return 1;
}

void dnnlua_open_inspect(lua_State *L) {
    static const luaL_Reg functions[] = {
        {"frame",     frame    },
        {"mark",      mark     },
        {"about",     about    },
        {"metatable", metatable},
        {"is",        is       },
        {"methods",   methods  },
        {"globals",   globals  },
        {NULL,        NULL     },
    };
    luaL_newlib(L, functions);
    lua_setfield(L, -2, "_inspect");
}
