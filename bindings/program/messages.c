/* messages.c: what becomes of errors: the message, the script's line, the traceback. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "host.h"
#include "program.h"

static bool all_frames;

void show_all_frames(void) {
    all_frames = true;
}

/* The error at index 1 as text, or NULL when it has no text or that text is all there is to say. */
static const char *error_text(lua_State *L) {
    const char *text = lua_tostring(L, 1);
    if (text != NULL || luaL_testudata(L, 1, DNNLUA_STOPPED) != NULL ||
        (luaL_callmeta(L, 1, "__tostring") && lua_type(L, -1) == LUA_TSTRING)) {
        return text;
    }
    return lua_pushfstring(L, "(error object is a %s value)", luaL_typename(L, 1));
}

/* Pushes what the last failure of the module said, for an error about a nil: it is likely the one
 * that came with that message. Else an empty string. */
static void push_note(lua_State *L, const char *text) {
    bool about_nil = strstr(text, "a nil value") != NULL || strstr(text, "got nil") != NULL;
    if (about_nil && lua_getfield(L, LUA_REGISTRYINDEX, DNNLUA_FAILURE) == LUA_TSTRING) {
        lua_pushfstring(L, "\nnote: the last call that returned nil said: %s", lua_tostring(L, -1));
        return;
    }
    lua_pushliteral(L, "");
}

/* Message handler. */
static int explain(lua_State *L) {
    const char *text = error_text(L);
    if (text == NULL) {
        return 1; /* the object itself, or its own text, on top of the stack */
    }
    push_excerpt(L, text, 1);
    const char *excerpt = lua_tostring(L, -1);
    push_note(L, text);
    const char *note = lua_tostring(L, -1);
    if (all_frames) {
        luaL_traceback(L, L, "", 1);
    } else {
        push_traceback(L, 1);
    }
    lua_pushfstring(L, "%s%s%s%s", text, excerpt, note, lua_tostring(L, -1));
    return 1;
}

int protected_call(lua_State *L, int arguments, int results) {
    int base = lua_gettop(L) - arguments;
    lua_pushcfunction(L, explain);
    lua_insert(L, base);
    begin_interruptible(L);
    int status = lua_pcall(L, arguments, results, base);
    end_interruptible(L);
    lua_remove(L, base);
    return status;
}

/* In a terminal the first line stands out. */
static void print_message(const char *name, const char *text) {
    bool coloured = wants_colour(STDERR_FILENO);
    size_t line = strcspn(text, "\n");
    fprintf(stderr, "%s%s%.*s%s%s", name, coloured ? "\033[1;31m" : "", (int)line, text,
            coloured ? "\033[0m" : "", text + line);
}

bool report(lua_State *L, int status, bool named) {
    if (status == LUA_OK) {
        return true;
    }
    bool stopped = luaL_testudata(L, -1, DNNLUA_STOPPED) != NULL;
    const char *text = stopped ? luaL_tolstring(L, -1, NULL) : lua_tostring(L, -1);
    if (text == NULL) {
        text = "(error message is not a string)";
    }
    begin_report(text);
    fflush(stdout);
    print_message(named ? "dnnlua: " : "", text);
    if (status == LUA_ERRSYNTAX) { /* of a chunk that never ran, so that `explain` never saw it */
        push_excerpt(L, text, 0);
        fputs(lua_tostring(L, -1), stderr);
        lua_pop(L, 1);
    }
    fputc('\n', stderr);
    lua_pop(L, stopped ? 2 : 1);
    return stopped;
}
