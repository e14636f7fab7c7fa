/* advice.c: what was likely meant when a global is nil, a number should be something else,
 * or whose Lua is another language's. The texts are in scripts/dnn/advice/lua.lua, which the first
 * such error loads. Whatever goes wrong here, a message stays without advice. */
#include <string.h>

#include "bindings/program/program.h"
#include "core/nearest.h"

enum { LONGEST_NAME = 64, MOST_GLOBALS = 100000 /* that are looked at */ };

/* In the registry: names that were local to inputs of the prompt which are over, and the texts. */
#define LOST_LOCALS "dnn.prompt.locals"
#define TEXTS       "dnn.program.advice"

/* --- the texts --- */

/* Takes the name of one of their tables; returns it. */
static int load_texts(lua_State *L) {
    if (lua_getfield(L, LUA_REGISTRYINDEX, TEXTS) != LUA_TTABLE) {
        const char *path = push_own_module_path(L, "dnn/advice/lua.lua");
        if (luaL_loadfilex(L, path, "t") != LUA_OK)
            return 0;
        lua_call(L, 0, 1);
        lua_pushvalue(L, -1);
        lua_setfield(L, LUA_REGISTRYINDEX, TEXTS);
    }
    lua_pushvalue(L, 1);
    lua_gettable(L, -2);
    return 1;
}

/* Pushes one of their tables; false, and nothing is pushed, where it cannot be had. */
static bool push_texts(lua_State *L, const char *name) {
    lua_pushcfunction(L, load_texts);
    lua_pushstring(L, name);
    if (lua_pcall(L, 1, 1, 0) == LUA_OK && lua_istable(L, -1))
        return true;
    lua_pop(L, 1);
    return false;
}

/* Pushes "; " and the text of a name in one of the tables; false, and nothing is pushed, where it
 * has none. */
static bool push_text_of(lua_State *L, const char *texts, const char *name) {
    if (!push_texts(L, texts))
        return false;
    bool found = lua_getfield(L, -1, name) == LUA_TSTRING;
    lua_remove(L, -2);
    if (found) {
        lua_pushfstring(L, "; %s", lua_tostring(L, -1));
        lua_remove(L, -2);
    } else {
        lua_pop(L, 1);
    }
    return found;
}

/* --- another language's Lua --- */

static const char *cell(lua_State *L, int row, int i) {
    lua_rawgeti(L, row, i);
    const char *text = lua_tostring(L, -1);
    lua_pop(L, 1); /* the row keeps it */
    return text != NULL ? text : "";
}

const char *push_syntax_advice(lua_State *L, const char *message, const char *line) {
    int top = lua_gettop(L);
    if (push_texts(L, "syntax")) {
        for (int i = 1; lua_rawgeti(L, top + 1, i) == LUA_TTABLE; i++, lua_settop(L, top + 1)) {
            int row = lua_gettop(L);
            if (strstr(message, cell(L, row, 1)) != NULL && strstr(line, cell(L, row, 2)) != NULL) {
                lua_pushfstring(L, "; %s", cell(L, row, 3));
                lua_replace(L, top + 1);
                lua_settop(L, top + 1);
                return lua_tostring(L, -1);
            }
        }
    }
    lua_settop(L, top);
    return lua_pushliteral(L, "");
}

/* --- names that were local to an earlier input --- */

static const char letters[] = "_abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

/* Takes the names, and what follows them, as a light userdata. */
static int keep_names(lua_State *L) {
    const char *name = lua_touserdata(L, 1);
    luaL_getsubtable(L, LUA_REGISTRYINDEX, LOST_LOCALS);
    do {
        name += strspn(name, " \t,");
        size_t length = strspn(name, letters);
        lua_pushlstring(L, name, length);
        lua_pushboolean(L, true);
        lua_rawset(L, -3);
        name += length;
    } while (name[strspn(name, " \t")] == ',');
    return 0;
}

