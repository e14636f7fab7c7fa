/* view.h: the page: which panels are shown where, and what the user has set. Knows no SDL.
 *
 * The window and the headless exports share it: both build a page from runs and draw it into a
 * display list. Everything that a key or the mouse can do is an action of actions.h on a view. */
#ifndef DNN_VIZ_VIEW_H
#define DNN_VIZ_VIEW_H

#include "viz/panel.h"

typedef struct view {
    runs *runs; /* not owned */
    panel *panels;
    size_t panel_count;
    page_options options;
    float width, height; /* of the page, points */
    float scroll;        /* first point of the page's height that is shown */
    int focus;           /* the panel that keys act on, -1: none */
    int maximised;       /* shown alone, -1: none */
    point cursor;        /* last place of the mouse */
    bool cursor_inside;
    rect selection;   /* box zoom in progress; w == 0: none */
    bool help;        /* the list of keys is shown */
    char status[160]; /* a line at the bottom: "saved cats.png", "paused", ... */
    bool paused;      /* as told by the trainer's side */
    bool attached;    /* a trainer listens */
} view;

void view_init(view *v, runs *all, float width, float height);
void view_free(view *v);

/* Builds the panels anew after data came. */
bool view_update(view *v);

/* Lays the panels out and draws the page. */
void view_draw(view *v, display_list *list);

/* Panel at a place, -1: none. */
int view_panel_at(const view *v, point place);

/* Restores and saves scales, smoothing, theme, hidden curves and size in
 * $XDG_STATE_HOME/dnnlua/dnnview.conf (a text of "key = value" lines); what cannot be read is
 * ignored. */
void view_load_state(view *v, int *window_width, int *window_height);
void view_save_state(const view *v, int window_width, int window_height);

#endif
