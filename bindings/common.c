/* common.c: how the bindings raise, and the words that their messages share. */
#include <math.h>
#include <string.h>

#include "bindings/dnnlua.h"
#include "bindings/host.h"

static int nothing(lua_State *L) {
    (void)L;
    return 0;
}

int dnnlua_raise(lua_State *L, const dnn_error *err) {
    if (err->status == DNN_ERROR_INTERRUPTED) {
        dnnlua_wake_collector(L);
        lua_settop(L, 0);
        lua_pushcfunction(L, nothing);
        lua_call(L, 0, 0); /* here the hook raises, unless hooks are off, as in a finaliser */
        luaL_error(L, "interrupted!");
    }
    luaL_error(L, "%s", err->text);
    __builtin_unreachable();
}

/* As dnnlua, and Lua's own program, word it; an error of a script's that is the same text passes
 * too. */
static bool is_interruption(lua_State *L, int index) {
    static const char words[] = "interrupted!";
    const size_t size = sizeof words - 1;
    size_t length;

    if (lua_type(L, index) != LUA_TSTRING)
        return false;
    const char *text = lua_tolstring(L, index, &length);
    return length >= size && memcmp(text + length - size, words, size) == 0;
}

int dnnlua_try(lua_State *L, int arguments, int results) {
    int status = lua_pcall(L, arguments, results, 0);

    if (status != LUA_OK && is_interruption(L, -1))
        lua_error(L);
    return status;
}

void dnnlua_check(lua_State *L, dnn_status status, const dnn_error *err) {
    if (status != DNN_OK)
        dnnlua_raise(L, err);
}

void dnnlua_note_failure(lua_State *L) {
    lua_pushvalue(L, -1);
    lua_setfield(L, LUA_REGISTRYINDEX, DNNLUA_FAILURE);
}

int dnnlua_fail(lua_State *L, const dnn_error *err) {
    if (err->status == DNN_ERROR_INTERRUPTED)
        dnnlua_raise(L, err);
    luaL_pushfail(L);
    lua_pushstring(L, err->text);
    dnnlua_note_failure(L);
    return 2;
}

void dnnlua_warn_once(lua_State *L, const char *reason, const char *message) {
    luaL_getsubtable(L, LUA_REGISTRYINDEX, "dnn.warned");
    bool is_first = lua_getfield(L, -1, reason) == LUA_TNIL;
    lua_pop(L, 1);
    if (is_first) {
        lua_pushboolean(L, 1);
        lua_setfield(L, -2, reason);
        lua_writestringerror("dnn: %s\n", message);
    }
    lua_pop(L, 1);
}

const char *dnnlua_got(lua_State *L, int index) {
    switch (lua_type(L, index)) {
    case LUA_TNUMBER:
        if (isnan(lua_tonumber(L, index)))
            return lua_pushliteral(L, "nan");
        return luaL_tolstring(L, index, NULL);
    case LUA_TBOOLEAN:
        return luaL_tolstring(L, index, NULL);
    case LUA_TSTRING:
        return lua_pushfstring(L, "'%s'", lua_tostring(L, index));
    case LUA_TNONE:
        return lua_pushliteral(L, "nothing");
    default:
        if (luaL_getmetafield(L, index, "__name") == LUA_TSTRING)
            return lua_tostring(L, -1);
        return lua_pushstring(L, luaL_typename(L, index));
    }
}

const char *dnnlua_field_name(lua_State *L, int index) {
    return lua_type(L, index) == LUA_TSTRING ? lua_tostring(L, index) : dnnlua_got(L, index);
}

size_t dnnlua_check_size(lua_State *L, int index, const char *function, const char *what) {
    int whole = 0;
    lua_Integer size = -1;

    if (lua_type(L, index) == LUA_TNUMBER)
        size = lua_tointegerx(L, index, &whole);
    if (!whole || size < 0) {
        luaL_error(L, "%s: %s must be a whole number >= 0, got %s", function, what,
                   dnnlua_got_usage(L, index));
    }
    return (size_t)size;
}

void dnnlua_push_weak_table(lua_State *L, const void *key, const char *mode) {
    if (lua_rawgetp(L, LUA_REGISTRYINDEX, key) != LUA_TNIL)
        return;
    lua_pop(L, 1);
    lua_newtable(L);
    lua_createtable(L, 0, 1);
    lua_pushstring(L, mode);
    lua_setfield(L, -2, "__mode");
    lua_setmetatable(L, -2);
    lua_pushvalue(L, -1);
    lua_rawsetp(L, LUA_REGISTRYINDEX, key);
}

typedef struct guard {
    bool rests; /* the collector, because of this */
} guard;

static int wake(lua_State *L) {
    guard *g = lua_touserdata(L, 1);

    if (g->rests)
        lua_gc(L, LUA_GCRESTART);
    g->rests = false;
    return 0;
}

static guard *push_guard(lua_State *L) {
    if (lua_getfield(L, LUA_REGISTRYINDEX, DNNLUA_GUARD) == LUA_TNIL) {
        lua_pop(L, 1);
        *(guard *)lua_newuserdatauv(L, sizeof(guard), 0) = (guard){false};
        lua_createtable(L, 0, 1);
        lua_pushcfunction(L, wake);
        lua_setfield(L, -2, "__close");
        lua_setmetatable(L, -2);
        lua_pushvalue(L, -1);
        lua_setfield(L, LUA_REGISTRYINDEX, DNNLUA_GUARD);
    }
    return lua_touserdata(L, -1);
}

/* Where a script has stopped the collector, it stays so. */
void dnnlua_rest_collector(lua_State *L) {
    luaL_checkstack(L, LUA_MINSTACK, NULL);
    guard *g = push_guard(L);
    if (g->rests || lua_gc(L, LUA_GCISRUNNING) == 1) {
        lua_toclose(L, -1);
        lua_gc(L, LUA_GCSTOP);
        g->rests = true;
    }
}

/* Closing the guard would do, but for a hook of the host's, which runs before each function: that
 * of an interruption raises an error instead. */
void dnnlua_wake_collector(lua_State *L) {
    guard *g = push_guard(L);

    if (g->rests)
        lua_gc(L, LUA_GCRESTART);
    g->rests = false;
    lua_pop(L, 1);
}
