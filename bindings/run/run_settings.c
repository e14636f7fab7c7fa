/* run_settings.c: the settings that a run was made with, as text. */
#include <string.h>

#include "bindings/run/run.h"

/* Adds a setting's value to the text: what tostring says, arrays with commas between. */
static void add_value(lua_State *L, luaL_Buffer *text, int value) {
    if (!lua_istable(L, value)) {
        luaL_tolstring(L, value, NULL);
        luaL_addvalue(text);
        return;
    }
    for (lua_Integer i = 1; lua_rawgeti(L, value, i) != LUA_TNIL; i++) {
        luaL_tolstring(L, -1, NULL);
        lua_remove(L, -2);
        lua_pushstring(L, i > 1 ? ", " : "");
        lua_insert(L, -2);
        lua_concat(L, 2);
        luaL_addvalue(text);
    }
    lua_pop(L, 1);
}

/* Pushes the smallest name in the table that is larger than the one on top of the stack (nil: any)
 * in its place; false, popping it, after the last. */
static bool next_name(lua_State *L, int table) {
    int last = lua_gettop(L);
    const char *before = lua_tostring(L, last), *best = NULL;

    for (lua_pushnil(L); lua_next(L, table); lua_pop(L, 1)) {
        const char *name = lua_type(L, -2) == LUA_TSTRING ? lua_tostring(L, -2) : NULL;
        if (name == NULL) {
            luaL_error(L, "Run: settings are named, but the table has the key %s",
                       dnnlua_got(L, -2));
        } else if ((before == NULL || strcmp(name, before) > 0) &&
                   (best == NULL || strcmp(name, best) < 0)) {
            best = name; /* kept alive by the table */
        }
    }
    lua_settop(L, last - 1);
    if (best != NULL)
        lua_pushstring(L, best);
    return best != NULL;
}

/* Lines "name = value" in the order of the names; two spaces before the end make them lines in
 * Markdown too. */
void dnnlua_run_log_settings(lua_State *L, const dnnlua_run *self, int settings) {
    size_t size;
    int top = lua_gettop(L);

    lua_pushliteral(L, "");
    lua_pushnil(L);
    while (next_name(L, settings)) {
        luaL_Buffer line;
        lua_pushvalue(L, top + 2);
        lua_rawget(L, settings);
        luaL_buffinit(L, &line);
        luaL_addstring(&line, lua_tostring(L, top + 1));
        luaL_addstring(&line, lua_tostring(L, top + 2));
        luaL_addstring(&line, " = ");
        add_value(L, &line, top + 3);
        luaL_addstring(&line, "  \n");
        luaL_pushresult(&line);
        lua_replace(L, top + 1);
        lua_settop(L, top + 2);
    }
    const char *text = lua_tolstring(L, top + 1, &size);
    dnnlua_run_log_text(self, 0, "settings", text, size);
    lua_settop(L, top);
}
