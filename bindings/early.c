/* early.c: the module dnn.early, which is loaded before dnn.core and links no library.
 *
 * OpenBLAS starts a thread per CPU as soon as it is loaded. The program shares work out itself and
 * never uses them; where memory is short (ulimit -v) such a thread never ends, and the program
 * hangs at its exit. So OpenBLAS is told to start none while dnn.core is loaded, and the
 * environment is then as it was. The user's own setting wins. */
#include <stdlib.h>

#include "lauxlib.h"

#define VARIABLE "OPENBLAS_NUM_THREADS"

static int restore(lua_State *L) {
    (void)L;
    unsetenv(VARIABLE);
    return 0;
}

static int nothing(lua_State *L) {
    (void)L;
    return 0;
}

int luaopen_dnn_early(lua_State *L);

/* The function to be called after dnn.core was loaded. */
int luaopen_dnn_early(lua_State *L) {
    lua_pushcfunction(L, getenv(VARIABLE) == NULL && setenv(VARIABLE, "1", 1) == 0 ? restore
                                                                                   : nothing);
    return 1;
}
