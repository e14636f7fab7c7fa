/* editor.c: an input that is typed: libedit holds it and knows the keys of its emacs and vi modes;
 * here are those that mean something of their own at this prompt. display.c shows it, so that
 * inputs of several lines are after their prompts and may be higher than the window. */
#include <langinfo.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bindings/prompt/parts.h"

static EditLine *line;
static FILE *nowhere; /* where libedit may draw */
static lua_State *lua;

static view seen; /* its prompts */
static bool done;
static input_state state;
static text typed; /* the whole input in bytes */

static size_t recalled; /* the entry of the history that is edited; 0: none */
static text own;        /* what was typed before one was recalled */
static size_t prefix;   /* so many bytes of that begin all inputs that are recalled */

static bool completed, completes; /* the key before was Tab; this one is */

/* --- the input --- */

static unsigned char finish(input_state how) {
    state = how;
    done = true;
    return CC_NORM;
}

static void draw_input(void) {
    const LineInfoW *info = libedit.wline(line);
    seen.characters = info->buffer;
    seen.count = (size_t)(info->lastchar - info->buffer);
    seen.cursor = (size_t)(info->cursor - info->buffer);
    draw(&seen);
}

/* --- keys that end it or go on in another line --- */

static unsigned char on_newline(EditLine *el, wint_t key) {
    (void)key;
    libedit.winsertstr(el, L"\n");
    return CC_REFRESH;
}

static unsigned char on_enter(EditLine *el, wint_t key) {
    take_text(line, &typed);
    if (is_whole_input(lua, string_of(&typed), typed.length))
        return finish(INPUT_TEXT);
    return on_newline(el, key);
}

static unsigned char on_cancel(EditLine *el, wint_t key) {
    (void)el;
    (void)key;
    return finish(INPUT_CANCELLED);
}

static unsigned char on_delete(EditLine *el, wint_t key) {
    const LineInfoW *info = libedit.wline(el);
    if (key != KEY_DELETE && info->lastchar == info->buffer)
        return finish(INPUT_ENDED); /* Ctrl-D */
    if (info->cursor < info->lastchar) {
        libedit.cursor(el, 1);
        libedit.deletestr(el, 1);
    }
    return CC_REFRESH;
}

static unsigned char on_paste(EditLine *el, wint_t key) {
    text pasted = {0};
    (void)el;
    (void)key;
    read_paste(&pasted);
    while (pasted.length > 0 && pasted.bytes[pasted.length - 1] == '\n')
        pasted.length--; /* Enter runs it */
    insert_text(line, string_of(&pasted), pasted.length);
    free_text(&pasted);
    return CC_REFRESH;
}

/* --- movement --- */

static unsigned char on_home(EditLine *el, wint_t key) {
    const LineInfoW *info = libedit.wline(el);
    (void)key;
    move_to(line, line_start(info, info->cursor));
    return CC_REFRESH;
}

static unsigned char on_end(EditLine *el, wint_t key) {
    const LineInfoW *info = libedit.wline(el);
    (void)key;
    move_to(line, line_end(info, info->cursor));
    return CC_REFRESH;
}

/* To the same column of the line that begins at `start`. */
static void move_into(const wchar_t *start) {
    const LineInfoW *info = libedit.wline(line);
    ptrdiff_t column = info->cursor - line_start(info, info->cursor);
    const wchar_t *end = line_end(info, start);
    move_to(line, end - start < column ? end : start + column);
}

/* The next input that begins as what was typed did, and is another than the one that is shown: an
 * older one in steps of 1, a newer one in steps of -1. */
static void recall(int step) {
    size_t to = recalled;
    const char *entry;
    take_text(line, &typed);
    if (recalled == 0) {
        const LineInfoW *info = libedit.wline(line);
        clear_text(&own);
        add_bytes(&own, string_of(&typed), typed.length);
        prefix = info->cursor == info->lastchar ? own.length : 0;
    }
    do {
        to += (size_t)step;
        entry = history_entry(to);
    } while (entry != NULL && (strncmp(entry, string_of(&own), prefix) != 0 ||
                               strcmp(entry, string_of(&typed)) == 0));
    if (entry != NULL) {
        recalled = to;
        set_text(line, entry, strlen(entry));
    } else if (step < 0 && recalled > 0) {
        recalled = 0;
        set_text(line, string_of(&own), own.length);
    }
}

