/* dnnlua.c: the program: Lua 5.4 that knows where the module and its scripts are.
 *
 * Takes the options of the stock `lua` that people use, finds module and scripts relative to itself
 * (../lib, ../share), loads the module when it is first named, and otherwise stays out of the way.
 * What a script prints is the script's; the program's own messages go to stderr. Status: 0, 1 after
 * a Lua error, 2 after a wrong option. */
#include <lauxlib.h>
#include <lua.h>
#include <lualib.h>

#include <limits.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "host.h"

static const char banner[] = "dnnlua " DNNLUA_VERSION ", " LUA_RELEASE;

static const char usage[] =
    "usage: dnnlua [options] [script [arguments]]\n"
    "\n"
    "Runs a Lua script, looked for by its path and then, when the name has no slash, among the\n"
    "installed scripts. Without a script: statements from a prompt, or from standard input.\n"
    "\n"
    "  -e STAT     run a statement; the global `dnn` is the module\n"
    "  -l MODULE   require a module into a global of its name\n"
    "  -i          give a prompt after the script\n"
    "  --view      open a window on each run that a script logs (dnn.Run)\n"
    "  -v          print the version and go on\n"
    "  --version   print the version\n"
    "  -h, --help  this text\n"
    "  -           run standard input as a script\n"
    "  --          no more options\n";

typedef struct options {
    int script; /* index in argv; argc when there is none */
    bool prompt, version, statements, view;
} options;

/* --- errors and interruption --- */

static lua_State *running; /* whom SIGINT interrupts */

static void stop_hook(lua_State *L, lua_Debug *where) {
    (void)where;
    lua_sethook(L, NULL, 0, 0);
    luaL_error(L, "interrupted!");
}

/* A signal may come at any instruction, and lua_sethook is what Lua allows there. A second SIGINT,
 * for a function that does not come back to Lua, ends the process. */
static void on_interrupt(int number) {
    signal(number, SIG_DFL);
    lua_sethook(running, stop_hook, LUA_MASKCALL | LUA_MASKRET | LUA_MASKLINE | LUA_MASKCOUNT, 1);
}

/* Message handler: the error's text with a traceback. */
static int add_traceback(lua_State *L) {
    const char *text = lua_tostring(L, 1);
    if (luaL_testudata(L, 1, DNNLUA_STOPPED) != NULL) {
        return 1;
    }
    if (text == NULL) {
        if (luaL_callmeta(L, 1, "__tostring") && lua_type(L, -1) == LUA_TSTRING) {
            return 1;
        }
        text = lua_pushfstring(L, "(error object is a %s value)", luaL_typename(L, 1));
    }
    luaL_traceback(L, L, text, 1);
    return 1;
}

/* lua_pcall with a traceback and under SIGINT. */
static int protected_call(lua_State *L, int arguments, int results) {
    int base = lua_gettop(L) - arguments;
    lua_pushcfunction(L, add_traceback);
    lua_insert(L, base);
    running = L;
    signal(SIGINT, on_interrupt);
    int status = lua_pcall(L, arguments, results, base);
    signal(SIGINT, SIG_DFL);
    lua_remove(L, base);
    return status;
}

/* Prints and pops the message of a failed call; true when the call went well, or ended because its
 * window asked for that. */
static bool report(lua_State *L, int status) {
    if (status == LUA_OK) {
        return true;
    }
    bool stopped = luaL_testudata(L, -1, DNNLUA_STOPPED) != NULL;
    const char *text = stopped ? luaL_tolstring(L, -1, NULL) : lua_tostring(L, -1);
    fflush(stdout);
    fprintf(stderr, "dnnlua: %s\n", text != NULL ? text : "(error message is not a string)");
    lua_pop(L, stopped ? 2 : 1);
    return stopped;
}

/* --- where things are --- */

/* Pushes the folder that holds bin/, lib/ and share/: the executable's grandparent. */
static const char *push_prefix(lua_State *L) {
    char path[PATH_MAX];
    ssize_t length = readlink("/proc/self/exe", path, sizeof path - 1);
    path[length > 0 ? length : 0] = '\0';
    for (int level = 0; level < 2; level++) {
        char *slash = strrchr(path, '/');
        if (slash != NULL) {
            *slash = '\0';
        }
    }
    return lua_pushstring(L, path);
}

/* Puts the tree that the program belongs to before a path of `package`. */
static void prefix_path(lua_State *L, const char *field, const char *templates) {
    const char *prefix = push_prefix(L);
    lua_getglobal(L, "package");
    luaL_gsub(L, templates, "@", prefix);
    lua_pushliteral(L, ";");
    lua_getfield(L, -3, field);
    lua_concat(L, 3);
    lua_setfield(L, -2, field);
    lua_pop(L, 2);
}

/* Pushes the path of a script: the name itself, or that of an installed script where there is no
 * file of that name and it has no slash. */
