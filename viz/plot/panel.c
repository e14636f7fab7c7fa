/* panel.c: what each kind of panel is, and what can be done to any: fitting, zooming, drawing. */
#include "viz/plot/panel.h"

#include <math.h>

#include "viz/plot/panel_parts.h"

/* What a kind of panel can do. A new kind is a row here, and a file that draws it. */
typedef struct panel_class {
    void (*draw)(panel *p, const page_options *o, const point *cursor, display_list *list);
    void (*fit)(panel *p, const page_options *o); /* brings the ranges up to date, but what a held
                                                     view keeps; NULL: no axes */
    bool moves_along_y;                           /* zooming and moving is along y too */
} panel_class;

static const panel_class classes[PANEL_KIND_COUNT] = {
    [PANEL_CURVES] = {draw_curves,     fit_scalars,   true },
    [PANEL_HEAT] = {draw_heat,       fit_scalars,   false},
    [PANEL_HISTOGRAM] = {draw_histograms, fit_histogram, false},
    [PANEL_PICTURE] = {draw_pictures,   NULL,          false},
    [PANEL_TEXT] = {draw_texts,      NULL,          false},
    [PANEL_PLOT] = {draw_plot,       fit_figure,    true },
    [PANEL_BARS] = {draw_counts,     fit_figure,    true },
    [PANEL_MATRIX] = {draw_matrix,     fit_figure,    true },
    [PANEL_GALLERY] = {draw_gallery,    NULL,          false},
};

static const panel_class *class_of(const panel *p) {
    return &classes[p->kind];
}

static void bring_up_to_date(panel *p, const page_options *o) {
    if (class_of(p)->fit != NULL)
        class_of(p)->fit(p, o);
}

bool curve_hidden(const curve *c) {
    return c->hidden || (c->run != NULL && !run_visible(c->run));
}

/* --- the view of the data --- */

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

void panel_draw(panel *p, const page_options *options, const point *cursor, display_list *list) {
    for (size_t i = 0; i < p->curve_count; i++)
        p->curves[i].legend = (rect){0};
    p->plot = (rect){0};
    if (p->figure == NULL) {
        draw_fill(list, p->area, options->theme->border, 6);
        draw_fill(list, inset(p->area, 1), options->theme->panel, 5);
    }
    if (p->area.w < 40 || p->area.h < 30)
        return;
    bring_up_to_date(p, options);
    class_of(p)->draw(p, options, cursor, list);
}