/* A recalled input is entered at the end of its first line, so that the next Up goes on. */
static unsigned char on_up(EditLine *el, wint_t key) {
    const LineInfoW *info = libedit.wline(el);
    const wchar_t *start = line_start(info, info->cursor);
    if (start > info->buffer && key != KEY_PAGE_UP) {
        move_into(line_start(info, start - 1));
    } else {
        recall(1);
        info = libedit.wline(el);
        move_to(line, line_end(info, info->buffer));
    }
    return CC_REFRESH;
}

static unsigned char on_down(EditLine *el, wint_t key) {
    const LineInfoW *info = libedit.wline(el);
    const wchar_t *end = line_end(info, info->cursor);
    if (end < info->lastchar && key != KEY_PAGE_DOWN)
        move_into(end + 1);
    else if (recalled > 0)
        recall(-1);
    return CC_REFRESH;
}

static unsigned char on_search(EditLine *el, wint_t key) {
    wchar_t last_key[2] = {0};
    const char *entry;
    (void)key;
    draw_input();
    size_t found = search_history(el, &seen, &last_key[0]);
    if ((entry = history_entry(found)) != NULL) {
        set_text(line, entry, strlen(entry));
        recalled = found;
        clear_text(&own);
        prefix = 0;
    }
    if (last_key[0] != 0)
        libedit.wpush(el, last_key);
    return CC_REFRESH;
}

/* --- completion --- */

static bool is_indentation(const LineInfoW *info) {
    const wchar_t *start = line_start(info, info->cursor);
    return wcsspn(start, L" \t") >= (size_t)(info->cursor - start);
}

static unsigned char on_tab(EditLine *el, wint_t key) {
    static completion found;
    (void)key;
    if (is_indentation(libedit.wline(el))) {
        libedit.winsertstr(el, L"  ");
        return CC_REFRESH;
    }
    size_t cursor = take_text(line, &typed);
    find_completion(lua, &typed, cursor, &found);
    if (found.count == 0)
        return CC_REFRESH;
    size_t word = cursor - found.first;
    completes = true;
    if (found.common.length >= word &&
        (found.common.length > word ||
         memcmp(string_of(&found.common), string_of(&typed) + found.first, word) != 0)) {
        for (size_t i = found.first, used; i < cursor; i += used) {
            decode_character(string_of(&typed) + i, cursor - i, &used);
            libedit.deletestr(el, 1);
        }
        insert_text(line, string_of(&found.common), found.common.length);
    } else if (completed && found.count > 1) {
        move_to(line, libedit.wline(el)->lastchar);
        draw_input();
        end_display();
        if (write(STDOUT_FILENO, string_of(&found.list), found.list.length) < 0)
            return CC_REFRESH; /* the next draw will meet it */
        const LineInfoW *info = libedit.wline(el);
        const wchar_t *place = info->buffer;
        for (size_t i = 0, used; i < cursor; i += used, place++)
            decode_character(string_of(&typed) + i, cursor - i, &used);
        move_to(line, place);
    }
    return CC_REFRESH;
}

/* --- the screen --- */

static unsigned char on_clear(EditLine *el, wint_t key) {
    (void)el;
    (void)key;
    clear_display();
    return CC_REFRESH;
}

static unsigned char on_redraw(EditLine *el, wint_t key) {
    libedit.resize(el);
    if (key == KEY_RESUME)
        begin_display();
    return CC_REFRESH;
}

/* --- bindings --- */

/* Keys of libedit's own have a name only. */
static const struct {
    wchar_t key;
    const wchar_t *name;
    unsigned char (*function)(EditLine *, wint_t);
} bindings[] = {
    {'\r',           L"prompt-enter",        on_enter  },
    {'\n',           L"prompt-enter",        on_enter  },
    {KEY_NEWLINE,    L"prompt-newline",      on_newline},
    {KEY_CANCEL,     L"prompt-cancel",       on_cancel },
    {'D' - '@',      L"prompt-delete",       on_delete },
    {KEY_DELETE,     L"prompt-delete",       on_delete },
    {KEY_PASTE,      L"prompt-paste",        on_paste  },
    {'A' - '@',      L"prompt-home",         on_home   },
    {KEY_HOME,       L"prompt-home",         on_home   },
    {'E' - '@',      L"prompt-end",          on_end    },
    {KEY_END,        L"prompt-end",          on_end    },
    {'P' - '@',      L"prompt-up",           on_up     },
    {KEY_UP,         L"prompt-up",           on_up     },
    {KEY_PAGE_UP,    L"prompt-up",           on_up     },
    {'N' - '@',      L"prompt-down",         on_down   },
    {KEY_DOWN,       L"prompt-down",         on_down   },
    {KEY_PAGE_DOWN,  L"prompt-down",         on_down   },
    {'R' - '@',      L"prompt-search",       on_search },
    {'S' - '@',      L"prompt-search",       on_search },
    {'\t',           L"prompt-complete",     on_tab    },
    {'L' - '@',      L"prompt-clear",        on_clear  },
    {KEY_REDRAW,     L"prompt-redraw",       on_redraw },
    {KEY_RESUME,     L"prompt-redraw",       on_redraw },
    {KEY_LEFT,       L"ed-prev-char",        NULL      },
    {KEY_RIGHT,      L"ed-next-char",        NULL      },
    {KEY_WORD_LEFT,  L"ed-prev-word",        NULL      },
    {KEY_WORD_RIGHT, L"em-next-word",        NULL      },
    {'W' - '@',      L"ed-delete-prev-word", NULL      },
};

