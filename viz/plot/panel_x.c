/* panel_x.c: where the points of a curve stand on the x axis, and the ranges that hold them. */
#include <math.h>

#include "viz/plot/panel_parts.h"

const char *const x_names[X_AXIS_COUNT] = {"step", "epoch", "relative", "wall"};

double curve_x(const curve *c, const page_options *o, size_t i) {
    const series *s = c->tag->scalars;
    switch (o->x) {
    case X_EPOCH:
        return run_epoch(c->run, series_step(s, i));
    case X_RELATIVE:
        return series_wall_time(s, i) - c->run->first_time;
    case X_WALL:
        return series_wall_time(s, i);
    default:
        return (double)series_step(s, i);
    }
}

/* Whether points are found without a look at any: at regular steps that are exact as doubles. */
static bool is_found_at_once(const curve *c, const page_options *o, double x) {
    return o->x == X_STEP && series_is_regular(c->tag->scalars) && fabs(x) < 9e15;
}

/* Doubling strides from `from`, then halving: neighbours of a pixel's width are found at once. */
size_t curve_find_x(const curve *c, const page_options *o, double x, size_t from) {
    size_t n = series_count(c->tag->scalars), low = from, stride = 1;
    if (is_found_at_once(c, o, x)) {
        size_t at = series_find_step(c->tag->scalars, (int64_t)ceil(x));
        return at > from ? at : from;
    }
    while (low < n && curve_x(c, o, low) < x) {
        from = low + 1;
        low += stride;
        stride *= 2;
    }
    size_t high = low < n ? low : n;
    while (from < high) {
        size_t middle = from + (high - from) / 2;
        if (curve_x(c, o, middle) < x)
            from = middle + 1;
        else
            high = middle;
    }
    return from;
}

size_t curve_nearest(const curve *c, const page_options *o, double x) {
    size_t n = series_count(c->tag->scalars);
    if (n == 0)
        return SIZE_MAX;
    size_t i = curve_find_x(c, o, x, 0);
    if (i == n)
        return n - 1;
    if (c->steps && i > 0 && x < curve_x(c, o, i)) /* a value holds until the next one */
        return i - 1;
    if (i > 0 && x - curve_x(c, o, i - 1) < curve_x(c, o, i) - x)
        return i - 1;
    return i;
}

double curve_end(const curve *c, const page_options *o) {
    const run *r = c->run;
    switch (o->x) {
    case X_EPOCH:
        return run_epoch(r, r->last_step);
    case X_RELATIVE:
        return r->last_time - r->first_time;
    case X_WALL:
        return r->last_time;
    default:
        return (double)r->last_step;
    }
}

/* Widens low..high to the points of the visible curves. */
static void widen_x(const panel *p, const page_options *o, double *low, double *high) {
    for (size_t i = 0; i < p->curve_count; i++) {
        const curve *c = &p->curves[i];
        size_t n = curve_hidden(c) ? 0 : series_count(c->tag->scalars);
        if (n == 0)
            continue;
        size_t first = o->x_scale == SCALE_LOG ? curve_find_x(c, o, 1e-9, 0) : 0;
        *low = fmin(*low, curve_x(c, o, first < n ? first : n - 1));
        *high = fmax(*high, curve_x(c, o, n - 1));
        if (c->steps)
            *high = fmax(*high, curve_end(c, o));
    }
}

static axis axis_of_x(const page_options *o, double low, double high, double margin) {
    axis_unit unit = o->x == X_WALL ? UNIT_CLOCK : o->x == X_RELATIVE ? UNIT_DURATION : UNIT_NUMBER;
    axis a = axis_fit(o->x_scale, unit, low, high);
    a.whole = o->x == X_STEP;
    if (isfinite(low) && low < high && (low > 0 || o->x_scale != SCALE_LOG)) {
        a.low = low; /* curves begin at the axis, and end short of the other side */
        a.high = high;
        a.high = axis_value(&a, 1 + margin);
    }
    return a;
}

#define X_MARGIN 0.015

axis fit_x(const panel *p, const page_options *o) {
    double low = INFINITY, high = -INFINITY;
    widen_x(p, o, &low, &high);
    return axis_of_x(o, low, high, p->kind == PANEL_CURVES ? X_MARGIN : 0);
}

void panels_share_x(const panel *panels, const size_t *which, size_t count, page_options *o) {
    double low = INFINITY, high = -INFINITY;
    o->x_shared = true;
    if (o->x_held)
        return;
    for (size_t i = 0; i < count; i++) {
        const panel *p = &panels[which[i]];
        if (panel_has_time(p) && !p->let_go)
            widen_x(p, o, &low, &high);
    }
    o->x_range = axis_of_x(o, low, high, X_MARGIN);
}

/* The smallest positive value: the pyramid says it where a stretch is positive, so stretches are
 * halved until they are. Stretches of `least` points with values of both kinds are passed over:
 * their curve leaves the plot at the bottom anyway. */
static double smallest_positive(const series *s, size_t begin, size_t end, size_t least,
                                double found) {
    series_range r = series_summary(s, begin, end);
    if (!(r.high > 0) || r.low >= found)
        return found;
    if (r.low > 0)
        return r.low;
    if (end - begin <= least)
        return found;
    size_t middle = begin + (end - begin) / 2;
    found = smallest_positive(s, begin, middle, least, found);
    return smallest_positive(s, middle, end, least, found);
}

bool curve_range(const panel *p, const page_options *o, const curve *c, axis_scale scale,
                 double *low, double *high) {
    const series *s = c->tag->scalars;
    size_t begin = 0, end = series_count(s);
    if (o->x_shared && o->x_held && !p->let_go) { /* y is fitted to what is seen */
        begin = curve_find_x(c, o, p->x.low, 0);
        end = curve_find_x(c, o, nextafter(p->x.high, INFINITY), begin);
        begin -= begin > 0;
        end += end < series_count(s);
    }
    series_range r = series_summary(s, begin, end);
    if (curve_hidden(c) || isnan(r.low) || (scale == SCALE_LOG && !(r.high > 0)))
        return false;
    *low = scale == SCALE_LOG ? smallest_positive(s, begin, end, 1 + (end - begin) / 2048, r.high)
                              : r.low;
    *high = r.high;
    return true;
}

bool value_range(const panel *p, const page_options *o, axis_scale scale, double *low,
                 double *high) {
    double a, b;
    *low = INFINITY, *high = -INFINITY;
    for (size_t i = 0; i < p->curve_count; i++)
        if (curve_range(p, o, &p->curves[i], scale, &a, &b)) {
            *low = fmin(*low, a);
            *high = fmax(*high, b);
        }
    return *low <= *high;
}
