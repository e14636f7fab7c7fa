/* view.c: what is on the page, and where. */
#include "viz/view.h"

#include <fnmatch.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "core/memory.h"
#include "viz/page.h"

#define HEADER       ((float)44)
#define FOOTER       ((float)26)
#define MOST_COLUMNS 6

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
            p->y_scale = from->y_scale;
        for (size_t i = 0; i < p->curve_count; i++)
            if (strcmp(from->curve, p->curves[i].label) == 0)
                p->curves[i].hidden = true;
    }
}

/* A panel that was not there before begins as the user wants it. */
static void introduce(view *v, panel *p) {
    if (v->y_scale >= 0 && p->kind == PANEL_CURVES)
        p->y_scale = (axis_scale)v->y_scale;
    remember(v, p);
}

static bool is_known(const identity *known, size_t count, const panel *p) {
    for (size_t k = 0; k < count; k++)
        if (known[k].kind == p->kind && strcmp(known[k].title, p->title) == 0)
            return true;
    return false;
}

/* Builds the panels; those that are not among the known are introduced. */
static bool build(view *v, const identity *known, size_t known_count) {
    if (!panels_build(&v->panels, &v->panel_count, view_runs(v)))
        return false;
    size_t *shown = dnn_alloc((v->panel_count + 1) * sizeof *shown);
    if (shown == NULL)
        return false;
    dnn_free(v->shown);
    v->shown = shown;
    v->shown_count = 0;
    for (size_t i = 0; i < v->panel_count; i++) {
        panel *p = &v->panels[i];
        leave_out_curves(p, v->only);
        if (!is_known(known, known_count, p))
            introduce(v, p);
        if (p->curve_count > 0)
            v->shown[v->shown_count++] = i;
    }
    return true;
}

static void forget_panels(view *v) {
    panels_free(v->panels, v->panel_count);
    v->panels = NULL;
    v->panel_count = v->shown_count = 0;
    v->built_of = NULL;
}

bool view_update(view *v) {
    const runs *now = view_runs(v);
    if (v->built_of == now && v->built_generation == now->generation)
        return true;
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
    view_layout(v);
    return built;
}

/* --- layout --- */

typedef struct grid {
    size_t columns;
    float width, height; /* of one panel */
    double cost;
} grid;

/* Panels read best at about the golden section; a page that must be scrolled, and a last row
 * that is not full, cost as much as panels that are too wide or too high. */
static grid grid_of(const view *v, size_t columns, float width, float height) {
    const float least = 190;
    const size_t count = v->shown_count;
    const bool may_scroll = !v->bare;
    size_t rows = (count + columns - 1) / columns;
    grid g = {columns, (width - (float)(columns - 1) * PAGE_MARGIN) / (float)columns,
              (height - (float)(rows - 1) * PAGE_MARGIN) / (float)rows, 0};
    if (may_scroll && g.height < least) {
        g.height = fmaxf(least, fminf(g.width / 1.6f, 320));
        double total = (double)g.height * (double)rows;
        g.cost += 0.25 * log(total / fmax(height, 1));
    }
    g.height = fmaxf(g.height, 40);
    g.cost += fabs(log(g.width / g.height / 1.618));
    g.cost += 0.1 * (double)(rows * columns - count);
    return g;
}

static grid best_grid(const view *v, float width, float height) {
    const float least = v->bare ? 220 : 340;
    if (v->columns > 0)
        return grid_of(v, v->columns, width, height);
    grid best = grid_of(v, 1, width, height);
    for (size_t columns = 2; columns <= v->shown_count && columns <= MOST_COLUMNS; columns++) {
        grid g = grid_of(v, columns, width, height);
        if (g.width >= least && g.cost < best.cost)
            best = g;
    }
    return best;
}

/* The panels of the last row share its width. */
static void place_panels(view *v, rect page) {
    grid g = best_grid(v, page.w, page.h);
    size_t rows = (v->shown_count + g.columns - 1) / g.columns;
    v->content = (float)rows * g.height + (float)(rows - 1) * PAGE_MARGIN;
    v->scroll = fmaxf(0, fminf(v->scroll, v->content - page.h));
    for (size_t i = 0; i < v->shown_count; i++) {
        size_t row = i / g.columns, left = v->shown_count - row * g.columns;
        float columns = (float)(left < g.columns ? left : g.columns);
        float width = (page.w - (columns - 1) * PAGE_MARGIN) / columns;
        v->panels[v->shown[i]].area =
            (rect){floorf(page.x + (float)(i % g.columns) * (width + PAGE_MARGIN)),
                   floorf(page.y + (float)row * (g.height + PAGE_MARGIN) - v->scroll),
                   floorf(width), floorf(g.height)};
    }
}

void view_layout(view *v) {
    v->header = HEADER;
    v->footer = v->bare ? PAGE_MARGIN : FOOTER;
    rect page = {PAGE_MARGIN, v->header, v->width - 2 * PAGE_MARGIN,
                 v->height - v->header - v->footer};
    for (size_t i = 0; i < v->panel_count; i++)
        v->panels[i].area = (rect){0, 0, 0, 0};
    v->content = 0;
    if (v->maximised >= 0)
        v->panels[v->maximised].area = page;
    else if (v->shown_count > 0)
        place_panels(v, page);
}

int view_panel_at(const view *v, point place) {
    if (place.y < v->header || place.y >= v->height - v->footer)
        return -1;
    for (size_t i = 0; i < v->panel_count; i++) {
        rect a = v->panels[i].area;
        if (a.w > 0 && place.x >= a.x && place.x < a.x + a.w && place.y >= a.y &&
            place.y < a.y + a.h)
            return (int)i;
    }
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
