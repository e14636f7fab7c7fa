/* view.h: the page: which panels are shown where, and what the user has set. Knows no SDL.
 *
 * The window, the headless exports and the terminal share it: all build a page from runs and draw
 * it into a display list (page.h). What a key or the mouse can do is an action (actions.h) on a
 * view. Lengths are in points, places count from the page's top left corner. */
#ifndef DNN_VIZ_VIEW_H
#define DNN_VIZ_VIEW_H

#include "viz/plot/panel.h"
#include "viz/runs/replay.h"

#define STATUS_SIZE ((size_t)256)

typedef enum drag_kind { DRAG_NONE = 0, DRAG_PAN, DRAG_BOX, DRAG_SCROLL, DRAG_SEEK } drag_kind;

/* Something set in an earlier window, waiting for the panel that it is about. */
typedef struct memory {
    char panel[96];
    char curve[96]; /* hidden; "": the line is about the panel's y scale */
    axis_scale y_scale;
} memory;

#define RUN_LIST_COLUMNS    ((size_t)2)
#define RUN_LIST_LEAST_PAGE ((float)760) /* narrower pages keep their width for the panels */

/* Orders of the list of runs; from ORDER_VALUE on, by the last value in a column. */
enum { ORDER_NAME = 0, ORDER_TIME, ORDER_VALUE };

/* The list of runs beside the panels (run_list.h). */
typedef struct run_list {
    bool folded; /* the user does not want it */
    int order;
    char filter[64]; /* "": all */
    bool typing;     /* keys go into the filter */
    char key[64];    /* the setting by which runs are grouped, "": none */
    float scroll;
    size_t *rows; /* those that are listed, in order, as indices into view_runs */
    size_t row_count;
} run_list;

typedef struct view {
    runs *all;            /* not owned */
    const figure *figure; /* shown instead of runs; not owned, NULL: none */
    replay replay;
    panel *panels;
    size_t panel_count;
    size_t *shown; /* those on the page, as indices into panels */
    size_t shown_count;
    const runs *built_of; /* what the panels were built of, and its generation then */
    uint64_t built_generation;
    page_options options;
    bool epoch_wanted;   /* remembered: x is the epoch when any was logged */
    const char *only;    /* pattern of the tags that are shown; NULL: all */
    int y_scale;         /* an axis_scale for panels that are new; -1: as they come */
    const char *waiting; /* the run that is waited for when there are no values yet */

    float width, height;  /* of the page */
    float scale;          /* the user's magnification of the window, 1: none */
    bool scale_known;     /* else the window takes the screen's */
    bool bare;            /* a figure: no buttons, no status line */
    uint64_t refused;     /* requests for memory that failed, and that the user has heard of */
    bool whole;           /* a figure of all panels, not of the first page only */
    float fold;           /* height of the page that its first rows fill; 0: `height` */
    float header, footer; /* heights of the two bars; set by view_layout */
    size_t columns;       /* of a plain grid of panels; 0: laid out by what matters (layout.h) */
    float scroll;         /* first point of the content's height that is shown */
    float content;        /* height of all panels; set by view_layout */
    run_list list;
    int focus;     /* the panel that keys act on, -1: all */
    int hovered;   /* the panel under the mouse, -1: none */
    int maximised; /* shown alone, -1: none */

    point cursor; /* last place of the mouse */
    bool cursor_inside;
    drag_kind drag;
    rect selection; /* box zoom in progress: from where it began; w, h may be negative */

    bool help;                /* the list of keys is shown */
    char status[STATUS_SIZE]; /* what the last action did */
    bool attached;            /* a trainer listens */
    bool ended;               /* one did, and is gone */
    bool paused;              /* it has said that it waits */
    bool stop_asked;          /* the next "stop" means it */

    memory *memories;
    size_t memory_count;
} view;

void view_init(view *v, runs *all, float width, float height);
void view_free(view *v);

/* What is shown: all that was read, or what of it a replay has reached. */
const runs *view_runs(const view *v);

/* To be called when data came, or when view_runs is another: builds the panels anew if there are
 * new tags. False, and no panels, when out of memory. */
bool view_update(view *v);

/* To be called when a panel was zoomed or moved: the others follow its x. */
void view_hold_x(view *v, const panel *p);

/* To be called when runs were hidden or shown: which panels have anything to show. */
void view_choose_shown(view *v);

/* As the last window had it: of runs without epochs x is the step as long as they have none. */
void view_want_x(view *v, x_axis x);

/* DNN_ERROR_ARGUMENT when the pattern of tags fits none of those that were logged; what was likely
 * meant is in the message. */
dnn_status view_check_only(const view *v, dnn_error *err);

/* Gives every shown panel its area, and keeps the scroll within the content. */
void view_layout(view *v);

/* Makes the page of a figure no higher than its pictures are, where it shows pictures. */
void view_trim(view *v);

/* Panel at a place, -1: none. */
int view_panel_at(const view *v, point place);

/* Scrolls so that a panel is seen whole. */
void view_reveal(view *v, int which);

/* Sets the line at the bottom. */
void view_say(view *v, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
