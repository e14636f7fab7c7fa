/* window.h: the view in an SDL window: events go in, pixels come out. */
#ifndef DNN_VIZ_WINDOW_H
#define DNN_VIZ_WINDOW_H

#include "log/control.h"
#include "viz/draw/raster.h"
#include "viz/window/view.h"

/* Milliseconds after which window_step looks for new values: at least and at most while the user is
 * at it, and at most otherwise. */
#define WINDOW_BEAT      60
#define WINDOW_SLOWER    120
#define WINDOW_SLOWEST   1300
#define WINDOW_ATTENTION 1500 /* after a key or a motion */
#define WINDOW_ARMED     4000 /* after which a first "stop" counts no more */

struct SDL_Window;
struct SDL_Renderer;
struct SDL_Texture;

typedef struct window {
    struct SDL_Window *sdl;
    struct SDL_Renderer *renderer; /* present.c; NULL: the window's surface takes the pixels */
    struct SDL_Texture *texture;
    view *view;
    dnn_control *trainer;
    display_list list;
    surface pixels;
    float density;    /* pixels per point */
    bool stale;       /* the page has changed since it was drawn */
    unsigned held;    /* SDL's modifiers, as of the event in turn: SDL knows them of the last one */
    bool unfinished;  /* curves are not smoothed to their ends yet */
    uint64_t ticked;  /* milliseconds: when the replay was last moved on */
    uint64_t polled;  /* when the runs were last looked at */
    uint64_t touched; /* when the last key or motion came */
    uint64_t armed;   /* when the first "stop" came, 0: none waits */
    double cost;      /* processor milliseconds that the last look and frame took */
    uint64_t worded;  /* when the words about the runs were last compared */
    char words[200];
    uint64_t frames;             /* drawn so far */
    bool (*more)(void *context); /* reads what has come; true when anything has */
    void *context;
} window;

/* Opens a window of about width x height points. DNN_ERROR_STATE without a display: the message
 * says what goes without one. `trainer` and what `more` reads stay the caller's. */
dnn_status window_open(window *w, view *v, dnn_control *trainer, int width, int height,
                       dnn_error *err);

/* Waits up to `milliseconds` for something to happen, handles all that has, looks for new data and
 * draws if the page has changed. False once the user has closed the window. */
bool window_step(window *w, int milliseconds);

/* Milliseconds between two looks for new values, at a time in milliseconds. */
uint64_t window_beat(const window *w, uint64_t now);

void window_size(const window *w, int *width, int *height);
void window_close(window *w);

#endif