/* What asks in a line of libedit's own, which nobody sees, or wants libedit's own history. */
static void unbind_keys(void) {
    static const wchar_t *const commands[] = {L"\033x", L"\033X"};
    static const wchar_t vi_commands[] = L":/?v@#_KJnNG";
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
        libedit.wset(line, EL_BIND, commands[i], L"ed-unassigned", NULL);
    for (const wchar_t *command = vi_commands; *command != L'\0'; command++) {
        wchar_t key[] = {*command, 0};
        libedit.wset(line, EL_BIND, L"-a", key, L"ed-unassigned", NULL);
    }
    libedit.wset(line, EL_BIND, L"\033p", L"prompt-up", NULL);
    libedit.wset(line, EL_BIND, L"\033n", L"prompt-down", NULL);
    libedit.wset(line, EL_BIND, L"-a", L"k", L"prompt-up", NULL);
    libedit.wset(line, EL_BIND, L"-a", L"j", L"prompt-down", NULL);
}

static void bind_keys(void) {
    for (size_t i = 0; i < sizeof bindings / sizeof *bindings; i++) {
        wchar_t key[] = {bindings[i].key, 0};
        if (bindings[i].function != NULL)
            libedit.wset(line, EL_ADDFN, bindings[i].name, bindings[i].name, bindings[i].function);
        libedit.wset(line, EL_BIND, key, bindings[i].name, NULL);
        libedit.wset(line, EL_BIND, L"-a", key, bindings[i].name, NULL);
    }
}

static int next_key(EditLine *el, wchar_t *key) {
    int got = read_key(el, key);
    if (got < 1)
        finish(INPUT_ENDED);
    return got;
}

/* --- the editor --- */

/* Widths of characters are those of Unicode, whatever the locale; numbers stay Lua's. */
static void choose_locale(void) {
    setlocale(LC_CTYPE, "");
    if (strcmp(nl_langinfo(CODESET), "UTF-8") != 0)
        setlocale(LC_CTYPE, "C.UTF-8");
}

bool open_editor(lua_State *L) {
    choose_locale();
    nowhere = load_libedit() ? fopen("/dev/null", "we") : NULL;
    line = nowhere != NULL ? libedit.init_fd("dnnlua", stdin, nowhere, nowhere, STDIN_FILENO,
                                             STDOUT_FILENO, STDERR_FILENO)
                           : NULL;
    if (line == NULL)
        return false;
    lua = L;
    libedit.set(line, EL_EDITOR, "emacs");
    libedit.source(line, NULL); /* ~/.editrc */
    libedit.wset(line, EL_GETCFN, next_key);
    libedit.set(line, EL_SETTY, "-d", "-isig", "-ixon", "-icrnl", "-inlcr",
                NULL); /* those are keys here */
    bind_keys();
    unbind_keys();
    return true;
}

static void close_editor(void) {
    if (line != NULL) {
        end_display();
        libedit.set(line, EL_UNBUFFERED, 0);
        end_keys();
    }
}

input_state edit_input(const char *prompt, const char *continuation, const char **input,
                       size_t *length) {
    int count;
    seen.prompt = prompt;
    seen.continuation = continuation;
    done = false;
    recalled = 0;
    completes = false;
    begin_display();
    begin_keys();
    libedit.set(line, EL_UNBUFFERED, 1);
    while (!done) {
        if (!keys_are_waiting())
            draw_input();
        completed = completes;
        completes = false;
        libedit.wgets(line, &count);
    }
    take_text(line, &typed);
    move_to(line, libedit.wline(line)->lastchar);
    draw_input();
    take_early_interrupt(); /* of which keys.c hears until close_editor */
    close_editor();
    *input = string_of(&typed);
    *length = typed.length;
    return state;
}
