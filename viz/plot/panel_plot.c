/* panel_plot.c: the curves of a figure: any x, in any order.
 *
 * Points one after another that share a column of pixels are drawn as the first, the smallest and
 * the largest in their order, and the last: a million points are a few thousand, and nothing that
 * stands out is lost. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "core/memory.h"
#include "viz/plot/panel_parts.h"

#define BATCH 4096 /* points of one command */
#define DOT   5.0f /* across; smaller where there are very many */
#define MANY  2000

/* --- lines --- */

/* Points of one column of pixels, one after another. */
typedef struct stretch {
    double column;
    size_t count;
    double x, y;                       /* the last */
    double low, high, at_low, at_high; /* the extremes and their x */
    bool rises;                        /* the smallest came before the largest */
} stretch;

static void put_stretch(trace *t, const stretch *s) {
    if (s->count > 2 && s->low < s->high) {
        trace_to(t, s->rises ? s->at_low : s->at_high, s->rises ? s->low : s->high);
        trace_to(t, s->rises ? s->at_high : s->at_low, s->rises ? s->high : s->low);
    }
    if (s->count > 1)
        trace_to(t, s->x, s->y);
}

static void begin_stretch(trace *t, stretch *s, double column, double x, double y) {
    put_stretch(t, s);
    trace_to(t, x, y);
    *s = (stretch){.column = column,
                   .count = 1,
                   .x = x,
                   .y = y,
                   .low = y,
                   .high = y,
                   .at_low = x,
                   .at_high = x};
}

static void extend_stretch(stretch *s, double x, double y) {
    s->count++;
    s->x = x;
    s->y = y;
    if (y < s->low) {
        s->low = y;
        s->at_low = x;
        s->rises = false;
    }
    if (y > s->high) {
        s->high = y;
        s->at_high = x;
        s->rises = true;
    }
}

static void put_gap(trace *t, stretch *s) {
    put_stretch(t, s);
    if (s->count > 0)
        trace_to(t, NAN, NAN);
    *s = (stretch){0};
}

/* Those of an ascending curve that can be seen, and one more on either side. */
static void seen_part(const panel *p, const figure_item *item, size_t *begin, size_t *end) {
    *begin = 0;
    *end = item->count;
    if (!item->ascending)
        return;
    for (size_t low = 0, high = item->count; low < high;) {
        size_t middle = low + (high - low) / 2;
        if (item->x[middle] < p->x.low)
            *begin = low = middle + 1;
        else
            high = middle;
    }
    for (size_t low = *begin, high = item->count; low < high;) {
        size_t middle = low + (high - low) / 2;
        if (item->x[middle] <= p->x.high)
            low = middle + 1;
        else
            *end = high = middle;
    }
    *begin -= *begin > 0;
    *end += *end < item->count;
}

static void draw_line_of(trace *t, const figure_item *item, const page_options *o) {
    const panel *p = t->panel;
    double pixels = o->scale > 0 ? o->scale : 1;
    stretch s = {0};
    size_t begin, end;
    seen_part(p, item, &begin, &end);
    for (size_t i = begin; i < end; i++) {
        double x = x_of(p, item->x[i]), y = y_of(p, item->y[i]), column = floor(x * pixels);
        if (isnan(x) || isnan(y))
            put_gap(t, &s);
        else if (s.count > 0 && column == s.column)
            extend_stretch(&s, x, y);
        else
            begin_stretch(t, &s, column, x, y);
    }
    put_stretch(t, &s);
    trace_break(t);
}

/* --- dots --- */

