/* run_keep.c: the checkpoints that a run keeps by itself.
 *
 * What is saved, where and how long it is kept is Lua's (dnn/keeper.lua). Here it is decided when:
 * an interval in steps or seconds, or a metric that may be the best so far; and under which number.
 * A script that takes its steps from run:steps has its checkpoint between two of them, when all of
 * the step is done, whatever it logs: that loop's counter is the number. What follows the loop is
 * a part of its last step, as the schedule's step at the end of an epoch is: that one's checkpoint
 * waits until the next loop begins. Of any other loop run:log says the number, and that the step
 * is done. */
#include "bindings/run/run.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "bindings/lua_half.h"
#include "core/clock.h"

/* Whoever goes on from a checkpoint finds in the log all that came before it: that is written
 * first. */
static void write_log(lua_State *L, int run) {
    const dnnlua_run *self = lua_touserdata(L, run);

    if (self->log != NULL)
        dnn_run_log_write(self->log);
}

void dnnlua_run_keep_start(lua_State *L, int run) {
    dnnlua_run *self = lua_touserdata(L, run);

    if (!self->keep.active || self->keep.started)
        return;
    lua_getiuservalue(L, run, RUN_KEEPER);
    lua_getfield(L, -1, "start");
    lua_insert(L, -2);
    lua_call(L, 1, 2);
    if (lua_isnil(L, -2))
        luaL_error(L, "Run: checkpoint: %s", lua_tostring(L, -1));
    lua_pop(L, 2);
    self->keep.started = true;
}

void dnnlua_run_keep(lua_State *L, int run) {
    dnnlua_run *self = lua_touserdata(L, run);

    if (self->keep.asked) {
        self->keep.asked = false;
        dnnlua_run_save_asked(L, run);
    }
    if (self->keep.due) {
        write_log(L, run);
        dnnlua_run_call_keeper(L, run, "save", self->keep.step, 0);
        self->keep.due = lua_toboolean(L, -1); /* one waits for the disk: look again */
        lua_pop(L, 1);
    }
}

/* Whether an interval of steps ends here, or has ended since a script that logs seldom logged
 * last. */
static bool ends_interval(dnnlua_keep *keep) {
    if (keep->steps == 0 || keep->step == 0)
        return false;
    lua_Integer now = keep->step / keep->steps;
    if (keep->interval < 0)
        keep->interval = (keep->step - 1) / keep->steps;
    bool ends = now > keep->interval ||
                (now != keep->interval && keep->step % keep->steps == 0); /* it counts anew */
    if (ends)
        keep->interval = now;
    return ends;
}

/* Whether a step that moved nothing leaves gradients to the next: several backwards make one step
 * of the optimiser, and a checkpoint does not hold their sum. */
static bool accumulates(lua_State *L, int run) {
    const dnnlua_run *self = lua_touserdata(L, run);

    return self->keep.active && self->keep.moves == self->keep.begun &&
           dnnlua_run_gradients_wait(L, run);
}

/* Steps, one after the other, that leave gradients: after as many the script will move the weights
 * itself. */
#define MOST_WAITED 4096

/* As far as is done now, all of this step is. */
static void note_whole(lua_State *L, int run) {
    dnnlua_run *self = lua_touserdata(L, run);

    dnnlua_run_note_moves(L, run);
    self->keep.whole = self->keep.waited > MOST_WAITED || !accumulates(L, run);
}

/* Nothing more of this step comes. */
static void count_waited(lua_State *L, int run) {
    dnnlua_run *self = lua_touserdata(L, run);
    dnnlua_keep *keep = &self->keep;

    if (!accumulates(L, run))
        keep->waited = 0;
    else if (keep->waited <= MOST_WAITED && ++keep->waited > MOST_WAITED)
        fprintf(stderr,
                "dnn.Run: checkpoint: gradients have waited %d steps for the optimiser's; from now "
                "on checkpoints are kept without their sum\n",
                MOST_WAITED);
}

/* All of this step is done. */
static void complete(lua_State *L, int run, lua_Integer step) {
    dnnlua_run *self = lua_touserdata(L, run);
    dnnlua_keep *keep = &self->keep;

    keep->step = step;
    dnnlua_run_note_moves(L, run);
    count_waited(L, run);
    keep->whole = keep->waited == 0 || keep->waited > MOST_WAITED;
    if (!keep->active)
        return;
    bool due = ends_interval(keep);
    if (keep->seconds > 0 && dnn_clock_coarse() >= keep->next)
        due = true;
    if (due) {
        keep->next = dnn_clock_coarse() + keep->seconds;
        keep->due = true;
        dnnlua_run_tell_keeper(L, run, "interval", step);
    }
}

