/* panel_columns.c: a series as columns of pixels.
 *
 * Curves, heat maps, groups of runs and the marks of missing values all show a series that has more
 * points than the plot has pixels, and all of them by this: each column of pixels with the points
 * that fall into it and what the series' pyramid says about them. The cost is that of the columns,
 * however many points there are. */
#include <math.h>

#include "core/memory.h"
#include "viz/plot/panel_parts.h"

#define EXACT 9e15 /* whole numbers up to here are exact as doubles */

#define AHEAD 8 /* columns whose points are fetched while one is summed up */

/* Finds where the next column begins, going from left to right. */
typedef struct finder {
    const curve *curve;
    const page_options *options;
    size_t count; /* of points */
    size_t from;  /* no point before this one is asked for again */
    size_t width; /* points of the last column: the next one holds about as many */
    bool regular; /* point i stands at first + i * stride */
    double first, stride;
} finder;

static finder finder_of(const curve *c, const page_options *o, double low) {
    const series *s = c->tag->scalars;
    finder f = {.curve = c, .options = o, .count = series_count(s)};
    f.from = curve_find_x(c, o, low, 0);
    if (o->x == X_STEP && series_is_regular(s)) {
        f.first = (double)series_step(s, 0);
        f.stride = (double)series_step(s, 1) - f.first;
        f.regular = fabs(f.first) < EXACT && fabs((double)series_step(s, f.count - 1)) < EXACT;
    }
    return f;
}

/* The first point that is not left of x: no other is looked at. */
static size_t find_regular(const finder *f, double x) {
    double at = (x - f->first) / f->stride;
    if (!(at > (double)f->from))
        return f->from;
    if (!(at < (double)f->count))
        return f->count;
    size_t i = (size_t)at;
    while (i < f->count && f->first + (double)i * f->stride < x)
        i++;
    return i;
}

/* The same from a guess, near which two or three points are looked at. */
static size_t find_near(const finder *f, double x) {
    const curve *c = f->curve;
    size_t guess = f->from + f->width, high = guess < f->count ? guess : f->count, stride = 1;
    if (high == f->from || curve_x(c, f->options, high - 1) < x)
        return curve_find_x(c, f->options, x, high);
    while (high > f->from + stride && !(curve_x(c, f->options, high - stride) < x)) {
        high -= stride;
        stride *= 2;
    }
    size_t low = high > f->from + stride ? high - stride : f->from;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (curve_x(c, f->options, middle) < x)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* Where a column ends that holds many points, moved by at most a quarter of it to where nodes of
 * the pyramid end: then they alone are looked at, and a point is at most so far from its place. */
static size_t rounded(const finder *f, size_t end, double edge, double width) {
    size_t points = end - f->from, grain = SERIES_LEAF;
    if (f->regular && width / f->stride < (double)points)
        points = (size_t)(width / f->stride);
    if (points < 4 * grain || end == f->count)
        return end;
    while (4 * grain <= points)
        grain *= 2;
    size_t at = (end + grain / 2) & ~(grain - 1);
    if (at >= f->count ||
        (!f->regular && !(fabs(curve_x(f->curve, f->options, at) - edge) <= 0.25 * width)))
        return end;
    return at;
}

size_t columns_in(const panel *p, const page_options *o, float pixels) {
    float scale = o->scale > 0 ? o->scale : 1;
    size_t count = (size_t)ceilf(p->plot.w * scale / pixels);
    return count < 1 ? 1 : count;
}

/* Cuts the points in sight into columns. */
static void cut(pixel_columns *all, const panel *p, const curve *c, const page_options *o) {
    axis_ruler x = axis_ruler_of(&p->x);
    finder f = finder_of(c, o, p->x.low);
    double left = p->x.low;
    all->begin = f.from;
    for (size_t i = 0; i < all->wide; i++) {
        double place = (double)(i + 1) / (double)all->wide, edge = ruler_value(&x, place);
        size_t begin = f.from, end = f.regular ? find_regular(&f, edge) : find_near(&f, edge);
        if (i + 1 < all->wide)
            end = rounded(&f, end, edge, edge - left);
        while (i + 1 == all->wide && end < f.count && curve_x(c, o, end) <= p->x.high)
            end++; /* the last column holds its right edge too */
        left = edge;
        if (end == begin)
            continue;
        f.from = end;
        f.width = end - begin;
        float middle = (float)(place - 0.5 / (double)all->wide);
        all->own[all->count++] = (pixel_column){
            .x = p->plot.x + p->plot.w * middle, .index = i, .begin = begin, .end = end};
    }
    all->end = f.from;
}

/* --- one cut for all curves with the same steps --- */

typedef struct shared_cut {
    pixel_columns columns;
    size_t count; /* of points */
    double first, stride;
} shared_cut;

/* Cuts a curve by itself. */
static bool cut_alone(pixel_columns *out, const panel *p, const curve *c, const page_options *o) {
    out->items = out->own = dnn_alloc(out->wide * sizeof *out->own);
    if (out->own != NULL)
        cut(out, p, c, o);
    return out->own != NULL;
}

void columns_share(panel *p, const page_options *o, float pixels) {
    const curve *c = NULL;
    for (size_t i = 0; i < p->curve_count && c == NULL; i++)
        if (!curve_hidden(&p->curves[i]) && series_count(p->curves[i].tag->scalars) > 0)
            c = &p->curves[i];
    finder f = c == NULL ? (finder){0} : finder_of(c, o, p->x.low);
    shared_cut *shared = f.regular ? dnn_alloc(sizeof *shared) : NULL;
    if (shared == NULL)
        return;
    *shared = (shared_cut){{.wide = columns_in(p, o, pixels)}, f.count, f.first, f.stride};
    if (cut_alone(&shared->columns, p, c, o))
        p->cut = shared;
    else
        dnn_free(shared);
}

void columns_unshare(panel *p) {
    if (p->cut != NULL)
        columns_free(&p->cut->columns);
    dnn_free(p->cut);
    p->cut = NULL;
}

/* False: the curve has to be cut by itself. */
static bool take_shared(pixel_columns *out, const panel *p, const curve *c, const page_options *o) {
    const shared_cut *from = p->cut;
    if (from == NULL || from->columns.wide != out->wide)
        return false;
    finder f = finder_of(c, o, p->x.low);
    if (!f.regular || f.count != from->count || f.first != from->first || f.stride != from->stride)
        return false;
    *out = from->columns;
    out->own = NULL;
    return true;
}

bool columns_of(pixel_columns *out, const panel *p, const curve *c, const series *s,
                const page_options *o, float pixels) {
    *out = (pixel_columns){.wide = columns_in(p, o, pixels)};
    if (!take_shared(out, p, c, o) && !cut_alone(out, p, c, o))
        return false;
    out->in = dnn_alloc((out->count + 1) * sizeof *out->in);
    if (out->in == NULL) {
        columns_free(out);
        return false;
    }
    for (size_t i = 0; i < out->count + AHEAD; i++) {
        if (i < out->count)
            series_expect(s, out->items[i].begin, out->items[i].end);
        if (i >= AHEAD)
            out->in[i - AHEAD] =
                series_summary(s, out->items[i - AHEAD].begin, out->items[i - AHEAD].end);
    }
    return true;
}

void columns_free(pixel_columns *c) {
    dnn_free(c->own);
    dnn_free(c->in);
    *c = (pixel_columns){0};
}