/* One dot for all points of a pixel, each a piece of its own in the line. */
static void draw_dots_of(trace *t, const figure_item *item, const page_options *o) {
    const panel *p = t->panel;
    float pixels = o->scale > 0 ? o->scale : 1;
    size_t w = (size_t)(p->plot.w * pixels) + 1, h = (size_t)(p->plot.h * pixels) + 1;
    uint8_t *taken = dnn_calloc(w * h, 1);
    if (taken == NULL) {
        t->list->failed = true;
        return;
    }
    t->stroke.width = item->count > MANY ? DOT / 2 : DOT;
    t->stroke.dash = 0;
    for (size_t i = 0; i < item->count; i++) {
        double x = x_of(p, item->x[i]), y = y_of(p, item->y[i]);
        double column = (x - p->plot.x) * pixels, row = (y - p->plot.y) * pixels;
        if (!(column >= 0 && row >= 0 && column < (double)w && row < (double)h))
            continue;
        uint8_t *cell = &taken[(size_t)row * w + (size_t)column];
        if (*cell != 0)
            continue;
        *cell = 1;
        trace_dot(t, x, y);
    }
    trace_dots_end(t);
    dnn_free(taken);
}

/* A dot of its own colour for each point. */
static void draw_shaded_of(const panel *p, const figure_item *item, const axis *colors,
                           const page_options *o, display_list *list) {
    float r = (item->count > MANY ? DOT / 2 : DOT) / 2 + 0.5f;
    axis_ruler ruler = axis_ruler_of(colors);
    for (size_t i = 0; i < item->count; i++) {
        float x = (float)x_of(p, item->x[i]), y = (float)y_of(p, item->y[i]);
        if (inside(p->plot, (point){x, y}))
            draw_fill(list, (rect){x - r, y - r, 2 * r, 2 * r},
                      ruled_color(&ruler, item->shades[i], theme_heat, o), r);
    }
}

/* --- what is missing --- */

static void mark_missing(const panel *p, const figure_item *item, const page_options *o,
                         display_list *list) {
    double marked = -INFINITY;
    for (size_t i = 0; item->y_span.missing > 0 && i < item->count; i++)
        if (!isfinite(item->y[i]))
            mark_not_finite(p, o, x_of(p, item->x[i]), &marked, list);
}

/* --- the cursor --- */

/* The point nearest to the cursor: along x in a curve that goes from left to right, else on the
 * page. SIZE_MAX: none. */
static size_t nearest(const panel *p, const figure_item *item, point cursor) {
    size_t best = SIZE_MAX, begin = 0, end = item->count;
    double least = INFINITY;
    if (item->ascending && !item->dots) {
        panel around = *p;
        around.x.low = around.x.high = axis_value(&p->x, (cursor.x - p->plot.x) / p->plot.w);
        seen_part(&around, item, &begin, &end);
    }
    for (size_t i = begin; i < end; i++) {
        double dx = x_of(p, item->x[i]) - cursor.x, dy = y_of(p, item->y[i]) - cursor.y;
        double distance = item->ascending && !item->dots ? fabs(dx) : hypot(dx, dy);
        if (distance < least) {
            least = distance;
            best = i;
        }
    }
    return best;
}

/* A curve's point nearest to the cursor, as a row of the box and a dot; its x. NaN: it has none. */
static double read_curve(const panel *p, const page_options *o, size_t i, point cursor,
                         box_row *row, display_list *list) {
    const figure_item *item = &p->figure->items[i];
    size_t at = curve_hidden(&p->curves[i]) ? SIZE_MAX : nearest(p, item, cursor);
    if (at == SIZE_MAX)
        return NAN;
    point place = {(float)x_of(p, item->x[at]), (float)y_of(p, item->y[at])};
    char where[24];
    *row = (box_row){.sample = curve_stroke(&p->curves[i], o)};
    row->sample.width = item->dots ? 10 : row->sample.width; /* a square of the colour */
    snprintf(row->label, sizeof row->label, "%s", item->name[0] != '\0' ? item->name : "y");
    axis_format(item->y[at], 7, row->value, sizeof row->value);
    if (item->spread != NULL) {
        size_t used = strlen(row->value);
        axis_format(item->spread[at], 3, where, sizeof where);
        snprintf(row->value + used, sizeof row->value - used, " ± %s", where);
    }
    axis_format(item->x[at], 7, where, sizeof where);
    snprintf(row->note, sizeof row->note, "at %s", where);
    if (isfinite(place.y) && inside(p->plot, place)) {
        draw_polyline(list, &place, 1, (stroke){o->theme->panel, 8, 0});
        draw_polyline(list, &place, 1, (stroke){row->sample.color | 0xFF, 6, 0});
    }
    return item->x[at];
}

