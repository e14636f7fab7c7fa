/* program.h: what the files of this folder share: the program dnnlua, a host of Lua like the stock
 * `lua`.
 *
 * options.c       the command line
 * paths.c         where the program's own modules and scripts are
 * script.c        running statements, modules, scripts and LUA_INIT
 * messages.c      errors; traceback.c, excerpt.c and advice.c: what a message is followed by
 * interruption.c  what Ctrl-C does
 * safe.c          --safe: what the operating system refuses; filter.c: which system calls
 * safe_lua.c      --safe: what Lua refuses
 * terminal.c      its size, and whether colours are wanted
 * main.c          one after the other, and the status
 *
 * bindings/prompt/ uses this folder; of it only main.c knows the prompt. */
#ifndef DNN_BINDINGS_PROGRAM_H
#define DNN_BINDINGS_PROGRAM_H

#include <lauxlib.h>
#include <lua.h>

#include <stdbool.h>

#define PROGRAM_BANNER "dnnlua " DNNLUA_VERSION ", " LUA_RELEASE

/* --- options.c --- */

typedef struct options {
    int script; /* index in argv; argc when there is none */
    bool prompt, version, statements, modules, no_environment, warnings, view, traceback, seeded,
        safe, profile;
    lua_Integer seed;
    size_t memory;       /* in MiB, under --safe */
    unsigned time;       /* in seconds, likewise */
    const char *threads; /* NULL: not given */
} options;

/* Reads all options before any is carried out. Ends the program after --help and --version, and
 * with status 2 after something that is not an option. */
options parse_options(int argc, char **argv);

/* One of the options that are carried out in the order given: 'e', 'l' or 'W', with its value. */
typedef struct action {
    char letter; /* 0: no more */
    const char *value;
} action;

/* The next of them in argv from *i on; moves *i after it. */
action next_action(int argc, char **argv, int *i);

/* --- paths.c --- */

/* Puts the program's own tree into package.path and package.cpath: before Lua's default folders
 * where those are in it, else at the end. */
void add_own_paths(lua_State *L);

/* Pushes the folder that holds the program's bin/, lib/ and share/. */
const char *push_prefix(lua_State *L);

/* Pushes the path of a file of the program's own Lua half, such as "dnn/help.lua". */
const char *push_own_module_path(lua_State *L, const char *name);

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
/* With the arguments in `arg`; with `warns`, warns of globals that nothing defines. */
bool run_script(lua_State *L, const char *name, bool warns);
bool run_standard_input(lua_State *L);

/* --- messages.c --- */

/* From now on tracebacks show the frames of the module and of the program too. */
void show_all_frames(void);

/* From now on errors are those of an input of the prompt, until it is NULL. Of one that was typed,
 * and is before the user's eyes, a message says no place in a single line, and shows the line of
 * several. */
void set_input(const char *text, bool typed);

/* Warnings go to stderr, off at first. */
void open_warnings(lua_State *L);

/* lua_pcall under SIGINT, with a message that says where. */
int protected_call(lua_State *L, int arguments, int results);

/* Prints (after "dnnlua: " with `named`) and pops the message of a failed call.
 * True when the call went well, or ended because its window asked for that. */
bool report(lua_State *L, int status, bool named);

/* --- interruption.c --- */

/* Lets the module know whom to ask. */
void open_interruption(lua_State *L);

/* From now on a user waits at a prompt: SIGINT stops what runs at once, also when a script before
 * had been asked to end, and at a terminal it does not end the program while nothing runs. */
void begin_prompt_interrupts(void);

/* True once for a SIGINT that came while nothing ran. */
bool take_early_interrupt(void);

/* For the signal handlers of who waits for SIGINT meanwhile. True for one so soon after one that
 * was obeyed that both are one Ctrl-C. */
bool is_same_interrupt(void);

/* A SIGINT that has come is to be obeyed: false when it is the same as the last. */
bool obey_interrupt(void);

/* The user has typed since the last: the next SIGINT is another one. */
void end_interrupt_burst(void);

/* Around a call in the main thread, which SIGINT stops. */
void begin_interruptible(lua_State *L);
void end_interruptible(lua_State *L);

/* Takes the text of an error that is about to be reported: was it by SIGINT? */
void begin_report(const char *text);

/* True when SIGINT has ended the script: by the error that was reported last, or, when all went
 * `well`, because the script was asked to end. */
bool was_interrupted(bool well);

/* Stops what runs so many seconds from now, by an error that no script can catch for long. False
 * where the system has no timers for it. */
bool limit_time(unsigned seconds);

/* --- safe.c --- */

/* From now on neither a script nor anything else in this process writes outside the working folder,
 * starts a program, or takes more than so much memory and time. Raises, before anything of the
 * user's has run, where the system cannot hold it to that. */
void enter_safe_mode(lua_State *L, size_t mebibytes, unsigned seconds);

/* Every way to run a chunk asks for it: "t" under --safe, since Lua does not check binary chunks.
 */
const char *chunk_mode(void);

/* --- filter.c --- */

/* From now on the kernel refuses this process system calls by which it could start programs, speak
 * to others, change files that it may not write or cancel its limits. False where it cannot. */
bool filter_system_calls(void);

/* --- safe_lua.c --- */

/* Takes from the Lua state what reaches out of it: programs, C modules, binary chunks, the debug
 * library but for its traceback. */
void take_from_lua(lua_State *L);

/* --- traceback.c, excerpt.c --- */

/* Whether the path is a file, and not, say, a pipe. */
bool can_be_read_again(const char *path);

enum { INNER_FRAMES = 50 }; /* between a script and what raises, at most */

/* True for a function of the module or the program, which a script's author did not write. */
bool is_inner_frame(lua_State *L, lua_Debug *frame);
bool is_inner_source(const char *path);

/* Pushes a traceback from a level on, without inner frames; an empty string when none is left. */
void push_traceback(lua_State *L, int level);

/* True when from a level on no function runs but an input's own, in a line of it, and what of C it
 * has called. */
bool is_input_alone(lua_State *L, int level, int *line);

/* Pushes a message that begins with a line of the module's as one of the script's line that runs
 * from a level on; any other as it is. */
const char *push_as_of_script(lua_State *L, const char *text, int level);

/* Pushes the source line that a message is about, with its number and below it the place marked:
 * the name that the message quotes, or what of the module was called; an empty string when there is
 * no such line. Frames are looked at from `level` on; "stdin" is the input, or nothing where that
 * is NULL. */
void push_excerpt(lua_State *L, const char *message, const char *input, int level);

/* --- advice.c --- */

/* Each pushes what a message may end with, "; did you mean 'print'?", or an empty string: one about
 * an error in a line that ran, and one about a line that is not Lua. */
const char *push_advice(lua_State *L, const char *message, const char *line);
const char *push_syntax_advice(lua_State *L, const char *message, const char *line);

/* Remembers what an input of the prompt made local, for the advice when it is missed. */
void keep_lost_locals(lua_State *L, const char *input);

#endif
