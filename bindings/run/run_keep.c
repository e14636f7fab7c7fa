/* run_keep.c: the checkpoints that a run keeps by itself.
 *
 * What is saved, where and how long it is kept is Lua's (dnn/keeper.lua). Here it is decided when:
 * an interval in steps or seconds, or a metric that may be the best so far. A script that takes its
 * steps from run:steps has its checkpoint between two of them, when all of the step is done; any
 * other in its run:log. */
#include "bindings/run/run.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "core/clock.h"

/* Whoever goes on from a checkpoint finds in the log all that came before it: that is written
 * first. */
static void write_log(lua_State *L, int run) {
    const dnnlua_run *self = lua_touserdata(L, run);

    if (self->log != NULL)
        dnn_run_log_write(self->log);
}

/* Calls the keeper's method with the step and one value more; a failure is reported, and training
 * goes on. Leaves its first result on the stack, nil after a failure. */
static void call_keeper(lua_State *L, int run, const char *method, lua_Integer step, int value) {
    lua_getiuservalue(L, run, RUN_KEEPER);
    int keeper = lua_gettop(L);

    lua_getfield(L, keeper, method);
    lua_insert(L, keeper);
    lua_pushinteger(L, step);
    if (value != 0)
        lua_pushvalue(L, value);
    else
        lua_pushnil(L);
    if (lua_pcall(L, 3, 1, 0) != LUA_OK) {
        fprintf(stderr, "dnn.Run: checkpoint: %s; training continues\n",
                luaL_tolstring(L, -1, NULL));
        lua_settop(L, keeper - 1);
        lua_pushnil(L);
    }
}

void dnnlua_run_keep(lua_State *L, int run) {
    dnnlua_run *self = lua_touserdata(L, run);

    if (self->keep.due) {
        write_log(L, run);
        call_keeper(L, run, "save", self->step, 0);
        self->keep.due = lua_toboolean(L, -1); /* one waits for the disk: look again */
        self->keep.due_step = -1;
        lua_pop(L, 1);
    }
}

void dnnlua_run_keep_logged(lua_State *L, int run, int values) {
    dnnlua_run *self = lua_touserdata(L, run);
    dnnlua_keep *keep = &self->keep;

    if (keep->due && keep->due_step >= 0 &&
        keep->due_step != self->step) /* the loop takes its steps elsewhere now */
        keep->between = false;
    bool due = (keep->steps > 0 && self->step > 0 && self->step % keep->steps == 0) ||
               (keep->seconds > 0 && dnn_clock_coarse() >= keep->next);
    if (due)
        keep->next = dnn_clock_coarse() + keep->seconds;
    if (due || keep->metric) {
        call_keeper(L, run, due ? "interval" : "look", self->step, values);
        if (lua_toboolean(L, -1)) {
            keep->due = true;
            keep->due_step = self->step;
        }
        lua_pop(L, 1);
    }
    if (!keep->between)
        dnnlua_run_keep(L, run);
}

bool dnnlua_run_keep_now(lua_State *L, int run, dnnlua_saving *saving) {
    const dnnlua_run *self = lua_touserdata(L, run);

    if (!self->keep.active || self->step < 0)
        return false;
    write_log(L, run);
    lua_getiuservalue(L, run, RUN_KEEPER);
    lua_getfield(L, -1, "save_now");
    lua_insert(L, -2);
    lua_pushinteger(L, self->step);
    if (lua_pcall(L, 2, 2, 0) != LUA_OK) {
        *saving = DNNLUA_NOT_SAVED;
        return true;
    }
    bool saved = !lua_isnil(L, -2);
    lua_remove(L, saved ? -1 : -2);
    *saving = saved ? DNNLUA_SAVED : DNNLUA_NOT_SAVED;
    return true;
}

void dnnlua_run_keep_close(lua_State *L, int run, bool failed) {
    dnnlua_run *self = lua_touserdata(L, run);

    if (self->keep.active) {
        self->keep.active = false;
        write_log(L, run);
        lua_pushboolean(L, failed);
        call_keeper(L, run, "close", self->step, lua_gettop(L));
        lua_pop(L, 2);
    }
}

/* run:checkpoint{net = , optimiser = , every = , minutes = , keep = , best = , ...} */
int dnnlua_run_checkpoint_method(lua_State *L) {
    dnnlua_run *self = dnnlua_check_run(L);

    lua_settop(L, 2);
    if (self->keep.active)
        return luaL_error(L, "Run: checkpoint: this run already keeps its checkpoints");
    lua_getfield(L, LUA_REGISTRYINDEX, DNNLUA_RUN_KEEPER);
    lua_getiuservalue(L, 1, RUN_FOLDER);
    lua_pushvalue(L, 2);
    lua_getiuservalue(L, 1, RUN_NETWORK);
    lua_getiuservalue(L, 1, RUN_OPTIMISER);
    lua_call(L, 4, 2);
    if (lua_isnil(L, -2)) { /* there is no folder, or it cannot be written */
        self->keep.refused = true;
        return 2;
    }
    lua_pop(L, 1);
    self = dnnlua_check_run(L);
    lua_getfield(L, -1, "every");
    self->keep.steps = lua_tointeger(L, -1);
    lua_getfield(L, -2, "seconds");
    self->keep.seconds = lua_tonumber(L, -1);
    lua_getfield(L, -3, "metric");
    self->keep.metric = lua_toboolean(L, -1);
    lua_settop(L, 3);
    self->keep.active = true;
    self->keep.next = dnn_clock_coarse() + self->keep.seconds;
    lua_setiuservalue(L, 1, RUN_KEEPER);
    lua_pushboolean(L, true);
    return 1;
}

/* run:resume(): the step of the newest checkpoint that is whole, whose states it brings back, and
 * its values; 0 where there is none; nil and a message where none can be used. */
int dnnlua_run_resume(lua_State *L) {
    const dnnlua_run *self = dnnlua_check_run(L);

    lua_settop(L, 1);
    if (self->keep.refused) {
        lua_pushinteger(L, 0);
        return 1;
    }
    if (!self->keep.active) {
        return luaL_error(L, "Run: resume: say first what is kept: run:checkpoint{net = net, "
                             "optimiser = optimiser}");
    }
    lua_getiuservalue(L, 1, RUN_KEEPER);
    lua_getfield(L, -1, "resume");
    lua_insert(L, -2);
    lua_call(L, 1, 2);
    return 2;
}

/* _keep_runs_by(function) */
int dnnlua_keep_runs_by(lua_State *L) {
    luaL_checktype(L, 1, LUA_TFUNCTION);
    lua_settop(L, 1);
    lua_setfield(L, LUA_REGISTRYINDEX, DNNLUA_RUN_KEEPER);
    return 0;
}