/* The line stands at the nearest x of all; rows of another x say so. */
static void draw_values(const panel *p, const page_options *o, point cursor, display_list *list) {
    size_t room = box_room(p), n = 0;
    box_row *rows = dnn_alloc(room * sizeof *rows);
    double *xs = dnn_alloc(room * sizeof *xs), chosen = NAN, least = INFINITY;
    for (size_t i = 0; rows != NULL && xs != NULL && i < p->curve_count && n < room; i++) {
        double x = read_curve(p, o, i, cursor, &rows[n], list);
        if (isnan(x))
            continue;
        if (fabs(x_of(p, x) - cursor.x) < least) {
            least = fabs(x_of(p, x) - cursor.x);
            chosen = x;
        }
        xs[n++] = x;
    }
    if (n > 0 && isfinite(chosen)) {
        char heading[48] = "x = ";
        axis_format(chosen, 7, heading + 4, sizeof heading - 4);
        for (size_t i = 0; i < n; i++)
            if (xs[i] == chosen)
                rows[i].note[0] = '\0';
        float x = (float)x_of(p, chosen);
        draw_cursor_line(p, o, x, list);
        draw_box(p, o, (point){x, cursor.y}, heading, rows, n, list);
    }
    dnn_free(rows);
    dnn_free(xs);
}

static bool has_values(const panel *p) {
    for (size_t i = 0; i < p->curve_count; i++) {
        figure_span y = p->figure->items[i].y_span;
        if (!curve_hidden(&p->curves[i]) && y.low <= y.high)
            return true;
    }
    return false;
}

/* The colours of all shaded points; false: there are none. */
static bool shade_axis(const panel *p, axis *out) {
    double low = INFINITY, high = -INFINITY;
    bool any = false;
    for (size_t i = 0; i < p->figure->count; i++) {
        const figure_item *item = &p->figure->items[i];
        any = any || item->shades != NULL;
        if (item->shades != NULL) {
            low = fmin(low, item->shade_span.low);
            high = fmax(high, item->shade_span.high);
        }
    }
    *out = axis_fit(SCALE_LINEAR, UNIT_NUMBER, low, high);
    if (low < high) {
        out->low = low;
        out->high = high;
    }
    return any;
}

void draw_plot(panel *p, const page_options *o, display_list *list) {
    axis colors;
    bool shaded = shade_axis(p, &colors);
    draw_figure_frame(p, o, draw_figure_head(p, o, list), shaded ? BAR_ROOM : 0, list);
    trace t = {.panel = p, .list = list};
    if (p->plot.w <= 0 || !trace_open(&t, BATCH))
        return;
    rect r = p->plot;
    draw_clip(list, (rect){r.x - 1, r.y - 1, r.w + 2, r.h + 2});
    for (size_t i = 0; i < p->curve_count; i++)
        if (!curve_hidden(&p->curves[i]))
            draw_spread(p, i, o, list);
    for (size_t i = 0; i < p->curve_count; i++) {
        const figure_item *item = &p->figure->items[i];
        if (curve_hidden(&p->curves[i]))
            continue;
        t.stroke = curve_stroke(&p->curves[i], o);
        if (item->shades != NULL)
            draw_shaded_of(p, item, &colors, o, list);
        else if (item->dots)
            draw_dots_of(&t, item, o);
        else
            draw_line_of(&t, item, o);
    }
    draw_unclip(list);
    trace_close(&t);
    draw_notes(p, o, list);
    if (shaded)
        draw_color_bar(p, &colors, theme_heat, o, list);
    for (size_t i = 0; i < p->curve_count; i++)
        if (!curve_hidden(&p->curves[i]))
            mark_missing(p, &p->figure->items[i], o, list);
    if (!has_values(p))
        draw_empty(p, o, "no finite values", list);
}

void read_plot(panel *p, const page_options *o, const point *cursor, display_list *list) {
    if (cursor != NULL && inside(p->plot, *cursor) && has_values(p))
        draw_values(p, o, *cursor, list);
}
