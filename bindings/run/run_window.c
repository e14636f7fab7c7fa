/* run_window.c: the window beside a training, and what it may ask for.
 *
 * dnnview runs as a program of its own on the run's folder. It inherits one end of a socket pair as
 * descriptor 3, and nobody else can speak to this one. The window outlives the training. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bindings/lua_half.h"
#include "bindings/printable.h"
#include "bindings/run/run.h"
#include "bindings/run/viewer.h"
#include "core/descriptor.h"
#include "core/interrupt.h"
#include "core/process.h"

#define WAIT_MILLISECONDS 50 /* how soon a pause notices SIGINT */
#define WINDOW_FD         3

/* --- starting it --- */

/* Standard input and output stay the training's alone, so that a pipe after it ends with it; a
 * process group of its own, so that Ctrl-C stops the training and not the window. */
static int spawn(const char *program, const char *folder, int channel, pid_t *pid) {
    char fd[8];
    snprintf(fd, sizeof fd, "%d", WINDOW_FD);
    char *arguments[] = {(char *)program, "--control", fd, (char *)folder, NULL};
    int errors = isatty(STDERR_FILENO) ? DNN_SPAWN_INHERIT : DNN_SPAWN_NULL;
    const int files[] = {DNN_SPAWN_NULL, DNN_SPAWN_NULL, errors, [WINDOW_FD] = channel};
    return dnn_spawn(pid, program, arguments, files, sizeof files / sizeof *files, true);
}

static void warn(const char *why, const char *what) {
    fprintf(stderr, "dnn.Run: no window: %s%s; training continues\n", why, what);
}

void dnnlua_run_open_window(lua_State *L, int run) {
    dnnlua_run *self = lua_touserdata(L, run);
    int ends[2];

    if (getenv("DISPLAY") == NULL && getenv("WAYLAND_DISPLAY") == NULL) {
        warn("no display (neither DISPLAY nor WAYLAND_DISPLAY is set)", "");
        return;
    }
    const char *program = dnnlua_push_viewer(L);
    lua_getiuservalue(L, run, RUN_FOLDER);
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) {
        warn("no channel to it: ", strerror(errno));
        return;
    }
    ends[0] = dnn_above_standard(ends[0]);
    int problem = spawn(program, lua_tostring(L, -1), ends[1], &self->window);
    close(ends[1]);
    if (problem == 0) {
        self->control = (dnn_control){.fd = ends[0]};
        return;
    }
    close(ends[0]);
    self->window = 0;
    warn(lua_pushfstring(L, "%s cannot be started: ", program), strerror(problem));
}

/* --- leaving it --- */

/* Takes notice of a window that has been closed. */
static void reap(dnnlua_run *self) {
    if (self->window > 0 && waitpid(self->window, NULL, WNOHANG) != 0)
        self->window = 0;
}

void dnnlua_run_leave_window(dnnlua_run *self) {
    if (self->control.fd >= 0) {
        close(self->control.fd);
        self->control.fd = -1;
    }
    reap(self);
}

/* --- what it says --- */

__attribute__((format(printf, 2, 3))) static void answer(dnnlua_run *self, const char *format,
                                                         ...) {
    char line[DNN_CONTROL_LINE];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(line, sizeof line, format, arguments);
    va_end(arguments);
    line[strcspn(line, "\n")] = '\0';
    dnn_control_send(&self->control, line);
}

/* Pushes the module's own way to save, and its arguments; false, having pushed nothing, where there
 * is no network to save. */
static bool push_saver(lua_State *L, int run, const dnnlua_run *self) {
    int top = lua_gettop(L);

    if (dnnlua_run_network(self) == NULL || self->keep.refused ||
        dnnlua_push_half(L, "save_run") == LUA_TNIL ||
        lua_getiuservalue(L, run, RUN_FOLDER) == LUA_TNIL) {
        lua_settop(L, top);
        return false;
    }
    lua_pushinteger(L, self->step);
    lua_getiuservalue(L, run, RUN_NETWORK);
    lua_getiuservalue(L, run, RUN_OPTIMISER);
    lua_getiuservalue(L, run, RUN_CHECKPOINT);
    return true;
}

dnnlua_saving dnnlua_run_checkpoint(lua_State *L, int run) {
    const dnnlua_run *self = lua_touserdata(L, run);
    dnnlua_saving saving;

    if (dnnlua_run_keep_now(L, run, &saving))
        return saving;
    bool own = lua_getiuservalue(L, run, RUN_CHECKPOINT) == LUA_TFUNCTION;

    if (own) {
        lua_pushinteger(L, self->step);
        return dnnlua_try(L, 1, 1) == LUA_OK ? DNNLUA_SAVED : DNNLUA_NOT_SAVED;
    }
    lua_pop(L, 1);
    if (!push_saver(L, run, self))
        return DNNLUA_NO_WAY;
    if (dnnlua_try(L, 5, 2) != LUA_OK)
        return DNNLUA_NOT_SAVED;
    bool saved = !lua_isnil(L, -2);
    lua_remove(L, saved ? -1 : -2);
    return saved ? DNNLUA_SAVED : DNNLUA_NOT_SAVED;
}

