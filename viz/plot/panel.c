/* panel.c: what each kind of panel is, and what can be done to any: fitting, zooming, drawing. */
#include "viz/plot/panel.h"

#include <math.h>

#include "viz/plot/panel_parts.h"

/* What a kind of panel can do. A new kind is a row here, and a file that draws it. */
typedef struct panel_class {
    void (*draw)(panel *p, const page_options *o, display_list *list); /* without the mouse */
    void (*read)(panel *p, const page_options *o, const point *cursor,
                 display_list *list); /* what follows it, on top; NULL: nothing does, and
                                         the panel is drawn anew each time */
    void (*fit)(panel *p, const page_options *o); /* brings the ranges up to date, but what a held
                                                     view keeps; NULL: no axes */
    bool moves_along_y;                           /* zooming and moving is along y too */
    bool shared; /* axes or texts of all runs, which stay when a run is hidden */
    bool tall;   /* wants the height of images */
    bool scaled; /* y, at least, has a scale to choose */
} panel_class;

/* clang-format off */
static const panel_class classes[PANEL_KIND_COUNT] = {
    [PANEL_CURVES]    = {draw_curves,     read_curves,     fit_scalars,   true,  true,  false, true},
    [PANEL_HEAT]      = {draw_heat,       read_heat,       fit_scalars,   false, true,  false, false},
    [PANEL_HISTOGRAM] = {draw_histograms, read_histograms, fit_histogram, false, false, false, false},
    [PANEL_IMAGES]    = {draw_images,     NULL,            NULL,          false, false, true,  false},
    [PANEL_PR]        = {draw_pr,         read_pr,         fit_pr,        true,  true,  false, false},
    [PANEL_GRAPH]     = {draw_graph,      read_graph,      NULL,          false, false, true,  false},
    [PANEL_TEXT]      = {draw_texts,      NULL,            NULL,          false, true,  false, false},
    [PANEL_PLOT]      = {draw_plot,       read_plot,       fit_figure,    true,  false, false, true},
    [PANEL_BARS]      = {draw_counts,     read_counts,     fit_figure,    true,  false, false, true},
    [PANEL_MATRIX]    = {draw_matrix,     read_matrix,     fit_figure,    true,  false, true,  false},
};
/* clang-format on */

static const panel_class *class_of(const panel *p) {
    return &classes[p->kind];
}

static void bring_up_to_date(panel *p, const page_options *o) {
    uint64_t key = class_of(p)->fit == NULL ? 0 : panel_key(p, o);
    if (key == p->fitted)
        return;
    class_of(p)->fit(p, o);
    p->fitted = panel_key(p, o);
}

bool curve_hidden(const curve *c) {
    return c->hidden || (c->run != NULL && !run_visible(c->run));
}

size_t visible_curves(const panel *p) {
    size_t count = 0;
    for (size_t i = 0; i < p->curve_count; i++)
        count += !curve_hidden(&p->curves[i]);
    return count;
}

/* --- the view of the data --- */

bool panel_is_shared(const panel *p) {
    return class_of(p)->shared;
}

bool panel_has_scales(const panel *p) {
    return class_of(p)->scaled;
}

bool panel_is_tall(const panel *p) {
    return class_of(p)->tall;
}

bool panel_has_time(const panel *p) {
    return class_of(p)->fit == fit_scalars;
}

void panel_set_scale(panel *p, axis_scale scale) {
    p->y_scale = scale;
    p->over_decades = false;
}

void panel_fit(panel *p, const page_options *options) {
    p->held = false;
    bring_up_to_date(p, options);
}

/* The part from place `from` to `to` of an axis, unless numbers are too coarse for it. */
static void narrow(axis *a, double from, double to) {
    double low = axis_value(a, from), high = axis_value(a, to);
    double size = fmax(fabs(low), fabs(high));
    if (isfinite(low) && isfinite(high) && high - low > size * 1e-12 && size < 1e300 &&
        (a->scale != SCALE_LOG || (low > 1e-300 && high / low > 1 + 1e-9))) {
        a->low = low;
        a->high = high;
    }
}

static bool can_move(const panel *p) {
    return class_of(p)->fit != NULL && p->plot.w > 0 && p->plot.h > 0;
}

void panel_zoom(panel *p, point around, float factor_x, float factor_y) {
    if (!can_move(p) || !(factor_x > 0) || !(factor_y > 0))
        return;
    double x = (around.x - p->plot.x) / p->plot.w, y = 1 - (around.y - p->plot.y) / p->plot.h;
    p->held = true;
    narrow(&p->x, x - x / factor_x, x + (1 - x) / factor_x);
    if (class_of(p)->moves_along_y)
        narrow(&p->y, y - y / factor_y, y + (1 - y) / factor_y);
}

void panel_pan(panel *p, float dx, float dy) {
    if (!can_move(p))
        return;
    double x = -dx / p->plot.w, y = dy / p->plot.h;
    p->held = true;
    narrow(&p->x, x, 1 + x);
    if (class_of(p)->moves_along_y)
        narrow(&p->y, y, 1 + y);
}

void panel_zoom_box(panel *p, rect box) {
    if (!can_move(p))
        return;
    double left = (box.x - p->plot.x) / p->plot.w, top = (box.y - p->plot.y) / p->plot.h;
    double right = left + box.w / p->plot.w, bottom = top + box.h / p->plot.h;
    if (!(right > left) || !(bottom > top))
        return;
    p->held = true;
    narrow(&p->x, left, right);
    if (class_of(p)->moves_along_y)
        narrow(&p->y, 1 - bottom, 1 - top);
}

/* --- drawing --- */

/* The panel without what follows the mouse. */
static void draw_anew(panel *p, const page_options *o, display_list *list) {
    rect a = p->area;
    for (size_t i = 0; i < p->curve_count; i++)
        p->curves[i].legend = (rect){0};
    p->plot = (rect){0};
    if (o->focused == p)
        draw_fill(list, inset(a, -1), o->theme->accent, 7);
    if (p->figure == NULL)
        draw_fill(list, a, o->theme->border, 6);
    if (p->figure == NULL || o->focused == p)
        draw_fill(list, inset(a, 1), o->theme->panel, 5);
    if (a.w >= 40 && a.h >= 30)
        class_of(p)->draw(p, o, list);
}

/* The same as a sheet, which stays while nothing changes. */
static void draw_still(panel *p, const page_options *o, display_list *list) {
    uint64_t key = o->keeps && class_of(p)->read != NULL ? panel_key(p, o) : 0;
    if (p->still == NULL || key == 0 || p->still->key != key) {
        sheet_release(p->still);
        p->still = key == 0 ? NULL : sheet_create(inset(p->area, -1), key);
        draw_anew(p, o, p->still == NULL ? list : &p->still->list);
    }
    if (p->still == NULL)
        return;
    if (o->smooth_left != NULL && *o->smooth_left == 0) /* averages go on in the next frame */
        p->still->key = 0;
    draw_sheet(list, p->still);
}

void panel_draw(panel *p, const page_options *options, const point *cursor, display_list *list) {
    bring_up_to_date(p, options);
    draw_still(p, options, list);
    if (class_of(p)->read != NULL && p->plot.w > 0)
        class_of(p)->read(p, options, cursor, list);
}
