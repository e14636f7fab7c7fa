/* window.c: SDL shows pixels that were drawn in software, and tells of keys and the mouse. */
#include "viz/window/window.h"

#include <SDL.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/utf8.h"
#include "viz/window/actions.h"
#include "viz/window/damage.h"
#include "viz/window/export.h"
#include "viz/window/page.h"
#include "viz/window/trainer.h"

#define REPLAY_BEAT  33
#define SMOOTH_MOST  ((size_t)200000) /* points that are averaged in a frame: about 10 ms */
#define FRAME        32               /* pixels of a window's title */
#define SAVE_DENSITY 2.0f             /* a saved picture has at least this many pixels per point */

static void follow_size(window *w) {
    int points, width, height;
    SDL_GetWindowSize(w->sdl, &points, NULL);
    SDL_GetWindowSizeInPixels(w->sdl, &width, &height);
    float device = points > 0 ? (float)width / (float)points : 1;
    w->density = device * w->view->scale;
    w->view->options.scale = w->density;
    w->view->options.keeps = true;
    w->view->width = (float)width / w->density;
    w->view->height = (float)height / w->density;
    view_layout(w->view);
    w->stale = true;
}

/* A place that SDL gives, on the page. */
static point on_page(const window *w, int x, int y) {
    (void)w;
    return (point){(float)x / w->view->scale, (float)y / w->view->scale};
}

/* --- actions that need more than the view --- */

static void save(window *w, request wanted) {
    view *v = w->view;
    dnn_error err = {0};
    char path[256];
    dnn_status status;
    if (wanted == REQUEST_PNG) {
        export_name(v, "png", path, sizeof path);
        status = export_png(v, path, fmaxf(w->density, SAVE_DENSITY), &err);
    } else if (wanted == REQUEST_SVG) {
        export_name(v, "svg", path, sizeof path);
        status = export_svg(v, path, &err);
    } else {
        export_name(v, "csv", path, sizeof path);
        status = export_csv(v, path, &err);
    }
    if (status == DNN_OK)
        view_say(v, "saved %s", path);
    else
        view_say(v, "not saved: %s", err.text);
}

/* False: the window is to close. */
static bool answer(window *w, request wanted) {
    if (wanted == REQUEST_QUIT)
        return false;
    if (wanted == REQUEST_PNG || wanted == REQUEST_SVG || wanted == REQUEST_CSV)
        save(w, wanted);
    else if (wanted != REQUEST_NONE)
        trainer_send(w->trainer, wanted, w->view);
    follow_size(w);
    return true;
}

/* --- events --- */

/* Keys that type a character come as text, whatever the keyboard's layout; the others by name. */
static bool on_key(window *w, const SDL_KeyboardEvent *e) {
    SDL_Keycode code = e->keysym.sym;
    bool control = (e->keysym.mod & KMOD_CTRL) != 0, shift = (e->keysym.mod & KMOD_SHIFT) != 0;
    bool types = code >= ' ' && code < SDLK_DELETE;
    if ((e->keysym.mod & (KMOD_ALT | KMOD_GUI)) != 0) /* the desktop's, or AltGr's */
        return true;
    bool keypad = code >= SDLK_KP_DIVIDE && code <= SDLK_KP_PERIOD && code != SDLK_KP_ENTER;
    if ((types || keypad) && !control)
        return true;
    char name[64];
    const char *plain = code == SDLK_KP_ENTER ? "Return" : SDL_GetKeyName(code);
    snprintf(name, sizeof name, "%s%s%s", control ? "Ctrl+" : "", shift && !types ? "Shift+" : "",
             plain);
    return answer(w, action_key(w->view, name));
}

/* Text that comes while keys are held which make no text: Ctrl+s types an s for some input methods.
 * AltGr, the right Alt of many layouts, types signs, and only a layout without it letters. */
static bool is_meant(const window *w, const char *text) {
    unsigned held = w->held;
    bool plain = (text[0] >= 'a' && text[0] <= 'z') || (text[0] >= 'A' && text[0] <= 'Z') ||
                 (text[0] >= '0' && text[0] <= '9');
    return (held & (KMOD_CTRL | KMOD_LALT | KMOD_GUI)) == 0 && !((held & KMOD_RALT) != 0 && plain);
}

static bool on_text(window *w, const char *text) {
    bool open = true;
    if (!is_meant(w, text))
        return true;
    for (const char *next = text; open && *text != '\0'; text = next) {
        char key[DNN_UTF8_MAX + 1] = "";
        if (dnn_utf8_next(&next) == 0)
            break;
        memcpy(key, text, (size_t)(next - text));
        open = answer(w, action_key(w->view, strcmp(key, " ") == 0 ? "Space" : key));
    }
    return open;
}

