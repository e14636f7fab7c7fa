/* completion.c: Tab: asks dnn.prompt.commands what may be before the cursor, and puts it into
 * columns. */
#include <string.h>
#include <unistd.h>

#include "bindings/prompt/parts.h"
#include "core/terminal.h"
#include "core/utf8.h"

enum { GAP = 2 /* columns between candidates */ };

/* Columns that a text takes. */
static int text_width(const char *bytes, size_t length) {
    int width = 0;
    for (size_t i = 0, used; i < length; i += used) {
        int columns = wcwidth(decode_character(bytes + i, length - i, &used));
        width += columns >= 0 ? columns : 1;
    }
    return width;
}

static const char *candidate(lua_State *L, int i, size_t *length) {
    lua_rawgeti(L, 2, i);
    const char *bytes = lua_tolstring(L, -1, length);
    lua_pop(L, 1); /* the array keeps it */
    return bytes;
}

static void set_common(lua_State *L, completion *found) {
    size_t common, length;
    const char *first = candidate(L, 1, &common);
    for (int i = 2; i <= found->count; i++) {
        const char *other = candidate(L, i, &length);
        size_t same = 0;
        while (same < common && same < length && first[same] == other[same])
            same++;
        common = same;
    }
    while (found->count > 1 && common > 0 && dnn_utf8_continues(first[common]))
        common--; /* not a part of a character */
    add_bytes(&found->common, first, common);
}

/* Candidates are below each other, as the names in a folder do. */
static void set_list(lua_State *L, completion *found) {
    int columns, rows, widest = 1;
    size_t length;
    dnn_terminal_size(STDOUT_FILENO, &columns, &rows);
    for (int i = 1; i <= found->count; i++) {
        const char *bytes = candidate(L, i, &length);
        int width = text_width(bytes, length);
        widest = width > widest ? width : widest;
    }
    int across = columns / (widest + GAP) > 0 ? columns / (widest + GAP) : 1;
    int room = rows > 5 ? rows - 4 : 1;
    int down = (found->count + across - 1) / across;
    int listed = down <= room ? found->count : room * across;
    down = down <= room ? down : room;
    for (int y = 0; y < down; y++) {
        for (int x = 0; x < across && x * down + y < listed; x++) {
            const char *bytes = candidate(L, x * down + y + 1, &length);
            add_bytes(&found->list, bytes, length);
            int space = (x + 1) * down + y < listed ? widest + GAP - text_width(bytes, length) : 0;
            for (int i = 0; i < space; i++)
                add_bytes(&found->list, " ", 1);
        }
        add_bytes(&found->list, "\n", 1);
    }
    if (listed < found->count) {
        lua_pushfstring(L, "... and %d more\n", found->count - listed);
        add_string(&found->list, lua_tostring(L, -1));
        lua_pop(L, 1);
    }
}

/* Takes the typed text, the cursor and where to put what is found. */
static int find(lua_State *L) {
    completion *found = lua_touserdata(L, 3);
    push_own_module(L, "dnn.prompt.commands");
    lua_getfield(L, -1, "complete");
    lua_pushvalue(L, 1);
    lua_pushvalue(L, 2);
    push_host(L);
    lua_call(L, 3, 2);
    lua_Integer first = lua_tointeger(L, -2), cursor = lua_tointeger(L, 2);
    if (first < 1 || first > cursor + 1 || !lua_istable(L, -1))
        return 0;
    lua_replace(L, 2);
    lua_settop(L, 2);
    int count = (int)lua_rawlen(L, 2);
    for (int i = 1; i <= count; i++) {
        lua_rawgeti(L, 2, i);
        if (lua_type(L, -1) != LUA_TSTRING)
            return 0;
        lua_pop(L, 1);
    }
    found->first = (size_t)first - 1;
    found->count = count;
    if (count > 0) {
        set_common(L, found);
        set_list(L, found);
    }
    return 0;
}

static int call_find(lua_State *L) {
    const text *typed = lua_touserdata(L, 1);
    lua_pushcfunction(L, find);
    lua_pushlstring(L, string_of(typed), typed->length);
    lua_pushvalue(L, 2);
    lua_pushvalue(L, 3);
    lua_call(L, 3, 0);
    return 0;
}

void find_completion(lua_State *L, const text *typed, size_t cursor, completion *found) {
    found->count = 0;
    clear_text(&found->common);
    clear_text(&found->list);
    lua_pushcfunction(L, call_find);
    lua_pushlightuserdata(L, (void *)(size_t)typed);
    lua_pushinteger(L, (lua_Integer)cursor);
    lua_pushlightuserdata(L, found);
    if (lua_pcall(L, 3, 0, 0) != LUA_OK) {
        found->count = 0; /* no completion is better than a message in the middle of typing */
        lua_pop(L, 1);
    }
}
