/* panel_dense.c: curves with more points than columns of pixels.
 *
 * Each column is summed up by its first, lowest, highest and last place. Where a curve runs
 * smoothly through the columns it is a line through them. Where it goes up and down within a
 * column, or from one column to the next, it is a pale band, bars from the lowest to the highest
 * place of each column, and on it a line through the means. A bar that is much higher than those
 * around it is no noise: it has the full colour. Nothing is left out. */
#include <math.h>
#include <stddef.h>

#include "core/memory.h"
#include "viz/plot/panel_parts.h"

/* A line between bars goes on for so many columns at least; shorter ones are bars too. */
#define LEAST_LINE ((size_t)16)

/* A bar so many times as high as nine tenths of those of its stretch is no noise. */
#define STANDS_OUT 2.5f
#define THIN       2.0f /* points of width of such a bar in a crowd */

#define BAND_OPACITY 0.34
#define MOST_POINTS                                                                                \
    24 /* that share a point of the line as their mean, where a column has not more */
#define LEAST_POINTS 6

/* y grows downwards. */
typedef struct dense_column {
    float x, first, top, bottom, last;
    double mean;  /* of the values */
    size_t count; /* of points */
    bool gap;     /* nothing finite here */
    bool busy;    /* not a piece of a line */
} dense_column;

static dense_column place(const y_ruler *y, const pixel_column *at, series_range r) {
    dense_column d = {
        .x = at->x, .mean = r.mean, .count = at->end - at->begin, .gap = isnan(r.low)};
    if (d.gap)
        return d;
    d.top = (float)y_at(y, r.high);
    d.bottom = (float)y_at(y, r.low);
    d.first = isfinite(r.first) ? (float)y_at(y, r.first) : d.top;
    d.last = isfinite(r.last) ? (float)y_at(y, r.last) : d.bottom;
    return d;
}

/* No column without points is between two. */
static bool are_neighbours(const dense_column *a, const dense_column *b, float pitch) {
    return b->x - a->x < 1.5f * pitch;
}

/* Whether the curve turns, by more than half a column's width, between its ends in a column or
 * there. */
static bool turns(const dense_column *d, size_t count, size_t i, float pitch) {
    const dense_column *at = &d[i];
    float least = 0.5f * pitch;
    if (at->bottom - at->top > fabsf(at->last - at->first) + least)
        return true;
    if (i == 0 || i + 1 == count || !are_neighbours(at - 1, at, pitch) ||
        !are_neighbours(at, at + 1, pitch))
        return false;
    float before = d[i - 1].last - at->first, after = d[i + 1].first - at->last;
    return before * after > 0 && fminf(fabsf(before), fabsf(after)) > least;
}

/* Marks what is busy in a stretch without gaps, and the short lines between two busy columns and
 * beyond the outermost. */
static void mark_busy(dense_column *d, size_t count, float pitch) {
    size_t quiet = 0; /* from this column on none is busy yet */
    bool any = false;
    for (size_t i = 0; i < count; i++) {
        if (!turns(d, count, i, pitch))
            continue;
        any = true;
        for (size_t k = i - quiet <= LEAST_LINE ? quiet : i; k <= i; k++)
            d[k].busy = true;
        quiet = i + 1;
    }
    for (size_t k = quiet; any && count - quiet <= LEAST_LINE && k < count; k++)
        d[k].busy = true;
}

static void reach(dense_column *d, float y) {
    d->top = y < d->top ? y : d->top;
    d->bottom = y > d->bottom ? y : d->bottom;
}

/* The value that would stand at `which` if they were sorted: Hoare's FIND (1961). */
static float nth(float *values, size_t count, size_t which) {
    ptrdiff_t first = 0, last = (ptrdiff_t)count - 1, at = (ptrdiff_t)which;
    while (first < last) {
        float pivot = values[at];
        ptrdiff_t i = first, j = last;
        while (i <= j) {
            while (values[i] < pivot)
                i++;
            while (pivot < values[j])
                j--;
            if (i <= j) {
                float moved = values[i];
                values[i++] = values[j];
                values[j--] = moved;
            }
        }
        if (j < at)
            first = i;
        if (at < i)
            last = j;
    }
    return values[which];
}

/* The height from which a bar stands out. */
static float outstanding(const dense_column *d, size_t count, float *room) {
    for (size_t i = 0; i < count; i++)
        room[i] = d[i].bottom - d[i].top;
    return fmaxf(STANDS_OUT * nth(room, count, count * 9 / 10), 6);
}

/* The bars whose height is on this side of a limit. */
static void put_bars(const trace *t, const dense_column *d, size_t count, float limit, bool above,
                     color paint, point *ends) {
    float end = 0.4f * fmaxf(t->stroke.width, 1); /* about as far as round ends have area */
    size_t n = 0;
    for (size_t i = 0; i < count; i++) {
        if ((d[i].bottom - d[i].top > limit) != above)
            continue;
        ends[n++] = (point){d[i].x, d[i].top - end};
        ends[n++] = (point){d[i].x, d[i].bottom + end};
    }
    float width = fmaxf(1, t->width); /* as wide as what they sum up */
    if (n > 0)
        draw_bars(t->behind != NULL ? t->behind : t->list, ends, n,
                  (stroke){paint, t->crowded ? fminf(width, THIN) : width, 0});
}

