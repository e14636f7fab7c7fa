/* commands.c: inputs that are not Lua. scripts/dnn/prompt/commands.lua carries them out; here is
 * what it needs of C. */
#include <ctype.h>
#include <string.h>
#include <unistd.h>

#include "bindings/printable.h"
#include "bindings/prompt/parts.h"
#include "core/clock.h"
#include "core/pager.h"
#include "core/terminal.h"

/* --- what the commands are given --- */

/* Seconds of a clock that is never set. */
static int now(lua_State *L) {
    lua_pushnumber(L, dnn_clock_seconds());
    return 1;
}

/* The last inputs, at most as many as asked for, the oldest first. */
static int last_inputs(lua_State *L) {
    lua_Integer most = luaL_optinteger(L, 1, LUA_MAXINTEGER);
    size_t count = 0;
    while (count < (size_t)(most > 0 ? most : 0) && history_entry(count + 1) != NULL)
        count++;
    lua_createtable(L, (int)count, 0);
    for (size_t i = 1; i <= count; i++) {
        lua_pushstring(L, history_entry(count + 1 - i));
        lua_rawseti(L, -2, (lua_Integer)i);
    }
    return 1;
}

/* Columns and rows of the terminal, and whether it wants colour. */
static int terminal(lua_State *L) {
    int columns, rows;
    dnn_terminal_size(STDOUT_FILENO, &columns, &rows);
    lua_pushinteger(L, columns);
    lua_pushinteger(L, rows);
    lua_pushboolean(L, dnn_terminal_takes_colours(STDOUT_FILENO));
    return 3;
}

/* Shows a long text by the user's pager; false where it is to be printed instead. */
static int page(lua_State *L) {
    size_t size;
    const char *words = luaL_checklstring(L, 1, &size);
    lua_pushboolean(L, dnn_page_text(words, size));
    return 1;
}

static int get_module(lua_State *L) {
    push_own_module(L, luaL_checkstring(L, 1));
    return 1;
}

/* A module by its name; nil and a message when it is not there. */
static int module(lua_State *L) {
    lua_settop(L, 1);
    lua_pushcfunction(L, get_module);
    lua_insert(L, 1);
    if (lua_pcall(L, 1, 1, 0) != LUA_OK) {
        lua_pushnil(L);
        lua_insert(L, 1);
    }
    return lua_gettop(L);
}

void push_host(lua_State *L) {
    static const luaL_Reg functions[] = {
        {"history",   last_inputs     },
        {"module",    module          },
        {"now",       now             },
        {"page",      page            },
        {"printable", dnnlua_printable},
        {"terminal",  terminal        },
        {NULL,        NULL            },
    };
    luaL_newlib(L, functions);
    lua_pushglobaltable(L);
    lua_setfield(L, -2, "globals");
    lua_getfield(L, LUA_REGISTRYINDEX, STANDARD);
    lua_setfield(L, -2, "standard");
    lua_getfield(L, LUA_REGISTRYINDEX, PRISTINE);
    lua_setfield(L, -2, "pristine");
}

/* --- inputs --- */

/* `name?`, `a.b:c?` or `"some words"?`, which no Lua is. */
static bool is_question(const char *input, size_t length) {
    while (length > 0 && isspace((unsigned char)input[length - 1]))
        length--;
    if (length < 2 || input[length - 1] != '?')
        return false;
    bool quoted = input[0] == '"' && input[length - 2] == '"' && length > 3;
    for (size_t i = 0; i < length - 1; i++)
        if (quoted ? input[i] == '\n'
                   : !isalnum((unsigned char)input[i]) && !strchr("_.: ", input[i]))
            return false;
    return true;
}

bool is_command(const char *input, size_t length) {
    size_t blanks = strspn(input, " \t");
    return (input[blanks] != '\0' && strchr("%?$", input[blanks]) != NULL) ||
           is_question(input + blanks, length - blanks);
}

static int call_command(lua_State *L) {
    push_own_module(L, "dnn.prompt.commands");
    lua_getfield(L, -1, "run");
    lua_insert(L, 1);
    lua_settop(L, 2);
    push_host(L);
    lua_call(L, 2, LUA_MULTRET);
    return lua_gettop(L);
}

static int push_input(lua_State *L) {
    lua_pushlstring(L, lua_touserdata(L, 1), (size_t)lua_tointeger(L, 2));
    return 1;
}

int run_command(lua_State *L, const char *input, size_t length) {
    lua_pushcfunction(L, push_input);
    lua_pushlightuserdata(L, (void *)(size_t)input);
    lua_pushinteger(L, (lua_Integer)length);
    int status = lua_pcall(L, 2, 1, 0);
    if (status == LUA_OK) {
        lua_pushcfunction(L, call_command);
        lua_insert(L, -2);
        status = protected_call(L, 1, LUA_MULTRET);
    }
    return status;
}
