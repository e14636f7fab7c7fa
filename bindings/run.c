/* run.c: dnn.Run, the log of a training: made, opened, written to, closed. */
#include "run.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "nn/watch.h"

static const char *const options[] = {"view", "every",     "histogram_every", "settings",
                                      "net",  "optimiser", "stop_not_finite", "checkpoint",
                                      NULL};

#define LOOK_SECONDS      0.1
#define HISTOGRAM_SECONDS 5.0
#define POLL_SECONDS      0.01 /* between looks at what the window and the disk say */

double dnnlua_run_clock(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

double dnnlua_run_coarse_clock(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

/* --- open and closed --- */

dnnlua_run *dnnlua_check_run(lua_State *L) {
    dnnlua_run *self = dnnlua_check_self(L, DNNLUA_RUN, "run");

    if (self->closed) {
        luaL_error(L, "Run: this run is closed");
    }
    return self;
}

/* Pushes a run that is closed yet. */
static dnnlua_run *new_run(lua_State *L) {
    dnnlua_run *self = lua_newuserdatauv(L, sizeof *self, RUN_USER_VALUES);

    memset(self, 0, sizeof *self);
    self->closed = true;
    self->control.fd = -1;
    self->step = -1;
    luaL_setmetatable(L, DNNLUA_RUN);
    return self;
}

static void warn_of_problem(const dnnlua_run *self) {
    dnn_error err;

    if (self->log != NULL && dnn_run_log_problem(self->log, &err)) {
        fprintf(stderr, "dnn.Run: %s\n", err.text);
    }
}

/* run:close(), the end of a `local run <close>`, and the collector. */
static int run_close(lua_State *L) {
    dnnlua_run *self = dnnlua_check_self(L, DNNLUA_RUN, "run");

    if (self->closed) {
        return 0;
    }
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

/* Whether this run is to have a window: {view = }, else what dnnlua --view asked for. */
static bool wants_window(lua_State *L, int opts) {
    lua_getfield(L, LUA_REGISTRYINDEX, DNNLUA_VIEW);
    bool asked = lua_toboolean(L, -1);
    lua_pop(L, 1);
    return dnnlua_option_flag(L, opts, "Run", "view", asked);
}

/* Pushes "runs/train_cats-20250131-093005", after the script and the time. */
static void push_default_folder(lua_State *L) {
    char moment[32];
    time_t now = time(NULL);
    struct tm local;

    strftime(moment, sizeof moment, "%Y%m%d-%H%M%S", localtime_r(&now, &local));
    lua_getglobal(L, "arg");
    bool script = lua_istable(L, -1) && lua_rawgeti(L, -1, 0) == LUA_TSTRING;
    const char *path = script ? lua_tostring(L, -1) : "run";
    const char *slash = strrchr(path, '/');
    const char *name = slash != NULL ? slash + 1 : path;
    const char *dot = strrchr(name, '.');
    lua_pushlstring(L, name, dot != NULL && dot > name ? (size_t)(dot - name) : strlen(name));
    lua_pushfstring(L, "runs/%s-%s", lua_tostring(L, -1), moment);
}

static void read_beat(lua_State *L, int opts, const char *name, double fallback,
                      dnnlua_beat *beat) {
    double every = dnnlua_option_number(L, opts, "Run", name, -1);

    if (isnan(every) || (every < 0 && every != -1)) {
        luaL_error(L, "Run: %s must be a number of seconds >= 0, got %f", name, every);
    }
    beat->exact = every >= 0;
    beat->every = beat->exact ? every : fallback;
}

/* Checks the options at index 2 and takes those that need no open log; the run is at `run`. */
static void read_options(lua_State *L, int run, dnnlua_run *self) {
    dnnlua_check_options(L, 2, "Run", options);
    self->stop_not_finite = dnnlua_option_flag(L, 2, "Run", "stop_not_finite", true);
    read_beat(L, 2, "every", LOOK_SECONDS, &self->look);
    read_beat(L, 2, "histogram_every", HISTOGRAM_SECONDS, &self->histograms);
    if (lua_isnil(L, 2)) {
        return;
    }
    if (lua_getfield(L, 2, "checkpoint") != LUA_TNIL && !lua_isfunction(L, -1) &&
        !lua_istable(L, -1)) {
        luaL_error(L,
                   "Run: checkpoint must be a function, or a table of what is to be saved besides "
                   "net and optimiser, got %s",
                   dnnlua_got(L, -1));
    }
    lua_setiuservalue(L, run, RUN_CHECKPOINT);
    if (lua_getfield(L, 2, "settings") != LUA_TNIL && !lua_istable(L, -1)) {
        luaL_error(L, "Run: settings must be a table, got %s", dnnlua_got(L, -1));
    }
    lua_getfield(L, 2, "net");
    if (lua_getfield(L, 2, "optimiser") != LUA_TNIL && lua_isnil(L, -2)) {
        luaL_error(L, "Run: optimiser is watched together with net; give net = too");
    }
    lua_pop(L, 3);
}

/* Once the log is open: what it says first. */
static void begin_log(lua_State *L, int run, const dnnlua_run *self) {
    if (lua_isnil(L, 2)) {
        return;
    }
    if (lua_getfield(L, 2, "settings") != LUA_TNIL) {
        dnnlua_run_log_settings(L, self, lua_gettop(L));
    }
    if (lua_getfield(L, 2, "net") != LUA_TNIL) {
        lua_getfield(L, 2, "optimiser");
        dnnlua_run_watch(L, run, lua_gettop(L) - 1, lua_gettop(L));
    }
}

/* dnn.Run(folder, {view = , net = , ...}): the run. A folder that cannot be written must not keep a
 * network from being trained: then the run keeps nothing, says so once, and the reason comes
 * second. */
static int run_new(lua_State *L) {
    dnn_error err;

    lua_settop(L, 2);
    if (!lua_isnil(L, 1) && lua_type(L, 1) != LUA_TSTRING) {
        return luaL_error(L, "Run: expected the name of a folder, got %s%s", dnnlua_got(L, 1),
                          lua_istable(L, 1) ? "; options come second, as in dnn.Run(folder, {...})"
                                            : "");
    }
    dnnlua_run *self = new_run(L);
    read_options(L, 3, self);
    bool window = wants_window(L, 2);
    if (lua_isnil(L, 1) && window) {
        push_default_folder(L);
        lua_replace(L, 1);
    }
    lua_pushvalue(L, 1);
    lua_setiuservalue(L, 3, RUN_FOLDER);
    lua_newtable(L);
    lua_setiuservalue(L, 3, RUN_TAGS);
    lua_settop(L, 3);
    self->closed = false;
    bool failed =
        !lua_isnil(L, 1) && dnn_run_log_open(&self->log, lua_tostring(L, 1), &err) != DNN_OK;
    begin_log(L, 3, self);
    if (window && !failed) {
        dnnlua_run_open_window(L, 3);
    }
    dnnlua_run_set_pace(self);
    lua_settop(L, 3);
    if (!failed) {
        return 1;
    }
    lua_pushnil(L);
    lua_setiuservalue(L, 3, RUN_FOLDER);
    fprintf(stderr, "dnn.Run: %s; training goes on without a log\n", err.text);
    lua_pushstring(L, err.text);
    return 2;
}

/* --- log --- */

/* Raises what is not finite, after everything is on disk; names the layer if a network is watched.
 */
static void stop_not_finite(lua_State *L, const dnnlua_run *self, const dnnlua_logged *logged) {
    char value[32]; /* lua_pushfstring would write nan as "-nan" or "nan(...)" */
    const dnn_network *network = dnnlua_run_network(self);
    dnn_error where = {.text = ""};

    snprintf(value, sizeof value, "%s",
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
    luaL_error(L, "Run: %s is %s at step %I; %s", logged->not_finite, value, logged->step,
               where.text);
}

/* Ends the script: nobody but the error can, where the loop does not know. Its text says who ends
 * it, and where the checkpoint is. */
static void raise_stopped(lua_State *L, dnnlua_run *self) {
    self->stop_known = true;
    dnnlua_saving saving = dnnlua_run_checkpoint(L, 1);
    if (saving == DNNLUA_NOT_SAVED) {
        lua_error(L);
    }
    bool named = saving == DNNLUA_SAVED && lua_type(L, -1) == LUA_TSTRING;
    lua_pushfstring(L, "%s at step %I%s%s",
                    dnnlua_interrupted(L) ? "interrupted" : "stopped from the window",
                    (lua_Integer)self->step, named ? "; saved " : "",
                    named ? lua_tostring(L, -1) : "");
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
    if (!lua_istable(L, 3)) {
        return luaL_error(L, "Run: log: expected a table of values, as in {cost = cost}, got %s",
                          dnnlua_got(L, 3));
    }
    dnnlua_run_log_values(L, 1, 3, &logged);
    self->step = logged.step;
    double now = dnnlua_run_coarse_clock();
    if (now >= self->look.next || logged.not_finite != NULL) {
        dnnlua_run_look(L, 1, 3, logged.step);
    }
    if (logged.not_finite != NULL && self->stop_not_finite) {
        stop_not_finite(L, self, &logged);
    }
    if (self->paused || now >= self->next_poll) {
        self->next_poll = now + POLL_SECONDS;
        warn_of_problem(self);
        dnnlua_run_obey(L, 1);
    }
    self->stopped = self->stopped || dnnlua_interrupted(L);
    if (stopped_before && !self->stop_known) {
        raise_stopped(L, self);
    }
    return 0;
}

/* --- steps --- */

/* The next step, nil after the last or once the window or Ctrl-C has said stop; upvalues: the run,
 * the step, the last. */
static int next_step(lua_State *L) {
    dnnlua_run *self = lua_touserdata(L, lua_upvalueindex(1));
    lua_Integer step = lua_tointeger(L, lua_upvalueindex(2));

    self->stopped = self->stopped || dnnlua_interrupted(L);
    if (self->stopped) {
        self->stop_known = true;
        return 0;
    }
    if (step >= lua_tointeger(L, lua_upvalueindex(3))) {
        return 0;
    }
    lua_pushinteger(L, step + 1);
    lua_copy(L, -1, lua_upvalueindex(2));
    return 1;
}

/* for i in run:steps(last) do, or run:steps(first, last): as a numeric for. */
static int run_steps(lua_State *L) {
    dnnlua_check_run(L);
    lua_settop(L, 3);
    bool both = !lua_isnil(L, 3);
    lua_Integer last = (lua_Integer)dnnlua_check_size(L, both ? 3 : 2, "Run: steps", "last");
    lua_Integer first = both ? (lua_Integer)dnnlua_check_size(L, 2, "Run: steps", "first") : 1;

    lua_pushvalue(L, 1);
    lua_pushinteger(L, first - 1);
    lua_pushinteger(L, last);
    lua_pushcclosure(L, next_step, 3);
    return 1;
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

    if (self->log != NULL && dnn_run_log_flush(self->log, &err) != DNN_OK) {
        return dnnlua_fail(L, &err);
    }
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

static const luaL_Reg methods[] = {
    {"log",       run_log             },
    {"steps",     run_steps           },
    {"watch",     run_watch           },
    {"histogram", dnnlua_run_histogram},
    {"image",     dnnlua_run_image    },
    {"text",      dnnlua_run_text     },
    {"flush",     run_flush           },
    {"close",     run_close           },
    {NULL,        NULL                },
};

/* run.path, run.file (nil where nothing is kept), run.step, run.stopped, or a method (upvalue 1
 * holds them). */
static int run_index(lua_State *L) {
    static const char *const fields[] = {"path", "file", "step", "stopped", NULL};
    dnnlua_run *self = luaL_checkudata(L, 1, DNNLUA_RUN);

    lua_pushvalue(L, 2);
    if (lua_rawget(L, lua_upvalueindex(1)) != LUA_TNIL) {
        return 1;
    }
    dnnlua_nearest nearest = {.wanted = dnnlua_field_name(L, 2), .group = "Run"};
    if (strcmp(nearest.wanted, "path") == 0) {
        lua_getiuservalue(L, 1, RUN_FOLDER);
    } else if (strcmp(nearest.wanted, "file") == 0) {
        lua_pushstring(L, self->log != NULL ? dnn_run_log_path(self->log) : NULL);
    } else if (strcmp(nearest.wanted, "step") == 0) {
        lua_pushinteger(L, self->step);
    } else if (strcmp(nearest.wanted, "stopped") == 0) {
        self->stopped = self->stopped || dnnlua_interrupted(L);
        self->stop_known = self->stopped;
        lua_pushboolean(L, self->stopped);
    } else {
        dnnlua_offer(&nearest, methods, fields);
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
    {"__gc",       run_close   },
    {"__close",    run_close   },
    {NULL,         NULL        },
};

/* _save_runs_by(function) */
static int save_runs_by(lua_State *L) {
    luaL_checktype(L, 1, LUA_TFUNCTION);
    lua_settop(L, 1);
    lua_setfield(L, LUA_REGISTRYINDEX, DNNLUA_RUN_SAVER);
    return 0;
}

void dnnlua_open_run(lua_State *L) {
    lua_pushcfunction(L, run_new);
    lua_setfield(L, -2, "Run");
    lua_pushcfunction(L, save_runs_by);
    lua_setfield(L, -2, "_save_runs_by");
    luaL_newmetatable(L, DNNLUA_RUN);
    luaL_setfuncs(L, metamethods, 0);
    luaL_newlib(L, methods);
    lua_pushcclosure(L, run_index, 1);
    lua_setfield(L, -2, "__index");
    luaL_newmetatable(L, DNNLUA_STOPPED);
    lua_pushcfunction(L, stopped_tostring);
    lua_setfield(L, -2, "__tostring");
    lua_pop(L, 2);
}
