/* fields.c: the names of the fields that the module's objects answer to, which the prompt offers.
 * Most classes have a table of them (properties.h); matrices and runs answer in files of their own. */
#include <string.h>

#include "bindings/properties.h"
#include "bindings/run/run.h"

#define MOST_NAMES 5

static const struct {
    const char *class;
    const char *names[MOST_NAMES];
} others[] = {
    {DNNLUA_MATRIX, {"rows", "cols", "dtype", "requires_grad", "grad"}},
    {DNNLUA_RUN, {"path", "file", "step", "stopped"}},
};

/* _fields(object), or _fields(class) for what all objects of a class have: an array of names. */
static int field_names(lua_State *L) {
    const char *class = lua_type(L, 1) == LUA_TSTRING ? lua_tostring(L, 1) : NULL;

    lua_settop(L, 1);
    if (dnnlua_push_names(L, 1))
        return 1;
    lua_newtable(L);
    for (size_t c = 0; c < sizeof others / sizeof *others; c++) {
        bool is = class != NULL ? strcmp(class, others[c].class) == 0
                                : luaL_testudata(L, 1, others[c].class) != NULL;
        for (size_t i = 0; is && i < MOST_NAMES && others[c].names[i] != NULL; i++)
            dnnlua_add_name(L, 2, others[c].names[i]);
    }
    return 1;
}

void dnnlua_open_fields(lua_State *L) {
    lua_pushcfunction(L, field_names);
    lua_setfield(L, -2, "_fields");
}
