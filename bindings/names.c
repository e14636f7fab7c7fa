/* names.c: what an unknown name was meant to be: a misspelling (nearest.c), another library's name
 * for the thing (scripts/dnn/advice/names.lua), or a method without its object. */
#include <string.h>

#include "bindings/dnnlua.h"

/* --- other libraries' names --- */

static const char key; /* its address, in the registry: `require` as the module found it, and from
                          the first error on the table that it loads */

/* Pushes the table of names; nil where it cannot be loaded. */
static void push_names(lua_State *L) {
    if (lua_rawgetp(L, LUA_REGISTRYINDEX, &key) == LUA_TFUNCTION) {
        lua_pushliteral(L, "dnn.advice.names");
        lua_call(L, 1, 1);
        lua_pushvalue(L, -1);
        lua_rawsetp(L, LUA_REGISTRYINDEX, &key);
    }
}

/* Takes a group and a name as light userdata; returns the advice, or nothing. */
static int find_synonym(lua_State *L) {
    push_names(L);
    for (int i = 1; i <= 2; i++) {
        if (!lua_istable(L, -1))
            return 0;
        lua_pushstring(L, lua_touserdata(L, i));
        lua_rawget(L, -2);
    }
    return lua_type(L, -1) == LUA_TSTRING ? 1 : 0;
}

/* Whatever goes wrong here, the error that the advice is for is raised without it. */
const char *dnnlua_synonym(lua_State *L, const char *group, const char *name) {
    if (group == NULL || !lua_checkstack(L, 4))
        return NULL;
    lua_pushcfunction(L, find_synonym);
    lua_pushlightuserdata(L, (void *)(size_t)group);
    lua_pushlightuserdata(L, (void *)(size_t)name);
    const char *advice = dnnlua_try(L, 2, 1) == LUA_OK ? lua_tostring(L, -1) : NULL;
    lua_pop(L, 1); /* the table keeps it */
    return advice;
}

void dnnlua_open_names(lua_State *L) {
    lua_getglobal(L, "require");
    lua_rawsetp(L, LUA_REGISTRYINDEX, &key);
}

/* --- names that are known --- */

void dnnlua_nearest_option(lua_State *L, dnn_nearest *nearest, const char *known) {
    const char *meant = dnnlua_synonym(L, nearest->group, nearest->wanted);

    if (meant == NULL)
        meant = dnnlua_synonym(L, "option", nearest->wanted);
    if (meant != NULL && strcmp(meant, known) == 0) {
        nearest->name = known;
        nearest->distance = 0;
    } else {
        dnn_nearest_offer(nearest, known);
    }
}

void dnnlua_offer_names(dnn_nearest *nearest, const char *const *names) {
    for (; *names != NULL; names++)
        dnn_nearest_offer(nearest, *names);
}

void dnnlua_offer_keys(lua_State *L, int index, dnn_nearest *nearest) {
    lua_pushnil(L);
    while (lua_next(L, index)) {
        lua_pop(L, 1);
        if (lua_type(L, -1) == LUA_TSTRING)
            dnn_nearest_offer(nearest, lua_tostring(L, -1));
    }
}

const char *dnnlua_push_advice(lua_State *L, const dnn_nearest *nearest) {
    const char *name = lua_pushstring(L, nearest->name); /* a table that loses it may have had it */
    const char *advice = dnnlua_synonym(L, nearest->group, nearest->wanted);

    if (advice != NULL)
        lua_pushfstring(L, "; %s", advice);
    else if (name != NULL)
        lua_pushfstring(L, "; did you mean '%s'?", name);
    else
        lua_pushliteral(L, "");
    lua_remove(L, -2);
    return lua_tostring(L, -1);
}

int dnnlua_no_such_field(lua_State *L, const char *owner, const dnn_nearest *nearest) {
    return luaL_error(L, "%s has no field '%s'%s", owner, nearest->wanted,
                      dnnlua_push_advice(L, nearest));
}

/* --- methods --- */

void *dnnlua_test_object(lua_State *L, int index, const char *type) {
    const char *const *mark = lua_touserdata(L, index);

    return mark != NULL && lua_rawlen(L, index) >= sizeof *mark && *mark == type
               ? (void *)mark
               : luaL_testudata(L, index, type);
}

void *dnnlua_check_self(lua_State *L, const char *type, const char *object) {
    void *self = dnnlua_test_object(L, 1, type);
    lua_Debug call;

    if (self == NULL) {
        const char *got = dnnlua_got(L, 1);
        const char *method = "method";
        if (lua_getstack(L, 0, &call) && lua_getinfo(L, "n", &call) && call.name != NULL)
            method = call.name;
        luaL_error(L,
                   "%s: expected a %s before the arguments, got %s; methods take a colon, as in "
                   "%s:%s(...)",
                   method, type, got, object, method);
    }
    return self;
}
