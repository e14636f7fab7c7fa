/* view.c: what is on the page, and where. */
#include "viz/window/view.h"

#include <fnmatch.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "core/memory.h"
#include "core/nearest.h"
#include "viz/draw/text_fit.h"
#include "viz/window/figure_page.h"
#include "viz/window/layout.h"
#include "viz/window/page.h"
#include "viz/window/run_groups.h"
#include "viz/window/run_list.h"

#define HEADER ((float)44)
#define FOOTER ((float)26)

void view_init(view *v, runs *all, float width, float height) {
    *v = (view){
        .all = all,
        .options = {.theme = &theme_light},
        .y_scale = -1,
        .width = width,
        .height = height,
        .scale = 1,
        .focus = -1,
        .hovered = -1,
        .maximised = -1,
    };
}

void view_free(view *v) {
    replay_stop(&v->replay);
    panels_free(v->panels, v->panel_count);
    dnn_free(v->shown);
    dnn_free(v->memories);
    dnn_free(v->list.rows);
    *v = (view){0};
}

const runs *view_runs(const view *v) {
    return v->replay.on ? &v->replay.shown : v->all;
}

void view_say(view *v, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(v->status, sizeof v->status, format, arguments);
    va_end(arguments);
}

/* --- panels --- */

/* What tells a panel from the others, to find it again when there are more of them. */
typedef struct identity {
    panel_kind kind;
    char title[sizeof((panel *)0)->title];
} identity;

static identity identity_of(const view *v, int index) {
    identity id = {PANEL_KIND_COUNT, ""};
    if (index >= 0 && (size_t)index < v->panel_count) {
        id.kind = v->panels[index].kind;
        memcpy(id.title, v->panels[index].title, sizeof id.title);
    }
    return id;
}

static int find_panel(const panel *panels, size_t count, const identity *id) {
    for (size_t i = 0; i < count; i++)
        if (panels[i].kind == id->kind && strcmp(panels[i].title, id->title) == 0)
            return (int)i;
    return -1;
}

/* The pattern is a shell pattern of the tag or of the first parts of it: "grad_norm" fits
 * "grad_norm/1 Linear". */
static bool fits(const char *pattern, const char *name) {
    return pattern == NULL || fnmatch(pattern, name, FNM_LEADING_DIR) == 0;
}

/* Offers the part of a tag's name before the slash, which fits all that begins with it. */
static void offer_group(dnn_nearest *nearest, const char *name, char *best, size_t size) {
    char group[64];
    text_copy(name, strcspn(name, "/"), group, sizeof group);
    dnn_nearest_offer(nearest, group);
    if (nearest->name == group) {
        snprintf(best, size, "%s", group);
        nearest->name = best;
    }
}

dnn_status view_check_only(const view *v, dnn_error *err) {
    const runs *all = view_runs(v);
    char wanted[64], best[64];
    dnn_nearest nearest = {.wanted = wanted};
    size_t tags = 0;
    if (v->only == NULL || v->figure != NULL)
        return DNN_OK;
    text_copy(v->only, strcspn(v->only, "/*"), wanted, sizeof wanted);
    for (size_t i = 0; i < all->count; i++)
        for (size_t k = 0; k < all->items[i]->tag_count; k++, tags++) {
            if (fits(v->only, all->items[i]->tags[k]->name))
                return DNN_OK;
            offer_group(&nearest, all->items[i]->tags[k]->name, best, sizeof best);
        }
    if (tags == 0)
        return DNN_OK;
    bool near = nearest.name != NULL;
    return dnn_fail(err, DNN_ERROR_ARGUMENT, "no tag matches --only '%s'%s%s%s", v->only,
                    near ? "; did you mean '" : "", near ? nearest.name : "", near ? "'?" : "");
}

static void leave_out_curves(panel *p, const char *pattern) {
    size_t kept = 0;
    for (size_t i = 0; i < p->curve_count; i++)
        if (fits(pattern, p->curves[i].tag->name))
            p->curves[kept++] = p->curves[i];
    p->curve_count = kept;
}

