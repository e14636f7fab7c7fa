/* run.c: dnn.Run, the log of a training: written to, asked, closed. */
#include "bindings/run/run.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "core/clock.h"
#include "nn/network/watch.h"

#define POLL_SECONDS 0.01 /* between looks at what the window, the disk and Ctrl-C say */

/* --- open and closed --- */

dnnlua_run *dnnlua_check_run(lua_State *L) {
    dnnlua_run *self = dnnlua_check_self(L, DNNLUA_RUN, "run");

    if (self->closed)
        luaL_error(L, "Run: this run is closed");
    return self;
}

static void warn_of_problem(const dnnlua_run *self) {
    dnn_error err;

    if (self->log != NULL && dnn_run_log_problem(self->log, &err))
        fprintf(stderr, "dnn.Run: %s\n", err.text);
}

/* run:close(), the end of a `local run <close>`, and the collector. */
static int end_run(lua_State *L, bool failed) {
    dnnlua_run *self = dnnlua_check_self(L, DNNLUA_RUN, "run");

    if (self->closed)
        return 0;
    dnnlua_run_keep_close(L, 1, failed);
    self->closed = true;
    dnnlua_run_unwatch(L, 1);
    dnnlua_run_leave_window(self);
    if (self->log != NULL) {
        dnn_run_log_flush(self->log, NULL); /* may be the first to meet a full disk */
        warn_of_problem(self);
    }
    dnn_run_log_close(self->log);
    self->log = NULL;
    return 0;
}

/* With the error that ends the block of a `local run <close>`; without one, but called by no
 * function, where os.exit closes the state in the middle of a step. */
static int run_close(lua_State *L) {
    lua_Debug caller;

    return end_run(L, !lua_isnoneornil(L, 2) || !lua_getstack(L, 1, &caller));
}

/* Where the script was is not known: no step may be half done in a checkpoint. */
static int run_collect(lua_State *L) {
    return end_run(L, true);
}

/* A script that has come to its end without an error is in the middle of no step. */
static int end_runs(lua_State *L) {
    lua_settop(L, 0);
    lua_getfield(L, LUA_REGISTRYINDEX, DNNLUA_RUNS_IN_USE);
    lua_pushnil(L);
    while (lua_next(L, 1)) {
        lua_pop(L, 1);
        lua_pushcfunction(L, run_close);
        lua_pushvalue(L, -2);
        lua_call(L, 1, 0);
    }
    return 0;
}

/* --- log --- */

/* Raises what is not finite, after everything is on disk; names the layer if a network is watched.
 */
static void stop_not_finite(lua_State *L, const dnnlua_run *self, const dnnlua_logged *logged) {
    char value[64]; /* lua_pushfstring would write nan as "-nan" or "nan(...)" */
    const dnn_network *network = dnnlua_run_network(self);
    dnn_error where = {.text = ""};

    if (logged->elements > 0)
        snprintf(value, sizeof value, "has %zu element%s not finite", logged->elements,
                 logged->elements == 1 ? " that is" : "s that are");
    else
        snprintf(value, sizeof value, "is %s",
                 isnan(logged->value) ? "nan" : (logged->value > 0 ? "inf" : "-inf"));
    if (network == NULL) {
        snprintf(where.text, sizeof where.text,
                 "run:watch(net) would name the layer; try a smaller learning rate");
    } else if (!dnn_watch_not_finite(network, &where)) {
        snprintf(where.text, sizeof where.text,
                 "the outputs of all layers are finite: look at Y and at how it is computed");
    }
    if (self->log != NULL) {
        dnnlua_run_log_text(self, logged->step, "not_finite", where.text, strlen(where.text));
        dnn_run_log_flush(self->log, NULL);
    }
    luaL_error(L, "Run: %s %s at step %I; %s", logged->not_finite, value, logged->step, where.text);
}

/* --- stopping --- */

static void note_stop(lua_State *L, dnnlua_run *self) {
    self->stopped = self->stopped || dnnlua_interrupted(L);
}

/* The script has been told that it is to stop. */
static void tell_stop(lua_State *L, dnnlua_run *self) {
    self->stop_known = true;
    if (dnnlua_interrupted(L))
        dnnlua_know_interruption(L);
}

