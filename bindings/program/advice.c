/* advice.c: what somebody likely meant whose global is nil, or whose Lua is another language's. */
#include <string.h>

#include "bindings/nearest.h"
#include "bindings/program/program.h"

enum { LONGEST_NAME = 64, MOST_GLOBALS = 100000 /* that are looked at */ };

/* In the registry: names that were local to inputs of the prompt which are over. */
#define LOST_LOCALS "dnn.prompt.locals"

typedef struct advice {
    const char *name, *text;
} advice;

/* What is a global elsewhere. */
static const advice globals[] = {
    {"len",    "the length of x is #x"                          },
    {"range",  "it is for i = 1, n do ... end"                  },
    {"None",   "it is nil in Lua"                               },
    {"null",   "it is nil in Lua"                               },
    {"True",   "it is true in Lua"                              },
    {"False",  "it is false in Lua"                             },
    {"str",    "it is tostring(x) in Lua"                       },
    {"float",  "it is tonumber(x) in Lua"                       },
    {"int",    "it is math.tointeger(x) in Lua"                 },
    {"unpack", "it is table.unpack in Lua 5.4"                  },
    {"help",   "it is dnn.help(name), and at the prompt ?name"  },
    {"exit",   "it is os.exit()"                                },
    {"quit",   "it is os.exit()"                                },
    {"torch",  "it is dnn here"                                 },
    {"nn",     "layers and losses are in dnn itself: dnn.Linear"},
    {"np",     "it is dnn here: dnn.zeros, dnn.mean, ..."       },
    {"numpy",  "it is dnn here: dnn.zeros, dnn.mean, ..."       },
    {"optim",  "it is dnn.optim"                                },
};

/* What is an operator or a statement elsewhere: where Lua's message ends so, in a line with that.
 */
static const struct {
    const char *message, *in, *text;
} syntax[] = {
    {"near '!'",     "!=",      "unequal is ~= in Lua"                                   },
    {"near '!'",     "!",       "not is written out in Lua: not x"                       },
    {"near '&'",     "&&",      "it is written out in Lua: x and y"                      },
    {"near '|'",     "||",      "it is written out in Lua: x or y"                       },
    {"near '*'",     "**",      "a power is x ^ 2 in Lua"                                },
    {"near '+'",     "++",      "it is x = x + 1 in Lua"                                 },
    {"near '+'",     "+=",      "it is x = x + 1 in Lua"                                 },
    {"near '-'",     "-=",      "it is x = x - 1 in Lua"                                 },
    {"near '*'",     "*=",      "it is x = x * 2 in Lua"                                 },
    {"near '/'",     "/=",      "it is x = x / 2 in Lua"                                 },
    {"near '@'",     "@",       "the matrix product is A * B, elementwise is A % B"      },
    {"syntax error", "import ", "a module comes by local m = require \"m\"; dnn is there"},
    {"syntax error", "def ",    "it is function f(x) ... end in Lua"                     },
};

const char *push_syntax_advice(lua_State *L, const char *message, const char *line) {
    for (size_t i = 0; i < sizeof syntax / sizeof *syntax; i++) {
        if (strstr(message, syntax[i].message) != NULL && strstr(line, syntax[i].in) != NULL) {
            return lua_pushfstring(L, "; %s", syntax[i].text);
        }
    }
    return lua_pushliteral(L, "");
}

/* Takes the names, and what follows them, as a light userdata. */
static int keep_names(lua_State *L) {
    static const char letters[] = "_abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
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
    if (strncmp(names, opening, sizeof opening - 1) != 0) {
        return;
    }
    names += sizeof opening - 1;
    if (strncmp(names, function, sizeof function - 1) == 0) {
        names += sizeof function - 1;
    }
    lua_pushcfunction(L, keep_names);
    lua_pushlightuserdata(L, (void *)(size_t)names);
    if (lua_pcall(L, 1, 0, 0) != LUA_OK) {
        lua_pop(L, 1); /* no memory: no advice later */
    }
}

static bool is_lost_local(lua_State *L, const char *name) {
    luaL_getsubtable(L, LUA_REGISTRYINDEX, LOST_LOCALS);
    bool lost = lua_getfield(L, -1, name) == LUA_TBOOLEAN;
    lua_pop(L, 2);
    return lost;
}

/* The name of "(global 'name')" in a message about a nil. */
static bool nil_global(const char *message, char name[LONGEST_NAME]) {
    static const char opening[] = "a nil value (global '";
    const char *at = strstr(message, opening);
    if (at == NULL) {
        return false;
    }
    at += sizeof opening - 1;
    size_t length = strcspn(at, "'");
    if (length >= LONGEST_NAME) {
        return false;
    }
    memcpy(name, at, length);
    name[length] = '\0';
    return true;
}

/* Pushes the global that is nearest to a name; nil where none is near. */
static void push_nearest_global(lua_State *L, const char *name) {
    dnnlua_nearest nearest = {.wanted = name};
    int seen = 0;
    lua_pushglobaltable(L);
    dnnlua_nearest_offer(&nearest, "dnn");
    for (lua_pushnil(L); lua_next(L, -2) != 0; lua_pop(L, 1)) {
        if (lua_type(L, -2) == LUA_TSTRING) {
            dnnlua_nearest_offer(&nearest, lua_tostring(L, -2));
        }
        if (++seen == MOST_GLOBALS) {
            lua_pop(L, 2);
            break;
        }
    }
    lua_pushstring(L, nearest.name);
    lua_remove(L, -2);
}

const char *push_global_advice(lua_State *L, const char *message) {
    char name[LONGEST_NAME];
    if (!nil_global(message, name)) {
        return lua_pushliteral(L, "");
    }
    if (is_lost_local(L, name)) {
        return lua_pushfstring(L, "; '%s' was local to an earlier input: without 'local' it stays",
                               name);
    }
    for (size_t i = 0; i < sizeof globals / sizeof *globals; i++) {
        if (strcmp(globals[i].name, name) == 0) {
            return lua_pushfstring(L, "; %s", globals[i].text);
        }
    }
    push_nearest_global(L, name);
    const char *meant = lua_tostring(L, -1);
    if (meant == NULL) {
        return lua_pushliteral(L, "");
    }
    return lua_pushfstring(L, "; did you mean '%s'?", meant);
}
