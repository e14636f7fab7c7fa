/* interruption.c: what SIGINT does.
 *
 * To stop is to raise the error "interrupted!" from a hook, which a signal handler may set, in the
 * coroutine that is running, and to ask the module to leave what it is computing. At the prompt
 * that happens at once. A script that asks whether it is to end (dnn.interrupted, a run) is left to
 * end by itself first. What catches the error and goes on is stopped for good the second time.
 *
 * One Ctrl-C can arrive as several signals: timeout, make, npm and wrappers of terminals signal a
 * program and then its whole group. Signals within BURST milliseconds of one that was obeyed are
 * that one again, also while the script's finalisers run. */
#include <dlfcn.h>
#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "bindings/host.h"
#include "bindings/program/program.h"
#include "core/clock.h"

enum {
    PATIENCE = 1000, /* milliseconds after which a stop that has had no effect is reported */
    BURST = 100      /* milliseconds within which signals are one */
};

static dnnlua_interruption with_module;
static bool at_terminal, reported;
static volatile bool raised;

static lua_State *volatile running;    /* the coroutine that executes */
static volatile sig_atomic_t stops;    /* that were requested during this call */
static volatile sig_atomic_t stopping; /* one of them has not been obeyed */
static volatile sig_atomic_t warned;   /* that the stop has had no effect */
static volatile long long stopping_since;
static volatile sig_atomic_t time_is_over;
static atomic_llong obeyed_at = -BURST; /* when the last signal was obeyed that began a burst */

/* --- bursts of signals --- */

/* By the monotonic clock. */
static long long milliseconds(void) {
    return dnn_clock_nanoseconds() / 1000000;
}

bool is_same_interrupt(void) {
    return milliseconds() - atomic_load(&obeyed_at) < BURST;
}

void end_interrupt_burst(void) {
    atomic_store(&obeyed_at, milliseconds() - BURST);
}

bool obey_interrupt(void) {
    long long now = milliseconds(), last = atomic_load(&obeyed_at);
    return now - last >= BURST && atomic_compare_exchange_strong(&obeyed_at, &last, now);
}

/* --- stopping --- */

static void stop_hook(lua_State *L, lua_Debug *where);

static void set_hook(lua_State *L) {
    lua_sethook(L, stop_hook, LUA_MASKCALL | LUA_MASKRET | LUA_MASKLINE | LUA_MASKCOUNT, 1);
}

static void unset_hook(lua_State *L) {
    if (lua_gethook(L) == stop_hook)
        lua_sethook(L, NULL, 0, 0);
}

/* The request has been obeyed. */
static void settle(lua_State *L) {
    unset_hook(L);
    stopping = false;
    if (with_module.clear != NULL)
        with_module.clear();
}

/* From the second time on it stays, and raises again whatever the script catches. */
static void stop_hook(lua_State *L, lua_Debug *where) {
    (void)where;
    if (!stopping) { /* inherited by a coroutine that was made in the meantime */
        unset_hook(L);
        return;
    }
    raised = true;
    if (stops == 1)
        settle(L);
    if (lua_getfield(L, LUA_REGISTRYINDEX, DNNLUA_GUARD) == LUA_TUSERDATA)
        luaL_callmeta(L, -1, "__close");
    luaL_error(L, time_is_over ? "time limit reached" : "interrupted!");
}

/* The same function of Lua's, which its libraries reach through this one: a signal must find the
 * coroutine that is running, and Lua does not say which that is. */
int lua_resume(lua_State *L, lua_State *from, int arguments, int *results) {
    static int (*resume)(lua_State *, lua_State *, int, int *);
    if (resume == NULL)
        *(void **)&resume = dlsym(RTLD_NEXT, "lua_resume");
    lua_State *resumer = running;
    running = L;
    if (stopping)
        set_hook(L); /* a signal has come between */
    int status = resume(L, from, arguments, results);
    running = resumer;
    if (stopping && resumer != NULL) {
        unset_hook(L);
        set_hook(resumer);
    }
    return status;
}

/* --- the signal --- */

/* In a line of its own, where the terminal shows ^C or a progress bar. */
static void print_notice(const char *text) {
    ssize_t written = at_terminal ? write(STDERR_FILENO, "\n", 1) : 0;
    written += write(STDERR_FILENO, text, strlen(text));
    (void)written;
}

static void die(int number) {
    signal(number, SIG_DFL);
    raise(number);
}