/* Has the loops over run:steps that are under way, of all runs, end after their step; whether there
 * are any. */
static bool end_loops(lua_State *L) {
    bool any = false;

    lua_getfield(L, LUA_REGISTRYINDEX, DNNLUA_RUNS_IN_USE);
    for (lua_pushnil(L); lua_next(L, -2); lua_pop(L, 1)) {
        dnnlua_run *run = lua_touserdata(L, -2);
        if (!run->closed && run->keep.within)
            any = run->stopped = true;
    }
    lua_pop(L, 1);
    return any;
}

/* Whether the script ends by itself: by what it has asked, or by a loop that does. */
static bool is_stop_known(lua_State *L, dnnlua_run *self) {
    return self->stop_known || dnnlua_knows_interruption(L) || end_loops(L);
}

/* Ends the script: nobody but the error can, where the loop does not know. Its text says who ends
 * it, and where the checkpoint is. */
static void raise_stopped(lua_State *L, dnnlua_run *self) {
    self->stop_known = true;
    dnnlua_saving saving = dnnlua_run_checkpoint(L, 1);
    if (saving == DNNLUA_NOT_SAVED)
        lua_error(L);
    bool named = saving == DNNLUA_SAVED && lua_type(L, -1) == LUA_TSTRING;
    lua_pushfstring(
        L, "%s at step %I%s%s", dnnlua_interrupted(L) ? "interrupted" : "stopped from the window",
        (lua_Integer)self->step, named ? "; saved " : "", named ? lua_tostring(L, -1) : "");
    lua_newuserdatauv(L, 0, 1);
    lua_insert(L, -2);
    lua_setiuservalue(L, -2, 1);
    luaL_setmetatable(L, DNNLUA_STOPPED);
    lua_error(L);
}

/* run:log(step, {cost = , accuracy = {train = , test = }, ...}) */
static int run_log(lua_State *L) {
    dnnlua_run *self = dnnlua_check_run(L);
    if (lua_istable(L, 2)) {
        return luaL_error(L, "Run: log: the step comes before the values, as in run:log(i, {cost = "
                             "cost})");
    }
    dnnlua_logged logged = {.step = (lua_Integer)dnnlua_check_size(L, 2, "Run: log", "step")};
    bool stopped_before = self->stopped;

    lua_settop(L, 3);
    dnnlua_run_keep_start(L, 1);
    if (!lua_istable(L, 3)) {
        return luaL_error(L, "Run: log: expected a table of values, as in {cost = cost}, got %s",
                          dnnlua_got_usage(L, 3));
    }
    dnnlua_run_log_values(L, 1, 3, &logged);
    self->step = logged.step;
    double now = dnn_clock_coarse();
    if (now >= self->look.next || logged.not_finite != NULL)
        dnnlua_run_look(L, 1, 3, logged.step);
    if (logged.not_finite != NULL && self->stop_not_finite) {
        self->keep.due = false;
        stop_not_finite(L, self, &logged);
    }
    dnnlua_run_keep_logged(L, 1, 3, logged.step);
    if (self->paused || now >= self->next_poll || self->stop_held) {
        self->next_poll = now + POLL_SECONDS;
        warn_of_problem(self);
        dnnlua_run_obey(L, 1);
        note_stop(L, self);
        if (self->stopped && !stopped_before)
            dnnlua_run_keep_stop(L, 1);
    }
    if (stopped_before && !is_stop_known(L, self))
        raise_stopped(L, self);
    return 0;
}

/* --- steps --- */

/* The next step, nil after the last or once the window or Ctrl-C has said stop; upvalues: the run,
 * the step, the last, the number of this loop. */
