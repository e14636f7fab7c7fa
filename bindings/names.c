/* names.c: what somebody meant who used a name that there is not: a slip of the pen (nearest.c),
 * the name that another library has for the thing (synonyms.c), or a method without its object. */
#include <string.h>

#include "bindings/dnnlua.h"

/* --- names that are known --- */

void dnnlua_nearest_option(dnnlua_nearest *nearest, const char *known) {
    const char *meant = dnnlua_synonym(nearest->group, nearest->wanted);

    if (meant == NULL) {
        meant = dnnlua_synonym("option", nearest->wanted);
    }
    if (meant != NULL && strcmp(meant, known) == 0) {
        nearest->name = known;
        nearest->distance = 0;
    } else {
        dnnlua_nearest_offer(nearest, known);
    }
}

void dnnlua_offer(dnnlua_nearest *nearest, const luaL_Reg *methods, const char *const *fields) {
    for (; methods->name != NULL; methods++) {
        dnnlua_nearest_offer(nearest, methods->name);
    }
    for (; *fields != NULL; fields++) {
        dnnlua_nearest_offer(nearest, *fields);
    }
}

const char *dnnlua_push_advice(lua_State *L, const dnnlua_nearest *nearest) {
    const char *advice = dnnlua_synonym(nearest->group, nearest->wanted);

    if (advice != NULL) {
        return lua_pushfstring(L, "; %s", advice);
    }
    if (nearest->name != NULL) {
        return lua_pushfstring(L, "; did you mean '%s'?", nearest->name);
    }
    return lua_pushliteral(L, "");
}

int dnnlua_no_such_field(lua_State *L, const char *owner, const dnnlua_nearest *nearest) {
    return luaL_error(L, "%s has no field '%s'%s", owner, nearest->wanted,
                      dnnlua_push_advice(L, nearest));
}

/* --- methods --- */

void *dnnlua_check_self(lua_State *L, const char *type, const char *object) {
    void *self = luaL_testudata(L, 1, type);
    lua_Debug call;

    if (self == NULL) {
        const char *got = dnnlua_got(L, 1);
        const char *method = "method";
        if (lua_getstack(L, 0, &call) && lua_getinfo(L, "n", &call) && call.name != NULL) {
            method = call.name;
        }
        luaL_error(L,
                   "%s: expected a %s before the arguments, got %s; methods take a colon, as in "
                   "%s:%s(...)",
                   method, type, got, object, method);
    }
    return self;
}
