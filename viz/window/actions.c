/* actions.c: what keys do. */
#include "viz/window/actions.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "viz/window/run_groups.h"
#include "viz/window/run_list.h"

#define ZOOM_STEP 1.25f
#define PAN_STEP  40.0f

/* Calls for the panel with the focus, or for all that are shown. */
#define FOR_PANELS(v, p)                                                                           \
    for (size_t at_ = 0; at_ < (v)->shown_count; at_++)                                            \
        for (panel *p = &(v)->panels[(v)->shown[at_]]; p != NULL; p = NULL)                        \
            if ((v)->focus < 0 || p == &(v)->panels[(v)->focus])

static const char *const scale_names[SCALE_COUNT] = {"linear", "logarithmic", "symmetric log"};
static const char *const x_names[X_AXIS_COUNT] = {"step", "epoch", "relative time", "wall time"};

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

/* --- zoom --- */

static point centre(const panel *p) {
    return (point){p->plot.x + p->plot.w / 2, p->plot.y + p->plot.h / 2};
}

static request zoom(view *v, const char *key) {
    float step = strchr("+=]}", *key) != NULL ? ZOOM_STEP : 1 / ZOOM_STEP;
    bool x = strchr("+=-][", *key) != NULL, y = strchr("+=-}{", *key) != NULL;
    FOR_PANELS(v, p) {
        panel_zoom(p, centre(p), x ? step : 1, y ? step : 1);
        view_hold_x(v, p);
    }
    return REQUEST_NONE;
}

static request pan(view *v, const char *key) {
    float dx = strcmp(key, "Left") == 0 ? PAN_STEP : strcmp(key, "Right") == 0 ? -PAN_STEP : 0;
    float dy = strcmp(key, "Up") == 0 ? PAN_STEP : strcmp(key, "Down") == 0 ? -PAN_STEP : 0;
    FOR_PANELS(v, p) {
        panel_pan(p, dx, dy);
        view_hold_x(v, p);
    }
    return REQUEST_NONE;
}

static request fit(view *v, const char *key) {
    (void)key;
    FOR_PANELS(v, p) {
        if (!p->let_go)
            v->options.x_held = false;
        panel_fit(p, &v->options);
    }
    return REQUEST_NONE;
}

static request fit_all(view *v, const char *key) {
    (void)key;
    v->options.x_held = false;
    for (size_t i = 0; i < v->panel_count; i++)
        panel_fit(&v->panels[i], &v->options);
    return REQUEST_NONE;
}

static request hold(view *v, const char *key) {
    (void)key;
    bool held = false;
    FOR_PANELS(v, p) {
        held = p->held = !p->held;
        if (held)
            view_hold_x(v, p);
        else if (!p->let_go)
            v->options.x_held = false;
        if (!held)
            panel_fit(p, &v->options);
    }
    view_say(v, held ? "the view holds while values come" : "the view follows");
    return REQUEST_NONE;
}

static request let_go(view *v, const char *key) {
    (void)key;
    panel *p = v->focus < 0 ? NULL : &v->panels[v->focus];
    if (p == NULL || !panel_has_time(p)) {
        view_say(v, "point at a panel of curves to give it an x range of its own");
        return REQUEST_NONE;
    }
    p->let_go = !p->let_go;
    if (!p->let_go)
        panel_fit(p, &v->options);
    view_say(v, p->let_go ? "%s has an x range of its own" : "%s shares the x range of all panels",
             p->title);
    return REQUEST_NONE;
}

/* --- axes --- */

/* All panels that are meant go where the first of them goes. */
static request y_scale(view *v, const char *key) {
    (void)key;
    int next = -1;
    FOR_PANELS(v, p) {
        if (p->kind != PANEL_CURVES && p->kind != PANEL_PLOT && p->kind != PANEL_BARS)
            continue;
        if (next < 0)
            next = (p->y_scale + 1) % SCALE_COUNT;
        panel_set_scale(p, (axis_scale)next);
        panel_fit(p, &v->options);
    }
    if (next >= 0)
        view_say(v, "y: %s", scale_names[next]);
    if (next >= 0 && v->focus < 0)
        v->y_scale = next;
    return REQUEST_NONE;
}

static request x_scale(view *v, const char *key) {
    v->options.x_scale = (v->options.x_scale + 1) % SCALE_COUNT;
    view_say(v, "x: %s", scale_names[v->options.x_scale]);
    return fit_all(v, key);
}

static request x_kind(view *v, const char *key) {
    if (v->figure != NULL) {
        view_say(v, "a figure has no steps or times to choose from");
        return REQUEST_NONE;
    }
    v->options.x = (v->options.x + 1) % X_AXIS_COUNT;
    v->epoch_wanted = false;
    view_say(v, "x: %s", x_names[v->options.x]);
    return fit_all(v, key);
}

