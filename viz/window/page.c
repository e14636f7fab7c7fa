/* page.c: the page as a display list: panels first, then the bars that cover what scrolls under
 * them. */
#include "viz/window/page.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "core/utf8.h"
#include "viz/draw/font.h"
#include "viz/draw/text_fit.h"
#include "viz/window/figure_page.h"
#include "viz/window/help.h"
#include "viz/window/run_list.h"
#include "viz/window/toolbar.h"

#define RUNNING_SECONDS 10 /* after its last value a run counts as finished */

static text_style style_of(float size, color c, font_style font, anchor a) {
    return (text_style){size, c, font, a, 0};
}

/* Cuts the text to a width, with an ellipsis. */
static void fit_text(char *text, float width, float size, font_style font) {
    char whole[STATUS_SIZE + 64];
    snprintf(whole, sizeof whole, "%s", text);
    text_fit_end(whole, width, size, font, text, strlen(text) + 1);
}

/* --- words about the runs --- */

static void name_runs(const view *v, char *text, size_t size) {
    const runs *all = view_runs(v);
    size_t used = 0;
    text[0] = '\0';
    if (v->options.runs_listed) { /* which they are, the list says */
        char common[120];
        runs_common_name(all, common, sizeof common);
        snprintf(text, size, "%s%s%zu runs", common, common[0] == '\0' ? "" : " · ", all->count);
        return;
    }
    for (size_t i = 0; i < all->count && i < 3 && used < size; i++)
        used += (size_t)snprintf(text + used, size - used, "%s%s", i == 0 ? "" : ", ",
                                 run_label(all->items[i]));
    if (all->count > 3 && used < size)
        snprintf(text + used, size - used, " and %zu more", all->count - 3);
    if (all->count == 0)
        snprintf(text, size, "%s", v->waiting != NULL ? v->waiting : "dnnview");
}

/* The run that had the last value. */
static const run *latest(const runs *all) {
    const run *last = NULL;
    for (size_t i = 0; i < all->count; i++)
        if (last == NULL || all->items[i]->last_time > last->last_time)
            last = all->items[i];
    return last;
}

/* Steps per second over the run's last points; 0: unknown. */
static double rate_of(const run *r) {
    const size_t stretch = 64;
    for (size_t k = 0; k < r->tag_count; k++) {
        const series *s = r->tags[k]->scalars;
        size_t n = s == NULL ? 0 : series_count(s);
        if (n < 2 || series_step(s, n - 1) != r->last_step)
            continue;
        size_t from = n > stretch ? n - stretch : 0;
        double seconds = series_wall_time(s, n - 1) - series_wall_time(s, from);
        double steps = (double)series_step(s, n - 1) - (double)series_step(s, from);
        return seconds > 0 ? steps / seconds : 0;
    }
    return 0;
}

/* Three digits, which stay calm from frame to frame: "51.3", "94 400". */
static void format_rate(double rate, char *text, size_t size) {
    char rounded[32];
    snprintf(rounded, sizeof rounded, "%.2e", rate);
    double value = strtod(rounded, NULL);
    if (value >= 1000 && value < 1e15)
        axis_format_whole((int64_t)value, text, size);
    else
        axis_format(value, 3, text, size);
}

typedef enum run_state { STATE_WAITING, STATE_RUNNING, STATE_PAUSED, STATE_ENDED } run_state;

bool page_is_running(const view *v, const run *r) {
    if (r->ended)
        return false;
    return v->attached || (!v->ended && (double)time(NULL) - r->last_time < RUNNING_SECONDS);
}

static run_state state_of(const view *v, const run *r) {
    if (v->attached && v->paused)
        return STATE_PAUSED;
    if (r == NULL || r->last_time <= 0)
        return STATE_WAITING;
    if (v->replay.on)
        return v->replay.paused ? STATE_PAUSED : STATE_RUNNING;
    return page_is_running(v, r) ? STATE_RUNNING : STATE_ENDED;
}

void page_describe(const view *v, char *text, size_t size) {
    const run *r = latest(view_runs(v));
    char steps[48], speed[48], state[64] = "running";
    run_state now = state_of(v, r);
    if (now == STATE_WAITING) {
        snprintf(text, size, "waiting");
        return;
    }
    axis_format_whole(r->last_step, steps, sizeof steps);
    double rate = rate_of(r);
    if (now == STATE_ENDED)
        axis_format_time(r->last_time, "finished %Y-%m-%d %H:%M", state, sizeof state);
    else if (now == STATE_PAUSED)
        snprintf(state, sizeof state, "paused");
    if (v->replay.on) {
        snprintf(text, size, "replay × %.3g · step %s", v->replay.speed, steps);
    } else if (rate > 0 && now == STATE_RUNNING) {
        format_rate(rate, speed, sizeof speed);
        snprintf(text, size, "%s · step %s · %s steps/s", state, steps, speed);
    } else {
        snprintf(text, size, "%s · step %s", state, steps);
    }
}

