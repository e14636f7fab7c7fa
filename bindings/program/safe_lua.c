/* safe_lua.c: the half of --safe that is in Lua's own state (safe.c has the operating system refuse
 * the rest): what reaches out of Lua is not there.
 *
 * Whatever a script does to globals, metatables and the module's tables, there is nothing to be
 * had: the debug library's functions, the loaders of C modules and of binary chunks are neither in
 * the module's half in Lua nor in an upvalue nor on the stack; they are C functions that only this
 * file knows, and what it offers instead takes no more than it checks. */
#include <string.h>
#include <unistd.h>

#include "bindings/program/program.h"

/* Lua's own, called as C so that they never are a function that runs. */
static lua_CFunction lua_load_function, lua_loadfile, lua_loadlib, lua_searchpath;

/* --- what is not there --- */

static int refuse(lua_State *L) {
    return luaL_error(L, "%s is not available under --safe", lua_tostring(L, lua_upvalueindex(1)));
}

/* In the table on top of the stack. */
static void take_away(lua_State *L, const char *library, const char *name) {
    lua_pushfstring(L, "%s.%s", library, name);
    lua_pushcclosure(L, refuse, 1);
    lua_setfield(L, -2, name);
}

static void take_away_debug(lua_State *L) {
    lua_getglobal(L, "debug");
    for (lua_pushnil(L); lua_next(L, -2);) {
        lua_pop(L, 1);
        const char *name = lua_tostring(L, -1);
        if (strcmp(name, "traceback") != 0) {
            lua_pushvalue(L, -2);
            take_away(L, "debug", name);
            lua_pop(L, 1);
        }
    }
    lua_pop(L, 1);
}

/* --- chunks are text --- */

static void want_text(lua_State *L, const char *function, int index) {
    const char *mode = luaL_optstring(L, index, "t");
    if (strcmp(mode, "t") != 0 && strcmp(mode, "bt") != 0)
        luaL_error(L, "%s: mode must be 't' under --safe: binary chunks are not loaded", function);
    if (lua_gettop(L) < index)
        lua_settop(L, index);
    lua_pushliteral(L, "t");
    lua_replace(L, index);
}

static int load_text(lua_State *L) {
    want_text(L, "load", 3);
    return lua_load_function(L);
}

static int loadfile_text(lua_State *L) {
    want_text(L, "loadfile", 2);
    return lua_loadfile(L);
}

static int finish_dofile(lua_State *L, int status, lua_KContext context) {
    (void)status;
    (void)context;
    return lua_gettop(L) - 1;
}

static int dofile_text(lua_State *L) {
    const char *path = luaL_optstring(L, 1, NULL);
    lua_settop(L, 1);
    if (luaL_loadfilex(L, path, "t") != LUA_OK)
        return lua_error(L);
    lua_callk(L, 0, LUA_MULTRET, 0, finish_dofile);
    return finish_dofile(L, LUA_OK, 0);
}

/* --- modules --- */

/* Returns the loader of a module that is a file of Lua, and its path at the top of the stack. */
static int return_loader(lua_State *L, const char *name, const char *path) {
    int place = lua_gettop(L);
    if (luaL_loadfilex(L, path, "t") != LUA_OK) {
        return luaL_error(L, "error loading module '%s' from file '%s':\n\t%s", name, path,
                          lua_tostring(L, -1));
    }
    lua_pushvalue(L, place);
    return 2;
}

/* The program's own C modules. */
static int return_library(lua_State *L, const char *name, const char *symbol) {
    const char *file = strchr(name, '.') + 1;
    const char *path = lua_pushfstring(L, "%s/lib/lua/5.4/dnn/%s.so", push_prefix(L), file);
    lua_pushcfunction(L, lua_loadlib);
    lua_pushvalue(L, -2);
    lua_pushstring(L, symbol);
    lua_call(L, 2, 2);
    if (!lua_isfunction(L, -2)) {
        return luaL_error(L, "error loading module '%s' from file '%s':\n\t%s", name, path,
                          lua_tostring(L, -1));
    }
    lua_pop(L, 1);
    lua_pushstring(L, path);
    return 2;
}