static bool on_window(window *w, const SDL_WindowEvent *e) {
    if (e->event == SDL_WINDOWEVENT_LEAVE)
        mouse_leave(w->view);
    else if (e->event == SDL_WINDOWEVENT_SIZE_CHANGED)
        follow_size(w);
    else if (e->event == SDL_WINDOWEVENT_FOCUS_GAINED || e->event == SDL_WINDOWEVENT_FOCUS_LOST)
        w->held = SDL_GetModState();
    w->stale = true;
    return true;
}

static bool on_button(window *w, const SDL_MouseButtonEvent *e) {
    point place = on_page(w, e->x, e->y);
    unsigned modifiers = w->held;
    w->stale = true;
    if (e->type == SDL_MOUSEBUTTONUP) {
        SDL_CaptureMouse(SDL_FALSE);
        mouse_release(w->view, place);
        return true;
    }
    click how = {.button = e->button,
                 .count = e->clicks % 2 == 0 ? 2 : 1,
                 .shift = (modifiers & KMOD_SHIFT) != 0,
                 .control = (modifiers & KMOD_CTRL) != 0};
    bool open = answer(w, mouse_press(w->view, place, how));
    SDL_CaptureMouse(w->view->drag != DRAG_NONE);
    return open;
}

/* SDL tells of a last place inside when the mouse has left already. */
static void on_motion(window *w, const SDL_MouseMotionEvent *e) {
    if (SDL_GetMouseFocus() == w->sdl || w->view->drag != DRAG_NONE)
        mouse_move(w->view, on_page(w, e->x, e->y));
    else
        mouse_leave(w->view);
    w->stale = true;
}

static void on_wheel(window *w, const SDL_MouseWheelEvent *e) {
    unsigned modifiers = w->held;
    mouse_wheel(w->view, e->preciseX, e->preciseY, (modifiers & KMOD_SHIFT) != 0,
                (modifiers & KMOD_CTRL) != 0);
    w->stale = true;
}

static bool on_event(window *w, const SDL_Event *e) {
    if (e->type >= SDL_KEYDOWN && e->type <= SDL_MOUSEWHEEL)
        w->touched = SDL_GetTicks64();
    switch (e->type) {
    case SDL_QUIT:
        return false;
    case SDL_KEYDOWN:
        w->held = e->key.keysym.mod;
        return on_key(w, &e->key);
    case SDL_KEYUP:
        w->held = e->key.keysym.mod;
        return true;
    case SDL_TEXTINPUT:
        return on_text(w, e->text.text);
    case SDL_WINDOWEVENT:
        return on_window(w, &e->window);
    case SDL_MOUSEBUTTONDOWN:
    case SDL_MOUSEBUTTONUP:
        return on_button(w, &e->button);
    case SDL_MOUSEMOTION:
        on_motion(w, &e->motion);
        return true;
    case SDL_MOUSEWHEEL:
        on_wheel(w, &e->wheel);
        return true;
    default:
        return true;
    }
}

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
    strcpy(w->words, words);
}

/* Data must not cost the training its core: they are looked for often only while someone is at the
 * mouse or the keys, and less so after slow frames; else every WINDOW_SLOWEST, so that a value
 * still shows within 250 ms of being logged (it may rest 100 ms with its writer). */
