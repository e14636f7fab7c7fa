/* printable.c: the rule for control characters is dnn_utf8_disarm's. */
#include "bindings/printable.h"

#include <lauxlib.h>
#include <string.h>

#include "core/utf8.h"

enum { PIECE = 1024 };

void dnnlua_print_text(FILE *stream, const char *text) {
    char piece[PIECE + 1];
    for (size_t left = strlen(text), size; left > 0; text += size, left -= size) {
        size = left <= PIECE ? left : dnn_utf8_cut(text, PIECE);
        size = size > 0 ? size : PIECE; /* bytes that are not UTF-8 at all */
        memcpy(piece, text, size);
        piece[size] = '\0';
        dnn_utf8_disarm(piece);
        fputs(piece, stream);
    }
}

int dnnlua_printable(lua_State *L) {
    size_t length;
    const char *text = luaL_checklstring(L, 1, &length);
    char *copy = memcpy(lua_newuserdatauv(L, length + 1, 0), text, length + 1);
    for (size_t i = 0; i < length; i++)
        if (copy[i] == '\0')
            copy[i] = '?';
    dnn_utf8_disarm(copy);
    lua_pushlstring(L, copy, length);
    return 1;
}
