/* actions_panels.c: keys that act on the panel with the focus, or on all: zoom, axes, curves. */
#include <string.h>

#include "viz/window/actions_parts.h"

#define ZOOM_STEP 1.25f
#define PAN_STEP  40.0f

/* Calls for the panel with the focus, or for all that are shown. */
#define FOR_PANELS(v, p)                                                                           \
    for (size_t at_ = 0; at_ < (v)->shown_count; at_++)                                            \
        for (panel *p = &(v)->panels[(v)->shown[at_]]; p != NULL; p = NULL)                        \
            if ((v)->focus < 0 || p == &(v)->panels[(v)->focus])

static const char *const long_scale_names[SCALE_COUNT] = {"linear", "logarithmic", "symmetric log"};
static const char *const long_x_names[X_AXIS_COUNT] = {"step", "epoch", "relative time",
                                                       "wall time"};

/* --- zoom --- */

static point centre(const panel *p) {
    return (point){p->plot.x + p->plot.w / 2, p->plot.y + p->plot.h / 2};
}

request act_zoom(view *v, const char *key) {
    float step = strchr("+=]}", *key) != NULL ? ZOOM_STEP : 1 / ZOOM_STEP;
    bool x = strchr("+=-][", *key) != NULL, y = strchr("+=-}{", *key) != NULL;
    FOR_PANELS(v, p) {
        panel_zoom(p, centre(p), x ? step : 1, y ? step : 1);
        view_hold_x(v, p);
    }
    return REQUEST_NONE;
}

request act_pan(view *v, const char *key) {
    float dx = strcmp(key, "Left") == 0 ? PAN_STEP : strcmp(key, "Right") == 0 ? -PAN_STEP : 0;
    float dy = strcmp(key, "Up") == 0 ? PAN_STEP : strcmp(key, "Down") == 0 ? -PAN_STEP : 0;
    FOR_PANELS(v, p) {
        panel_pan(p, dx, dy);
        view_hold_x(v, p);
    }
    return REQUEST_NONE;
}

request act_fit(view *v, const char *key) {
    (void)key;
    FOR_PANELS(v, p) {
        if (!p->let_go)
            v->options.x_held = false;
        panel_fit(p, &v->options);
    }
    return REQUEST_NONE;
}

request act_fit_all(view *v, const char *key) {
    (void)key;
    v->options.x_held = false;
    for (size_t i = 0; i < v->panel_count; i++)
        panel_fit(&v->panels[i], &v->options);
    return REQUEST_NONE;
}

request act_hold(view *v, const char *key) {
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

request act_let_go(view *v, const char *key) {
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

/* Gives all panels that are meant, and have such a scale, the one after that of the first of them;
 * -1: none has. */
static int next_scale(view *v, bool of_x) {
    int next = -1;
    FOR_PANELS(v, p) {
        if (!panel_has_scales(p) || (of_x && p->kind == PANEL_CURVES))
            continue;
        if (next < 0)
            next = ((of_x ? p->x_scale : p->y_scale) + 1) % SCALE_COUNT;
        if (of_x)
            p->x_scale = (axis_scale)next;
        else
            panel_set_scale(p, (axis_scale)next);
        panel_fit(p, &v->options);
    }
    if (next >= 0)
        view_say(v, "%s: %s", of_x ? "x" : "y", long_scale_names[next]);
    return next;
}

request act_y_scale(view *v, const char *key) {
    (void)key;
    int next = next_scale(v, false);
    if (next >= 0 && v->focus < 0)
        v->y_scale = next;
    return REQUEST_NONE;
}

request act_x_scale(view *v, const char *key) {
    if (v->figure != NULL) { /* each has a scale of its own */
        next_scale(v, true);
        return REQUEST_NONE;
    }
    v->options.x_scale = (v->options.x_scale + 1) % SCALE_COUNT;
    view_say(v, "x: %s", long_scale_names[v->options.x_scale]);
    return act_fit_all(v, key);
}

request act_x_kind(view *v, const char *key) {
    if (v->figure != NULL) {
        view_say(v, "a figure has no steps or times to choose from");
        return REQUEST_NONE;
    }
    v->options.x = (v->options.x + 1) % X_AXIS_COUNT;
    v->epoch_wanted = false;
    view_say(v, "x: %s", long_x_names[v->options.x]);
    return act_fit_all(v, key);
}

/* Each step makes the average about twice as long, or half. */
request act_smooth(view *v, const char *key) {
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

request act_hide_curve(view *v, const char *key) {
    size_t n = *key == '0' ? 9 : (size_t)(*key - '1');
    FOR_PANELS(v, p) {
        if (n >= p->curve_count)
            continue;
        p->curves[n].hidden = !p->curves[n].hidden;
        view_say(v, "%s: %s", p->curves[n].label, p->curves[n].hidden ? "hidden" : "shown");
    }
    return REQUEST_NONE;
}

request act_show_curves(view *v, const char *key) {
    (void)key;
    FOR_PANELS(v, p) {
        for (size_t i = 0; i < p->curve_count; i++)
            p->curves[i].hidden = false;
    }
    return REQUEST_NONE;
}
