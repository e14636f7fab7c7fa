/* prompt.c: inputs from a terminal or a pipe, one after the other: each is run, its values are
 * shown, an error is reported and forgotten.
 *
 * Whatever an input has done to the globals, and however little memory it has left, the next is
 * asked for: all that can raise is called protected. What comes through a pipe is treated as lua's
 * own prompt does it; a terminal's inputs are edited, kept, and their values shown in full. */
#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bindings/prompt/parts.h"
#include "bindings/prompt/prompt.h"
#include "core/path.h"
#include "core/terminal.h"

static bool typed; /* inputs come from a terminal, */
static bool edits; /* and are edited there */

/* --- the texts that are asked with --- */

/* Takes the name of a global as a light userdata; returns its value as text, or nothing when it is
 * nil. */
static int get_prompt(lua_State *L) {
    lua_pushglobaltable(L);
    lua_pushstring(L, lua_touserdata(L, 1));
    if (lua_rawget(L, -2) == LUA_TNIL)
        return 0;
    luaL_tolstring(L, -1, NULL);
    return 1;
}

/* Pushes the text, which is the fallback where the global is nil or cannot be had. */
static const char *push_prompt(lua_State *L, const char *global, const char *fallback) {
    lua_pushcfunction(L, get_prompt);
    lua_pushlightuserdata(L, (void *)(size_t)global);
    if (!report_input(L, protected_call(L, 1, 1)))
        lua_pushnil(L);
    return lua_isnil(L, -1) ? fallback : lua_tostring(L, -1);
}

/* --- reading --- */

/* Waits until a terminal has a line; false when an interrupt came first. */
static bool wait_for_line(void) {
    struct pollfd input = {.fd = STDIN_FILENO, .events = POLLIN};
    sigset_t blocked, outside;
    bool interrupted = false;
    int ready = 0;
    sigemptyset(&blocked);
    sigaddset(&blocked, SIGINT);
    sigprocmask(SIG_BLOCK, &blocked, &outside);
    while (ready == 0 && !(interrupted = take_early_interrupt())) {
        ready = ppoll(&input, 1, NULL, &outside);
        ready = ready < 0 && errno == EINTR ? 0 : ready;
    }
    sigprocmask(SIG_SETMASK, &outside, NULL);
    if (interrupted)
        obey_interrupt();
    return !interrupted;
}

/* Appends a line of standard input without its end. */
static input_state read_line(text *input) {
    static char *bytes;
    static size_t capacity;
    if (isatty(STDIN_FILENO) && !wait_for_line())
        return INPUT_CANCELLED;
    ssize_t length = getline(&bytes, &capacity, stdin);
    if (length < 0)
        return INPUT_ENDED;
    if (isatty(STDIN_FILENO))
        end_interrupt_burst();
    add_bytes(input, bytes, (size_t)length - (bytes[length - 1] == '\n'));
    return INPUT_TEXT;
}

static void ask(lua_State *L, const char *global, const char *fallback) {
    fputs(push_prompt(L, global, fallback), stdout);
    fflush(stdout);
    lua_pop(L, 1);
}

static input_state read_lines(lua_State *L, const char **input, size_t *length) {
    static text lines;
    clear_text(&lines);
    ask(L, "_PROMPT", "> ");
    input_state state = read_line(&lines);
    while (state == INPUT_TEXT && !is_whole_input(L, string_of(&lines), lines.length)) {
        size_t before = lines.length;
        ask(L, "_PROMPT2", ">> ");
        add_string(&lines, "\n");
        state = read_line(&lines);
        if (state == INPUT_ENDED) { /* run what there is, for its error message */
            lines.length = before;
            state = INPUT_TEXT;
            break;
        }
    }
    if (state == INPUT_CANCELLED)
        fputc('\n', stdout);
    *input = string_of(&lines);
    *length = lines.length;
    return state;
}

static input_state read_input(lua_State *L, const char **input, size_t *length) {
    if (!edits)
        return read_lines(L, input, length);
    const char *prompt = push_prompt(L, "_PROMPT", "> ");
    const char *continuation = push_prompt(L, "_PROMPT2", ". ");
    input_state state = edit_input(prompt, continuation, input, length);
    lua_pop(L, 2);
    if (state == INPUT_TEXT)
        add_to_history(*input, *length);
    return state;
}

