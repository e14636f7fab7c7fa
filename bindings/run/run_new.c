/* run_new.c: dnn.Run(folder, options), a run made: its options checked, its log and window opened.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "bindings/printable.h"
#include "bindings/run/run.h"

static const char *const options[] = {"view", "every",     "histogram_every", "settings",
                                      "net",  "optimiser", "stop_not_finite", "checkpoint",
                                      NULL};

#define LOOK_SECONDS      0.1
#define HISTOGRAM_SECONDS 5.0

/* Pushes a run that is closed yet. */
static dnnlua_run *new_run(lua_State *L) {
    dnnlua_run *self = lua_newuserdatauv(L, sizeof *self, RUN_USER_VALUES);

    memset(self, 0, sizeof *self);
    self->type = DNNLUA_RUN;
    self->closed = true;
    self->control.fd = -1;
    self->step = self->keep.step = -1;
    luaL_setmetatable(L, DNNLUA_RUN);
    return self;
}

/* The run on top is in use from now on. */
static void begin_use(lua_State *L, dnnlua_run *self) {
    self->closed = false;
    lua_getfield(L, LUA_REGISTRYINDEX, DNNLUA_RUNS_IN_USE);
    lua_pushvalue(L, -2);
    lua_pushboolean(L, true);
    lua_rawset(L, -3);
    lua_pop(L, 1);
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
                      dnnlua_interval *interval) {
    double every = dnnlua_option_number(L, opts, "Run", name, -HUGE_VAL);

    if (isnan(every) || (every < 0 && every != -HUGE_VAL))
        luaL_error(L, "Run: %s must be a number of seconds >= 0, got %f", name, dnn_shown(every));
    interval->exact = every >= 0;
    interval->every = interval->exact ? every : fallback;
}

/* Checks the options at index 2 and takes those that need no open log; the run is at `run`. */
static void read_options(lua_State *L, int run, dnnlua_run *self) {
    dnnlua_check_options(L, 2, "Run", options);
    self->stop_not_finite = dnnlua_option_flag(L, 2, "Run", "stop_not_finite", true);
    read_beat(L, 2, "every", LOOK_SECONDS, &self->look);
    read_beat(L, 2, "histogram_every", HISTOGRAM_SECONDS, &self->histograms);
    if (lua_isnil(L, 2))
        return;
    if (lua_getfield(L, 2, "checkpoint") != LUA_TNIL && !lua_isfunction(L, -1) &&
        !lua_istable(L, -1)) {
        luaL_error(L,
                   "Run: checkpoint must be a function, or a table of what else to save beside "
                   "net and optimiser, got %s",
                   dnnlua_got(L, -1));
    }
    lua_setiuservalue(L, run, RUN_CHECKPOINT);
    if (lua_getfield(L, 2, "settings") != LUA_TNIL && !lua_istable(L, -1))
        luaL_error(L, "Run: settings must be a table, got %s", dnnlua_got(L, -1));
    lua_getfield(L, 2, "net");
    if (lua_getfield(L, 2, "optimiser") != LUA_TNIL && lua_isnil(L, -2))
        luaL_error(L, "Run: an optimiser is watched with its network; add net = net");
    lua_pop(L, 3);
}

/* Once the log is open: what it says first. */
static void begin_log(lua_State *L, int run, const dnnlua_run *self) {
    if (lua_isnil(L, 2))
        return;
    if (lua_getfield(L, 2, "settings") != LUA_TNIL)
        dnnlua_run_log_settings(L, self, lua_gettop(L));
    if (lua_getfield(L, 2, "net") != LUA_TNIL) {
        lua_getfield(L, 2, "optimiser");
        dnnlua_run_watch(L, run, lua_gettop(L) - 1, lua_gettop(L));
    }
}

/* A folder that cannot be written must not keep a network from being trained: then the run keeps
 * nothing, says so once, and the reason comes second. */
int dnnlua_run_new(lua_State *L) {
    dnn_error err;

    lua_settop(L, 2);
    if (!lua_isnil(L, 1) && lua_type(L, 1) != LUA_TSTRING) {
        return luaL_error(L, "Run: expected the name of a folder, got %s%s%s", dnnlua_got(L, 1),
                          lua_istable(L, 1) ? "; options come second, as in dnn.Run(folder, {...})"
                                            : "",
                          dnnlua_push_usage(L));
    }
    if (lua_isstring(L, 1) && lua_rawlen(L, 1) == 0)
        return luaL_error(L,
                          "Run: expected the name of a folder, got ''; give nil to keep nothing");
    if (!lua_isnil(L, 1) && strlen(lua_tostring(L, 1)) != lua_rawlen(L, 1))
        return luaL_error(L, "Run: the name of the folder holds a zero byte");
    dnnlua_run *self = new_run(L);
    read_options(L, 3, self);
    bool window = wants_window(L, 2);
    if (lua_isnil(L, 1) && window) {
        push_default_folder(L);
        lua_replace(L, 1);
    }
    lua_pushvalue(L, 1);
    lua_setiuservalue(L, 3, RUN_FOLDER);
    lua_pushvalue(L, 1);
    lua_setiuservalue(L, 3, RUN_WANTED);
    lua_newtable(L);
    lua_setiuservalue(L, 3, RUN_TAGS);
    lua_settop(L, 3);
    begin_use(L, self);
    bool failed =
        !lua_isnil(L, 1) && dnn_run_log_open(&self->log, lua_tostring(L, 1), &err) != DNN_OK;
    if (!failed && self->log != NULL && dnn_run_log_other(self->log) != NULL) {
        const char *other = dnn_run_log_other(self->log);
        dnnlua_print_text(stderr,
                          lua_pushfstring(L,
                                          "dnn.Run: %s: another process is writing %s "
                                          "there; both logs continue; give each run a folder "
                                          "of its own\n",
                                          lua_tostring(L, 1), other));
        lua_pop(L, 1);
    }
    begin_log(L, 3, self);
    if (self->log != NULL)
        dnn_run_log_introduced(self->log);
    if (window && !failed)
        dnnlua_run_open_window(L, 3);
    dnnlua_run_set_pace(self);
    lua_settop(L, 3);
    if (!failed)
        return 1;
    lua_pushnil(L);
    lua_setiuservalue(L, 3, RUN_FOLDER);
    fprintf(stderr, "dnn.Run: %s; training continues without a log\n", err.text);
    lua_pushstring(L, err.text);
    return 2;
}
