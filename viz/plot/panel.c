/* panel.c: drawing by kind, and the view of the data: fitted, or held where the user put it. */
#include "viz/plot/panel.h"

#include <math.h>

#include "viz/plot/panel_parts.h"

/* --- ranges --- */

/* Symmetric logarithm: the margin is one of places, and 0 .. the smallest size that matters, at
 * most five decades below the largest, is the linear part. */
axis fit_symlog(double low, double high, double smallest) {
    double largest = fmax(fabs(low), fabs(high));
    axis a = axis_fit(SCALE_SYMLOG, UNIT_NUMBER, low, high);
    if (!(low < high))
        return a;
    a.linear_within = fmax(largest * 1e-5, fmin(smallest, largest * 0.1));
    a.low = low;
    a.high = high;
    double below = axis_value(&a, -0.04), above = axis_value(&a, 1.04);
    a.low = below;
    a.high = above;
    return a;
}

static axis fit_y(const panel *p) {
    double low, high;
    if (!value_range(p, p->y_scale, &low, &high))
        low = p->y_scale == SCALE_LOG ? 0.1 : 0, high = 1;
    if (p->y_scale == SCALE_SYMLOG) {
        double smallest, unused;
        if (!value_range(p, SCALE_LOG, &smallest, &unused))
            smallest = fmax(fabs(low), fabs(high)) * 1e-3;
        return fit_symlog(low, high, smallest);
    }
    return axis_fit(p->y_scale, UNIT_NUMBER, low, high);
}

static bool has_axes(const panel *p) {
    return p->kind == PANEL_CURVES || p->kind == PANEL_HEAT || p->kind == PANEL_HISTOGRAM ||
           (p->figure != NULL && p->kind != PANEL_GALLERY);
}

/* Whether zooming and moving is along y too. */
static bool moves_along_y(const panel *p) {
    return p->kind == PANEL_CURVES || p->figure != NULL;
}

/* Positive values that span more than two decades want a logarithmic scale. */
static void choose_scale(panel *p) {
    double low, high;
    bool wide = value_range(p, SCALE_LOG, &low, &high) && high > 100 * low;
    p->y_scale = wide ? SCALE_LOG : SCALE_LINEAR;
}

/* Brings the ranges up to date: all of them, or what a held view cannot keep. */
static void set_ranges(panel *p, const page_options *o) {
    if (p->figure != NULL) {
        fit_figure(p, o);
        return;
    }
    if (p->kind == PANEL_HISTOGRAM) {
        if (!p->held)
            p->x = fit_histogram_x(p);
        return;
    }
    if (p->over_decades && !p->held)
        choose_scale(p);
    if (p->held && p->shown_x != o->x)
        p->held = false;
    if (!p->held || p->x.scale != o->x_scale)
        p->x = fit_x(p, o);
    if (!p->held || p->kind == PANEL_HEAT || p->y.scale != p->y_scale)
        p->y = fit_y(p);
    p->shown_x = o->x;
}

void panel_set_scale(panel *p, axis_scale scale) {
    p->y_scale = scale;
    p->over_decades = false;
}

void panel_fit(panel *p, const page_options *options) {
    p->held = false;
    if (has_axes(p))
        set_ranges(p, options);
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
    return has_axes(p) && p->plot.w > 0 && p->plot.h > 0;
}

void panel_zoom(panel *p, point around, float factor_x, float factor_y) {
    if (!can_move(p) || !(factor_x > 0) || !(factor_y > 0))
        return;
    double x = (around.x - p->plot.x) / p->plot.w, y = 1 - (around.y - p->plot.y) / p->plot.h;
    p->held = true;
    narrow(&p->x, x - x / factor_x, x + (1 - x) / factor_x);
    if (moves_along_y(p))
        narrow(&p->y, y - y / factor_y, y + (1 - y) / factor_y);
}

void panel_pan(panel *p, float dx, float dy) {
    if (!can_move(p))
        return;
    double x = -dx / p->plot.w, y = dy / p->plot.h;
    p->held = true;
    narrow(&p->x, x, 1 + x);
    if (moves_along_y(p))
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
    if (moves_along_y(p))
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
    if (has_axes(p))
        set_ranges(p, options);
    switch (p->kind) {
    case PANEL_HEAT:
        draw_heat(p, options, cursor, list);
        break;
    case PANEL_HISTOGRAM:
        draw_histograms(p, options, cursor, list);
        break;
    case PANEL_PICTURE:
        draw_pictures(p, options, list);
        break;
    case PANEL_TEXT:
        draw_texts(p, options, list);
        break;
    case PANEL_PLOT:
        draw_plot(p, options, cursor, list);
        break;
    case PANEL_BARS:
        draw_counts(p, options, cursor, list);
        break;
    case PANEL_MATRIX:
        draw_matrix(p, options, cursor, list);
        break;
    case PANEL_GALLERY:
        draw_gallery(p, options, list);
        break;
    default:
        draw_curves(p, options, cursor, list);
        break;
    }
}
