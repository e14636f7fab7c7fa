/* script.c: what is run: statements and modules of the command line, LUA_INIT, scripts. */
#include <stdlib.h>
#include <string.h>

#include "bindings/program/program.h"

void set_arg(lua_State *L, int argc, char **argv, int script) {
    int zero = script < argc ? script : 0;
    lua_createtable(L, argc - zero, zero + 1);
    for (int i = 0; i < argc; i++) {
        lua_pushstring(L, argv[i]);
        lua_rawseti(L, -2, i - zero);
    }
    lua_setglobal(L, "arg");
}

/* __index of _G for statements and the prompt. */
static int index_global(lua_State *L) {
    if (lua_type(L, 2) != LUA_TSTRING || strcmp(lua_tostring(L, 2), "dnn") != 0)
        return 0;
    lua_getglobal(L, "require");
    lua_pushvalue(L, 2);
    lua_call(L, 1, 1);
    lua_pushvalue(L, -1);
    lua_setglobal(L, "dnn");
    return 1;
}

void offer_dnn(lua_State *L) {
    lua_pushglobaltable(L);
    lua_createtable(L, 0, 1);
    lua_pushcfunction(L, index_global);
    lua_setfield(L, -2, "__index");
    lua_setmetatable(L, -2);
    lua_pop(L, 1);
}

/* --- statements and modules --- */

static bool run_text(lua_State *L, const char *text, const char *chunk_name) {
    int status = luaL_loadbufferx(L, text, strlen(text), chunk_name, chunk_mode());
    return report(L, status == LUA_OK ? protected_call(L, 0, 0) : status, true);
}

static bool run_file(lua_State *L, const char *path) {
    int status = luaL_loadfilex(L, path, chunk_mode());
    return report(L, status == LUA_OK ? protected_call(L, 0, 0) : status, true);
}

/* The value of -l: MODULE or NAME=MODULE. A version after a hyphen, as in "lpeg-v2", is not part of
 * the global's name. */
static bool run_module(lua_State *L, const char *value) {
    const char *equals = strchr(value, '=');
    const char *module = equals != NULL ? equals + 1 : value;
    size_t length = equals != NULL ? (size_t)(equals - value) : strcspn(value, "-");

    lua_getglobal(L, "require");
    lua_pushstring(L, module);
    int status = protected_call(L, 1, 1);
    if (status == LUA_OK) {
        lua_pushglobaltable(L);
        lua_pushlstring(L, value, length);
        lua_pushvalue(L, -3);
        lua_settable(L, -3);
        lua_pop(L, 2);
    }
    return report(L, status, true);
}

bool run_actions(lua_State *L, int argc, char **argv) {
    int i = 1;
    for (action next; (next = next_action(argc, argv, &i)).letter != '\0';) {
        bool well = true;
        if (next.letter == 'W')
            lua_warning(L, "@on", 0);
        else if (next.letter == 'e')
            well = run_text(L, next.value, "=(command line)");
        else
            well = run_module(L, next.value);
        if (!well)
            return false;
    }
    return true;
}

bool run_environment(lua_State *L) {
    const char *name = "=LUA_INIT_5_4";
    const char *value = getenv(name + 1);
    if (value == NULL) {
        name = "=LUA_INIT";
        value = getenv(name + 1);
    }
    if (value == NULL)
        return true;
    return value[0] == '@' ? run_file(L, value + 1) : run_text(L, value, name);
}

/* --- scripts --- */

/* Takes a script's name; returns the path that it is found at, which becomes arg[0]. */
static int find_script(lua_State *L) {
    push_script_path(L, lua_tostring(L, 1));
    if (lua_getglobal(L, "arg") == LUA_TTABLE) {
        lua_pushvalue(L, -2);
        lua_rawseti(L, -2, 0);
    }
    lua_pop(L, 1);
    return 1;
}

/* Takes a function; calls it with the strings of `arg`, which a statement may have changed. */
static int call_with_arguments(lua_State *L) {
    if (lua_getglobal(L, "arg") != LUA_TTABLE)
        return luaL_error(L, "'arg' is not a table");
    int count = (int)luaL_len(L, -1);
    luaL_checkstack(L, count + 3, "too many arguments to script");
    for (int i = 1; i <= count; i++)
        lua_rawgeti(L, 2, i);
    lua_remove(L, 2);
    lua_call(L, count, 0);
    return 0;
}

/* Calls the script on top of the stack, or reports why there is none. */
static bool call_script(lua_State *L, int status) {
    if (status == LUA_OK) {
        lua_pushcfunction(L, call_with_arguments);
        lua_insert(L, -2);
        status = protected_call(L, 1, 0);
    }
    return report(L, status, true);
}

/* Has dnn.globals read the script, which compiles, for names that nothing defines; whatever goes
 * wrong there does not concern the script. */
static void warn_of_globals(lua_State *L, const char *path) {
    int top = lua_gettop(L);
    lua_pushglobaltable(L);
    bool offered = luaL_getmetafield(L, -1, "__index") == LUA_TFUNCTION &&
                   lua_tocfunction(L, -1) == index_global;
    lua_getglobal(L, "require");
    lua_pushliteral(L, "dnn.globals");
    if (lua_pcall(L, 1, 1, 0) == LUA_OK && lua_istable(L, -1)) {
        lua_getfield(L, -1, "warn");
        lua_pushstring(L, path);
        lua_pushboolean(L, offered);
        lua_pcall(L, 2, 0, 0);
    }
    lua_settop(L, top);
}

bool run_script(lua_State *L, const char *name, bool warns) {
    lua_pushcfunction(L, find_script);
    lua_pushstring(L, name);
    int status = lua_pcall(L, 1, 1, 0);
    if (status == LUA_OK) {
        status = luaL_loadfilex(L, lua_tostring(L, -1), chunk_mode());
        if (status == LUA_OK && warns && can_be_read_again(lua_tostring(L, -2)))
            warn_of_globals(L, lua_tostring(L, -2));
        lua_remove(L, -2);
    }
    return call_script(L, status);
}

bool run_standard_input(lua_State *L) {
    return call_script(L, luaL_loadfilex(L, NULL, chunk_mode()));
}
