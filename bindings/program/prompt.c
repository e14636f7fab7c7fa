/* prompt.c: statements from a terminal or a pipe, one after the other, as lua's own prompt has
 * them: values are printed, an error is told and forgotten, _PROMPT and _PROMPT2 are what is asked
 * with. */
#include <stdio.h>
#include <string.h>

#include "program.h"

/* Writes a prompt: a global's text, or the fallback when that is nil. */
static void write_prompt(lua_State *L, const char *global, const char *fallback) {
    if (lua_getglobal(L, global) == LUA_TNIL) {
        fputs(fallback, stdout);
    } else {
        fputs(luaL_tolstring(L, -1, NULL), stdout);
        lua_pop(L, 1);
    }
    lua_pop(L, 1);
    fflush(stdout);
}

/* Pushes a line of standard input without its end; false, pushing nothing, when there is none. */
static bool read_line(lua_State *L) {
    luaL_Buffer line;
    int c = getc(stdin);
    if (c == EOF) {
        return false;
    }
    luaL_buffinit(L, &line);
    for (; c != EOF && c != '\n'; c = getc(stdin)) {
        luaL_addchar(&line, (char)c);
    }
    luaL_pushresult(&line);
    return true;
}

/* Pushes the function of the text on top of the stack, as an expression if it is one, else as a
 * statement; a message when it is neither. */
static int load_text(lua_State *L) {
    size_t length;
    const char *text = lua_tolstring(L, -1, &length);
    lua_pushfstring(L, "return %s", text);
    int status = luaL_loadbuffer(L, lua_tostring(L, -1), length + strlen("return "), "=stdin");
    lua_remove(L, -2);
    if (status != LUA_OK) {
        lua_pop(L, 1);
        status = luaL_loadbuffer(L, text, length, "=stdin");
    }
    return status;
}

/* True when the message on top of the stack says that the text merely goes on. */
static bool is_incomplete(lua_State *L, int status) {
    size_t length = 0;
    const char *text = status == LUA_ERRSYNTAX ? lua_tolstring(L, -1, &length) : NULL;
    return length >= 5 && strcmp(text + length - 5, "<eof>") == 0;
}

/* Reads lines until they make a statement: pushes its function or, with another status, a message;
 * -1 when there are no more lines. */
static int read_statement(lua_State *L) {
    write_prompt(L, "_PROMPT", "> ");
    if (!read_line(L)) {
        return -1;
    }
    const char *first = lua_tostring(L, -1);
    if (first[0] == '=') { /* how Lua 5.1 asked for a value */
        lua_pushstring(L, first + 1);
        lua_remove(L, -2);
    }
    int status = load_text(L); /* the stack is: text, function or message */
    while (is_incomplete(L, status)) {
        write_prompt(L, "_PROMPT2", ">> ");
        if (!read_line(L)) {
            break;
        }
        lua_remove(L, -2);
        lua_pushliteral(L, "\n");
        lua_insert(L, -2);
        lua_concat(L, 3);
        status = load_text(L);
    }
    lua_remove(L, -2);
    return status;
}

static void print_results(lua_State *L, int count) {
    if (count == 0) {
        return;
    }
    luaL_checkstack(L, LUA_MINSTACK, "too many results to print");
    lua_getglobal(L, "print");
    lua_insert(L, -count - 1);
    int status = lua_pcall(L, count, 0, 0);
    if (status != LUA_OK) {
        lua_pushfstring(L, "error calling 'print' (%s)", luaL_tolstring(L, -1, NULL));
        report(L, status, false);
    }
}

void run_prompt(lua_State *L) {
    int base = lua_gettop(L);
    interrupt_at_once();
    for (int status; (status = read_statement(L)) != -1; lua_settop(L, base)) {
        if (status == LUA_OK) {
            status = protected_call(L, 0, LUA_MULTRET);
        }
        if (report(L, status, false)) {
            print_results(L, lua_gettop(L) - base);
        }
    }
    fputc('\n', stdout);
}
