/* excerpt.c: the line of the script that a message is about:
 *
 *       2 |   net:forwrad(X)
 *         |       ^^^^^^^ */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "program.h"

enum { LONGEST_LINE = 200 };

/* Copies a line of a file without its end; false when there is none. A pipe, which could not be
 * read twice, has none. */
static bool read_source_line(const char *path, int number, char line[LONGEST_LINE]) {
    struct stat status;
    FILE *file = stat(path, &status) == 0 && S_ISREG(status.st_mode) ? fopen(path, "r") : NULL;
    if (file == NULL) {
        return false;
    }
    int c = 0;
    while (number > 1 && (c = getc(file)) != EOF) {
        number -= c == '\n';
    }
    size_t length = 0;
    while (length < LONGEST_LINE - 1 && (c = getc(file)) != EOF && c != '\n') {
        line[length++] = (char)(iscntrl(c) && c != '\t' ? ' ' : c);
    }
    line[length] = '\0';
    fclose(file);
    return number == 1 && line[strspn(line, "\t ")] != '\0';
}

/* --- which line --- */

/* Lua cuts a long path in messages: "...tail". Pushes the script's path where that is its tail,
 * else the path as it stands. */
static const char *push_whole_path(lua_State *L, const char *path) {
    if (strncmp(path, "...", 3) == 0 && lua_getglobal(L, "arg") == LUA_TTABLE &&
        lua_rawgeti(L, -1, 0) == LUA_TSTRING) {
        const char *script = lua_tostring(L, -1);
        size_t whole = strlen(script), tail = strlen(path + 3);
        if (whole > tail && strcmp(script + whole - tail, path + 3) == 0) {
            return script;
        }
    }
    return lua_pushstring(L, path);
}

/* The line that a message names as "path:line: ", unless that is the module's. */
static bool find_in_message(lua_State *L, const char *message, char line[LONGEST_LINE],
                            int *number) {
    for (const char *colon = strchr(message, ':'); colon != NULL; colon = strchr(colon + 1, ':')) {
        char *end;
        long value = strtol(colon + 1, &end, 10);
        if (isdigit((unsigned char)colon[1]) && *end == ':' && value > 0 && value < 1000000000) {
            lua_pushlstring(L, message, (size_t)(colon - message));
            const char *path = push_whole_path(L, lua_tostring(L, -1));
            *number = (int)value;
            return strcmp(path, "stdin") != 0 && !is_inner_source(path) &&
                   read_source_line(path, *number, line);
        }
    }
    return false;
}

/* The line that the first Lua function of the user's is at. */
static bool find_in_stack(lua_State *L, int level, char line[LONGEST_LINE], int *number) {
    lua_Debug frame;
    for (int seen = 0; seen < 50 && lua_getstack(L, level, &frame); seen++, level++) {
        lua_getinfo(L, "Sl", &frame);
        if (frame.what[0] != 'C' && !is_inner_frame(L, &frame)) {
            *number = frame.currentline;
            return frame.source[0] == '@' && read_source_line(frame.source + 1, *number, line);
        }
    }
    return false;
}

/* --- the place within it --- */

static bool is_name(char c) {
    return isalnum((unsigned char)c) || c == '_';
}

/* Where a name stands in a line as a whole word; NULL unless it does so just once. */
static const char *find_only(const char *line, const char *name, size_t length) {
    const char *found = NULL;
    for (const char *at = line; (at = strstr(at, name)) != NULL; at++) {
        if ((at == line || !is_name(at[-1])) && !is_name(at[length])) {
            if (found != NULL) {
                return NULL;
            }
            found = at;
        }
    }
    return found;
}

/* Where the first name that the message quotes, as in "(local 'net')", stands in the line. */
static const char *find_quoted(lua_State *L, const char *message, const char *line,
                               size_t *length) {
    for (const char *quote = message; (quote = strchr(quote, '\'')) != NULL; quote++) {
        *length = 0;
        while (is_name(quote[1 + *length])) {
            ++*length;
        }
        if (*length > 0 && quote[1 + *length] == '\'') {
            const char *name = lua_pushlstring(L, quote + 1, *length);
            const char *found = find_only(line, name, *length);
            lua_pop(L, 1);
            if (found != NULL) {
                return found;
            }
        }
    }
    return NULL;
}

/* Pushes "\n      | ^^^^" for the place that the message quotes; an empty string without one. */
static void push_mark(lua_State *L, const char *message, const char *line, int indent) {
    size_t length;
    const char *found = find_quoted(L, message, line, &length);
    luaL_Buffer mark;

    luaL_buffinit(L, &mark);
    if (found != NULL) {
        luaL_addchar(&mark, '\n');
        for (int i = 0; i < indent; i++) {
            luaL_addchar(&mark, ' ');
        }
        luaL_addstring(&mark, " | ");
        for (const char *at = line; at < found; at++) {
            if (((unsigned char)*at & 0xC0) != 0x80) { /* a letter of UTF-8 is one column */
                luaL_addchar(&mark, *at == '\t' ? '\t' : ' ');
            }
        }
        for (size_t i = 0; i < length; i++) {
            luaL_addchar(&mark, '^');
        }
    }
    luaL_pushresult(&mark);
}

void push_excerpt(lua_State *L, const char *message, int level) {
    int top = lua_gettop(L), number = 0;
    char line[LONGEST_LINE];
    if (!find_in_message(L, message, line, &number) && !find_in_stack(L, level, line, &number)) {
        lua_settop(L, top);
        lua_pushliteral(L, "");
        return;
    }
    lua_settop(L, top);
    char digits[24];
    int indent = snprintf(digits, sizeof digits, "%6d", number);
    push_mark(L, message, line, indent);
    lua_pushfstring(L, "\n%s | %s%s", digits, line, lua_tostring(L, -1));
    lua_remove(L, -2);
}
