/* program.h: what the files of this folder share: the program dnnlua, a host of Lua like the stock
 * `lua`.
 *
 * options.c   the command line
 * paths.c     where the program's own modules and scripts are
 * script.c    running statements, modules, scripts and LUA_INIT
 * messages.c  errors and interruption; traceback.c and excerpt.c: what a message is followed by
 * prompt.c    statements from a terminal
 * main.c      one after the other, and the status */
#ifndef DNN_BINDINGS_PROGRAM_H
#define DNN_BINDINGS_PROGRAM_H

#include <lauxlib.h>
#include <lua.h>

#include <stdbool.h>

#define PROGRAM_BANNER "dnnlua " DNNLUA_VERSION ", " LUA_RELEASE

/* --- options.c --- */

typedef struct options {
    int script; /* index in argv; argc when there is none */
    bool prompt, version, statements, modules, no_environment, warnings, view, traceback, seeded;
    lua_Integer seed;
    const char *threads; /* NULL: not given */
} options;

/* Reads all options before any is carried out. Ends the program after --help and --version, and
 * with status 2 after what is no option. */
options parse_options(int argc, char **argv);

/* One of the options that are carried out in the order given: 'e', 'l' or 'W', with its value. */
typedef struct action {
    char letter; /* 0: no more */
    const char *value;
} action;

/* The next of them in argv from *i on; moves *i behind it. */
action next_action(int argc, char **argv, int *i);

/* --- paths.c --- */

/* Puts the program's own tree into package.path and package.cpath: before Lua's default folders
 * where those are in it, else at the end. */
void add_own_paths(lua_State *L);

/* Pushes the path of a script: the name itself, or that of an installed script where there is no
 * file of that name and it has no slash. Raises when there is neither. */
const char *push_script_path(lua_State *L, const char *name);

/* --- script.c --- */

/* The table `arg`: the script at 0, its arguments from 1, what stood before it at negative indices.
 */
void set_arg(lua_State *L, int argc, char **argv, int script);

/* Makes `dnn` a global that is loaded when it is first named. */
void offer_dnn(lua_State *L);

/* Each reports its error and then returns false. */
bool run_environment(lua_State *L);
bool run_actions(lua_State *L, int argc, char **argv);
/* With the arguments in `arg`; warns, when told to, of globals that nothing defines. */
bool run_script(lua_State *L, const char *name, bool warns);
bool run_standard_input(lua_State *L);

/* --- messages.c --- */

/* From now on tracebacks show the frames of the module and of the program too. */
void show_all_frames(void);

/* lua_pcall under SIGINT, with a message that says where. */
int protected_call(lua_State *L, int arguments, int results);

/* Prints (after "dnnlua: ", when told to name the program) and pops the message of a failed call.
 * True when the call went well, or ended because its window asked for that. */
bool report(lua_State *L, int status, bool named);

/* True when SIGINT has ended a call that was reported. */
bool was_interrupted(void);

/* --- traceback.c, excerpt.c --- */

/* True for a function of the module or the program, which a script's author did not write. */
bool is_inner_frame(lua_State *L, lua_Debug *frame);
bool is_inner_source(const char *path);

/* Pushes a traceback from a level on, without inner frames; an empty string when none is left. */
void push_traceback(lua_State *L, int level);

/* Pushes the source line that a message is about, with its number and below it the place marked:
 * the name that the message quotes, or what of the module was called; an empty string when there is
 * no such line. Frames are looked at from `level` on. */
void push_excerpt(lua_State *L, const char *message, int level);

/* --- prompt.c --- */

void run_prompt(lua_State *L);

#endif