/* Each step makes the average about twice as long, or half. */
static request smooth_more(view *v, const char *key) {
    static const double levels[] = {0, 0.5, 0.8, 0.9, 0.95, 0.98, 0.99, 0.995, 0.999};
    const int count = sizeof levels / sizeof *levels;
    int at = 0;
    if (v->figure != NULL) {
        view_say(v, "figures are not smoothed");
        return REQUEST_NONE;
    }
    while (at + 1 < count && levels[at + 1] <= v->options.smoothing + 1e-9)
        at++;
    if (*key == 's' && at + 1 < count)
        at++;
    else if (*key == 'S' && at > 0)
        at--;
    else if (*key == 'o')
        at = 0;
    v->options.smoothing = levels[at];
    if (at == 0)
        view_say(v, "no smoothing");
    else
        view_say(v, "smoothing %g", levels[at]);
    return REQUEST_NONE;
}

/* --- curves --- */

static request toggle_curve(view *v, const char *key) {
    size_t n = *key == '0' ? 9 : (size_t)(*key - '1');
    FOR_PANELS(v, p) {
        if (n >= p->curve_count)
            continue;
        p->curves[n].hidden = !p->curves[n].hidden;
        view_say(v, "%s: %s", p->curves[n].label, p->curves[n].hidden ? "hidden" : "shown");
    }
    return REQUEST_NONE;
}

static request show_curves(view *v, const char *key) {
    (void)key;
    FOR_PANELS(v, p) {
        for (size_t i = 0; i < p->curve_count; i++)
            p->curves[i].hidden = false;
    }
    return REQUEST_NONE;
}

/* --- runs --- */

static bool has_runs(view *v) {
    if (v->figure == NULL && view_runs(v)->count > 1)
        return true;
    view_say(v, "there is only one run");
    return false;
}

static request fold_list(view *v, const char *key) {
    (void)key;
    if (has_runs(v))
        v->list.folded = !v->list.folded;
    view_layout(v);
    return REQUEST_NONE;
}

static request filter_runs(view *v, const char *key) {
    (void)key;
    if (!has_runs(v))
        return REQUEST_NONE;
    v->list.typing = true;
    v->list.folded = false;
    view_say(v, "a part of the names, or a pattern such as *lr0.0*; Enter keeps it, Esc drops it");
    view_layout(v);
    return REQUEST_NONE;
}

static request order_runs(view *v, const char *key) {
    (void)key;
    if (has_runs(v))
        run_list_next_order(v);
    return REQUEST_NONE;
}

static request group_runs(view *v, const char *key) {
    (void)key;
    if (has_runs(v))
        run_groups_next(v);
    return REQUEST_NONE;
}

static request show_runs(view *v, const char *key) {
    (void)key;
    if (has_runs(v))
        run_list_show_all(v);
    return REQUEST_NONE;
}

static request hold_outliers(view *v, const char *key) {
    v->options.whole_range = !v->options.whole_range;
    view_say(v, v->options.whole_range ? "axes hold all runs"
                                       : "axes leave out runs that are far off the others");
    return fit_all(v, key);
}

/* --- files --- */

static request save(view *v, const char *key) {
    (void)v;
    return *key == 'p' ? REQUEST_PNG : *key == 'v' ? REQUEST_SVG : REQUEST_CSV;
}

/* --- training --- */

static request to_trainer(view *v, request wanted) {
    if (v->attached)
        return wanted;
    view_say(v, "no training listens: it must have started this window itself");
    return REQUEST_NONE;
}

static request pause(view *v, const char *key) {
    (void)key;
    if (!v->replay.on)
        return to_trainer(v, v->paused ? REQUEST_RESUME : REQUEST_PAUSE);
    v->replay.paused = !v->replay.paused;
    return REQUEST_NONE;
}

static request single_step(view *v, const char *key) {
    (void)key;
    return to_trainer(v, REQUEST_STEP);
}

static request stop(view *v, const char *key) {
    (void)key;
    if (v->attached && !v->stop_asked) {
        v->stop_asked = true;
        view_say(v, "once more to stop the training and keep the result");
        return REQUEST_NONE;
    }
    v->stop_asked = false;
    return to_trainer(v, REQUEST_STOP);
}

static request checkpoint(view *v, const char *key) {
    (void)key;
    return to_trainer(v, REQUEST_CHECKPOINT);
}

static request change_rate(view *v, const char *key) {
    return to_trainer(v, strcmp(key, "Shift+Up") == 0 ? REQUEST_RATE_UP : REQUEST_RATE_DOWN);
}