/* --- bars --- */

static color state_color(const view *v) {
    const theme *t = v->options.theme;
    switch (state_of(v, latest(view_runs(v)))) {
    case STATE_RUNNING:
        return t->accent;
    case STATE_PAUSED:
        return t->warning;
    default:
        return t->muted;
    }
}

static void draw_header(const view *v, display_list *list) {
    const theme *t = v->options.theme;
    const float size = 15, small = 11.5f, baseline = v->header / 2 + 5;
    draw_fill(list, (rect){0, 0, v->width, v->header - 1}, t->background, 0);
    if (v->figure != NULL) {
        toolbar_draw(v, list);
        return;
    }
    char name[160], about[200];
    name_runs(v, name, sizeof name);
    page_describe(v, about, sizeof about);
    float left = PAGE_MARGIN + 4, right = v->bare ? v->width - PAGE_MARGIN : toolbar_left(v);
    draw_fill(list, (rect){left, v->header / 2 - 4, 8, 8}, state_color(v), 4);
    left += 16;
    fit_text(name, right - left, size, FONT_BOLD);
    draw_text(list, left, baseline, name, style_of(size, t->text, FONT_BOLD, ANCHOR_LEFT));
    left += text_width(name, size, FONT_BOLD) + 14;
    fit_text(about, fmaxf(0, right - left - 8), small, FONT_REGULAR);
    draw_text(list, left, baseline, about, style_of(small, t->muted, FONT_REGULAR, ANCHOR_LEFT));
    toolbar_draw(v, list);
}

static void footer_words(const view *v, char *text, size_t size) {
    const char *key;
    const action *under = v->cursor_inside ? toolbar_at(v, v->cursor, &key) : NULL;
    if (v->status[0] != '\0')
        snprintf(text, size, "%s", v->status);
    else if (under != NULL)
        snprintf(text, size, "%s (%s)", under->doc, key);
    else
        text[0] = '\0';
}

static void draw_footer(const view *v, display_list *list) {
    const theme *t = v->options.theme;
    const char *hint = "? for keys";
    const float size = 11, baseline = v->height - v->footer / 2 + 4;
    draw_fill(list, (rect){0, v->height - v->footer + 1, v->width, v->footer}, t->background, 0);
    char text[STATUS_SIZE + 64];
    footer_words(v, text, sizeof text);
    float right = v->width - PAGE_MARGIN - 4 - text_width(hint, size, FONT_REGULAR);
    fit_text(text, right - PAGE_MARGIN - 16, size, FONT_REGULAR);
    draw_text(list, PAGE_MARGIN + 4, baseline, text,
              style_of(size, t->text, FONT_REGULAR, ANCHOR_LEFT));
    draw_text(list, right, baseline, hint, style_of(size, t->muted, FONT_REGULAR, ANCHOR_LEFT));
}

rect page_scroll_track(const view *v) {
    float page = v->height - v->header - v->footer;
    if (v->bare || v->maximised >= 0 || v->content <= page + 0.5f)
        return (rect){0, 0, 0, 0};
    return (rect){v->width - PAGE_MARGIN, v->header, PAGE_MARGIN, page};
}

static void draw_scroll_bar(const view *v, display_list *list) {
    rect track = page_scroll_track(v);
    if (track.w <= 0)
        return;
    float part = fmaxf(24, track.h * track.h / v->content);
    float at = v->scroll / (v->content - track.h) * (track.h - part);
    draw_fill(list, (rect){track.x + 3, track.y + at, 4, part}, faded(v->options.theme->muted, 0.5),
              2);
}

rect page_replay_track(const view *v) {
    if (!v->replay.on || v->bare)
        return (rect){0, 0, 0, 0};
    return (rect){PAGE_MARGIN, v->header - 7, v->width - 2 * PAGE_MARGIN, 7};
}

static void draw_replay_bar(const view *v, display_list *list) {
    rect track = page_replay_track(v);
    if (track.w <= 0)
        return;
    const theme *t = v->options.theme;
    float done = track.w * (float)(v->replay.position / v->replay.duration);
    draw_fill(list, (rect){track.x, track.y + 2, track.w, 3}, t->border, 1.5f);
    draw_fill(list, (rect){track.x, track.y + 2, done, 3}, t->accent, 1.5f);
    draw_fill(list, (rect){track.x + done - 4, track.y - 0.5f, 8, 8}, t->accent, 4);
}

/* --- panels --- */

/* The place in `p` that has the same x as the cursor has in the panel under the mouse. */
static bool cursor_in(const view *v, const panel *p, point *place) {
    const panel *under = v->hovered < 0 ? NULL : &v->panels[v->hovered];
    if (!v->cursor_inside || v->bare || v->help || under == NULL || p->plot.w <= 0 ||
        !inside(under->plot, v->cursor))
        return false;
    *place = v->cursor;
    if (p == under)
        return true;
    double x = axis_value(&under->x, (double)((v->cursor.x - under->plot.x) / under->plot.w));
    place->x = p->plot.x + (float)axis_place(&p->x, x) * p->plot.w;
    place->y = p->plot.y + p->plot.h / 2;
    return isfinite(place->x) && inside(p->plot, *place);
}