/* Whether it is "dnn" or "dnn.help.value": names of folders and a file in the module's folder. */
static bool is_own_name(const char *name, size_t length) {
    if (strncmp(name, "dnn", 3) != 0 || strlen(name) != length)
        return false;
    for (name += 3; *name == '.';) {
        size_t part = strspn(name + 1, "abcdefghijklmnopqrstuvwxyz0123456789_");
        if (part == 0)
            return false;
        name += 1 + part;
    }
    return *name == '\0';
}

static int search_own(lua_State *L) {
    size_t length;
    const char *name = luaL_checklstring(L, 1, &length);
    if (!is_own_name(name, length) || strncmp(name, "dnn.prompt", 10) == 0) {
        lua_pushliteral(L, "\n\tnot one of the program's own modules");
        return 1;
    }
    if (strcmp(name, "dnn.core") == 0)
        return return_library(L, name, "luaopen_dnn_core");
    if (strcmp(name, "dnn.hdf5") == 0)
        return return_library(L, name, "luaopen_dnn_hdf5");
    const char *file = luaL_gsub(L, name, ".", "/");
    static const char *const endings[] = {".lua", "/init.lua"};
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++) {
        lua_pushfstring(L, "%s%s", file, endings[i]);
        const char *path = push_own_module_path(L, lua_tostring(L, -1));
        if (access(path, R_OK) == 0)
            return return_loader(L, name, path);
    }
    lua_pushliteral(L, "\n\tno such module of the program's own");
    return 1;
}

/* Upvalue: the table `package`. */
static int search_text(lua_State *L) {
    const char *name = luaL_checkstring(L, 1);
    if (strcmp(name, "dnn") == 0 || strncmp(name, "dnn.", 4) == 0) {
        lua_pushliteral(L, "");
        return 1;
    }
    lua_pushcfunction(L, lua_searchpath);
    lua_pushvalue(L, 1);
    if (lua_getfield(L, lua_upvalueindex(1), "path") != LUA_TSTRING)
        return luaL_error(L, "'package.path' must be a string");
    lua_call(L, 2, 2);
    if (lua_isnil(L, -2)) {
        lua_pushliteral(L, "\n\tC modules are not loaded under --safe");
        lua_concat(L, 2);
        return 1;
    }
    lua_pop(L, 1);
    return return_loader(L, name, lua_tostring(L, -1));
}

/* In `package` on top of the stack. */
static void replace_searchers(lua_State *L) {
    lua_getfield(L, -1, "searchers");
    lua_pushcfunction(L, search_own);
    lua_rawseti(L, -2, 2);
    lua_pushvalue(L, -2);
    lua_pushcclosure(L, search_text, 1);
    lua_rawseti(L, -2, 3);
    lua_pushnil(L);
    lua_rawseti(L, -2, 4);
    lua_pop(L, 1);
}

/* --- all of it --- */

/* The C function in a field of the table on top of the stack. */
static lua_CFunction function_in(lua_State *L, const char *name) {
    lua_getfield(L, -1, name);
    lua_CFunction function = lua_tocfunction(L, -1);
    lua_pop(L, 1);
    return function;
}

void take_from_lua(lua_State *L) {
    static const luaL_Reg chunks[] = {
        {"load",     load_text    },
        {"loadfile", loadfile_text},
        {"dofile",   dofile_text  },
        {NULL,       NULL         },
    };
    take_away_debug(L);
    lua_pushglobaltable(L);
    lua_load_function = function_in(L, "load");
    lua_loadfile = function_in(L, "loadfile");
    luaL_setfuncs(L, chunks, 0);
    lua_getfield(L, -1, "os");
    take_away(L, "os", "execute");
    lua_getfield(L, -2, "io");
    take_away(L, "io", "popen");
    lua_getfield(L, -3, "package");
    lua_loadlib = function_in(L, "loadlib");
    lua_searchpath = function_in(L, "searchpath");
    take_away(L, "package", "loadlib");
    lua_pushliteral(L, "");
    lua_setfield(L, -2, "cpath");
    replace_searchers(L);
    lua_pop(L, 4);
}