static const char *push_script_path(lua_State *L, const char *name) {
    if (strcmp(name, "-") == 0 || strchr(name, '/') != NULL || access(name, F_OK) == 0) {
        return lua_pushstring(L, name);
    }
    const char *prefix = push_prefix(L);
    const char *installed = lua_pushfstring(L, "%s/share/dnnlua/scripts/%s", prefix, name);
    lua_remove(L, -2);
    if (access(installed, F_OK) != 0) {
        luaL_error(L, "no script '%s' in this folder, nor %s", name, installed);
    }
    return installed;
}

/* --- running --- */

/* __index of _G for statements and the prompt: `dnn` is the module, loaded when it is first named.
 */
static int index_global(lua_State *L) {
    if (lua_type(L, 2) != LUA_TSTRING || strcmp(lua_tostring(L, 2), "dnn") != 0) {
        return 0;
    }
    lua_getglobal(L, "require");
    lua_pushvalue(L, 2);
    lua_call(L, 1, 1);
    lua_pushvalue(L, -1);
    lua_setglobal(L, "dnn");
    return 1;
}

static void offer_dnn(lua_State *L) {
    lua_pushglobaltable(L);
    lua_createtable(L, 0, 1);
    lua_pushcfunction(L, index_global);
    lua_setfield(L, -2, "__index");
    lua_setmetatable(L, -2);
    lua_pop(L, 1);
}

/* The table `arg`: the script at 0, its arguments from 1, what stood before it at negative indices.
 */
static void set_arg(lua_State *L, int argc, char **argv, int script) {
    int zero = script < argc ? script : 0;
    lua_createtable(L, argc - zero, zero + 1);
    for (int i = 0; i < argc; i++) {
        lua_pushstring(L, argv[i]);
        lua_rawseti(L, -2, i - zero);
    }
    lua_setglobal(L, "arg");
}

static bool run_statement(lua_State *L, const char *statement) {
    int status = luaL_loadbuffer(L, statement, strlen(statement), "=(command line)");
    return report(L, status == LUA_OK ? protected_call(L, 0, 0) : status);
}

static int load_script(lua_State *L) {
    const char *name = lua_tostring(L, 1);
    const char *path = push_script_path(L, name);
    lua_getglobal(L, "arg");
    if (strcmp(name, "-") != 0 && lua_istable(L, -1)) {
        lua_pushstring(L, path);
        lua_rawseti(L, -2, 0);
    }
    if (luaL_loadfile(L, strcmp(name, "-") == 0 ? NULL : path) != LUA_OK) {
        lua_error(L);
    }
    return 1;
}

/* Runs argv[0] with the arguments after it. */
static bool run_script(lua_State *L, int argc, char **argv) {
    lua_pushcfunction(L, load_script);
    lua_pushstring(L, argv[0]);
    int status = lua_pcall(L, 1, 1, 0); /* no traceback: it would show nothing of the user's */
    if (status == LUA_OK) {
        luaL_checkstack(L, argc, "too many arguments to script");
        for (int i = 1; i < argc; i++) {
            lua_pushstring(L, argv[i]);
        }
        status = protected_call(L, argc - 1, 0);
    }
    return report(L, status);
}

/* `require`s a module into a global of its name. */
static bool run_library(lua_State *L, const char *name) {
    lua_getglobal(L, "require");
    lua_pushstring(L, name);
    int status = protected_call(L, 1, 1);
    if (status == LUA_OK) {
        lua_setglobal(L, name);
    }
    return report(L, status);
}

/* --- the prompt --- */

/* Pushes a line of standard input; false, pushing nothing, at its end. */
static bool read_line(lua_State *L, const char *prompt) {
    char line[4096];
    fputs(prompt, stdout);
    fflush(stdout);
    if (fgets(line, sizeof line, stdin) == NULL) {
        return false;
    }
    lua_pushstring(L, line);
    return true;
}

/* Pushes the function of the text on top of the stack, as an expression if it is one, else as a
 * statement; a message when it is neither. */
static int load_text(lua_State *L) {
    const char *text = lua_tostring(L, -1);
    const char *expression = lua_pushfstring(L, "return %s", text);
    int status = luaL_loadbuffer(L, expression, strlen(expression), "=stdin");
    if (status != LUA_OK) {
        lua_pop(L, 1);
        status = luaL_loadbuffer(L, text, strlen(text), "=stdin");
    }
    lua_remove(L, -2);
    return status;
}

/* True when the message on top of the stack says that the text merely goes on. */
static bool is_incomplete(lua_State *L, int status) {
    size_t length = 0;
    const char *text = status == LUA_ERRSYNTAX ? lua_tolstring(L, -1, &length) : NULL;
    return length >= 5 && strcmp(text + length - 5, "<eof>") == 0;
}

static void print_results(lua_State *L, int count) {
    if (count > 0) {
        luaL_checkstack(L, LUA_MINSTACK, "too many results to print");
        lua_getglobal(L, "print");
        lua_insert(L, -count - 1);
        report(L, protected_call(L, count, 0));
    }
}

