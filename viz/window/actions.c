/* actions.c: the table of what keys do, and what they do to the page itself. */
#include "viz/window/actions.h"

#include <math.h>
#include <string.h>

#include "viz/window/actions_parts.h"
#include "viz/window/run_list.h"

/* --- the page --- */

static void focus_on(view *v, int direction) {
    int count = (int)v->shown_count, at = -1;
    for (int i = 0; i < count; i++)
        if ((int)v->shown[i] == v->focus)
            at = i;
    if (count == 0)
        return;
    at = at < 0 ? (direction > 0 ? 0 : count - 1) : (at + direction + count) % count;
    v->focus = (int)v->shown[at];
    if (v->maximised >= 0)
        v->maximised = v->focus;
    view_layout(v);
    view_reveal(v, v->focus);
}

static request next_panel(view *v, const char *key) {
    (void)key;
    focus_on(v, 1);
    return REQUEST_NONE;
}

static request previous_panel(view *v, const char *key) {
    (void)key;
    focus_on(v, -1);
    return REQUEST_NONE;
}

static request maximise(view *v, const char *key) {
    (void)key;
    if (v->focus < 0)
        focus_on(v, 1);
    v->maximised = v->maximised >= 0 ? -1 : v->focus;
    view_layout(v);
    view_reveal(v, v->focus);
    return REQUEST_NONE;
}

static request scroll(view *v, const char *key) {
    float page = 0.85f * (v->height - v->header - v->footer);
    v->scroll += strcmp(key, "PageUp") == 0 ? -page : page;
    view_layout(v);
    return REQUEST_NONE;
}

static request switch_theme(view *v, const char *key) {
    (void)key;
    v->options.theme = v->options.theme == &theme_light ? &theme_dark : &theme_light;
    return REQUEST_NONE;
}

static request magnify(view *v, const char *key) {
    float step = strcmp(key, "Ctrl+-") == 0 ? 1 / 1.125f : 1.125f;
    v->scale = strcmp(key, "Ctrl+0") == 0 ? 1 : fmaxf(0.5f, fminf(v->scale * step, 4));
    view_say(v, "size %.0f %%", 100 * v->scale);
    return REQUEST_NONE;
}

static request show_help(view *v, const char *key) {
    (void)key;
    v->help = !v->help;
    return REQUEST_NONE;
}

/* Leaves the innermost of what one can be in. */
static request go_back(view *v, const char *key) {
    (void)key;
    if (v->help)
        v->help = false;
    else if (v->drag != DRAG_NONE)
        v->drag = DRAG_NONE;
    else if (v->maximised >= 0)
        v->maximised = -1;
    else
        v->focus = -1;
    view_layout(v);
    return REQUEST_NONE;
}

static request quit(view *v, const char *key) {
    (void)v;
    (void)key;
    return REQUEST_QUIT;
}

/* --- files --- */

static request save(view *v, const char *key) {
    (void)v;
    return *key == 'p' ? REQUEST_PNG : *key == 'v' ? REQUEST_SVG : REQUEST_CSV;
}