uint64_t window_beat(const window *w, uint64_t now) {
    uint64_t rest = 8 * w->frame_time;
    if (now - w->touched > WINDOW_ATTENTION)
        return WINDOW_SLOWEST;
    return rest < WINDOW_BEAT ? WINDOW_BEAT : rest > WINDOW_SLOWEST ? WINDOW_SLOWEST : rest;
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

static void look_for_more(window *w, uint64_t now) {
    if (now - w->polled < window_beat(w, now))
        return;
    w->polled = now;
    if (trainer_listen(w->trainer, w->view))
        w->stale = true;
    if (!w->view->replay.on && w->more(w->context)) {
        view_update(w->view);
        w->stale = true;
    }
}

/* --- drawing --- */

static bool fit_pixels(window *w, int width, int height) {
    if (w->pixels.width == width && w->pixels.height == height)
        return true;
    surface_free(&w->pixels);
    return surface_create(&w->pixels, width, height, NULL) == DNN_OK;
}

static void draw(window *w) {
    SDL_Surface *screen = SDL_GetWindowSurface(w->sdl);
    if (screen == NULL || !fit_pixels(w, screen->w, screen->h))
        return;
    size_t left = SMOOTH_MOST;
    display_list_clear(&w->list);
    w->view->options.smooth_left = &left;
    view_draw(w->view, &w->list);
    w->view->options.smooth_left = NULL;
    raster_play(&w->list, &w->pixels, w->density);
    SDL_Surface *drawn = SDL_CreateRGBSurfaceWithFormatFrom(
        w->pixels.rgba, screen->w, screen->h, 32, 4 * screen->w, SDL_PIXELFORMAT_RGBA32);
    if (drawn == NULL)
        return;
    SDL_SetSurfaceBlendMode(drawn, SDL_BLENDMODE_NONE);
    SDL_BlitSurface(drawn, NULL, screen, NULL);
    SDL_FreeSurface(drawn);
    SDL_UpdateWindowSurface(w->sdl);
    w->stale = w->unfinished = left == 0; /* the next frame goes on averaging */
    w->frames++;
}

bool window_step(window *w, int milliseconds) {
    const replay *r = &w->view->replay;
    bool moves = r->on && !r->paused && r->position < r->duration;
    int wait = w->unfinished ? 0 : moves && milliseconds > REPLAY_BEAT ? REPLAY_BEAT : milliseconds;
    SDL_Event e;
    bool open = true, any = SDL_WaitEventTimeout(&e, wait) == 1;
    while (any && open) {
        open = on_event(w, &e);
        any = SDL_PollEvent(&e) == 1;
    }
    uint64_t now = SDL_GetTicks64();
    move_replay(w, now);
    look_for_more(w, now);
    look_at_words(w, now);
    look_at_stop(w, now);
    bool away = (SDL_GetWindowFlags(w->sdl) & (SDL_WINDOW_MINIMIZED | SDL_WINDOW_HIDDEN)) != 0;
    if (open && w->stale && !away) {
        draw(w);
        w->frame_time = SDL_GetTicks64() - now;
    }
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
        "terminal and --png FILE writes a picture",
        why);
}

float window_scale_of(const char *resources) {
    const char *line = resources == NULL ? NULL : strstr(resources, "Xft.dpi:");
    double dpi = line == NULL ? 0 : strtod(line + strlen("Xft.dpi:"), NULL);
    return dpi >= 48 && dpi <= 480 ? roundf((float)dpi / 24) / 4 : 0; /* in quarters */
}

/* The X server's resources, where desktops leave the dpi that the user has chosen; by a library
 * that SDL has loaded already. */
static float scale_of_x(void) {
    void *library = SDL_LoadObject("libX11.so.6");
    if (library == NULL)
        return 0;
    void *(*open_display)(const char *) =
        (void *(*)(const char *))SDL_LoadFunction(library, "XOpenDisplay");
    char *(*resources)(void *) =
        (char *(*)(void *))SDL_LoadFunction(library, "XResourceManagerString");
    int (*close_display)(void *) = (int (*)(void *))SDL_LoadFunction(library, "XCloseDisplay");
    bool whole = open_display != NULL && resources != NULL && close_display != NULL;
    void *display = whole ? open_display(NULL) : NULL;
    float scale = display == NULL ? 0 : window_scale_of(resources(display));
    if (display != NULL)
        close_display(display);
    SDL_UnloadObject(library);
    return scale;
}

/* Points of the first window are as large as the user's other programs' (Wayland scales by itself);
 * SDL's dpi is the screen's size in its own words, which is often wrong a little. */
static float scale_of_screen(void) {
    float dpi = 0;
    if (strcmp(SDL_GetCurrentVideoDriver(), "x11") != 0)
        return 1;
    float scale = scale_of_x();
    if (scale == 0 && SDL_GetDisplayDPI(0, &dpi, NULL, NULL) == 0 && dpi >= 140 && dpi < 500)
        scale = roundf(dpi / 48) / 2;
    return scale > 0 ? scale : 1;
}

/* The first window: the user's size of things, within the screen. */
static void fit_screen(view *v, int *width, int *height) {
    SDL_Rect screen;
    if (!v->scale_known)
        v->scale = scale_of_screen();
    v->scale_known = true;
    if (SDL_GetDisplayUsableBounds(0, &screen) != 0 || screen.w < 200 || screen.h < 150)
        return;
    *width = (int)fminf((float)*width, floorf((float)screen.w / v->scale));
    *height = (int)fminf((float)*height, floorf((float)(screen.h - FRAME) / v->scale));
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
    fit_screen(v, &width, &height);
    char title[200];
    snprintf(title, sizeof title, "%s – dnnview",
             v->figure != NULL    ? (v->figure->title[0] != '\0' ? v->figure->title : "figure")
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
    SDL_SetWindowMinimumSize(w->sdl, 240, 160);
    SDL_StartTextInput();
    w->ticked = SDL_GetTicks64();
    follow_size(w);
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
    SDL_DestroyWindow(w->sdl);
    SDL_QuitSubSystem(SDL_INIT_VIDEO);
    *w = (window){0};
}
