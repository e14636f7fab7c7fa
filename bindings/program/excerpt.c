/* excerpt.c: the line of the script, or of the prompt's input, that a message is about:
 *
 *       2 |   net:forwrad(X)
 *         |       ^^^^^^^ */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "bindings/program/program.h"
#include "core/utf8.h"

enum { LONGEST_LINE = 200 };

bool can_be_read_again(const char *path) {
    struct stat status;
    return stat(path, &status) == 0 && S_ISREG(status.st_mode);
}

/* Copies a line of a file without its end; false when there is none. */
static bool read_source_line(const char *path, int number, char line[LONGEST_LINE]) {
    FILE *file = can_be_read_again(path) ? fopen(path, "r") : NULL;
    if (file == NULL)
        return false;
    int c = 0;
    while (number > 1 && (c = getc(file)) != EOF)
        number -= c == '\n';
    size_t length = 0;
    while (length < LONGEST_LINE - 1 && (c = getc(file)) != EOF && c != '\n')
        line[length++] = (char)(iscntrl(c) && c != '\t' ? ' ' : c);
    line[length] = '\0';
    fclose(file);
    return number == 1 && line[strspn(line, "\t ")] != '\0';
}

/* Copies a line of an input likewise. */
static bool read_input_line(const char *input, int number, char line[LONGEST_LINE]) {
    for (; number > 1 && input != NULL; number--) {
        input = strchr(input, '\n');
        input = input != NULL ? input + 1 : NULL;
    }
    if (input == NULL)
        return false;
    size_t length = 0;
    for (; length < LONGEST_LINE - 1 && input[length] != '\0' && input[length] != '\n'; length++) {
        char c = input[length];
        line[length] = (char)(iscntrl((unsigned char)c) && c != '\t' ? ' ' : c);
    }
    line[length] = '\0';
    return true;
}

/* --- which line --- */

/* Lua cuts a long path in messages: "...tail". Pushes the script's path where that is its tail,
 * else the path as it is. */
static const char *push_whole_path(lua_State *L, const char *path) {
    if (strncmp(path, "...", 3) == 0 && lua_getglobal(L, "arg") == LUA_TTABLE &&
        lua_rawgeti(L, -1, 0) == LUA_TSTRING) {
        const char *script = lua_tostring(L, -1);
        size_t whole = strlen(script), tail = strlen(path + 3);
        if (whole > tail && strcmp(script + whole - tail, path + 3) == 0)
            return script;
    }
    return lua_pushstring(L, path);
}

/* Whether a position is that of the module or the program, or of something that is not a file. */
static bool is_elsewhere(const char *path) {
    return strcmp(path, "stdin") == 0 || is_inner_source(path);
}

/* A script, unlike a table of data that a message may name a line of. */
static bool is_script(const char *path) {
    size_t length = strlen(path);
    return length > 4 && strcmp(path + length - 4, ".lua") == 0;
}

/* Where the path before a colon begins: after the last ": ", or with the message. */
static const char *begin_of_path(const char *message, const char *colon) {
    const char *begin = colon;
    while (begin > message && (begin - message < 2 || begin[-2] != ':' || begin[-1] != ' '))
        begin--;
    return begin;
}

/* The line that a message names as "path:line: ", unless that is the module's. Of several, as where
 * a function that a layer calls has failed, the last one is where it began. `*text` is what the
 * message says after them. */
static bool find_in_message(lua_State *L, const char *message, const char *input,
                            char line[LONGEST_LINE], int *number, const char **text) {
    char tried[LONGEST_LINE];
    bool found = false;

    *text = message;
    for (const char *colon = strchr(message, ':'); colon != NULL; colon = strchr(colon + 1, ':')) {
        const char *begin = begin_of_path(message, colon);
        char *end;
        long value = strtol(colon + 1, &end, 10);
        if (!isdigit((unsigned char)colon[1]) || *end != ':' || value <= 0 || value >= 1000000000)
            continue;
        lua_pushlstring(L, begin, (size_t)(colon - begin));
        const char *path = push_whole_path(L, lua_tostring(L, -1));
        if (begin == message || is_script(path))
            *text = end + 1 + strspn(end + 1, " ");
        bool typed = input != NULL && strcmp(path, "stdin") == 0;
        if (typed ? read_input_line(input, (int)value, tried)
                  : !is_elsewhere(path) && (!found || is_script(path)) &&
                        read_source_line(path, (int)value, tried)) {
            strcpy(line, tried);
            *number = (int)value;
            found = true;
        }
    }
    return found;
}

/* The first Lua function of the user's from a level on, and what of the module it has called, which
 * `callee` is marked for by a `what` that is not NULL. */
static bool find_user_frame(lua_State *L, int level, lua_Debug *frame, lua_Debug *callee) {
    callee->what = NULL;
    for (int seen = 0; seen < INNER_FRAMES && lua_getstack(L, level, frame); seen++, level++) {
        bool inner = is_inner_frame(L, frame);
        lua_getinfo(L, "Sl", frame);
        if (frame->what[0] != 'C' && !inner)
            return true;
        *callee = *frame;
        if (!inner)
            callee->what = NULL;
    }
    return false;
}

/* --- the place within it --- */

static bool is_name(char c) {
    return isalnum((unsigned char)c) || c == '_';
}

/* How a name that a message quotes appears in the line: "(local 'net')" is not a field, and what
 * cannot be called is before a bracket. */
typedef struct usage {
    bool is_variable, is_field, is_called;
} usage;