static void run_prompt(lua_State *L) {
    while (lua_settop(L, 0), read_line(L, "> ")) {
        int status = load_text(L); /* the stack is: text, function or message */
        while (is_incomplete(L, status) && read_line(L, ">> ")) {
            lua_remove(L, 2);
            lua_concat(L, 2);
            status = load_text(L);
        }
        lua_remove(L, 1);
        if (status == LUA_OK) {
            status = protected_call(L, 0, LUA_MULTRET);
        }
        if (report(L, status)) {
            print_results(L, lua_gettop(L));
        }
    }
    fputc('\n', stdout);
}

/* --- the command line --- */

/* The value of an option such as -eSTAT or -e STAT; steps over a separate one. NULL: there is none.
 */
static const char *option_value(int argc, char **argv, int *i) {
    if (argv[*i][2] != '\0') {
        return argv[*i] + 2;
    }
    return *i + 1 < argc ? argv[++*i] : NULL;
}

static void reject_option(const char *option, const char *why) {
    fprintf(stderr, "dnnlua: %s '%s'\n%s", why, option, usage);
    exit(2);
}

/* Reads all options before any is carried out. */
static options parse_options(int argc, char **argv) {
    options found = {.script = argc};
    for (int i = 1; i < argc; i++) {
        const char *option = argv[i];
        if (option[0] != '-' || strcmp(option, "-") == 0) {
            found.script = i;
            return found;
        }
        if (strcmp(option, "--") == 0) {
            found.script = i + 1;
            return found;
        }
        if (strcmp(option, "--help") == 0 || strcmp(option, "-h") == 0) {
            fputs(usage, stdout);
            exit(0);
        } else if (strcmp(option, "--version") == 0) {
            puts(banner);
            exit(0);
        } else if (strcmp(option, "--view") == 0) {
            found.view = true;
        } else if (strcmp(option, "-i") == 0) {
            found.prompt = true;
        } else if (strcmp(option, "-v") == 0) {
            found.version = true;
        } else if (option[1] == 'e' || option[1] == 'l') {
            found.statements = true;
            if (option_value(argc, argv, &i) == NULL) {
                reject_option(option, "something must follow");
            }
        } else {
            reject_option(option, "unknown option");
        }
    }
    return found;
}

/* Carries out -e and -l in the order given; false at the first that fails. */
static bool run_options(lua_State *L, int end, char **argv) {
    for (int i = 1; i < end; i++) {
        char kind = argv[i][1];
        if (kind == 'e' || kind == 'l') {
            const char *value = option_value(end, argv, &i);
            if (!(kind == 'e' ? run_statement(L, value) : run_library(L, value))) {
                return false;
            }
        }
    }
    return true;
}

static void open_libraries(lua_State *L) {
    luaL_openlibs(L);
    prefix_path(L, "path", "@/share/lua/5.4/?.lua;@/share/lua/5.4/?/init.lua");
    prefix_path(L, "cpath", "@/lib/lua/5.4/?.so");
}

/* All of main that can raise an error: takes argc and argv, returns whether all went well. */
static int run(lua_State *L) {
    int argc = (int)lua_tointeger(L, 1);
    char **argv = lua_touserdata(L, 2);
    options chosen = parse_options(argc, argv);
    bool has_script = chosen.script < argc;
    bool idle = !has_script && !chosen.statements && !chosen.version;
    bool terminal = isatty(STDIN_FILENO);

    if (chosen.version || (idle && terminal)) {
        puts(banner);
    }
    open_libraries(L);
    lua_pushboolean(L, chosen.view);
    lua_setfield(L, LUA_REGISTRYINDEX, DNNLUA_VIEW);
    set_arg(L, argc, argv, chosen.script);
    if (chosen.statements || chosen.prompt || (idle && terminal)) {
        offer_dnn(L);
    }
    bool well = run_options(L, has_script ? chosen.script : argc, argv);
    if (well && has_script) {
        well = run_script(L, argc - chosen.script, argv + chosen.script);
    }
    if (well && (chosen.prompt || (idle && terminal))) {
        run_prompt(L);
    } else if (well && idle) {
        char *standard_input[] = {"-"};
        well = run_script(L, 1, standard_input);
    }
    lua_pushboolean(L, well);
    return 1;
}

int main(int argc, char **argv) {
    lua_State *L = luaL_newstate();
    if (L == NULL) {
        fputs("dnnlua: no memory for a Lua state\n", stderr);
        return EXIT_FAILURE;
    }
    lua_pushcfunction(L, run);
    lua_pushinteger(L, argc);
    lua_pushlightuserdata(L, argv);
    bool well = report(L, lua_pcall(L, 2, 1, 0)) && lua_toboolean(L, -1);
    lua_close(L);
    return well ? EXIT_SUCCESS : EXIT_FAILURE;
}
