/* main.c: the program: Lua 5.4 that knows where the module and its scripts are.
 *
 * Takes the options of the stock `lua`, loads the module when it is first named, and otherwise
 * stays out of the way. What a script prints is the script's; the program's own messages go to
 * stderr. Status: 0, 1 after a Lua error, 2 after wrong usage; SIGINT and SIGTERM end it as they
 * end others, which shells call 130 and 143. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bindings/host.h"
#include "bindings/program/program.h"
#include "bindings/prompt/prompt.h"
#include "core/descriptor.h"
#include "core/memory.h"
#include "lualib.h"

/* What the options say to the libraries, before anything of the user's is run. */
static void open_libraries(lua_State *L, const options *chosen) {
    if (chosen->no_environment) {
        lua_pushboolean(L, 1);
        lua_setfield(L, LUA_REGISTRYINDEX, "LUA_NOENV");
    }
    if (chosen->threads != NULL)
        setenv("DNN_NUM_THREADS", chosen->threads, 1);
    if (chosen->traceback)
        show_all_frames();
    lua_pushboolean(L, chosen->view);
    lua_setfield(L, LUA_REGISTRYINDEX, DNNLUA_VIEW);
    lua_pushboolean(L, chosen->profile);
    lua_setfield(L, LUA_REGISTRYINDEX, DNNLUA_PROFILE);
    luaL_openlibs(L);
    open_warnings(L);
    open_interruption(L);
    add_own_paths(L);
    if (chosen->seeded) {
        lua_pushinteger(L, chosen->seed);
        lua_setfield(L, LUA_REGISTRYINDEX, DNNLUA_SEED);
        lua_getglobal(L, "math");
        lua_getfield(L, -1, "randomseed");
        lua_pushinteger(L, chosen->seed);
        lua_call(L, 1, 0);
        lua_pop(L, 1);
    }
}

/* A lone dash is standard input, but after "--" a file of that name. */
static bool is_standard_input(char **argv, int script) {
    return strcmp(argv[script], "-") == 0 && strcmp(argv[script - 1], "--") != 0;
}

/* All of main that can raise an error: takes argc and argv, returns whether all went well. */
static int run(lua_State *L) {
    int argc = (int)lua_tointeger(L, 1);
    char **argv = lua_touserdata(L, 2);
    options chosen = parse_options(argc, argv);
    bool has_script = chosen.script < argc;
    bool idle = !has_script && !chosen.statements && !chosen.version;
    bool prompts = chosen.prompt || (idle && isatty(STDIN_FILENO));

    lua_settop(L, 0);
    if (chosen.version || (idle && prompts))
        puts(PROGRAM_BANNER);
    open_libraries(L, &chosen);
    if (prompts)
        keep_globals(L);
    set_arg(L, argc, argv, chosen.script);
    if (chosen.safe)
        enter_safe_mode(L, chosen.memory, chosen.time);
    if (chosen.statements || chosen.modules || prompts)
        offer_dnn(L);
    bool well = (chosen.no_environment || run_environment(L)) && run_actions(L, argc, argv);
    if (well && has_script) {
        well = is_standard_input(argv, chosen.script)
                   ? run_standard_input(L)
                   : run_script(L, argv[chosen.script], chosen.warnings);
    }
    if (well && prompts)
        run_prompt(L, !chosen.no_environment);
    else if (well && idle)
        well = run_standard_input(L);
    lua_pushboolean(L, well);
    return 1;
}

/* After --profile: what the module, if it was loaded, has to say. */
static void print_profile(lua_State *L) {
    fflush(stdout);
    lua_getfield(L, LUA_REGISTRYINDEX, DNNLUA_PROFILE);
    if (lua_isfunction(L, -1))
        report(L, lua_pcall(L, 0, 0, 0), true);
}

/* What the module, if it was loaded, does at the end of a script that has not failed. */
static void end_well(lua_State *L) {
    lua_getfield(L, LUA_REGISTRYINDEX, DNNLUA_AT_END);
    if (lua_isfunction(L, -1))
        report(L, lua_pcall(L, 0, 0, 0), true);
}

/* Where the program was started with a standard stream closed, the first file that it opens would
 * take the stream's place: a run log, say, into which every `print` then goes. What is put there
 * instead fails as a closed stream does. */
static void hold_standard_streams(void) {
    for (int i = 0; i <= STDERR_FILENO; i++)
        if (fcntl(i, F_GETFD) == -1)
            open("/dev/null", i == STDIN_FILENO ? O_WRONLY : O_RDONLY);
}

/* At the end: what was printed and could not be written is a failure, such as on a full disk. */
static void check_output(void) {
    bool failed = ferror(stdout) != 0;
    errno = 0;
    if (fflush(stdout) == 0 && !failed)
        return;
    fprintf(stderr, "dnnlua: standard output cannot be written%s%s\n", errno == 0 ? "" : ": ",
            errno == 0 ? "" : strerror(errno));
    _exit(EXIT_FAILURE);
}

int main(int argc, char **argv) {
    if (fcntl(STDOUT_FILENO, F_GETFD) != -1) /* where it is closed, nobody wants it */
        atexit(check_output);
    hold_standard_streams();
    signal(SIGPIPE, SIG_DFL); /* a parent may have it ignored, and the script would go on writing */
    dnn_survive_file_limit();
    dnn_save_addresses();
    lua_State *L = luaL_newstate();
    if (L == NULL) {
        fputs("dnnlua: not enough memory to start\n", stderr);
        return EXIT_FAILURE;
    }
    lua_pushcfunction(L, run);
    lua_pushinteger(L, argc);
    lua_pushlightuserdata(L, argv);
    bool well = report(L, lua_pcall(L, 2, 1, 0), true) && lua_toboolean(L, -1);
    if (well)
        end_well(L);
    print_profile(L);
    lua_close(L);
    if (was_interrupted(well)) {
        fflush(NULL);
        signal(SIGINT, SIG_DFL);
        raise(SIGINT); /* so that a shell's loop ends too */
    }
    return well ? EXIT_SUCCESS : EXIT_FAILURE;
}