static int next_step(lua_State *L) {
    dnnlua_run *self = lua_touserdata(L, lua_upvalueindex(1));
    lua_Integer step = lua_tointeger(L, lua_upvalueindex(2));
    bool counts = lua_tointeger(L, lua_upvalueindex(4)) == self->keep.loops;
    bool last = step >= lua_tointeger(L, lua_upvalueindex(3));

    note_stop(L, self);
    if (counts)
        dnnlua_run_keep_end(L, lua_upvalueindex(1), last);
    if (self->stopped) {
        tell_stop(L, self);
        return 0;
    }
    if (last)
        return 0;
    lua_pushinteger(L, step + 1);
    lua_copy(L, -1, lua_upvalueindex(2));
    if (counts)
        dnnlua_run_keep_begin(L, lua_upvalueindex(1), step + 1);
    return 1;
}

/* The number of a loop, with its run; closed when the loop ends, also by a break or an error. */
static lua_Integer *push_loop(lua_State *L, dnnlua_run *self) {
    lua_Integer *loop = lua_newuserdatauv(L, sizeof *loop, 1);

    *loop = ++self->keep.loops;
    lua_pushvalue(L, 1);
    lua_setiuservalue(L, -2, 1);
    luaL_setmetatable(L, DNNLUA_RUN_STEPS);
    return loop;
}

static int leave_steps(lua_State *L) {
    const lua_Integer *loop = luaL_checkudata(L, 1, DNNLUA_RUN_STEPS);

    lua_getiuservalue(L, 1, 1);
    dnnlua_run *self = lua_touserdata(L, -1);
    if (*loop == self->keep.loops)
        dnnlua_run_keep_leave(self, !lua_isnoneornil(L, 2));
    return 0;
}

/* for i in run:steps(last) do, or run:steps(first, last): as a numeric for. */
static int run_steps(lua_State *L) {
    dnnlua_run *self = dnnlua_check_run(L);
    lua_settop(L, 3);
    bool both = !lua_isnil(L, 3);
    lua_Integer last = (lua_Integer)dnnlua_check_size(L, both ? 3 : 2, "Run: steps", "last");
    lua_Integer first = both ? (lua_Integer)dnnlua_check_size(L, 2, "Run: steps", "first") : 1;

    dnnlua_run_keep_start(L, 1);
    lua_Integer loop = *push_loop(L, self);
    lua_pushvalue(L, 1);
    lua_pushinteger(L, first - 1);
    lua_pushinteger(L, last);
    lua_pushinteger(L, loop);
    lua_pushcclosure(L, next_step, 4);
    lua_pushnil(L);
    lua_pushnil(L);
    lua_rotate(L, -4, -1);
    return 4;
}

/* --- other methods --- */

/* run:watch(net [, optimiser]) */
static int run_watch(lua_State *L) {
    dnnlua_check_run(L);
    lua_settop(L, 3);
    dnnlua_run_watch(L, 1, 2, 3);
    return 0;
}

/* run:flush(): true when all that was logged is on disk, or nil and a message. */
static int run_flush(lua_State *L) {
    const dnnlua_run *self = dnnlua_check_run(L);
    dnn_error err;

    if (self->log != NULL && dnn_run_log_flush(self->log, &err) != DNN_OK)
        return dnnlua_fail(L, &err);
    lua_pushboolean(L, true);
    return 1;
}

static int run_tostring(lua_State *L) {
    const dnnlua_run *self = luaL_checkudata(L, 1, DNNLUA_RUN);

    lua_getiuservalue(L, 1, RUN_FOLDER);
    const char *folder = lua_isnil(L, -1) ? "no folder" : lua_tostring(L, -1);
    lua_pushfstring(L, self->step < 0 ? "" : ", step %I", self->step);
    lua_pushfstring(L, "Run(%s%s%s)", folder, lua_tostring(L, -1), self->closed ? ", closed" : "");
    return 1;
}

static const dnnlua_function methods[] = {
    {"log",          run_log,                      3},
    {"steps",        run_steps,                    3},
    {"watch",        run_watch,                    3},
    {"histogram",    dnnlua_run_histogram,         4},
    {"matrix",       dnnlua_run_matrix,            5},
    {"pr_curve",     dnnlua_run_pr_curve,          6},
    {"image",        dnnlua_run_image,             6},
    {"text",         dnnlua_run_text,              3},
    {"feature_maps", dnnlua_run_feature_maps,      5},
    {"flush",        run_flush,                    1},
    {"checkpoint",   dnnlua_run_checkpoint_method, 2},
    {"resume",       dnnlua_run_resume,            1},
    {"close",        run_close,                    1},
    {NULL,           NULL,                         0},
};