void dnnlua_run_save_asked(lua_State *L, int run) {
    dnnlua_run *self = lua_touserdata(L, run);
    int top = lua_gettop(L);
    dnnlua_saving saving = dnnlua_run_checkpoint(L, run);

    if (saving == DNNLUA_NO_WAY) {
        answer(self, self->keep.refused
                         ? "checkpoint: none can be kept in this folder"
                         : "checkpoint: no network to save; run:watch(net, optimiser) gives one");
        return;
    }
    const char *text = luaL_tolstring(L, -1, NULL);
    if (saving == DNNLUA_NOT_SAVED) {
        dnnlua_print_text(
            stderr, lua_pushfstring(L, "dnn.Run: checkpoint: %s; training continues\n", text));
        lua_pop(L, 1);
        answer(self, "checkpoint: %.400s", text);
    } else if (lua_type(L, -2) == LUA_TSTRING) {
        answer(self, "saved %.400s", text);
    } else {
        answer(self, "saved");
    }
    lua_settop(L, top);
}

/* Multiplies the learning rate, which must stay one that the optimiser takes. */
static void change_rate(dnnlua_run *self, const char *factor) {
    dnn_optimiser *optimiser = dnnlua_run_optimiser(self);
    dnn_error err;

    if (optimiser == NULL) {
        answer(self, "rate: no optimiser; run:watch(net, optimiser) gives one");
        return;
    }
    double rate = dnn_optimiser_settings(optimiser)[0].number * strtod(factor, NULL);
    if (!(rate > 0) ||
        dnn_optimiser_set(optimiser, 0, (dnn_setting){.number = rate}, &err) != DNN_OK) {
        answer(self, "rate: cannot be %g", dnn_shown(rate));
        return;
    }
    answer(self, "rate %.6g", rate);
}

/* Does what a line asks; a word that it does not know is left alone. Returns false when the
 * training is to go on with one step. */
static bool obey_line(lua_State *L, int run, dnnlua_run *self, const char *line) {
    if (strcmp(line, "pause") == 0) {
        self->paused = true;
        answer(self, "paused %lld", (long long)self->step);
    } else if (strcmp(line, "resume") == 0) {
        self->paused = false;
        answer(self, "running %lld", (long long)self->step);
    } else if (strcmp(line, "step") == 0) {
        self->paused = true;
        return false;
    } else if (strcmp(line, "stop") == 0) {
        self->stopped = true;
        self->paused = false;
        answer(self, "stopping");
    } else if (strcmp(line, "checkpoint") == 0) {
        if (self->keep.active && !self->keep.whole)
            self->keep.asked = true;
        else
            dnnlua_run_save_asked(L, run);
    } else if (strncmp(line, "rate ", 5) == 0) {
        change_rate(self, line + 5);
    }
    return true;
}

/* The hook of the main thread: one that has changed was set by a signal handler such as that of the
 * stock lua, which wants to interrupt the script. */
static lua_Hook main_hook(lua_State *L) {
    lua_rawgeti(L, LUA_REGISTRYINDEX, LUA_RIDX_MAINTHREAD);
    lua_Hook hook = lua_gethook(lua_tothread(L, -1));
    lua_pop(L, 1);
    return hook;
}

/* Listens until nothing more is said or, while paused, until the training is to go on. True when it
 * has waited. */
static bool listen_to_window(lua_State *L, int run, dnnlua_run *self) {
    char line[DNN_CONTROL_LINE];
    lua_Hook usual = main_hook(L);
    bool waited = self->paused;

    for (;; waited = waited || self->paused) {
        if (dnn_control_receive(&self->control, line, self->paused ? WAIT_MILLISECONDS : 0)) {
            if (!obey_line(L, run, self, line))
                return waited;
            continue;
        }
        if (self->control.fd < 0 || main_hook(L) != usual || dnn_interrupt_requested() ||
            dnnlua_interrupted(L))
            self->paused = false;
        if (!self->paused)
            return waited;
    }
}

void dnnlua_run_obey(lua_State *L, int run) {
    dnnlua_run *self = lua_touserdata(L, run);

    if (self->control.fd < 0)
        return;
    if (self->paused) /* one step was taken */
        answer(self, "paused %lld", (long long)self->step);
    if (listen_to_window(L, run, self))
        dnnlua_run_set_pace(self);
    reap(self);
}
