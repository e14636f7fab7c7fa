/* window_events.c: what SDL says of keys, the mouse and the window's size, in words of actions.h.
 */
#include <SDL.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "core/utf8.h"
#include "viz/window/actions.h"
#include "viz/window/export.h"
#include "viz/window/trainer.h"
#include "viz/window/window_parts.h"

#define SAVE_DENSITY 2.0f /* a saved picture has at least this many pixels per point */

void window_follow_size(window *w) {
    int points, width, height;
    SDL_GetWindowSize(w->sdl, &points, NULL);
    present_size(w, &width, &height);
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
    window_follow_size(w);
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
        window_follow_size(w);
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

bool window_handle(window *w, const SDL_Event *e) {
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
