/* sample_window.h: a real window on a (virtual) display that shows a sample run; xdotool plays the
 * keyboard and the mouse. */
#ifndef DNN_TESTS_VIZ_SAMPLE_WINDOW_H
#define DNN_TESTS_VIZ_SAMPLE_WINDOW_H

#include <SDL.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "check.h"
#include "core/memory.h"
#include "viz/draw/font.h"
#include "viz/sample_run.h"
#include "viz/window/page.h"
#include "viz/window/trainer.h"
#include "viz/window/window.h"

#define WIDTH  1000
#define HEIGHT 700

static struct {
    char folder[64];
    runs all;
    view v;
    dnn_control channel, trainer; /* the window's end and the other one */
    window w;
    FILE *xdotool;
    bool open;
} t;

static inline bool read_more(void *context) {
    return runs_poll(context);
}

static inline void step(void) {
    t.open = window_step(&t.w, 10) && t.open;
}

/* The window goes on until something is so. No test measures time: the limit is there for what
 * would never come. */
#define until(condition)                                                                           \
    do {                                                                                           \
        uint64_t begin_ = SDL_GetTicks64();                                                        \
        while (!(condition)) {                                                                     \
            step();                                                                                \
            if (SDL_GetTicks64() - begin_ > 60000)                                                 \
                fail_msg("%s did not come true", #condition);                                      \
        }                                                                                          \
    } while (0)

/* Its pauses after clicks and keys (100 and 12 ms) are for programs that look now and then; this
 * one takes events as they come. */
static inline void put_word(const char *word, const char *argument) {
    if (strcmp(word, "click") == 0 && argument != NULL && argument[0] != '-')
        fprintf(t.xdotool, "mousedown %s mouseup ", argument);
    else
        fprintf(t.xdotool, "%s%s ", word, strcmp(word, "key") == 0 ? " --delay 0" : "");
}

__attribute__((format(printf, 1, 2))) static inline void xdotool(const char *format, ...) {
    char line[256], *rest = line;
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(line, sizeof line, format, arguments);
    va_end(arguments);
    for (char *word = strtok_r(line, " ", &rest), *next; word != NULL; word = next) {
        next = strtok_r(NULL, " ", &rest);
        put_word(word, next);
    }
    fputc('\n', t.xdotool);
    fflush(t.xdotool);
}

/* xdotool's command to go to a place on the page. */
static inline const char *move(float x, float y) {
    static char text[2][48];
    static int next;
    int left, top;
    SDL_GetWindowPosition(t.w.sdl, &left, &top);
    next = !next;
    snprintf(text[next], sizeof *text, "mousemove %d %d", left + (int)x, top + (int)y);
    return text[next];
}

static inline bool cursor_is_at(float x, float y) {
    return t.v.cursor_inside && fabsf(t.v.cursor.x - floorf(x)) < 1 &&
           fabsf(t.v.cursor.y - floorf(y)) < 1;
}

/* A window that has just come may miss a motion: it is repeated from elsewhere. */
static inline void point_at(float x, float y) {
    uint64_t begin = SDL_GetTicks64();
    while (!cursor_is_at(x, y) && SDL_GetTicks64() - begin < 60000) {
        xdotool("%s %s", move(x + 3, y + 3), move(x, y));
        for (int k = 0; k < 10 && !cursor_is_at(x, y); k++)
            step();
    }
    assert_true(cursor_is_at(x, y));
}

/* Clicks up to the next call of this count as double clicks, however long they take, or never. */
static inline void count_double_clicks(bool on) {
    SDL_SetHint(SDL_HINT_MOUSE_DOUBLE_CLICK_TIME, on ? "600000" : "0");
}

static inline panel *cost(void) {
    return sample_panel(&t.v, PANEL_CURVES, "cost");
}

static inline void point_into(const panel *p, float x, float y) {
    point_at(p->plot.x + x * p->plot.w, p->plot.y + y * p->plot.h);
}

static inline int open_window(void **state) {
    (void)state;
    dnn_error err;
    int ends[2];
    memset(&t, 0, sizeof t);
    strcpy(t.folder, "/tmp/dnn-window-XXXXXX");
    if (mkdtemp(t.folder) == NULL || chdir(t.folder) != 0)
        return -1;
    setenv("XDG_STATE_HOME", t.folder, 1);
    sample_run("cats", SAMPLE_STEPS);
    check_ok(runs_open(&t.all, "cats", &err));
    runs_poll(&t.all);
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
    check_ok(fonts_open(&err));
    view_init(&t.v, &t.all, WIDTH, HEIGHT);
    view_update(&t.v);
    trainer_attach(&t.channel, ends[0], &t.v);
    t.trainer = (dnn_control){.fd = ends[1]};
    check_ok(window_open(&t.w, &t.v, &t.channel, WIDTH, HEIGHT, &err));
    t.w.more = read_more;
    t.w.context = &t.all;
    t.xdotool = popen("xdotool - >/dev/null", "w");
    assert_non_null(t.xdotool);
    t.open = true;
    count_double_clicks(false);
    until(t.w.frames > 0);
    point_into(cost(), 0.5f, 0.5f);
    return 0;
}

static inline int close_window(void **state) {
    (void)state;
    char line[96];
    pclose(t.xdotool);
    window_close(&t.w);
    view_free(&t.v);
    runs_free(&t.all);
    fonts_close();
    assert_int_equal(dnn_allocations_live(), 0);
    if (t.channel.fd >= 0)
        close(t.channel.fd);
    if (t.trainer.fd >= 0)
        close(t.trainer.fd);
    snprintf(line, sizeof line, "rm -rf %s", t.folder);
    return chdir("/") != 0 || system(line) != 0;
}

static inline double span(const axis *a) {
    return a->high - a->low;
}

#define window_test(f) cmocka_unit_test_setup_teardown(f, open_window, close_window)

#endif