/* --- the loop --- */

/* What has a semicolon at its end is not shown. */
static bool is_quiet(const char *input, size_t length) {
    while (length > 0 && strchr(" \t\r\n", input[length - 1]) != NULL)
        length--;
    return length > 0 && input[length - 1] == ';';
}

/* Takes a function: calls it, under an interrupt that came too early for protected_call. */
static int call_input(lua_State *L) {
    if (take_early_interrupt())
        raise(SIGINT);
    lua_call(L, 0, LUA_MULTRET);
    return lua_gettop(L);
}

static void run_input(lua_State *L, const char *input, size_t length) {
    int base = lua_gettop(L), status;
    bool goes_on;
    set_input(input, typed);
    if (is_command(input, length)) {
        status = run_command(L, input, length);
    } else if ((status = load_input(L, input, length, &goes_on)) == LUA_OK) {
        lua_pushcfunction(L, call_input);
        lua_insert(L, -2);
        status = protected_call(L, 1, LUA_MULTRET);
    }
    bool well = report_input(L, status);
    set_input(NULL, typed);
    if (well) {
        keep_reserve();
        keep_lost_locals(L, input);
        take_values(L, base, !is_quiet(input, length), edits);
    }
    fflush(stdout);
}

/* $XDG_CONFIG_HOME/dnnlua/init.lua, if it is there. */
static void run_startup_file(lua_State *L) {
    char path[PATH_MAX];
    if (dnn_user_path(DNN_USER_CONFIG, "dnnlua/init.lua", path, sizeof path) &&
        access(path, F_OK) == 0) {
        int status = luaL_loadfilex(L, path, "t");
        report(L, status == LUA_OK ? protected_call(L, 0, 0) : status, false);
        fflush(stdout);
    }
}

/* Takes the name of a global as a light userdata: true when there is none. */
static int is_undefined(lua_State *L) {
    lua_pushglobaltable(L);
    lua_pushstring(L, lua_touserdata(L, 1));
    lua_pushboolean(L, lua_rawget(L, -2) == LUA_TNIL);
    return 1;
}

/* Whether an input at a terminal is no more than "exit" or "quit", and no global is called so. */
static bool asks_to_end(lua_State *L, const char *input) {
    static const char *const words[] = {"exit", "quit"};
    for (size_t i = 0; typed && i < sizeof words / sizeof *words; i++) {
        const char *rest = input + strlen(words[i]);
        bool named = strncmp(input, words[i], strlen(words[i])) == 0;
        if (named && strncmp(rest, "()", 2) == 0)
            rest += 2;
        if (named && rest[strspn(rest, " \t")] == '\0') {
            lua_pushcfunction(L, is_undefined);
            lua_pushlightuserdata(L, (void *)(size_t)words[i]);
            bool ends = lua_pcall(L, 1, 1, 0) == LUA_OK && lua_toboolean(L, -1);
            lua_pop(L, 1);
            return ends;
        }
    }
    return false;
}

/* Whether lines can be edited: input and output are a terminal that takes escape sequences. */
static bool can_edit_lines(void) {
    return dnn_terminal_takes_sequences() && isatty(STDIN_FILENO) && isatty(STDOUT_FILENO);
}

void run_prompt(lua_State *L, bool startup) {
    const char *input;
    size_t length;
    input_state state;
    int base = lua_gettop(L);
    begin_prompt_interrupts();
    keep_reserve();
    typed = isatty(STDIN_FILENO);
    edits = can_edit_lines() && open_editor(L);
    if (edits) {
        bool coloured = dnn_terminal_takes_colours(STDOUT_FILENO);
        printf("%s?name explains, Tab completes, %%help lists commands, Ctrl-D ends%s\n",
               coloured ? "\033[2m" : "", coloured ? "\033[0m" : "");
        open_history();
        if (startup)
            run_startup_file(L);
    }
    while ((state = read_input(L, &input, &length)) != INPUT_ENDED) {
        if (state == INPUT_TEXT && asks_to_end(L, input))
            break;
        if (state == INPUT_TEXT)
            run_input(L, input, length);
        lua_settop(L, base);
    }
    if (!edits)
        fputc('\n', stdout);
    signal(SIGINT, SIG_DFL);
}
