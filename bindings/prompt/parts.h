/* parts.h: what the files of this folder share: the prompt of dnnlua. prompt.h is what the program
 * sees of it.
 *
 * prompt.c      the loop: an input, its evaluation, its values
 * input.c       an input as Lua: whole, or still to go on
 * values.c      what an input gives
 * commands.c    %time and the others, which scripts/dnn/prompt/commands.lua carries out; ? and $
 * globals.c     the standard globals as they were at the start
 * reserve.c     memory for the case that an input takes all
 * editor.c      an input that is typed: libedit's buffer and what the keys do
 * libedit.c     libedit, loaded when the first input is typed
 * line.c        what libedit holds, as text of several lines
 * keys.c        bytes, signals and escape sequences of the terminal as keys
 * display.c     the input on the screen
 * search.c      Ctrl-R
 * completion.c  Tab
 * history.c     inputs, kept in a file
 * text.c        text that grows; UTF-8 */
#ifndef DNN_BINDINGS_PROMPT_PARTS_H
#define DNN_BINDINGS_PROMPT_PARTS_H

#include <stddef.h>
#include <wchar.h>

#include "bindings/program/program.h"
#include "bindings/prompt/libedit.h"

/* --- text.c --- */

/* All zero at first. Where memory ends, it stays as it was. */
typedef struct text {
    char *bytes; /* with a zero after them; NULL as long as nothing was added */
    size_t length, capacity;
} text;

void add_bytes(text *t, const char *bytes, size_t count);
void add_string(text *t, const char *string);
void add_character(text *t, wchar_t wide);
void add_wide(text *t, const wchar_t *characters, size_t count);
void clear_text(text *t);
const char *string_of(const text *t); /* "" where there are no bytes */
void free_text(text *t);

/* The character that at least one byte begins with, and how many bytes it took. */
wchar_t decode_character(const char *bytes, size_t available, size_t *used);

/* The characters of bytes that have no zero among them, for the caller to free; NULL without
 * memory. */
wchar_t *widen(const char *bytes, size_t length);

/* --- keys.c --- */

/* Keys without a character. They are where Unicode has control characters of its own, which are
 * never typed. */
enum key {
    KEY_CANCEL = 0x80, /* Ctrl-C, or SIGINT */
    KEY_REDRAW,        /* the window has another size */
    KEY_RESUME,        /* the program was stopped and goes on */
    KEY_PASTE,         /* pasted text follows, see read_paste */
    KEY_UP,
    KEY_DOWN,
    KEY_LEFT,
    KEY_RIGHT,
    KEY_WORD_LEFT,
    KEY_WORD_RIGHT,
    KEY_HOME,
    KEY_END,
    KEY_DELETE,
    KEY_PAGE_UP,
    KEY_PAGE_DOWN,
    KEY_NEWLINE, /* Alt-Enter */
    KEY_SHIFT_TAB,
};

/* Signals become keys between these two; others that end the program then find the terminal as it
 * was. */
void begin_keys(void);
void end_keys(void);

/* The next key, as libedit asks for it: 1, or 0 at the end of the input and when a signal is to end
 * the program, which end_keys then raises. */
int read_key(EditLine *el, wchar_t *key);

/* True when more was typed already. */
bool keys_are_waiting(void);

/* The text of a paste: lines end in \n, control bytes other than \t are left out. */
void read_paste(text *pasted);

/* --- display.c --- */

/* What is to be seen. */
typedef struct view {
    const char *prompt, *continuation; /* before the first line and before the others */
    const wchar_t *characters;
    size_t count, cursor;
} view;

void begin_display(void); /* the next draw is on a line of its own */
void draw(const view *seen);
void end_display(void);   /* the cursor goes to the line below; the next draw is there */
void clear_display(void); /* the next draw is at the top of an empty window */

/* --- history.c --- */

/* Reads what earlier prompts have kept. */
void open_history(void);

/* Entry 1 is the last; NULL when there are not so many. */
const char *history_entry(size_t back);

/* Keeps an input, unless it begins with a blank or repeats the last. Says once on stderr when the
 * file cannot be written. */
void add_to_history(const char *input, size_t length);

/* --- completion.c --- */

typedef struct completion {
    int count;    /* of candidates */
    size_t first; /* byte of the typed text (from 0) at which their word begins */
    text common;  /* how all of them begin */
    text list;    /* all of them in columns, or as many as the window has room for */
} completion;

/* What may replace the word before the cursor, which is after `cursor` bytes. */
void find_completion(lua_State *L, const text *typed, size_t cursor, completion *found);

/* --- search.c --- */

/* Shows the last input of the history that holds what is typed, an older one with each Ctrl-R.
 * Returns its number and, in *key, the key that ended the search and is still to be obeyed; 0 when
 * it was given up. */
size_t search_history(EditLine *el, const view *before, wchar_t *key);

/* --- line.c --- */

/* Puts all that was typed into `typed`; returns how many bytes are before the cursor. */
size_t take_text(EditLine *el, text *typed);

/* At the cursor, which is then after it; in place of all that is there. */
void insert_text(EditLine *el, const char *bytes, size_t length);
void set_text(EditLine *el, const char *bytes, size_t length);

void move_to(EditLine *el, const wchar_t *place); /* the cursor */

/* Where the line begins and ends that a place is in. */
const wchar_t *line_start(const LineInfoW *info, const wchar_t *place);
const wchar_t *line_end(const LineInfoW *info, const wchar_t *place);

/* --- editor.c --- */

typedef enum { INPUT_TEXT, INPUT_CANCELLED, INPUT_ENDED } input_state;

/* False when there is no terminal, or no memory. */
bool open_editor(lua_State *L);

/* Lets an input be typed; its text is valid until the next. */
input_state edit_input(const char *prompt, const char *continuation, const char **typed,
                       size_t *length);

/* --- reserve.c --- */

void keep_reserve(void);

/* report() after an input, which lets go of the reserve where the input has taken all memory. */
bool report_input(lua_State *L, int status);

/* --- input.c --- */

/* Pushes the input as a function, which returns its values where it is an expression, or a message;
 * returns the status of loading it. `goes_on`: the text is right as far as it goes. */
int load_input(lua_State *L, const char *input, size_t length, bool *goes_on);

/* True when the text can be run, or will never be Lua; false when it goes on in another line. */
bool is_whole_input(lua_State *L, const char *input, size_t length);

/* --- globals.c --- */

/* In the registry: the globals as they were at the start, and a copy of them in which the libraries
 * are copies too. */
#define STANDARD "dnn.prompt.standard"
#define PRISTINE "dnn.prompt.pristine"

/* Pushes a module of the prompt's own, which is loaded as if the user had not touched the globals.
 * Raises when it is not there. */
void push_own_module(lua_State *L, const char *name);

/* --- values.c --- */

/* The values above `base`: the first becomes `ans`, and they are shown, in full or as `print` does.
 */
void take_values(lua_State *L, int base, bool shown, bool in_full);

/* --- commands.c --- */

/* Pushes the table that the functions of dnn.prompt.commands are given. */
void push_host(lua_State *L);

/* True for what is not Lua: a command (%), a question (?) or a line for the shell ($). */
bool is_command(const char *input, size_t length);

/* Carries it out: pushes the values that it has, or a message; the status of a protected call. */
int run_command(lua_State *L, const char *input, size_t length);

#endif