/* Brings all ranges up to date, so that the cursor's x is the same in all panels. */
static void follow_data(view *v) {
    for (size_t i = 0; i < v->shown_count; i++)
        if (!v->panels[v->shown[i]].held)
            panel_fit(&v->panels[v->shown[i]], &v->options);
}

/* What of x is under the mouse, for the panels beside and the list of runs. */
static void read_cursor(view *v) {
    const panel *p = v->hovered < 0 ? NULL : &v->panels[v->hovered];
    bool reads = v->cursor_inside && !v->bare && !v->help && p != NULL && p->plot.w > 0 &&
                 panel_has_time(p) && inside(p->plot, v->cursor);
    v->options.under = reads ? p : NULL;
    v->options.x_at =
        reads ? axis_value(&p->x, (double)((v->cursor.x - p->plot.x) / p->plot.w)) : NAN;
}

static void draw_outline(rect r, color c, display_list *list) {
    point corners[] = {
        {r.x,       r.y      },
        {r.x + r.w, r.y      },
        {r.x + r.w, r.y + r.h},
        {r.x,       r.y + r.h},
        {r.x,       r.y      }
    };
    draw_polyline(list, corners, 5, (stroke){c, 1, 0});
}

static void draw_panel(view *v, panel *p, display_list *list) {
    if (p->area.w <= 0 || p->area.y >= v->height - v->footer || p->area.y + p->area.h <= v->header)
        return;
    point place;
    bool cursor = (panel_has_time(p) || p == &v->panels[v->hovered < 0 ? 0 : v->hovered]) &&
                  cursor_in(v, p, &place);
    panel_draw(p, &v->options, cursor ? &place : NULL, list);
}

static void draw_selection(const view *v, display_list *list) {
    rect s = v->selection;
    rect box = {fminf(s.x, s.x + s.w), fminf(s.y, s.y + s.h), fabsf(s.w), fabsf(s.h)};
    if (v->drag != DRAG_BOX)
        return;
    draw_fill(list, box, v->options.theme->selection, 0);
    draw_outline(box, v->options.theme->accent, list);
}

/* The first value of a kind that is not shown. */
static const run_tag *find_unknown(const runs *all) {
    for (size_t i = 0; i < all->count; i++)
        for (size_t k = 0; k < all->items[i]->tag_count; k++)
            if (all->items[i]->tags[k]->kind == DNN_EVENT_UNKNOWN)
                return all->items[i]->tags[k];
    return NULL;
}

static void draw_waiting(const view *v, display_list *list) {
    const theme *t = v->options.theme;
    const runs *all = view_runs(v);
    char text[300];
    const run_tag *unknown = find_unknown(all);
    if (v->only != NULL && v->panel_count > 0)
        snprintf(text, sizeof text, "no values fit the pattern '%s'", v->only);
    else if (unknown != NULL)
        snprintf(text, sizeof text, "%.80s is of a kind that dnnview does not show: %.80s",
                 unknown->name, unknown->text);
    else
        snprintf(text, sizeof text, "waiting for the first values of %s",
                 all->count > 0       ? all->items[0]->path
                 : v->waiting != NULL ? v->waiting
                                      : "a run");
    fit_text(text, v->width - 40, 15, FONT_REGULAR);
    draw_text(list, v->width / 2, v->height / 2, text,
              style_of(15, t->muted, FONT_REGULAR, ANCHOR_MIDDLE));
}

void view_draw(view *v, display_list *list) {
    view_layout(v);
    const theme *t = v->options.theme;
    draw_fill(list, (rect){0, 0, v->width, v->height}, v->figure != NULL ? t->panel : t->background,
              0);
    if (v->shown_count == 0)
        draw_waiting(v, list);
    if (v->figure == NULL)
        panels_share_x(v->panels, v->shown, v->shown_count, &v->options);
    if (v->cursor_inside)
        follow_data(v);
    read_cursor(v);
    v->options.focused =
        !v->bare && v->focus >= 0 && v->panel_count > 1 ? &v->panels[v->focus] : NULL;
    for (size_t i = 0; i < v->shown_count; i++)
        draw_panel(v, &v->panels[v->shown[i]], list);
    if (v->figure != NULL)
        figure_page_draw_heading(v, list);
    draw_selection(v, list);
    run_strip_draw(v, list);
    run_list_draw(v, list);
    if (v->header > 0)
        draw_header(v, list);
    if (!v->bare)
        draw_footer(v, list);
    draw_scroll_bar(v, list);
    draw_replay_bar(v, list);
    if (v->help)
        help_draw(v, list);
}
