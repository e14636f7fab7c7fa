/* mouse.c: what the mouse does. */
#include <math.h>

#include "viz/window/actions.h"
#include "viz/window/choice.h"
#include "viz/window/page.h"
#include "viz/window/run_list.h"
#include "viz/window/toolbar.h"

#define WHEEL_STEP  1.15f
#define SCROLL_STEP 60.0f
#define LEAST_BOX   6.0f /* points: a smaller box is a click with an unsteady hand */

const gesture gestures[] = {
    {"Move",               "Read the values of all curves at one x"       },
    {"Wheel",              "Zoom around the cursor; beside a plot: scroll"},
    {"Shift Ctrl + wheel", "Zoom only x, only y"                          },
    {"Drag",               "Move the view"                                },
    {"Shift + drag",       "Zoom to the box; so does the right button"    },
    {"Double click",       "Fit to the data; on the title: maximise"      },
    {"Click on legend",    "Hide or show; double or Ctrl: alone, or all"  },
    {"Click on a run",     "Hide or show; double or Ctrl: alone, or all"  },
    {NULL,                 NULL                                           },
};

/* The run whose row or legend entry is at a place. */
static const run *run_under(const view *v, point place) {
    int row = run_list_at(v, place), at = view_panel_at(v, place);
    int entry = at < 0 ? -1 : panel_legend_at(&v->panels[at], place);
    if (row >= 0)
        return view_runs(v)->items[row];
    if (entry < 0 || view_runs(v)->count < 2 || v->options.runs_listed)
        return NULL;
    return v->panels[at].curves[entry].run;
}

/* The focus follows the mouse from panel to panel. */
static void hover(view *v, point place) {
    v->cursor = place;
    v->cursor_inside = true;
    int at = view_panel_at(v, place);
    if (at >= 0 && at != v->hovered)
        v->focus = at;
    v->hovered = at;
    v->options.highlight = run_under(v, place);
}

static void scroll_to(view *v, float y) {
    rect track = page_scroll_track(v);
    float page = v->height - v->header - v->footer;
    v->scroll = (y - track.y) / track.h * v->content - page / 2;
    view_layout(v);
}

static void seek_to(view *v, float x) {
    rect track = page_replay_track(v);
    double backwards = v->replay.position;
    replay_seek(&v->replay, v->all, (double)((x - track.x) / track.w) * v->replay.duration);
    if (v->replay.position < backwards)
        view_update(v);
}

static void move_view(view *v, float dx, float dy) {
    panel_pan(&v->panels[v->focus], dx, dy);
    view_hold_x(v, &v->panels[v->focus]);
}

void mouse_move(view *v, point place) {
    point before = v->cursor;
    if (v->drag == DRAG_NONE) {
        hover(v, place);
        return;
    }
    v->cursor = place;
    if (v->drag == DRAG_PAN && v->focus >= 0)
        move_view(v, place.x - before.x, place.y - before.y);
    else if (v->drag == DRAG_BOX) {
        v->selection.w = place.x - v->selection.x;
        v->selection.h = place.y - v->selection.y;
    } else if (v->drag == DRAG_SCROLL)
        scroll_to(v, place.y);
    else if (v->drag == DRAG_SEEK && v->replay.on)
        seek_to(v, place.x);
}

void mouse_leave(view *v) {
    v->cursor_inside = false;
    v->hovered = -1;
}

/* Beside a list of runs an entry is a tag of all of them. */
static bool same_entry(const view *v, const curve *a, const curve *b) {
    return a == b || (v->options.runs_listed && a->tag_index == b->tag_index);
}

static picked picked_entry(const view *v, const panel *p, const curve *c) {
    size_t others = 0, hidden = 0;
    for (size_t i = 0; i < p->curve_count; i++)
        if (!same_entry(v, &p->curves[i], c)) {
            others++;
            hidden += p->curves[i].hidden;
        }
    return (picked){c->hidden, others > 0 && hidden == others};
}