/* A script that logs before its optimiser's step has made none at its first log, and one at the
 * second; gradients wait at both or at neither, as where several backwards make one step they do
 * not. */
static void look_for_early(lua_State *L, int run) {
    enum { NOTHING_YET, NONE_WAIT, SOME_WAIT, DONE };
    dnnlua_run *self = lua_touserdata(L, run);
    dnnlua_keep *keep = &self->keep;

    if (keep->early == DONE || !keep->active)
        return;
    bool moved = keep->moves > keep->begun;
    int waiting = dnnlua_run_gradients_wait(L, run) ? SOME_WAIT : NONE_WAIT;
    if (moved && keep->early == waiting) {
        fprintf(stderr,
                "dnn.Run: checkpoint: run:log came before the optimiser's step, which a checkpoint "
                "then lacks; call it after the step, or take the steps from run:steps\n");
    }
    keep->early = keep->early == NOTHING_YET && !moved ? waiting : DONE;
}

void dnnlua_run_keep_begin(lua_State *L, int run, lua_Integer step) {
    dnnlua_run *self = lua_touserdata(L, run);

    if (self->keep.ended && self->keep.whole)
        dnnlua_run_keep(L, run);
    self->keep.ended = false;
    dnnlua_run_note_moves(L, run);
    self->keep.begun = self->keep.moves;
    self->keep.step = step;
    self->keep.within = true;
    self->keep.whole = false;
}

/* The script is to stop: what came after the last checkpoint is saved. */
static void save_last(lua_State *L, int run) {
    dnnlua_run *self = lua_touserdata(L, run);

    if (self->keep.active && self->keep.whole) {
        self->keep.due = false;
        write_log(L, run);
        dnnlua_run_tell_keeper(L, run, "stop", self->keep.step);
    }
}

void dnnlua_run_keep_end(lua_State *L, int run, bool last) {
    dnnlua_run *self = lua_touserdata(L, run);
    dnnlua_keep *keep = &self->keep;

    if (keep->within) {
        keep->within = false;
        keep->left = true;
        keep->ended = last;
        complete(L, run, keep->step);
    }
    if (last && keep->active && keep->whole)
        dnnlua_run_tell_keeper(L, run, "ended", keep->step);
    if (last)
        return;
    if (keep->whole)
        dnnlua_run_keep(L, run);
    if (self->stopped)
        save_last(L, run);
}

void dnnlua_run_keep_leave(dnnlua_run *self, bool failed) {
    if (self->keep.within) {
        self->keep.within = false;
        self->keep.left = true;
        self->keep.whole = self->keep.whole && !failed;
    }
}

void dnnlua_run_keep_logged(lua_State *L, int run, int values, lua_Integer step) {
    dnnlua_run *self = lua_touserdata(L, run);
    dnnlua_keep *keep = &self->keep;

    if (keep->within) {
        if (step == keep->step)
            note_whole(L, run);
    } else if (step > keep->step || (!keep->ended && (!keep->left || step == keep->step))) {
        bool first = step > keep->step && step > 0; /* a loop of the script's own */
        keep->left = keep->ended = false;
        keep->begun = keep->moves;
        complete(L, run, step);
        if (first)
            look_for_early(L, run);
        if (first && keep->active && keep->looks < 3) {
            keep->looks++;
            dnnlua_run_tell_keeper(L, run, "look_back", step);
        }
    }
    if (keep->metric) {
        dnnlua_run_call_keeper(L, run, "look", keep->step, values);
        keep->due = keep->due || lua_toboolean(L, -1);
        lua_pop(L, 1);
    }
    if (!keep->within && !keep->ended && keep->whole)
        dnnlua_run_keep(L, run);
}

void dnnlua_run_keep_stop(lua_State *L, int run) {
    const dnnlua_run *self = lua_touserdata(L, run);

    if (!self->keep.within && !self->keep.ended)
        save_last(L, run);
}

bool dnnlua_run_keep_splits(lua_State *L, int run) {
    const dnnlua_run *self = lua_touserdata(L, run);

    return self->keep.active && !self->keep.within && !self->keep.ended && self->keep.whole &&
           dnnlua_run_has_moved(L, run);
}

