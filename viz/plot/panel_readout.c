/* panel_readout.c: the exact values of all curves at the cursor. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/memory.h"
#include "viz/plot/panel_parts.h"

/* A curve with its point nearest to where the cursor is. */
typedef struct reading {
    const curve *curve;
    size_t index, point; /* of the curve in the panel, and in its series */
    double x, y;         /* value of x; place on the page */
} reading;

#define MOST_DOTS ((size_t)20) /* more would hide the curves */
#define MOST_ROWS ((size_t)13) /* of the box */
#define MOST_NOTES                                                                                 \
    ((size_t)5)      /* rows with notes; more rows leave them out for the curves' sake             \
                      */
#define LONGEST 1e11 /* seconds; a log may say anything */

static void format_duration_hms(double seconds, char *text, size_t size) {
    long s = fabs(seconds) < LONGEST ? lround(seconds) : 0;
    if (!(fabs(seconds) < LONGEST))
        snprintf(text, size, "at no time");
    else if (fabs(seconds) < 60)
        snprintf(text, size, "%.4g s", seconds);
    else if (s < 3600)
        snprintf(text, size, "%ld:%02ld min", s / 60, s % 60);
    else
        snprintf(text, size, "%ld:%02ld:%02ld h", s / 3600, s / 60 % 60, s % 60);
}

void describe_point(const curve *c, const page_options *o, int64_t step, double wall_time,
                    char *text, size_t size) {
    char when[48], at[48];
    axis_format_whole(step, at, sizeof at);
    double epoch = run_epoch(c->run, step);
    if (o->x == X_WALL && fabs(wall_time) < LONGEST)
        axis_format_time(wall_time, "%d %b %H:%M:%S", when, sizeof when);
    else
        format_duration_hms(wall_time - c->run->first_time, when, sizeof when);
    if (isfinite(epoch))
        snprintf(text, size, "step %s · epoch %.4g · %s", at, epoch, when);
    else
        snprintf(text, size, "step %s · %s", at, when);
}

/* A curve that ended long before the cursor, or has not begun, has nothing to say there. */
static bool is_near(const panel *p, const page_options *o, const curve *c, double x) {
    size_t n = series_count(c->tag->scalars);
    double place = axis_place(&p->x, x), first = axis_place(&p->x, curve_x(c, o, 0));
    double last = axis_place(&p->x, curve_x(c, o, n - 1));
    return !(place < first - 0.03 || place > last + 0.03);
}

/* Readings of the visible curves at the logged step that is nearest to x; returns how many. */
static size_t take_readings(const panel *p, const page_options *o, double x, reading *out) {
    size_t n = 0, nearest = 0;
    for (size_t i = 0; i < p->curve_count; i++) {
        const curve *c = &p->curves[i];
        size_t at = curve_hidden(c) ? SIZE_MAX : curve_nearest(c, o, x);
        if (at == SIZE_MAX || !is_near(p, o, c, x) || isnan(curve_x(c, o, at)))
            continue;
        out[n] = (reading){.curve = c, .index = i, .point = at, .x = curve_x(c, o, at)};
        if (fabs(out[n].x - x) < fabs(out[nearest].x - x))
            nearest = n;
        n++;
    }
    for (size_t i = 0; i < n; i++) {
        reading *r = &out[i];
        r->point = curve_nearest(r->curve, o, out[nearest].x);
        r->x = curve_x(r->curve, o, r->point);
        double place = axis_place(&p->y, series_value(r->curve->tag->scalars, r->point));
        r->y = p->plot.y + p->plot.h * (1 - place);
    }
    reading first = out[0]; /* the one that all follow goes first: the heading is about it */
    out[0] = out[nearest];
    out[nearest] = first;
    return n;
}

/* From the top down; rows of a heat map have their index for y. */
static int by_place(const void *a, const void *b) {
    const reading *p = a, *q = b;
    if (isnan(p->y) != isnan(q->y))
        return isnan(p->y) ? 1 : -1;
    if (p->y < q->y || p->y > q->y)
        return p->y < q->y ? -1 : 1;
    return p->index < q->index ? -1 : p->index > q->index;
}

/* Leaves those nearest to a height (or row), from the top down. */
static size_t choose(reading *r, size_t count, size_t room, double y) {
    while (count > room) {
        size_t farthest = 0;
        for (size_t i = 1; i < count; i++)
            if (!(fabs(r[i].y - y) <= fabs(r[farthest].y - y)))
                farthest = i;
        r[farthest] = r[--count];
    }
    qsort(r, count, sizeof *r, by_place);
    return count;
}