static void remember(view *v, panel *p) {
    for (size_t m = 0; m < v->memory_count; m++) {
        const memory *from = &v->memories[m];
        if (strcmp(from->panel, p->title) != 0)
            continue;
        if (from->curve[0] == '\0' && p->kind == PANEL_CURVES && v->y_scale < 0)
            panel_set_scale(p, from->y_scale);
        for (size_t i = 0; i < p->curve_count; i++)
            if (strcmp(from->curve, p->curves[i].label) == 0)
                p->curves[i].hidden = true;
    }
}

/* A panel that was not there before begins as the user wants it. */
static void introduce(view *v, panel *p) {
    if (v->y_scale >= 0 && p->kind == PANEL_CURVES)
        panel_set_scale(p, (axis_scale)v->y_scale);
    remember(v, p);
}

/* `*next` is where it is expected: panels keep their order. */
static bool is_known(const identity *known, size_t count, size_t *next, const panel *p) {
    for (size_t n = 0; n < count; n++) {
        size_t k = (*next + n) % count;
        if (known[k].kind != p->kind || strcmp(known[k].title, p->title) != 0)
            continue;
        *next = k + 1;
        return true;
    }
    return false;
}

/* Builds the panels; those that are not among the known are introduced. */
static bool build(view *v, const identity *known, size_t known_count) {
    if (v->figure != NULL ? !panels_of_figure(&v->panels, &v->panel_count, v->figure)
                          : !panels_build(&v->panels, &v->panel_count, view_runs(v)))
        return false;
    size_t *shown = dnn_alloc((v->panel_count + 1) * sizeof *shown);
    if (shown == NULL)
        return false;
    dnn_free(v->shown);
    v->shown = shown;
    for (size_t i = 0, next = 0; i < v->panel_count; i++) {
        panel *p = &v->panels[i];
        if (v->figure == NULL)
            leave_out_curves(p, v->only);
        if (!is_known(known, known_count, &next, p))
            introduce(v, p);
    }
    view_choose_shown(v);
    return true;
}

/* Curves share axes that stay, so that the page does not jump; what belongs to one run goes with
 * it. */
static bool has_content(const panel *p) {
    for (size_t i = 0; i < p->curve_count; i++)
        if (panel_is_shared(p) || p->curves[i].run == NULL || run_visible(p->curves[i].run))
            return true;
    return false;
}

void view_hold_x(view *v, const panel *p) {
    if (!panel_has_time(p) || p->let_go)
        return;
    v->options.x_held = true;
    v->options.x_range = p->x;
}

void view_choose_shown(view *v) {
    v->shown_count = 0;
    for (size_t i = 0; i < v->panel_count; i++)
        if (has_content(&v->panels[i]))
            v->shown[v->shown_count++] = i;
}

static void forget_panels(view *v) {
    panels_free(v->panels, v->panel_count);
    v->panels = NULL;
    v->panel_count = v->shown_count = 0;
    v->built_of = NULL;
}

void view_want_x(view *v, x_axis x) {
    v->options.x = x;
    v->epoch_wanted = x == X_EPOCH;
}

/* Epochs may come later than the first values. */
static void choose_x(view *v) {
    bool any = false, epochs = false;
    for (size_t i = 0; i < v->panel_count; i++)
        any = any || v->panels[i].kind == PANEL_CURVES;
    for (size_t i = 0; i < v->all->count; i++)
        epochs = epochs || v->all->items[i]->epoch != NULL;
    if (!v->epoch_wanted || !any)
        return;
    if (!epochs && v->options.x == X_EPOCH)
        view_say(v, "no epochs were logged: x is the step");
    v->options.x = epochs ? X_EPOCH : X_STEP;
}

