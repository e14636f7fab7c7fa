/* values.c: what an input gives: shown at a terminal, printed elsewhere, and kept as `ans`. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "bindings/printable.h"
#include "bindings/prompt/parts.h"
#include "core/terminal.h"

enum { MAX_VALUES = 200 /* of one input that are shown */ };

static int get_show(lua_State *L) {
    push_own_module(L, "dnn.prompt.show");
    return 1;
}

/* The text of a value for the terminal, in place of the value on top of the stack. */
static void to_text(lua_State *L) {
    int columns, rows;
    lua_pushcfunction(L, get_show);
    if (lua_pcall(L, 0, 1, 0) != LUA_OK || !lua_isfunction(L, -1)) {
        lua_pop(L, 1);
        luaL_tolstring(L, -1, NULL);
        lua_remove(L, -2);
        return;
    }
    lua_insert(L, -2);
    dnn_terminal_size(STDOUT_FILENO, &columns, &rows);
    lua_createtable(L, 0, 3);
    lua_pushinteger(L, columns);
    lua_setfield(L, -2, "width");
    lua_pushinteger(L, rows);
    lua_setfield(L, -2, "height");
    lua_pushboolean(L, dnn_terminal_takes_colours(STDOUT_FILENO));
    lua_setfield(L, -2, "colour");
    lua_call(L, 2, 1);
}

/* Takes values, writes them: beside each other, or below each other where one has several lines. */
static int show_values(lua_State *L) {
    int count = lua_gettop(L), shown = count < MAX_VALUES ? count : MAX_VALUES;
    bool lines = false;
    luaL_checkstack(L, LUA_MINSTACK, NULL);
    for (int i = 1; i <= shown; i++) {
        lua_pushvalue(L, i);
        to_text(L);
        lua_replace(L, i);
        const char *shape = lua_tostring(L, i);
        lines = lines || (shape != NULL && strchr(shape, '\n') != NULL);
    }
    for (int i = 1; i <= shown; i++) {
        size_t length;
        const char *bytes = lua_tolstring(L, i, &length);
        if (bytes != NULL)
            fwrite(bytes, 1, length, stdout);
        fputs(i == shown ? "\n" : lines ? "\n" : "\t", stdout);
    }
    if (shown < count)
        printf("... and %d more values\n", count - shown);
    return 0;
}

/* Takes values, hands them to `print`. */
static int print_values(lua_State *L) {
    lua_getglobal(L, "print");
    lua_insert(L, 1);
    if (lua_pcall(L, lua_gettop(L) - 1, 0, 0) != LUA_OK) {
        const char *message = luaL_tolstring(L, -1, NULL);
        lua_pushfstring(L, "error calling 'print' (%s)", message);
        fflush(stdout);
        dnnlua_print_text(stderr, lua_tostring(L, -1));
        fputc('\n', stderr);
    }
    return 0;
}

/* Takes values: the first becomes the global `ans`. */
static int keep_answer(lua_State *L) {
    lua_pushglobaltable(L);
    lua_pushliteral(L, "ans");
    lua_pushvalue(L, 1);
    lua_rawset(L, -3);
    return 0;
}

/* Calls a function with copies of the values after `base`. */
static void hand_values(lua_State *L, int base, lua_CFunction function) {
    int count = lua_gettop(L) - base;
    if (!lua_checkstack(L, count + LUA_MINSTACK)) {
        fputs("too many results to print\n", stderr);
        return;
    }
    lua_pushcfunction(L, function);
    for (int i = 1; i <= count; i++)
        lua_pushvalue(L, base + i);
    report_input(L, protected_call(L, count, 0));
}

void take_values(lua_State *L, int base, bool shown, bool in_full) {
    if (lua_gettop(L) > base)
        hand_values(L, base, keep_answer);
    if (lua_gettop(L) > base && shown)
        hand_values(L, base, in_full ? show_values : print_values);
}