/* Bars of neighbours meet half-way between the last place of one and the first of the other. */
static void trace_bars(trace *t, dense_column *d, size_t count, point *ends) {
    bool sparse = t->noise && t->width > 1;
    float limit = sparse ? 0 : outstanding(d, count, (float *)(void *)ends);
    for (size_t i = 0; i + 1 < count; i++) {
        float meeting = (d[i].last + d[i + 1].first) / 2;
        reach(&d[i], meeting);
        reach(&d[i + 1], meeting);
    }
    if (sparse) /* columns hold so few points that alone they say little */
        limit = outstanding(d, count, (float *)(void *)ends);
    if (!t->crowded)
        put_bars(t, d, count, limit, false,
                 t->plain ? t->stroke.color : faded(t->stroke.color, BAND_OPACITY), ends);
    put_bars(t, d, count, limit, true, t->stroke.color, ends);
}

/* Columns whose mean is one point of the line. */
typedef struct batch {
    double sum, place, points;
    float width; /* of the columns */
} batch;

static batch joined(batch a, batch b) {
    return (batch){a.sum + b.sum, a.place + b.place, a.points + b.points, a.width + b.width};
}

/* A line through the means of the columns, of several together where they hold few points or lines
 * are to be smooth; few that are left at the end count with those before them. It goes from the
 * first to the last. */
static void trace_means(trace *t, const dense_column *d, size_t count) {
    batch now = {0}, before = {0};
    y_ruler y = y_ruler_of(t->panel);
    double all = 0;
    for (size_t i = 0; i < count; i++)
        all += (double)d[i].count;
    double least = fmax(LEAST_POINTS, fmin(MOST_POINTS, all / MOST_POINTS));
    for (size_t i = 0; i < count; i++) {
        double points = (double)d[i].count;
        now = joined(now, (batch){d[i].mean * points, (double)d[i].x * points, points, t->width});
        bool small = now.points < least || now.width < t->mean_width;
        if (small && i + 1 < count)
            continue;
        bool few = small && before.points > 0;
        batch whole = few ? joined(now, before) : now;
        double height = y_at(&y, whole.sum / whole.points);
        if (before.points == 0)
            trace_to(t, (double)d[0].x, height);
        trace_to(t, few ? (double)d[i].x : whole.place / whole.points, height);
        before = now;
        now = (batch){0};
    }
}

static void trace_line(trace *t, const dense_column *d, size_t count, float pitch) {
    for (size_t i = 0; i < count; i++) {
        if (fabsf(d[i].last - d[i].first) < 0.5f * pitch) {
            trace_to(t, d[i].x, (d[i].first + d[i].last) / 2);
        } else {
            trace_to(t, d[i].x - 0.3f * pitch, d[i].first);
            trace_to(t, d[i].x + 0.3f * pitch, d[i].last);
        }
    }
}

/* A stretch without gaps: lines and bands in turn, the line going on through the bands as their
 * mean. */
static void trace_stretch(trace *t, dense_column *d, size_t count, float pitch, point *ends) {
    if (!t->noise)
        mark_busy(d, count, pitch);
    for (size_t i = 0; t->noise && i < count; i++)
        d[i].busy = true;
    for (size_t i = 0, end; i < count; i = end) {
        for (end = i + 1; end < count && d[end].busy == d[i].busy &&
                          (!d[i].busy || are_neighbours(&d[end - 1], &d[end], pitch));)
            end++;
        if (d[i].busy) {
            if (t->plain)
                trace_break(t);
            trace_bars(t, d + i, end - i, ends);
            if (!t->plain)
                trace_means(t, d + i, end - i);
        } else {
            trace_line(t, d + i, end - i, pitch);
        }
    }
    trace_break(t);
}

void trace_dense(trace *t, const curve *c, const series *s, const page_options *o) {
    pixel_columns all;
    if (!columns_of(&all, t->panel, c, s, o, fmaxf(t->pixels, 1))) {
        t->list->failed = true;
        return;
    }
    float pitch = t->width = t->panel->plot.w / (float)all.wide;
    dense_column *d = dnn_alloc(all.wide * sizeof *d);
    point *ends = dnn_alloc(2 * all.wide * sizeof *ends);
    size_t count = d == NULL || ends == NULL ? 0 : all.count;
    y_ruler y = y_ruler_of(t->panel);
    t->list->failed = t->list->failed || d == NULL || ends == NULL;
    for (size_t i = 0; i < count; i++)
        d[i] = place(&y, &all.items[i], all.in[i]);
    for (size_t i = 0, end; i < count; i = end + 1) {
        for (end = i; end < count && !d[end].gap;)
            end++;
        trace_stretch(t, d + i, end - i, pitch, ends);
    }
    dnn_free(ends);
    dnn_free(d);
    columns_free(&all);
}
