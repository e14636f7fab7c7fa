/* window.c: SDL shows pixels that were drawn in software, and tells of keys and the mouse. */
#include "viz/window/window.h"

#include <SDL.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "viz/window/damage.h"
#include "viz/window/page.h"
#include "viz/window/screen.h"
#include "viz/window/trainer.h"
#include "viz/window/window_parts.h"

#define REPLAY_BEAT 33
#define SMOOTH_MOST ((size_t)200000) /* points that are averaged in a frame: about 10 ms */

/* --- time --- */

static void move_replay(window *w, uint64_t now) {
    replay *r = &w->view->replay;
    double seconds = (double)(now - w->ticked) / 1000;
    w->ticked = now;
    if (!r->on || r->paused || r->position >= r->duration || w->view->drag == DRAG_SEEK)
        return;
    replay_seek(r, w->view->all, r->position + seconds * r->speed);
    w->stale = true;
}

/* A run that gets no more values is an ended one after a while, and what it lacks is said. */
static void look_at_words(window *w, uint64_t now) {
    char words[sizeof w->words];
    if (w->worded > 0 && now - w->worded < 1000)
        return;
    w->worded = now;
    if (damage_say(w->view))
        w->stale = true;
    page_describe(w->view, words, sizeof words);
    if (strcmp(words, w->words) != 0)
        w->stale = true;
}

/* Data must not cost the training its core. While someone is at the mouse or the keys they are
 * looked for often, in a tenth of a core; else after a pause of two hundred times what the last
 * frame cost, but so soon that a value shows within a second and a half of being logged (it may
 * rest 100 ms with its writer). */
uint64_t window_beat(const window *w, uint64_t now) {
    bool attended = now - w->touched <= WINDOW_ATTENTION;
    double rest = attended ? fmax(WINDOW_BEAT, 8 * w->cost) : fmax(WINDOW_SLOWER, 200 * w->cost);
    return (uint64_t)fmin(rest, attended ? WINDOW_SLOWER : WINDOW_SLOWEST);
}

/* A "stop" that waits for its second key forgets itself. */
static void look_at_stop(window *w, uint64_t now) {
    view *v = w->view;
    if (!v->stop_asked)
        w->armed = 0;
    else if (w->armed == 0)
        w->armed = now;
    else if (now - w->armed > WINDOW_ARMED) {
        v->stop_asked = false;
        v->status[0] = '\0';
        w->armed = 0;
        w->stale = true;
    }
}

/* True if it was time to look. */
static bool look_for_more(window *w, uint64_t now) {
    if (now - w->polled < window_beat(w, now))
        return false;
    w->polled = now;
    if (trainer_listen(w->trainer, w->view))
        w->stale = true;
    if (!w->view->replay.on && w->more(w->context)) {
        view_update(w->view);
        w->stale = true;
    }
    return true;
}

/* --- drawing --- */

static bool fit_pixels(window *w, int width, int height) {
    if (w->pixels.width == width && w->pixels.height == height)
        return true;
    surface_free(&w->pixels);
    return surface_create(&w->pixels, width, height, NULL) == DNN_OK;
}

static void draw(window *w) {
    int width, height;
    present_size(w, &width, &height);
    if (!fit_pixels(w, width, height))
        return;
    size_t left = SMOOTH_MOST;
    display_list_clear(&w->list);
    w->view->options.smooth_left = &left;
    view_draw(w->view, &w->list);
    w->view->options.smooth_left = NULL;
    raster_play(&w->list, &w->pixels, w->density);
    if (!present_show(w))
        return;
    w->stale = w->unfinished = left == 0; /* the next frame goes on averaging */
    page_describe(w->view, w->words, sizeof w->words);
    w->frames++;
}

/* Milliseconds that the window can sleep unless something happens. */
static int idle(const window *w, int most) {
    const replay *r = &w->view->replay;
    bool moves = r->on && !r->paused && r->position < r->duration;
    uint64_t now = SDL_GetTicks64(), due = w->polled + window_beat(w, now);
    if (w->unfinished || due <= now)
        return 0;
    int wait = moves ? REPLAY_BEAT : most;
    return due - now < (uint64_t)wait ? (int)(due - now) : wait;
}

bool window_step(window *w, int milliseconds) {
    SDL_Event e;
    bool open = true, any = SDL_WaitEventTimeout(&e, idle(w, milliseconds)) == 1;
    while (any && open) {
        open = window_handle(w, &e);
        any = SDL_PollEvent(&e) == 1;
    }
    uint64_t now = SDL_GetTicks64();
    clock_t begun = clock();
    move_replay(w, now);
    bool looked = look_for_more(w, now);
    look_at_words(w, now);
    look_at_stop(w, now);
    bool away = (SDL_GetWindowFlags(w->sdl) & (SDL_WINDOW_MINIMIZED | SDL_WINDOW_HIDDEN)) != 0;
    bool draws = open && w->stale && !away;
    if (draws)
        draw(w);
    if (looked || draws)
        w->cost = 1e3 * (double)(clock() - begun) / CLOCKS_PER_SEC;
    return open;
}