/* --- replay --- */

static request start_replay(view *v, const char *key) {
    (void)key;
    if (v->replay.on)
        replay_stop(&v->replay);
    else if (!replay_start(&v->replay, v->all))
        view_say(v, "nothing to replay yet");
    view_update(v);
    return REQUEST_NONE;
}

static request change_speed(view *v, const char *key) {
    v->replay.speed *= *key == '>' ? 2 : 0.5;
    return REQUEST_NONE;
}

const action actions[] = {
    {"Page",     "next panel",     "Tab",                  "Go to the next panel",                   next_panel    },
    {"Page",     "previous panel", "Shift+Tab",            "Go to the previous panel",               previous_panel},
    {"Page",     "maximise",       "Return m",             "Show the panel alone, or all again",     maximise      },
    {"Page",     "scroll",         "PageDown PageUp",      "Scroll the page",                        scroll        },
    {"Page",     "theme",          "t",                    "Light or dark",                          switch_theme  },
    {"Page",     "magnify",        "Ctrl+= Ctrl+- Ctrl+0", "Everything larger, smaller, as it was",  magnify       },
    {"Page",     "back",           "Escape",               "Leave help, zoom box, panel",            go_back       },
    {"Page",     "help",           "? F1",                 "This sheet",                             show_help     },
    {"Page",     "quit",           "q Ctrl+Q Ctrl+W",      "Close the window; training goes on",     quit          },
    {"Zoom",     "zoom",           "+ = -",                "Zoom in, out",                           zoom          },
    {"Zoom",     "zoom x",         "] [",                  "Zoom in, out along x",                   zoom          },
    {"Zoom",     "zoom y",         "} {",                  "Zoom in, out along y",                   zoom          },
    {"Zoom",     "pan",            "Left Right Up Down",   "Move the view",                          pan           },
    {"Zoom",     "fit",            "f Home",               "Fit the panel to its data",              fit           },
    {"Zoom",     "fit all",        "F",                    "Fit all panels",                         fit_all       },
    {"Zoom",     "hold",           "h",                    "Hold the view, or follow new values",    hold          },
    {"Zoom",     "own x range",    "u",                    "An x range of its own, or that of all",  let_go        },
    {"Axes",     "y scale",        "y l",                  "Linear, log, symmetric log",             y_scale       },
    {"Axes",     "x scale",        "X L",                  "The same for x, in all panels",          x_scale       },
    {"Axes",     "x axis",         "x",                    "Step, epoch, relative, wall time",       x_kind        },
    {"Axes",     "smooth",         "s S",                  "Smooth more, less",                      smooth_more   },
    {"Axes",     "smooth off",     "o",                    "No smoothing",                           smooth_more   },
    {"Curves",   "toggle curve",   "1 2 3 4 5 6 7 8 9 0",  "Hide or show a curve",                   toggle_curve  },
    {"Curves",   "show curves",    "a",                    "Show all curves",                        show_curves   },
    {"Runs",     "list of runs",   "b",                    "Fold the list of runs away, or out",     fold_list     },
    {"Runs",     "filter runs",    "/",                    "Only runs with such names",              filter_runs   },
    {"Runs",     "order of runs",  "n",                    "By name, time, last value",              order_runs    },
    {"Runs",     "group runs",     "g",                    "The mean of runs with the same setting", group_runs    },
    {"Runs",     "show runs",      "A",                    "Show all runs",                          show_runs     },
    {"Runs",     "far-off runs",   "e",                    "Axes hold runs far off, or leave out",   hold_outliers },
    {"Save",     "save png",       "p",                    "Save a picture: PNG",                    save          },
    {"Save",     "save svg",       "v",                    "Save a drawing: SVG",                    save          },
    {"Save",     "save csv",       "c",                    "Save the values: CSV",                   save          },
    {"Training", "pause",          "Space",                "Pause or resume (a replay, too)",        pause         },
    {"Training", "single step",    ".",                    "Train one batch, then wait",             single_step   },
    {"Training", "checkpoint",     "k",                    "Save a checkpoint now",                  checkpoint    },
    {"Training", "rate",           "Shift+Up Shift+Down",  "Learning rate up, down by a quarter",    change_rate   },
    {"Training", "stop",           "Q",                    "Stop training, keep the result: twice",  stop          },
    {"Replay",   "replay",         "r",                    "Replay from the start, or end it",       start_replay  },
    {"Replay",   "speed",          "> <",                  "Twice, half as fast",                    change_speed  },
    {NULL,       NULL,             NULL,                   NULL,                                     NULL          },
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