static usage usage_of(const char *message, const char *quote) {
    static const char *const variables[] = {"(local ", "(global ", "(upvalue "};
    static const char *const fields[] = {"(field ", "(method ", "no field ", " has no "};
    usage of = {.is_called = strstr(message, "attempt to call") != NULL};

    for (size_t i = 0; i < sizeof variables / sizeof *variables; i++) {
        size_t length = strlen(variables[i]);
        of.is_variable |= (size_t)(quote - message) >= length &&
                          strncmp(quote - length, variables[i], length) == 0;
    }
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
        size_t length = strlen(fields[i]);
        of.is_field |=
            (size_t)(quote - message) >= length && strncmp(quote - length, fields[i], length) == 0;
    }
    return of;
}

static bool stands_so(const char *line, const char *at, size_t length, usage of) {
    bool field = at > line && (at[-1] == '.' || at[-1] == ':') &&
                 !(at > line + 1 && at[-1] == '.' && at[-2] == '.');
    const char *after = at + length + strspn(at + length, " \t");
    bool called = strchr("({'\"[", *after) != NULL && *after != '\0';

    return !(of.is_variable && field) && !(of.is_field && !field) && !(of.is_called && !called);
}

/* Where a name is in a line like that, as a whole word; NULL unless it is there just once. */
static const char *find_only(const char *line, const char *name, size_t length, usage of) {
    const char *found = NULL;
    for (const char *at = line; (at = strstr(at, name)) != NULL; at++) {
        bool whole = (at == line || !is_name(at[-1]) || !is_name(name[0])) &&
                     (!is_name(at[length]) || !is_name(name[0]));
        if (whole && stands_so(line, at, length, of)) {
            if (found != NULL)
                return NULL;
            found = at;
        }
    }
    return found;
}

/* Where the first name that the message quotes, as in "(local 'net')", is in the line. */
static const char *find_quoted(lua_State *L, const char *message, const char *line,
                               size_t *length) {
    for (const char *quote = message; (quote = strchr(quote, '\'')) != NULL; quote++) {
        *length = 0;
        while (is_name(quote[1 + *length]))
            ++*length;
        if (*length > 0 && quote[1 + *length] == '\'') {
            const char *name = lua_pushlstring(L, quote + 1, *length);
            const char *found = find_only(line, name, *length, usage_of(message, quote));
            lua_pop(L, 1);
            if (found != NULL)
                return found;
        }
    }
    return NULL;
}

/* Where the function that opens the text, as in "dnn.data.split: ...", is in the line, by the
 * last of its names. */
static const char *find_opening(lua_State *L, const char *text, const char *line, size_t *length) {
    for (*length = 0; is_name(text[*length]);) {
        ++*length;
        if (text[*length] == '.') {
            text += *length + 1;
            *length = 0;
        }
    }
    if (*length == 0 || text[*length] != ':')
        return NULL;
    const char *name = lua_pushlstring(L, text, *length);
    const char *found = find_only(line, name, *length, (usage){.is_called = true});
    lua_pop(L, 1);
    return found;
}

/* Where the module's function that was called, or the operator, is in the line. A function that
 * ended by a tail call has no name any more, except in its text. */
static const char *find_callee(lua_State *L, lua_Debug *callee, const char *text, const char *line,
                               size_t *length) {
    static const char *const operators[][2] = {
        {"add",    "+" },
        {"sub",    "-" },
        {"mul",    "*" },
        {"div",    "/" },
        {"mod",    "%" },
        {"pow",    "^" },
        {"unm",    "-" },
        {"lt",     "<" },
        {"concat", ".."},
    };
    if (callee->what == NULL || !lua_getinfo(L, "n", callee) || callee->name == NULL)
        return find_opening(L, text, line, length);
    bool is_operator = strcmp(callee->namewhat, "metamethod") == 0;
    const char *name = callee->name;
    for (size_t i = 0; is_operator && i < sizeof operators / sizeof *operators; i++)
        if (strcmp(operators[i][0], callee->name) == 0)
            name = operators[i][1];
    *length = strlen(name);
    return find_only(line, name, *length, (usage){.is_called = !is_operator});
}

/* Pushes "\n      | ^^^^" for the place found; an empty string for none. */
static void push_mark(lua_State *L, const char *line, const char *found, size_t length,
                      int indent) {
    luaL_Buffer mark;

    luaL_buffinit(L, &mark);
    if (found != NULL) {
        luaL_addchar(&mark, '\n');
        for (int i = 0; i < indent; i++)
            luaL_addchar(&mark, ' ');
        luaL_addstring(&mark, " | ");
        for (const char *at = line; at < found; at++)
            if (!dnn_utf8_continues(*at)) /* a letter of UTF-8 is one column */
                luaL_addchar(&mark, *at == '\t' ? '\t' : ' ');
        for (size_t i = 0; i < length; i++)
            luaL_addchar(&mark, '^');
    }
    luaL_pushresult(&mark);
}

void push_excerpt(lua_State *L, const char *message, const char *input, int level) {
    int top = lua_gettop(L), number = 0;
    char line[LONGEST_LINE], digits[24];
    const char *text;
    lua_Debug frame, callee = {.what = NULL};
    bool in_stack = find_user_frame(L, level, &frame, &callee);
    bool found = find_in_message(L, message, input, line, &number, &text);
    if (!found && in_stack && frame.source[0] == '@') {
        number = frame.currentline;
        found = read_source_line(frame.source + 1, number, line);
    }
    lua_settop(L, top);
    if (!found) {
        lua_pushliteral(L, "");
        return;
    }
    int indent = snprintf(digits, sizeof digits, "%6d", number);
    size_t length = 0;
    const char *place = find_quoted(L, message, line, &length);
    if (place == NULL && in_stack && frame.currentline == number)
        place = find_callee(L, &callee, text, line, &length);
    push_mark(L, line, place, length, indent);
    lua_pushfstring(L, "\n%s | %s%s", digits, line, lua_tostring(L, -1));
    lua_remove(L, -2);
}