/* --- opening --- */

static bool is_set(const char *variable) {
    const char *value = getenv(variable);
    return value != NULL && *value != '\0';
}

static bool has_display(void) {
    return is_set("DISPLAY") || is_set("WAYLAND_DISPLAY") || is_set("SDL_VIDEODRIVER");
}

static dnn_status no_display(const char *why, dnn_error *err) {
    return dnn_fail(
        err, DNN_ERROR_STATE,
        "there is no display to open a window on (%s); without one, --text plots in the "
        "terminal and --png FILE writes an image",
        why);
}

static const char *name_of(const figure *f) {
    return f->heading[0] != '\0' ? f->heading : f->title[0] != '\0' ? f->title : "figure";
}

dnn_status window_open(window *w, view *v, dnn_control *trainer, int width, int height,
                       dnn_error *err) {
    *w = (window){.view = v, .trainer = trainer, .density = 1, .stale = true};
    SDL_SetHint(SDL_HINT_VIDEO_ALLOW_SCREENSAVER, "1");
    /* Left to itself, SDL would take over a whole screen where there is no desktop. */
    SDL_SetHint(SDL_HINT_VIDEODRIVER, is_set("WAYLAND_DISPLAY") ? "x11,wayland" : "x11");
    if (!has_display())
        return no_display("neither DISPLAY nor WAYLAND_DISPLAY is set", err);
    if (SDL_InitSubSystem(SDL_INIT_VIDEO) != 0)
        return no_display(SDL_GetError(), err);
    /* Else pixels go through OpenGL, which where it is software costs more than drawing them. */
    if (strcmp(SDL_GetCurrentVideoDriver(), "x11") == 0)
        SDL_SetHint(SDL_HINT_FRAMEBUFFER_ACCELERATION, "0");
    screen_fit(v, &width, &height);
    char title[200];
    snprintf(title, sizeof title, "%s – dnnview",
             v->figure != NULL    ? name_of(v->figure)
             : v->all->count > 0  ? v->all->items[0]->name
             : v->waiting != NULL ? v->waiting
                                  : "runs");
    w->sdl = SDL_CreateWindow(title, SDL_WINDOWPOS_UNDEFINED, SDL_WINDOWPOS_UNDEFINED,
                              (int)lroundf((float)width * v->scale),
                              (int)lroundf((float)height * v->scale),
                              SDL_WINDOW_RESIZABLE | SDL_WINDOW_ALLOW_HIGHDPI);
    if (w->sdl == NULL) {
        SDL_QuitSubSystem(SDL_INIT_VIDEO);
        return dnn_fail(err, DNN_ERROR_STATE, "the window could not be opened: %s", SDL_GetError());
    }
    present_open(w);
    SDL_SetWindowMinimumSize(w->sdl, 240, 160);
    SDL_StartTextInput();
    w->ticked = SDL_GetTicks64();
    window_follow_size(w);
    return DNN_OK;
}

void window_size(const window *w, int *width, int *height) {
    SDL_GetWindowSize(w->sdl, width, height);
    *width = (int)lroundf((float)*width / w->view->scale);
    *height = (int)lroundf((float)*height / w->view->scale);
}

static int ignore_error(void *display, void *event) {
    (void)display, (void)event;
    return 0;
}

/* SDL tells a wait that an event has come by a message to the window, on a connection of its own.
 * Where that arrives after the window is gone, Xlib would end the program with status 1. */
static void ignore_late_errors(void) {
    void *library = SDL_LoadObject("libX11.so.6");
    if (library == NULL)
        return;
    void *(*set_handler)(int (*)(void *, void *)) =
        (void *(*)(int (*)(void *, void *)))SDL_LoadFunction(library, "XSetErrorHandler");
    if (set_handler != NULL)
        set_handler(ignore_error);
    SDL_UnloadObject(library);
}

void window_close(window *w) {
    if (w->sdl == NULL)
        return;
    display_list_free(&w->list);
    surface_free(&w->pixels);
    if (strcmp(SDL_GetCurrentVideoDriver(), "x11") == 0)
        ignore_late_errors();
    present_close(w);
    SDL_DestroyWindow(w->sdl);
    SDL_QuitSubSystem(SDL_INIT_VIDEO);
    *w = (window){0};
}
