/* run_moves.c: asking a run's keeper, and what the objects that it keeps have done: whether the
 * script is in the middle of a step. */
#include <stdio.h>

#include "bindings/printable.h"
#include "bindings/run/run.h"

void dnnlua_run_call_keeper(lua_State *L, int run, const char *method, lua_Integer step,
                            int value) {
    lua_getiuservalue(L, run, RUN_KEEPER);
    int keeper = lua_gettop(L);

    lua_getfield(L, keeper, method);
    lua_insert(L, keeper);
    lua_pushinteger(L, step);
    if (value != 0)
        lua_pushvalue(L, value);
    else
        lua_pushnil(L);
    if (dnnlua_try(L, 3, 1) != LUA_OK) {
        fputs("dnn.Run: checkpoint: ", stderr);
        dnnlua_print_text(stderr, luaL_tolstring(L, -1, NULL));
        fputs("; training continues\n", stderr);
        lua_settop(L, keeper - 1);
        lua_pushnil(L);
    }
}

void dnnlua_run_tell_keeper(lua_State *L, int run, const char *method, lua_Integer step) {
    dnnlua_run_call_keeper(L, run, method, step, 0);
    lua_pop(L, 1);
}

/* A whole number that says how far the object on top is. */
typedef uint64_t measure(lua_State *L);

static uint64_t field_of(lua_State *L, const char *name) {
    lua_pushstring(L, name);
    lua_rawget(L, -2);
    uint64_t value = (uint64_t)lua_tointeger(L, -1);
    lua_pop(L, 1);
    return value;
}

/* Steps that an optimiser has made, which may be one in Lua (LBFGS). */
static uint64_t steps_of(lua_State *L) {
    const dnnlua_optimiser *o = luaL_testudata(L, -1, DNNLUA_OPTIMISER);

    if (o != NULL)
        return *o->made != NULL ? dnn_optimiser_steps(*o->made) : 0;
    return lua_istable(L, -1) ? field_of(L, "steps") : 0;
}

/* The place of batches in their epoch, 0 between two. */
static uint64_t place_of(lua_State *L) {
    return lua_istable(L, -1) ? field_of(L, "place") : 0;
}

/* The sum over a list of the keeper's. */
static uint64_t sum(lua_State *L, int run, const char *list, measure *of) {
    int top = lua_gettop(L);
    uint64_t total = 0;

    if (lua_getiuservalue(L, run, RUN_KEEPER) == LUA_TTABLE &&
        lua_getfield(L, -1, list) == LUA_TTABLE) {
        for (lua_Integer i = 1; lua_rawgeti(L, top + 2, i) != LUA_TNIL; i++) {
            total += of(L);
            lua_pop(L, 1);
        }
    }
    lua_settop(L, top);
    return total;
}

uint64_t dnnlua_run_moves(lua_State *L, int run) {
    return sum(L, run, "optimisers", steps_of);
}

bool dnnlua_run_gradients_wait(lua_State *L, int run) {
    const dnnlua_run *self = lua_touserdata(L, run);

    dnnlua_run_call_keeper(L, run, "waits", self->keep.step, 0);
    bool waits = lua_toboolean(L, -1);
    lua_pop(L, 1);
    return waits;
}

void dnnlua_run_note_moves(lua_State *L, int run) {
    dnnlua_run *self = lua_touserdata(L, run);

    self->keep.moves = dnnlua_run_moves(L, run);
    self->keep.places = sum(L, run, "batches", place_of);
}

/* Batches that have come to the end of their epoch since then belong to the step that took the last
 * of them. */
bool dnnlua_run_has_moved(lua_State *L, int run) {
    const dnnlua_run *self = lua_touserdata(L, run);

    if (dnnlua_run_moves(L, run) != self->keep.moves)
        return true;
    if (self->keep.ended)
        return false;
    uint64_t places = sum(L, run, "batches", place_of);
    return (places != 0 && places != self->keep.places) ||
           (self->keep.waited == 0 && dnnlua_run_gradients_wait(L, run));
}