bool dnnlua_run_keep_now(lua_State *L, int run, dnnlua_saving *saving) {
    const dnnlua_run *self = lua_touserdata(L, run);

    if (!self->keep.active)
        return false;
    if (!self->keep.whole) {
        *saving = DNNLUA_NO_WAY;
        return true;
    }
    write_log(L, run);
    lua_getiuservalue(L, run, RUN_KEEPER);
    lua_getfield(L, -1, "save_now");
    lua_insert(L, -2);
    lua_pushinteger(L, self->keep.step);
    if (dnnlua_try(L, 2, 2) != LUA_OK) {
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
        self->keep.metric = false;
        write_log(L, run);
        lua_pushboolean(L, failed || !self->keep.whole || dnnlua_run_has_moved(L, run));
        dnnlua_run_call_keeper(L, run, "close", self->keep.step, lua_gettop(L));
        lua_pop(L, 2);
    }
}

/* run:checkpoint{net = , optimiser = , every = , minutes = , keep = , best = , ...} */
int dnnlua_run_checkpoint_method(lua_State *L) {
    dnnlua_run *self = dnnlua_check_run(L);

    lua_settop(L, 2);
    if (self->keep.active)
        return luaL_error(L, "Run: checkpoint: this run already keeps its checkpoints");
    dnnlua_push_half(L, "keep_run");
    lua_getiuservalue(L, 1, RUN_WANTED);
    lua_pushvalue(L, 2);
    lua_getiuservalue(L, 1, RUN_NETWORK);
    lua_getiuservalue(L, 1, RUN_OPTIMISER);
    lua_call(L, 4, 3);
    if (lua_isnil(L, -3)) { /* there is no folder, or it cannot be written, or is another's */
        self->keep.refused = true;
        lua_setiuservalue(L, 1, RUN_KEEPER);
        return 2;
    }
    lua_pop(L, 2);
    self = dnnlua_check_run(L);
    lua_getfield(L, -1, "every");
    self->keep.steps = lua_tointeger(L, -1);
    lua_getfield(L, -2, "seconds");
    self->keep.seconds = lua_tonumber(L, -1);
    lua_getfield(L, -3, "metric");
    self->keep.metric = lua_toboolean(L, -1);
    lua_settop(L, 3);
    self->keep.active = true;
    self->keep.interval = -1;
    self->keep.early = 0;
    self->keep.next = dnn_clock_coarse() + self->keep.seconds;
    lua_setiuservalue(L, 1, RUN_KEEPER);
    dnnlua_run_note_moves(L, 1);
    lua_pushboolean(L, true);
    return 1;
}

/* run:resume(): the step of the newest checkpoint that is whole, whose states it brings back, and
 * its values; 0 where there is none; nil and a message where none can be used. */
int dnnlua_run_resume(lua_State *L) {
    dnnlua_run *self = dnnlua_check_run(L);

    lua_settop(L, 1);
    if (!self->keep.active && !self->keep.refused) {
        return luaL_error(L, "Run: resume: say first what is kept: run:checkpoint{net = net, "
                             "optimiser = optimiser}");
    }
    if (lua_getiuservalue(L, 1, RUN_KEEPER) == LUA_TNIL) { /* without a folder */
        lua_pushinteger(L, 0);
        return 1;
    }
    if (self->keep.ended && self->keep.whole && dnnlua_run_moves(L, 1) == self->keep.moves)
        dnnlua_run_keep(L, 1);
    self->keep.ended = false;
    lua_getfield(L, -1, "resume");
    lua_insert(L, -2);
    lua_call(L, 1, 2);
    if (lua_isnil(L, -2))
        dnnlua_note_failure(L);
    if (lua_tointeger(L, -2) > 0) {
        self->keep.step = lua_tointeger(L, -2);
        self->keep.whole = true;
        dnnlua_run_note_moves(L, 1);
        self->keep.interval = self->keep.steps > 0 ? self->keep.step / self->keep.steps : -1;
    }
    return 2;
}

/* _keep_last_step(run): at the end of a loop that leaves the run open, as dnn.fit's. */
int dnnlua_run_keep_last_step(lua_State *L) {
    dnnlua_run *self = dnnlua_check_run(L);

    dnnlua_run_keep_leave(self, false);
    if (self->keep.active && self->keep.whole && dnnlua_run_moves(L, 1) == self->keep.moves) {
        write_log(L, 1);
        dnnlua_run_tell_keeper(L, 1, "stop", self->keep.step);
    }
    return 0;
}

/* _take_back_step(run): the step that a loop has begun does not come; what follows belongs to the
 * one before. */
int dnnlua_run_take_back_step(lua_State *L) {
    dnnlua_keep *keep = &dnnlua_check_run(L)->keep;

    if (keep->within) {
        keep->within = false;
        keep->left = keep->ended = keep->whole = true;
        keep->step--;
    }
    return 0;
}
