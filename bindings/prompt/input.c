/* input.c: an input as Lua: an expression or a statement, whole or still to go on. */
#include <string.h>
#include <unistd.h>

#include "bindings/prompt/parts.h"

/* True when the message on top of the stack says that the text merely goes on. */
static bool breaks_off(lua_State *L, int status) {
    size_t length = 0;
    const char *message = status == LUA_ERRSYNTAX ? lua_tolstring(L, -1, &length) : NULL;
    return length >= 5 && strcmp(message + length - 5, "<eof>") == 0;
}

/* True when the message is about a string that no further line can end: one without a backslash, or
 * \\z, at the end of its line. */
static bool is_open_string(const char *message, const char *code, size_t length) {
    while (length > 0 && (code[length - 1] == ' ' || code[length - 1] == '\t'))
        length--;
    bool joined = length > 0 && (code[length - 1] == '\\' ||
                                 (length > 1 && strncmp(code + length - 2, "\\z", 2) == 0));
    return !joined && strstr(message, "unfinished string near <eof>") != NULL;
}

/* True when a message says no more than that a statement cannot begin as the code does. */
static bool is_no_statement(const char *message, const char *code) {
    static const char opening[] = "stdin:1: unexpected symbol near '";
    if (strncmp(message, opening, sizeof opening - 1) != 0)
        return false;
    const char *symbol = message + sizeof opening - 1;
    size_t length = strlen(symbol) - 1;
    return length > 0 && strncmp(code + strspn(code, " \t"), symbol, length) == 0;
}

/* Takes the text as a light userdata and its length. Returns a function or a message, the status of
 * loading it, as an expression if it is one and else as a statement, and whether it goes on. At a
 * terminal so does a broken off expression (`{1,`), which stock lua rejects as a statement. */
static int load(lua_State *L) {
    const char *input = lua_touserdata(L, 1);
    size_t length = (size_t)lua_tointeger(L, 2);
    if (length > 0 && input[0] == '=') { /* how Lua 5.1 asked for a value */
        input++;
        length--;
    }
    bool at_terminal = isatty(STDIN_FILENO);
    lua_pushliteral(L, "return ");
    lua_pushlstring(L, input, length);
    lua_concat(L, 2);
    const char *expression = lua_tolstring(L, -1, &length);
    int status = luaL_loadbufferx(L, expression, length, "=stdin", "t");
    bool goes_on = breaks_off(L, status) && at_terminal;
    if (status != LUA_OK) {
        const char *statement = expression + strlen("return ");
        status = luaL_loadbufferx(L, statement, length - strlen("return "), "=stdin", "t");
        goes_on = status != LUA_OK && (goes_on || breaks_off(L, status));
        if (status == LUA_ERRSYNTAX && at_terminal &&
            is_no_statement(lua_tostring(L, -1), statement))
            lua_pop(L, 1); /* what is wrong with the expression says more */
        if (goes_on && at_terminal &&
            is_open_string(lua_tostring(L, -1), statement, length - strlen("return ")))
            goes_on = false;
    }
    lua_pushinteger(L, status);
    lua_pushboolean(L, goes_on);
    return 3;
}

int load_input(lua_State *L, const char *input, size_t length, bool *goes_on) {
    lua_pushcfunction(L, load);
    lua_pushlightuserdata(L, (void *)(size_t)input);
    lua_pushinteger(L, (lua_Integer)length);
    int status = lua_pcall(L, 2, 3, 0);
    *goes_on = false;
    if (status == LUA_OK) {
        status = (int)lua_tointeger(L, -2);
        *goes_on = lua_toboolean(L, -1);
        lua_pop(L, 2);
    }
    return status;
}

/* Where the Lua of an input begins: after %time there is some, too. */
static size_t skip_command(const char *input) {
    static const char timed[] = "%time";
    size_t blanks = strspn(input, " \t");
    bool is_timed = strncmp(input + blanks, timed, strlen(timed)) == 0;
    return is_timed ? blanks + strlen(timed) : 0;
}

bool is_whole_input(lua_State *L, const char *input, size_t length) {
    size_t skipped = skip_command(input);
    bool goes_on;
    if (is_command(input, length) && skipped == 0)
        return true;
    load_input(L, input + skipped, length - skipped, &goes_on);
    lua_pop(L, 1);
    return !goes_on;
}