static void stop(void) {
    stops++;
    stopping = true;
    stopping_since = milliseconds();
    set_hook(running);
    if (with_module.request != NULL)
        with_module.request();
}

static void interrupt_script(int number) {
    if (with_module.script_polls && !with_module.stop_requested) {
        with_module.stop_requested = true;
        print_notice("dnnlua: finishing the batch; Ctrl-C again ends at once\n");
    } else if (stops == 0) {
        stop();
    } else {
        die(number);
    }
}

static void interrupt_prompt(int number) {
    if (!stopping) {
        warned = false;
        stop();
    } else if (warned) {
        die(number);
    } else if (milliseconds() - stopping_since > PATIENCE) {
        warned = true;
        print_notice("dnnlua: this function cannot be stopped; Ctrl-C again ends the program\n");
    }
}

static void on_interrupt(int number) {
    int error = errno;
    if (!obey_interrupt())
        return;
    if (with_module.at_prompt)
        interrupt_prompt(number);
    else
        interrupt_script(number);
    errno = error;
}

/* Between calls and after the last, where SIGINT would end the program without a handler. */
static void on_late_interrupt(int number) {
    if (!is_same_interrupt())
        die(number);
}

/* --- limited time --- */

enum { GRACE = 2 /* seconds for what is left to do */ };

/* A stop that counts as the second: nothing catches it for good. */
static void on_alarm(int number) {
    int error = errno;
    (void)number;
    if (time_is_over || running == NULL) {
        print_notice("dnnlua: time limit reached\n");
        _exit(1);
    }
    time_is_over = true;
    stop();
    stops++;
    errno = error;
}

/* Sends the process a signal so many seconds from now, and again after each GRACE. */
static bool send_later(int number, unsigned seconds) {
    struct sigevent what = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = number};
    struct itimerspec when = {.it_value.tv_sec = seconds, .it_interval.tv_sec = GRACE};
    timer_t timer;
    return timer_create(CLOCK_MONOTONIC, &what, &timer) == 0 &&
           timer_settime(timer, 0, &when, NULL) == 0;
}

/* SIGKILL ends what has had SIGALRM blocked. */
bool limit_time(unsigned seconds) {
    struct sigaction how = {.sa_handler = on_alarm, .sa_flags = SA_RESTART};
    sigaction(SIGALRM, &how, NULL);
    return send_later(SIGALRM, seconds) && send_later(SIGKILL, seconds + 2 * GRACE);
}

/* --- around a call --- */

static struct sigaction outside; /* what SIGINT does otherwise */

void begin_interruptible(lua_State *L) {
    running = L;
    stops = 0;
    raised = false;
    at_terminal = isatty(STDERR_FILENO);
    /* A script's input goes on after a signal, as lua's does; at the prompt it ends. */
    struct sigaction how = {.sa_handler = on_interrupt,
                            .sa_flags = with_module.at_prompt ? 0 : SA_RESTART};
    sigaction(SIGINT, &how, &outside);
}

void end_interruptible(lua_State *L) {
    struct sigaction late = {.sa_handler = on_late_interrupt, .sa_flags = SA_RESTART};
    sigaction(SIGINT, outside.sa_handler == SIG_DFL ? &late : &outside, NULL);
    settle(L);
}

void open_interruption(lua_State *L) {
    lua_pushlightuserdata(L, &with_module);
    lua_setfield(L, LUA_REGISTRYINDEX, DNNLUA_INTERRUPTION);
}

/* --- at the prompt --- */

static volatile sig_atomic_t early; /* a signal has come while no input ran */

static void note_early_interrupt(int number) {
    (void)number;
    early |= !is_same_interrupt();
}

bool take_early_interrupt(void) {
    bool came = early;
    early = false;
    return came;
}

void begin_prompt_interrupts(void) {
    struct sigaction noting = {.sa_handler = note_early_interrupt};
    with_module.at_prompt = true;
    with_module.stop_requested = with_module.script_knows = false;
    if (isatty(STDIN_FILENO))
        sigaction(SIGINT, &noting, NULL);
}

/* --- reports --- */

void begin_report(const char *text) {
    reported = raised && strstr(text, "interrupted!") != NULL;
    if (reported && at_terminal)
        fputc('\n', stderr); /* ends the line that shows ^C */
}

bool was_interrupted(bool well) {
    return well ? with_module.stop_requested : reported;
}
