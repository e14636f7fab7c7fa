/* reserve.c: memory that is kept for the case that an input takes all: without it there would be
 * none left to report that with and to read the next. */
#include <stdlib.h>

#include "bindings/prompt/parts.h"

enum { RESERVE_BYTES = 1 << 18 };

static void *reserve;

void keep_reserve(void) {
    if (reserve == NULL)
        reserve = malloc(RESERVE_BYTES);
}

bool report_input(lua_State *L, int status) {
    if (status == LUA_ERRMEM) {
        free(reserve);
        reserve = NULL;
        lua_gc(L, LUA_GCCOLLECT);
    }
    return report(L, status, false);
}
