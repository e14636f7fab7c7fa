/* traceback.c: tracebacks that show what the script's author wrote and called, not how the module
 * and the program do it. */
#include <dlfcn.h>
#include <string.h>

#include "bindings/program/program.h"

enum {
    FIRST_FRAMES = 10, /* shown of a long stack, as Lua's own tracebacks do */
    LAST_FRAMES = 11,
    DEEP = 10000 /* levels of what ran away; to reach one costs as many steps, and Lua's own
                    traceback does that dozens of times */
};

static bool ends_with(const char *text, const char *end) {
    size_t length = strlen(text), tail = strlen(end);
    return length >= tail && strcmp(text + length - tail, end) == 0;
}

bool is_inner_source(const char *path) {
    return strstr(path, "/share/lua/5.4/dnn/") != NULL;
}

/* A C function is inner when it is in the program or in one of the module's libraries. */
static bool is_inner_address(lua_CFunction function) {
    static const char here;
    Dl_info of, own;
    if (function == NULL || dladdr((void *)(size_t)function, &of) == 0)
        return false;
    return (dladdr(&here, &own) != 0 && of.dli_fbase == own.dli_fbase) ||
           ends_with(of.dli_fname, "/dnn/core.so") || ends_with(of.dli_fname, "/dnn/hdf5.so");
}

bool is_inner_frame(lua_State *L, lua_Debug *frame) {
    lua_getinfo(L, "Sf", frame);
    bool inner = frame->what[0] == 'C' ? is_inner_address(lua_tocfunction(L, -1))
                                       : frame->source[0] == '@' && is_inner_source(frame->source);
    lua_pop(L, 1);
    return inner;
}

/* Inner frames, and what they call of C (`error`, `pcall`), are left out. */
static bool is_hidden(lua_State *L, int level, lua_Debug *frame) {
    lua_Debug caller;
    return is_inner_frame(L, frame) ||
           (frame->what[0] == 'C' && lua_getstack(L, level + 1, &caller) &&
            is_inner_frame(L, &caller));
}

bool is_input_alone(lua_State *L, int level, int *line) {
    lua_Debug frame;
    for (int seen = 0; seen < LAST_FRAMES && lua_getstack(L, level, &frame); seen++, level++) {
        lua_getinfo(L, "Sl", &frame);
        if (frame.what[0] == 'C' || is_hidden(L, level, &frame))
            continue;
        *line = frame.currentline;
        return frame.what[0] == 'm' && strcmp(frame.source, "=stdin") == 0;
    }
    return false;
}

const char *push_as_of_script(lua_State *L, const char *text, int level) {
    lua_Debug frame;
    const char *number = strstr(text, ".lua:");
    const char *place = number != NULL ? number + 5 : text;
    const char *message = place + strspn(place, "0123456789");
    const char *path = number != NULL ? lua_pushlstring(L, text, (size_t)(place - text)) : "";
    bool inner = message > place && message[0] == ':' && message[1] == ' ' &&
                 strstr(path, ": ") == NULL && is_inner_source(path);

    for (int seen = 0; inner && seen < INNER_FRAMES && lua_getstack(L, level, &frame);
         seen++, level++) {
        lua_getinfo(L, "Sl", &frame);
        if (frame.currentline > 0 && !is_hidden(L, level, &frame))
            return lua_pushfstring(L, "%s:%d%s", frame.short_src, frame.currentline, message);
    }
    return lua_pushstring(L, text);
}

/* The deepest level that there is. */
static int last_level(lua_State *L) {
    lua_Debug frame;
    int low = 1, high = 1; /* low: there is such a level; high: there is none */
    while (lua_getstack(L, high, &frame)) {
        low = high;
        high *= 2;
    }
    while (low < high - 1) {
        int middle = (low + high) / 2;
        if (lua_getstack(L, middle, &frame))
            low = middle;
        else
            high = middle;
    }
    return low;
}

/* Where the line of a traceback's next frame ends: with it goes the note on tail calls. */
static const char *end_of_frame(const char *line) {
    static const char tail_calls[] = "\n\t(...tail calls...)";
    const char *end = line + 1 + strcspn(line + 1, "\n");
    return strncmp(end, tail_calls, sizeof tail_calls - 1) == 0 ? end + sizeof tail_calls - 1 : end;
}

/* Appends to the string on top of the stack the lines of frames from a level on, as many as Lua's
 * own traceback from there surely begins with, in its words. Returns the level after them. */
static int add_frames(lua_State *L, int level, int last, int *shown) {
    luaL_Buffer lines;
    lua_Debug frame;
    luaL_traceback(L, L, NULL, level);
    const char *line = strchr(lua_tostring(L, -1), '\n');

    luaL_buffinit(L, &lines);
    for (int i = 0; i < FIRST_FRAMES && level <= last; i++, level++) {
        const char *end = end_of_frame(line);
        if (lua_getstack(L, level, &frame) && !is_hidden(L, level, &frame)) {
            luaL_addstring(&lines, ++*shown == 1 ? "\nstack traceback:" : "");
            luaL_addlstring(&lines, line, (size_t)(end - line));
        }
        line = end;
    }
    luaL_pushresult(&lines);
    lua_remove(L, -2);
    lua_concat(L, 2);
    return level;
}

/* Appends one frame to the string on top of the stack, nearly in Lua's words. */
static void add_frame(lua_State *L, lua_Debug *frame) {
    lua_getinfo(L, "Sln", frame);
    lua_pushfstring(L, "\n\t%s:", frame->short_src);
    if (frame->currentline > 0) {
        lua_pushfstring(L, "%d:", frame->currentline);
        lua_concat(L, 2);
    }
    if (frame->what[0] == 'm') {
        lua_pushliteral(L, " in main chunk");
    } else if (frame->name != NULL) {
        bool global = frame->namewhat[0] == 'g' || frame->namewhat[0] == '\0';
        lua_pushfstring(L, " in %s '%s'", global ? "function" : frame->namewhat, frame->name);
    } else if (frame->what[0] == 'C') {
        lua_pushliteral(L, " in ?");
    } else {
        lua_pushfstring(L, " in function <%s:%d>", frame->short_src, frame->linedefined);
    }
    lua_concat(L, 3);
}

/* Pushes the first frames of a stack that is deeper than DEEP. */
static void push_deep_traceback(lua_State *L, int level) {
    lua_Debug frame;

    lua_pushliteral(L, "\nstack traceback:");
    for (int shown = 0; shown < FIRST_FRAMES && level < DEEP / 10; level++) {
        if (lua_getstack(L, level, &frame) && !is_hidden(L, level, &frame)) {
            add_frame(L, &frame);
            shown++;
        }
    }
    lua_pushfstring(L, "\n\t...\t(more than %d levels)", DEEP);
    lua_concat(L, 2);
}

void push_traceback(lua_State *L, int level) {
    lua_Debug frame;
    if (lua_getstack(L, DEEP, &frame)) {
        push_deep_traceback(L, level);
        return;
    }
    int last = last_level(L), shown = 0;

    lua_pushliteral(L, "");
    while (level <= last) {
        if (shown >= FIRST_FRAMES && last - level >= LAST_FRAMES) {
            int next = last - LAST_FRAMES + 1;
            lua_pushfstring(L, "\n\t...\t(skipping %d levels)", next - level);
            lua_concat(L, 2);
            level = next;
        }
        level = add_frames(L, level, last, &shown);
    }
}