const action actions[] = {
    {"Page",     "next panel",     "Tab",                  "Go to the next panel",                   next_panel     },
    {"Page",     "previous panel", "Shift+Tab",            "Go to the previous panel",               previous_panel },
    {"Page",     "maximise",       "Return m",             "Show the panel alone, or all again",     maximise       },
    {"Page",     "scroll",         "PageDown PageUp",      "Scroll the page",                        scroll         },
    {"Page",     "theme",          "t",                    "Light or dark",                          switch_theme   },
    {"Page",     "magnify",        "Ctrl+= Ctrl+- Ctrl+0", "Everything larger, smaller, as it was",  magnify        },
    {"Page",     "back",           "Escape",               "Leave help, zoom box, panel",            go_back        },
    {"Page",     "help",           "? F1",                 "This sheet",                             show_help      },
    {"Page",     "quit",           "q Ctrl+Q Ctrl+W",      "Close the window; training goes on",     quit           },
    {"Zoom",     "zoom",           "+ = -",                "Zoom in, out",                           act_zoom       },
    {"Zoom",     "zoom x",         "] [",                  "Zoom in, out along x",                   act_zoom       },
    {"Zoom",     "zoom y",         "} {",                  "Zoom in, out along y",                   act_zoom       },
    {"Zoom",     "pan",            "Left Right Up Down",   "Move the view",                          act_pan        },
    {"Zoom",     "fit",            "f Home",               "Fit the panel to its data",              act_fit        },
    {"Zoom",     "fit all",        "F",                    "Fit all panels",                         act_fit_all    },
    {"Zoom",     "hold",           "h",                    "Hold the view, or follow new values",    act_hold       },
    {"Zoom",     "own x range",    "u",                    "An x range of its own, or that of all",  act_let_go     },
    {"Axes",     "y scale",        "y l",                  "Linear, log, symmetric log",             act_y_scale    },
    {"Axes",     "x scale",        "X L",                  "The same for x, in all panels",          act_x_scale    },
    {"Axes",     "x axis",         "x",                    "Step, epoch, relative, wall time",       act_x_kind     },
    {"Axes",     "smooth",         "s S",                  "Smooth more, less",                      act_smooth     },
    {"Axes",     "smooth off",     "o",                    "No smoothing",                           act_smooth     },
    {"Curves",   "toggle curve",   "1 2 3 4 5 6 7 8 9 0",  "Hide or show a curve",                   act_hide_curve },
    {"Curves",   "show curves",    "a",                    "Show all curves",                        act_show_curves},
    {"Runs",     "list of runs",   "b",                    "Fold the list of runs away, or out",     act_fold_list  },
    {"Runs",     "filter runs",    "/",                    "Only runs with such names",              act_filter     },
    {"Runs",     "order of runs",  "n",                    "By name, time, last value",              act_order_runs },
    {"Runs",     "group runs",     "g",                    "The mean of runs with the same setting", act_group_runs },
    {"Runs",     "show runs",      "A",                    "Show all runs",                          act_show_runs  },
    {"Runs",     "far-off runs",   "e",                    "Axes hold runs far off, or leave out",   act_far_runs   },
    {"Save",     "save png",       "p",                    "Save an image: PNG",                     save           },
    {"Save",     "save svg",       "v",                    "Save a drawing: SVG",                    save           },
    {"Save",     "save csv",       "c",                    "Save the values: CSV",                   save           },
    {"Training", "pause",          "Space",                "Pause or resume (a replay, too)",        act_pause      },
    {"Training", "single step",    ".",                    "Train one batch, then wait",             act_single_step},
    {"Training", "checkpoint",     "k",                    "Save a checkpoint now",                  act_checkpoint },
    {"Training", "rate",           "Shift+Up Shift+Down",  "Learning rate up, down by a quarter",    act_rate       },
    {"Training", "stop",           "Q",                    "Stop training, keep the result: twice",  act_stop       },
    {"Replay",   "replay",         "r",                    "Replay from the start, or end it",       act_replay     },
    {"Replay",   "speed",          "> <",                  "Twice, half as fast",                    act_speed      },
    {NULL,       NULL,             NULL,                   NULL,                                     NULL           },
};

const action *action_find(const char *name) {
    for (const action *a = actions; a->name != NULL; a++)
        if (strcmp(a->name, name) == 0)
            return a;
    return NULL;
}

request action_run(view *v, const action *a, const char *key) {
    bool asked = v->stop_asked;
    v->status[0] = '\0';
    request wanted = a->run(v, key);
    if (asked)
        v->stop_asked = false;
    return wanted;
}

/* Is `key` one of the words of `keys`? */
static bool is_among(const char *key, const char *keys) {
    size_t length = strlen(key);
    for (const char *word = keys; *word != '\0';) {
        size_t n = strcspn(word, " ");
        if (n == length && memcmp(word, key, n) == 0)
            return true;
        word += n + strspn(word + n, " ");
    }
    return false;
}

request action_key(view *v, const char *key) {
    if (v->list.typing) {
        run_list_type(v, strcmp(key, "Space") == 0 ? " " : key);
        return REQUEST_NONE;
    }
    for (const action *a = actions; a->name != NULL; a++)
        if (is_among(key, a->keys))
            return action_run(v, a, key);
    return REQUEST_NONE;
}
