/* messages.c: what becomes of errors: the message, the script's line, the traceback. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bindings/host.h"
#include "bindings/printable.h"
#include "bindings/program/program.h"
#include "core/terminal.h"

static bool all_frames;
static const char *input; /* NULL: nothing was typed at a terminal */
static const char *piped; /* what came from elsewhere: messages are Lua's, with the same advice */

void show_all_frames(void) {
    all_frames = true;
}

void set_input(const char *text, bool typed) {
    input = typed ? text : NULL;
    piped = typed ? NULL : text;
}

/* The error at index 1 as text, or NULL when it has no text or that text is all there is to say. */
static const char *error_text(lua_State *L) {
    const char *text = lua_tostring(L, 1);
    if (text != NULL || luaL_testudata(L, 1, DNNLUA_STOPPED) != NULL ||
        (luaL_callmeta(L, 1, "__tostring") && lua_type(L, -1) == LUA_TSTRING))
        return text;
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

/* The message without "stdin:1: " where that is the input's only line. */
static const char *without_place(const char *text) {
    static const char place[] = "stdin:1: ";
    bool stands =
        input != NULL && strchr(input, '\n') == NULL && strncmp(text, place, sizeof place - 1) == 0;
    return stands ? text + sizeof place - 1 : text;
}

/* Whether a message is of the input's own line, so that no function on the way says more. */
static bool is_of_input(lua_State *L, const char *text, int level) {
    int line;
    if (input == NULL || all_frames || !is_input_alone(L, level, &line))
        return false;
    const char *place = lua_pushfstring(L, "stdin:%d: ", line);
    bool there = strncmp(text, "stdin:", 6) != 0 || strncmp(text, place, strlen(place)) == 0;
    lua_pop(L, 1);
    return there;
}

/* Pushes the traceback. The value of the last input is a global, whose name would stand for that of
 * the function that it is. */
static void push_frames(lua_State *L, int level) {
    lua_pushglobaltable(L);
    int globals = lua_gettop(L);
    lua_pushliteral(L, "ans");
    lua_rawget(L, globals);
    bool hides = input != NULL && lua_isfunction(L, -1);
    if (hides) {
        lua_pushliteral(L, "ans");
        lua_pushnil(L);
        lua_rawset(L, globals);
    }
    if (all_frames)
        luaL_traceback(L, L, "", level);
    else
        push_traceback(L, level);
    if (hides) {
        lua_pushliteral(L, "ans");
        lua_pushvalue(L, globals + 1);
        lua_rawset(L, globals);
    }
}

/* What advice is sought in: an input, or where a message is of another file or of one of the
 * input's lines, the excerpt. */
static const char *advised(bool whole, const char *excerpt) {
    if (piped != NULL && excerpt[0] == '\0')
        return piped;
    return whole ? input : excerpt;
}

/* Message handler. */
static int explain(lua_State *L) {
    const char *text = error_text(L);
    if (text == NULL)
        return 1; /* the object itself, or its own text, on top of the stack */
    if (!all_frames)
        text = push_as_of_script(L, text, 1);
    bool own = is_of_input(L, text, 1), lines = own && strchr(input, '\n') != NULL;
    push_excerpt(L, text, lines ? input : NULL, 1);
    const char *excerpt = lua_tostring(L, -1);
    const char *advice = push_advice(L, text, advised(own && !lines, excerpt));
    push_note(L, text);
    const char *note = lua_tostring(L, -1);
    if (own)
        lua_pushliteral(L, "");
    else
        push_frames(L, 1);
    lua_pushfstring(L, "%s%s%s%s%s", own ? without_place(text) : text, advice, excerpt, note,
                    lua_tostring(L, -1));
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
    bool coloured = dnn_terminal_takes_colours(STDERR_FILENO);
    const char *rest = text + strcspn(text, "\n");
    char *line = strndup(text, (size_t)(rest - text));
    fprintf(stderr, "%s%s", name, coloured ? "\033[1;31m" : "");
    dnnlua_print_text(stderr, line != NULL ? line : "not enough memory");
    fputs(coloured ? "\033[0m" : "", stderr);
    dnnlua_print_text(stderr, rest);
    free(line);
}

/* --- warnings --- */

static bool warns, warning_goes_on;

/* As Lua's own does it, but with what comes from files as print_message shows it. */
static void print_warning(void *data, const char *piece, int more) {
    (void)data;
    if (!warning_goes_on && !more && piece[0] == '@') {
        warns = strcmp(piece, "@on") == 0 || (warns && strcmp(piece, "@off") != 0);
        return;
    }
    if (warns) {
        fputs(warning_goes_on ? "" : "Lua warning: ", stderr);
        dnnlua_print_text(stderr, piece);
        fputs(more ? "" : "\n", stderr);
    }
    warning_goes_on = more != 0;
}

void open_warnings(lua_State *L) {
    lua_setwarnf(L, print_warning, NULL);
}

/* --- reports --- */

/* What follows the message about a chunk that could not be loaded. */
static void print_syntax_error(lua_State *L, const char *text) {
    bool lines = input != NULL && strchr(input, '\n') != NULL;
    push_excerpt(L, text, lines ? input : NULL, 0);
    const char *excerpt = lua_tostring(L, -1);
    fputs(push_syntax_advice(L, text, advised(input != NULL && !lines, excerpt)), stderr);
    fputs(excerpt, stderr);
    lua_pop(L, 2);
}

bool report(lua_State *L, int status, bool named) {
    if (status == LUA_OK)
        return true;
    bool stopped = luaL_testudata(L, -1, DNNLUA_STOPPED) != NULL;
    const char *text = stopped ? luaL_tolstring(L, -1, NULL) : lua_tostring(L, -1);
    if (text == NULL)
        text = "(error message is not a string)";
    begin_report(text);
    fflush(stdout);
    print_message(named ? "dnnlua: " : "", status == LUA_ERRSYNTAX ? without_place(text) : text);
    if (status == LUA_ERRSYNTAX) /* of a chunk that never ran, so that `explain` never saw it */
        print_syntax_error(L, text);
    fputc('\n', stderr);
    lua_pop(L, stopped ? 2 : 1);
    return stopped;
}