void keep_lost_locals(lua_State *L, const char *input) {
    static const char opening[] = "local ", function[] = "function ";
    const char *names = input + strspn(input, " \t");
    if (strncmp(names, opening, sizeof opening - 1) != 0)
        return;
    names += sizeof opening - 1;
    if (strncmp(names, function, sizeof function - 1) == 0)
        names += sizeof function - 1;
    lua_pushcfunction(L, keep_names);
    lua_pushlightuserdata(L, (void *)(size_t)names);
    if (lua_pcall(L, 1, 0, 0) != LUA_OK)
        lua_pop(L, 1); /* no memory: no advice later */
}

static bool is_lost_local(lua_State *L, const char *name) {
    luaL_getsubtable(L, LUA_REGISTRYINDEX, LOST_LOCALS);
    bool lost = lua_getfield(L, -1, name) == LUA_TBOOLEAN;
    lua_pop(L, 2);
    return lost;
}

/* --- a nil global --- */

/* Copies the name that a message quotes after an opening such as "a nil value (global '". */
static bool quoted_name(const char *message, const char *opening, char name[LONGEST_NAME]) {
    const char *at = strstr(message, opening);
    if (at == NULL)
        return false;
    at += strlen(opening);
    size_t length = strcspn(at, "'");
    if (length >= LONGEST_NAME)
        return false;
    memcpy(name, at, length);
    name[length] = '\0';
    return true;
}

/* Pushes the global that is nearest to a name; nil where none is near. */
static void push_nearest_global(lua_State *L, const char *name) {
    dnn_nearest nearest = {.wanted = name};
    int seen = 0;
    lua_pushglobaltable(L);
    dnn_nearest_offer(&nearest, "dnn");
    for (lua_pushnil(L); lua_next(L, -2) != 0; lua_pop(L, 1)) {
        if (lua_type(L, -2) == LUA_TSTRING)
            dnn_nearest_offer(&nearest, lua_tostring(L, -2));
        if (++seen == MOST_GLOBALS) {
            lua_pop(L, 2);
            break;
        }
    }
    lua_pushstring(L, nearest.name);
    lua_remove(L, -2);
}

static bool push_global_advice(lua_State *L, const char *message) {
    char name[LONGEST_NAME];
    if (!quoted_name(message, "a nil value (global '", name))
        return false;
    if (is_lost_local(L, name)) {
        lua_pushfstring(L, "; '%s' was local to an earlier input: without 'local' it stays", name);
        return true;
    }
    if (push_text_of(L, "globals", name))
        return true;
    push_nearest_global(L, name);
    const char *meant = lua_tostring(L, -1);
    if (meant == NULL) {
        lua_pop(L, 1);
        return false;
    }
    lua_pushfstring(L, "; did you mean '%s'?", meant);
    return true;
}

/* --- a number that is indexed --- */

/* Whether what is before `at` in a line is the variable `name`, or, where the message names
 * none, the end of a call. */
static bool follows_name(const char *line, const char *at, const char *name) {
    size_t length = strlen(name);
    if (length == 0)
        return at > line && at[-1] == ')';
    return (size_t)(at - line) >= length && strncmp(at - length, name, length) == 0 &&
           ((size_t)(at - line) == length || strchr(letters, at[-1 - (ptrdiff_t)length]) == NULL);
}

/* cost:backward(), cost.item() */
static bool push_number_advice(lua_State *L, const char *message, const char *line) {
    static const char *const kinds[] = {"(global '", "(local '", "(upvalue '", "(field '"};
    char name[LONGEST_NAME] = "", member[LONGEST_NAME];
    if (strstr(message, "attempt to index a number value") == NULL)
        return false;
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds && name[0] == '\0'; i++)
        quoted_name(message, kinds[i], name);
    for (const char *at = line; (at = strpbrk(at, ".:")) != NULL; at++) {
        size_t length = strspn(at + 1, letters);
        if (length == 0 || length >= LONGEST_NAME || !follows_name(line, at, name))
            continue;
        memcpy(member, at + 1, length);
        member[length] = '\0';
        if (push_text_of(L, "numbers", member))
            return true;
    }
    return false;
}

const char *push_advice(lua_State *L, const char *message, const char *line) {
    if (!push_global_advice(L, message) && !push_number_advice(L, message, line))
        lua_pushliteral(L, "");
    return lua_tostring(L, -1);
}