static void click_legend(view *v, panel *p, int which, choice wanted) {
    curve *c = &p->curves[which];
    picked before = picked_entry(v, p, c);
    for (size_t i = 0; i < p->curve_count; i++) {
        curve *at = &p->curves[i];
        at->hidden = choice_hides(wanted, before, same_entry(v, at, c), at->hidden);
    }
    view_say(v, "%s: %s", v->options.runs_listed ? c->part : c->label,
             choice_text(wanted, picked_entry(v, p, c)));
}

/* The first click of a double one has done its own already. */
static choice choice_of(click how) {
    bool alone = how.control || how.button == 3;
    if (how.count == 2)
        return alone ? CHOICE_MADE : CHOICE_AGAIN;
    return alone ? CHOICE_ALONE_OR_ALL : CHOICE_TOGGLE;
}

static request press_panel(view *v, int at, point place, click how) {
    panel *p = &v->panels[at];
    v->focus = at;
    int entry = panel_legend_at(p, place);
    if (entry >= 0) {
        click_legend(v, p, entry, choice_of(how));
    } else if (place.y < p->plot.y || p->plot.w <= 0) {
        if (how.count == 2)
            return action_run(v, action_find("maximise"), "");
    } else if (how.count == 2) {
        v->drag = DRAG_NONE;
        v->options.x_held = v->options.x_held && p->let_go;
        panel_fit(p, &v->options);
    } else if (how.button == 3 || how.shift) {
        v->drag = DRAG_BOX;
        v->selection = (rect){place.x, place.y, 0, 0};
    } else {
        v->drag = DRAG_PAN;
    }
    return REQUEST_NONE;
}

request mouse_press(view *v, point place, click how) {
    hover(v, place);
    if (how.button != 1 && how.button != 3)
        return REQUEST_NONE;
    if (v->help) {
        v->help = false;
        return REQUEST_NONE;
    }
    const char *key;
    const action *button = toolbar_at(v, place, &key);
    if (button != NULL)
        return action_run(v, button, key);
    bool was_typing = v->list.typing;
    v->list.typing = false;
    if (run_list_press(v, place, choice_of(how)))
        return REQUEST_NONE;
    if (was_typing)
        return REQUEST_NONE;
    if (inside(page_scroll_track(v), place)) {
        v->drag = DRAG_SCROLL;
        scroll_to(v, place.y);
    } else if (v->replay.on && inside(page_replay_track(v), place)) {
        v->drag = DRAG_SEEK;
        seek_to(v, place.x);
    } else if (v->hovered >= 0) {
        return press_panel(v, v->hovered, place, how);
    }
    return REQUEST_NONE;
}

static void zoom_box(view *v, rect box) {
    panel_zoom_box(&v->panels[v->focus], box);
    view_hold_x(v, &v->panels[v->focus]);
}

void mouse_release(view *v, point place) {
    mouse_move(v, place);
    drag_kind drag = v->drag;
    v->drag = DRAG_NONE;
    rect s = v->selection;
    rect box = {fminf(s.x, s.x + s.w), fminf(s.y, s.y + s.h), fabsf(s.w), fabsf(s.h)};
    if (drag == DRAG_BOX && v->focus >= 0 && box.w >= LEAST_BOX && box.h >= LEAST_BOX)
        zoom_box(v, box);
}

void mouse_wheel(view *v, float dx, float dy, bool shift, bool control) {
    panel *p = v->hovered < 0 ? NULL : &v->panels[v->hovered];
    if (p != NULL && inside(p->plot, v->cursor)) {
        float step = powf(WHEEL_STEP, dy + dx);
        panel_zoom(p, v->cursor, control ? 1 : step, shift ? 1 : step);
        view_hold_x(v, p);
    } else if (!run_list_wheel(v, v->cursor, dy)) {
        v->scroll -= SCROLL_STEP * dy;
        view_layout(v);
    }
}