bool view_update(view *v) {
    const runs *now = view_runs(v);
    if (v->built_of == now && v->built_generation == now->generation) {
        run_list_update(v); /* by values, which have changed */
        return true;
    }
    size_t before = v->panel_count;
    identity focus = identity_of(v, v->focus), maximised = identity_of(v, v->maximised);
    identity *known = dnn_alloc((before + 1) * sizeof *known);
    for (size_t i = 0; known != NULL && i < before; i++)
        known[i] = identity_of(v, (int)i);
    bool built = known != NULL && build(v, known, before);
    dnn_free(known);
    v->built_of = now;
    v->built_generation = now->generation;
    if (!built)
        forget_panels(v);
    v->focus = find_panel(v->panels, v->panel_count, &focus);
    v->maximised = find_panel(v->panels, v->panel_count, &maximised);
    v->hovered = -1;
    v->options.highlight = NULL;
    choose_x(v);
    run_groups_update(v);
    run_list_update(v);
    view_layout(v);
    return built;
}

/* --- layout --- */

/* As rows of one height, for a terminal. */
static float place_grid(view *v, rect page) {
    size_t columns = v->columns, rows = (v->shown_count + columns - 1) / columns;
    float height = (page.h - (float)(rows - 1) * PAGE_MARGIN) / (float)rows;
    for (size_t i = 0; i < v->shown_count; i++) {
        size_t row = i / columns, left = v->shown_count - row * columns;
        float share = (float)(left < columns ? left : columns); /* the last row shares its width */
        float width = (page.w - (share - 1) * PAGE_MARGIN) / share;
        v->panels[v->shown[i]].area =
            (rect){floorf(page.x + (float)(i % columns) * (width + PAGE_MARGIN)),
                   floorf(page.y + (float)row * (height + PAGE_MARGIN)), floorf(width),
                   floorf(fmaxf(height, 40))};
    }
    return page.h;
}

static void place_panels(view *v, rect page) {
    rect first = page;
    float strip = run_strip_height(v);
    if (v->fold > 0)
        first.h = v->fold - v->header - v->footer;
    first.y += strip;
    first.h -= strip;
    v->content = strip + (v->columns > 0 ? place_grid(v, first) : layout_panels(v, first));
    v->scroll = fmaxf(0, fminf(v->scroll, v->content - page.h));
    for (size_t i = 0; i < v->shown_count; i++)
        v->panels[v->shown[i]].area.y -= floorf(v->scroll);
}

static void place_figure(view *v) {
    v->header = v->bare ? 0 : HEADER;
    v->footer = v->bare ? 0 : FOOTER;
    v->content = v->height - v->header - v->footer;
    figure_page_layout(v);
}

void view_layout(view *v) {
    if (v->figure != NULL) {
        place_figure(v);
        return;
    }
    v->header = HEADER;
    v->footer = v->bare ? PAGE_MARGIN : FOOTER;
    float list = run_list_width(v);
    rect page = {PAGE_MARGIN + list, v->header, v->width - 2 * PAGE_MARGIN - list,
                 v->height - v->header - v->footer};
    v->options.runs_listed = list > 0 || run_strip_height(v) > 0;
    for (size_t i = 0; i < v->panel_count; i++)
        v->panels[i].area = (rect){0, 0, 0, 0};
    v->content = 0;
    if (v->maximised >= 0) {
        page.y += run_strip_height(v);
        page.h -= run_strip_height(v);
        v->panels[v->maximised].area = page;
    } else if (v->shown_count > 0)
        place_panels(v, page);
}

void view_trim(view *v) {
    panel *p = v->panel_count == 1 ? &v->panels[0] : NULL;
    view_layout(v);
    if (p != NULL && p->figure != NULL && p->kind == PANEL_IMAGES)
        v->height = fminf(v->height, ceilf(p->area.y + panel_height(p, &v->options)));
}

int view_panel_at(const view *v, point place) {
    if (place.y < v->header || place.y >= v->height - v->footer)
        return -1;
    for (size_t i = 0; i < v->panel_count; i++)
        if (inside(v->panels[i].area, place))
            return (int)i;
    return -1;
}

void view_reveal(view *v, int which) {
    if (which < 0 || v->maximised >= 0)
        return;
    rect a = v->panels[which].area;
    float top = v->header, bottom = v->height - v->footer;
    if (a.y + a.h > bottom)
        v->scroll += a.y + a.h - bottom;
    if (a.y < top)
        v->scroll -= top - a.y;
    view_layout(v);
}