/* A loop of the script's own that asks in the middle of a step, with a batch drawn, hears of a stop
 * when that step is done and logged, and so saved; if it asks again before that, at once. */
static bool is_stopped(lua_State *L, dnnlua_run *self) {
    bool before = self->stopped || self->stop_held;

    if (!before && dnnlua_interrupted(L) && dnnlua_run_keep_splits(L, 1)) {
        self->stop_held = true;
        return false;
    }
    note_stop(L, self);
    if (self->stopped)
        tell_stop(L, self);
    return self->stopped;
}

/* run.path, run.file (nil where nothing is kept), run.step, run.stopped, or a method (upvalue 1
 * holds them). */
static int run_index(lua_State *L) {
    static const char *const fields[] = {"path", "file", "step", "stopped", NULL};

    lua_pushvalue(L, 2);
    if (lua_rawget(L, lua_upvalueindex(1)) != LUA_TNIL)
        return 1;
    dnnlua_run *self = luaL_checkudata(L, 1, DNNLUA_RUN);
    dnn_nearest nearest = {.wanted = dnnlua_field_name(L, 2), .group = "Run"};
    if (strcmp(nearest.wanted, "path") == 0) {
        lua_getiuservalue(L, 1, RUN_FOLDER);
    } else if (strcmp(nearest.wanted, "file") == 0) {
        lua_pushstring(L, self->log != NULL ? dnn_run_log_path(self->log) : NULL);
    } else if (strcmp(nearest.wanted, "step") == 0) {
        lua_pushinteger(L, self->step);
    } else if (strcmp(nearest.wanted, "stopped") == 0) {
        lua_pushboolean(L, is_stopped(L, self));
    } else {
        dnnlua_offer_keys(L, lua_upvalueindex(1), &nearest);
        dnnlua_offer_names(&nearest, fields);
        return dnnlua_no_such_field(L, "Run", &nearest);
    }
    return 1;
}

static int stopped_tostring(lua_State *L) {
    luaL_checkudata(L, 1, DNNLUA_STOPPED);
    lua_getiuservalue(L, 1, 1);
    return 1;
}

/* --- the class --- */

static const luaL_Reg metamethods[] = {
    {"__tostring", run_tostring},
    {"__gc",       run_collect },
    {"__close",    run_close   },
    {NULL,         NULL        },
};

void dnnlua_open_run(lua_State *L) {
    dnnlua_push_function(L, (dnnlua_function){"Run", dnnlua_run_new, 2}, 0);
    lua_setfield(L, -2, "Run");
    lua_pushcfunction(L, dnnlua_run_keep_last_step);
    lua_setfield(L, -2, "_keep_last_step");
    lua_pushcfunction(L, dnnlua_run_take_back_step);
    lua_setfield(L, -2, "_take_back_step");
    lua_newtable(L);
    lua_createtable(L, 0, 1);
    lua_pushliteral(L, "k");
    lua_setfield(L, -2, "__mode");
    lua_setmetatable(L, -2);
    lua_setfield(L, LUA_REGISTRYINDEX, DNNLUA_RUNS_IN_USE);
    lua_pushcfunction(L, end_runs);
    lua_setfield(L, LUA_REGISTRYINDEX, DNNLUA_AT_END);
    luaL_newmetatable(L, DNNLUA_RUN);
    luaL_setfuncs(L, metamethods, 0);
    lua_newtable(L);
    dnnlua_register(L, methods);
    lua_pushcclosure(L, run_index, 1);
    lua_setfield(L, -2, "__index");
    luaL_newmetatable(L, DNNLUA_RUN_STEPS);
    lua_pushcfunction(L, leave_steps);
    lua_setfield(L, -2, "__close");
    luaL_newmetatable(L, DNNLUA_STOPPED);
    lua_pushcfunction(L, stopped_tostring);
    lua_setfield(L, -2, "__tostring");
    lua_pop(L, 3);
}
