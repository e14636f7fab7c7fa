/* panel_curves.c: lines through the points of series, each by itself or, where they are denser than
 * pixels, as panel_dense.c sums them up. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "core/memory.h"
#include "viz/plot/panel_parts.h"

#define WILD 40.0 /* points of height from one value to the next, on average */

/* Points [begin, end) one by one; those just outside the plot lead its edges. */
static void trace_points(trace *t, const curve *c, const series *s, const page_options *o,
                         size_t begin, size_t end) {
    const rect r = t->panel->plot;
    double x_before = NAN, y_before = NAN;
    for (size_t i = begin; i < end; i++) {
        float value = series_value(s, i);
        double x = x_of(t->panel, curve_x(c, o, i));
        double y = isfinite(value) ? y_of(t->panel, value) : NAN;
        if (x_before < r.x && x > r.x) { /* from where the line enters the plot */
            double share = (r.x - 4 - x_before) / (x - x_before);
            if (share > 0)
                trace_to(t, r.x - 4, y_before + share * (y - y_before));
        }
        double far = r.x + r.w + 4;
        if (x > far && x_before < far) {
            trace_to(t, far, y_before + (far - x_before) / (x - x_before) * (y - y_before));
            break;
        }
        if (x >= r.x - 4)
            trace_to(t, x, y);
        x_before = x;
        y_before = y;
    }
}

static void mark_curve(const panel *p, const curve *c, const page_options *o, display_list *list) {
    const series *s = c->tag->scalars;
    double marked = -INFINITY;
    if (!series_summary(s, 0, series_count(s)).not_finite)
        return;
    column_walk walk = columns_of(c, o, &p->x, p->plot);
    for (pixel_column at; column_next(&walk, &at);)
        if (series_summary(s, at.begin, at.end).not_finite)
            mark_not_finite(p, o, at.x, &marked, list);
}

/* Whether lines through all points are so steep on average that they cost much, and bars look no
 * different. */
static bool is_wild(const panel *p, const series *s, size_t begin, size_t end) {
    double way = 0, before = y_of(p, series_value(s, begin));
    for (size_t i = begin + 1; i < end; i++) {
        double y = y_of(p, series_value(s, i));
        way += isfinite(y) && isfinite(before) ? fabs(y - before) : 0;
        before = y;
    }
    return way > WILD * (double)(end - begin);
}

/* s is the curve's series or its average. */
static void draw_series(const panel *p, const curve *c, const series *s, const page_options *o,
                        stroke line, display_list *list) {
    size_t n = series_count(s), begin = curve_find_x(c, o, p->x.low, 0);
    size_t end = curve_find_x(c, o, p->x.high, begin) + 1;
    size_t columns = (size_t)(p->plot.w * (o->scale > 0 ? o->scale : 1)) + 1;
    begin -= begin > 0;
    end = end < n ? end : n;
    trace t = {p, list, line, NULL, 0, 4096};
    t.points = dnn_alloc(t.capacity * sizeof *t.points);
    if (t.points == NULL) {
        list->failed = true;
        return;
    }
    if (end > begin &&
        (end - begin <= columns || (end - begin <= 2 * columns && !is_wild(p, s, begin, end)))) {
        trace_points(&t, c, s, o, begin, end);
    } else if (end > begin) {
        trace_dense(&t, c, s, o);
    }
    trace_break(&t);
    dnn_free(t.points);
}

/* The steps between points of the curve that is logged most often. */
static double smooth_unit(const panel *p) {
    double least = INFINITY;
    for (size_t i = 0; i < p->curve_count; i++)
        least = fmin(least, smooth_spacing(p->curves[i].tag->scalars));
    return isfinite(least) && least > 0 ? least : 1;
}

static void draw_curve(panel *p, curve *c, const page_options *o, bool ghost, double unit,
                       display_list *list) {
    stroke line = curve_stroke(c, o);
    const series *s = c->tag->scalars;
    if (ghost) {
        line.color = faded(line.color, 0.28);
        line.width = 1;
        line.dash = 0;
    } else if (o->smoothing > 0) {
        s = smooth_update(&c->smoothed, s, o->smoothing, unit, o->smooth_left);
        if (s == NULL) {
            list->failed = true;
            return;
        }
    }
    draw_series(p, c, s, o, line, list);
}

/* "0.04312": where a panel has one curve, its last value stands beside the title, and before it
 * what is not shown. */
static void write_note(const panel *p, const page_options *o, char *text, size_t size) {
    const series *s = p->curve_count == 1 ? p->curves[0].tag->scalars : NULL;
    describe_absent(p, o, text, size);
    size_t used = strlen(text);
    if (s == NULL || series_count(s) == 0)
        return;
    if (used > 0)
        used += (size_t)snprintf(text + used, size - used, " · ");
    axis_format(series_value(s, series_count(s) - 1), 4, text + used, size - used);
}

static bool has_epochs(const panel *p) {
    for (size_t i = 0; i < p->curve_count; i++)
        if (p->curves[i].run->epoch != NULL)
            return true;
    return false;
}

void draw_curves(panel *p, const page_options *o, const point *cursor, display_list *list) {
    char note[128];
    write_note(p, o, note, sizeof note);
    float top = draw_legend(p, o, draw_title(p, o, note, list), list);
    draw_frame(p, o, top, true, 0, 0, x_axis_name(o), list);
    if (p->plot.w == 0)
        return;
    bool any = false;
    double unit = o->smoothing > 0 ? smooth_unit(p) : 1;
    rect r = p->plot;
    draw_clip(list, (rect){r.x, r.y - 1, r.w + 1, r.h + 1});
    for (size_t pass = o->smoothing > 0 ? 0 : 1; pass < 2; pass++) /* ghosts behind all curves */
        for (size_t i = 0; i < p->curve_count; i++)
            if (!p->curves[i].hidden && series_count(p->curves[i].tag->scalars) > 0) {
                any = true;
                draw_curve(p, &p->curves[i], o, pass == 0, unit, list);
            }
    draw_unclip(list);
    for (size_t i = 0; i < p->curve_count; i++)
        if (!p->curves[i].hidden)
            mark_curve(p, &p->curves[i], o, list);
    if (!any)
        draw_empty(p, o, "all curves are hidden", list);
    else if (o->x == X_EPOCH && !has_epochs(p))
        draw_empty(p, o, "no epochs were logged", list);
    else if (cursor != NULL && inside(p->plot, *cursor))
        draw_readout(p, o, *cursor, -1, list);
}