/* What a value needs saying beside it: another step, the average, or the range of a pixel. */
static void describe_reading(const panel *p, const page_options *o, const reading *r, double x,
                             char *text, size_t size) {
    const series *s = r->curve->tag->scalars, *average = r->curve->smoothed.average;
    char low[16], high[16], step[48];
    if (r->x != x) {
        axis_format_whole(series_step(s, r->point), step, sizeof step);
        snprintf(text, size, "at step %s", step);
        return;
    }
    if (o->smoothing > 0 && p->kind == PANEL_CURVES && average != NULL &&
        r->point < series_count(average)) {
        axis_format(series_value(average, r->point), 4, low, sizeof low);
        snprintf(text, size, "smoothed %s", low);
        return;
    }
    double width = axis_value(&p->x, axis_place(&p->x, x) + 0.5 / p->plot.w) - x;
    size_t begin = curve_find_x(r->curve, o, x - width, 0);
    size_t end = curve_find_x(r->curve, o, x + width, begin);
    series_range range = series_summary(s, begin, end);
    if (end - begin > 2 && range.low < range.high) {
        axis_format(range.low, 4, low, sizeof low);
        axis_format(range.high, 4, high, sizeof high);
        snprintf(text, size, "%s … %s", low, high);
    }
}

static box_row row_of(const panel *p, const page_options *o, const reading *r, double x,
                      int row_at) {
    box_row row = {.sample = curve_stroke(r->curve, o), .strong = (int)r->index == row_at};
    float value = series_value(r->curve->tag->scalars, r->point);
    if (p->kind == PANEL_HEAT)
        row.sample = (stroke){color_at(&p->y, value, theme_heat, o), 10, 0};
    memcpy(row.label, r->curve->label, sizeof row.label);
    axis_format(value, 7, row.value, sizeof row.value);
    describe_reading(p, o, r, x, row.note, sizeof row.note);
    return row;
}

static void draw_dots(const panel *p, const page_options *o, const reading *r, size_t count,
                      display_list *list) {
    for (size_t i = 0; i < count; i++) {
        float x = p->plot.x + p->plot.w * (float)axis_place(&p->x, r[i].x), y = (float)r[i].y;
        if (!(y >= p->plot.y - 1 && y <= p->plot.y + p->plot.h + 1) ||
            !(x >= p->plot.x - 1 && x <= p->plot.x + p->plot.w + 1))
            continue;
        draw_fill(list, (rect){x - 4, y - 4, 8, 8}, o->theme->panel, 4);
        draw_fill(list, (rect){x - 3, y - 3, 6, 6}, curve_stroke(r[i].curve, o).color | 0xFF, 3);
    }
}

bool value_at_cursor(const panel *p, const page_options *o, const curve *c, double *value) {
    if (o->under == NULL || o->under == p || isnan(o->x_at) || curve_hidden(c) ||
        series_count(c->tag->scalars) == 0 || !is_near(p, o, c, o->x_at))
        return false;
    size_t at = curve_nearest(c, o, o->x_at);
    *value = at == SIZE_MAX ? NAN : (double)series_value(c->tag->scalars, at);
    return at != SIZE_MAX;
}

void draw_readout(const panel *p, const page_options *o, point cursor, int row_at,
                  display_list *list) {
    reading *r = dnn_alloc((p->curve_count + 1) * sizeof *r);
    size_t room = box_room(p) < MOST_ROWS ? box_room(p) : MOST_ROWS;
    box_row *rows = dnn_alloc(room * sizeof *rows);
    double x = axis_value(&p->x, (cursor.x - p->plot.x) / p->plot.w);
    size_t count = r == NULL || rows == NULL ? 0 : take_readings(p, o, x, r);
    if (count > 0) {
        char heading[128];
        double at = r[0].x;
        const series *s = r[0].curve->tag->scalars;
        describe_point(r[0].curve, o, series_step(s, r[0].point), series_wall_time(s, r[0].point),
                       heading, sizeof heading);
        bool beside = o->under != NULL && o->under != p; /* its line stands where the mouse is */
        float line = p->plot.x + p->plot.w * (float)axis_place(&p->x, beside ? o->x_at : at);
        if (line >= p->plot.x && line <= p->plot.x + p->plot.w)
            draw_cursor_line(p, o, line, list);
        if (p->kind == PANEL_CURVES && count <= MOST_DOTS)
            draw_dots(p, o, r, count, list);
        for (size_t i = 0; p->kind == PANEL_HEAT && i < count; i++)
            r[i].y = (double)r[i].index;
        if (!beside) {
            size_t kept = choose(r, count, count > room && room > 1 ? room - 1 : room,
                                 p->kind == PANEL_HEAT ? row_at : (double)cursor.y);
            for (size_t i = 0; i < kept; i++) {
                rows[i] = row_of(p, o, &r[i], at, row_at);
                if (kept > MOST_NOTES && p->kind == PANEL_CURVES)
                    rows[i].note[0] = '\0';
            }
            if (kept < count && kept < room) {
                rows[kept] = (box_row){.value = ""};
                snprintf(rows[kept].label, sizeof rows[kept].label, "+ %zu more", count - kept);
                kept++;
            }
            draw_box(p, o, (point){line, cursor.y}, heading, rows, kept, list);
        }
    }
    dnn_free(rows);
    dnn_free(r);
}
