/* paths.c: where things are: the program finds its modules and scripts relative to itself (../lib,
 * ../share), so that its tree works wherever it is moved. */
#include <limits.h>
#include <string.h>
#include <unistd.h>

#include "bindings/program/program.h"

const char *push_prefix(lua_State *L) {
    char path[PATH_MAX];
    ssize_t length = readlink("/proc/self/exe", path, sizeof path - 1);
    path[length > 0 ? length : 0] = '\0';
    for (int level = 0; level < 2; level++) {
        char *slash = strrchr(path, '/');
        if (slash != NULL)
            *slash = '\0';
    }
    return lua_pushstring(L, path);
}

/* A path of `package` is at this point Lua's default, or what LUA_PATH says with the default in
 * place of ";;". What the user put before the default stays before the program's own folders. */
static void add_own_path(lua_State *L, const char *field, const char *templates,
                         const char *fallback) {
    int top = lua_gettop(L);
    const char *own = luaL_gsub(L, templates, "@", push_prefix(L));
    lua_getglobal(L, "package");
    lua_getfield(L, -1, field);
    const char *path = lua_tostring(L, -1);
    const char *place = strstr(path, fallback);
    if (place != NULL) {
        lua_pushlstring(L, path, (size_t)(place - path));
        lua_pushfstring(L, "%s;%s", own, place);
        lua_concat(L, 2);
    } else {
        lua_pushfstring(L, "%s;%s", path, own);
    }
    lua_setfield(L, -3, field);
    lua_settop(L, top);
}

void add_own_paths(lua_State *L) {
    add_own_path(L, "path", "@/share/lua/5.4/?.lua;@/share/lua/5.4/?/init.lua", LUA_PATH_DEFAULT);
    add_own_path(L, "cpath", "@/lib/lua/5.4/?.so", LUA_CPATH_DEFAULT);
}

const char *push_own_module_path(lua_State *L, const char *name) {
    const char *path = lua_pushfstring(L, "%s/share/lua/5.4/%s", push_prefix(L), name);
    lua_remove(L, -2);
    return path;
}

const char *push_script_path(lua_State *L, const char *name) {
    if (strchr(name, '/') != NULL || access(name, F_OK) == 0)
        return lua_pushstring(L, name);
    const char *prefix = push_prefix(L);
    const char *installed = lua_pushfstring(L, "%s/share/dnnlua/scripts/%s", prefix, name);
    lua_remove(L, -2);
    if (access(installed, F_OK) != 0)
        luaL_error(L, "cannot find the script '%s', nor %s", name, installed);
    return installed;
}
