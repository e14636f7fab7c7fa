/* panel_bars.c: a histogram of values as bars, or as outlines where there are several: how many
 * values there are, on an axis, while panel_histogram.c has shapes that change over time. */
#include <math.h>
#include <stdio.h>

#include "core/memory.h"
#include "viz/plot/panel_parts.h"

static float edge_x(const panel *p, size_t edge) {
    const figure *f = p->figure;
    double place = axis_place(&p->x, f->first_edge + f->bin_width * (double)edge);
    place = isnan(place) ? 0 : place; /* before the first power of a logarithmic axis */
    return p->plot.x + p->plot.w * (float)fmax(-2, fmin(3, place));
}

static float count_y(const panel *p, double count) {
    double place = axis_place(&p->y, count);
    place = isnan(place) ? 0 : place;
    return p->plot.y + p->plot.h * (1 - (float)fmax(-2, fmin(3, place)));
}

/* Bars of one colour, a hair apart while they are wide enough to be told apart. */
static void draw_filled(const panel *p, const page_options *o, const figure_item *item, color paint,
                        display_list *list) {
    float bottom = p->plot.y + p->plot.h;
    for (size_t k = 0; k < p->figure->bins; k++) {
        float left = edge_x(p, k), right = edge_x(p, k + 1), top = count_y(p, item->counts[k]);
        float gap = right - left > 4 && o->grain <= 0 ? 0.5f : 0;
        if (item->counts[k] > 0 && bottom > top)
            draw_fill(list, (rect){left + gap, top, right - left - 2 * gap, bottom - top}, paint,
                      0);
    }
}

static void draw_outlined(const panel *p, const figure_item *item, stroke line,
                          display_list *list) {
    size_t bins = p->figure->bins, n = 0;
    point *outline = dnn_alloc((2 * bins + 2) * sizeof *outline);
    if (outline == NULL) {
        list->failed = true;
        return;
    }
    outline[n++] = (point){edge_x(p, 0), count_y(p, 0)};
    for (size_t k = 0; k < bins; k++) {
        outline[n++] = (point){edge_x(p, k), count_y(p, item->counts[k])};
        outline[n++] = (point){edge_x(p, k + 1), count_y(p, item->counts[k])};
    }
    outline[n++] = (point){edge_x(p, bins), count_y(p, 0)};
    draw_polygon(list, outline, n, faded(line.color, 0.16));
    draw_polyline(list, outline, n, line);
    dnn_free(outline);
}

static void draw_values(const panel *p, const page_options *o, point cursor, display_list *list) {
    const figure *f = p->figure;
    double value = axis_value(&p->x, (cursor.x - p->plot.x) / p->plot.w);
    double bin = floor((value - f->first_edge) / f->bin_width);
    size_t room = box_room(p), n = 0;
    box_row *rows = bin >= 0 && bin < (double)f->bins ? dnn_alloc(room * sizeof *rows) : NULL;
    if (rows == NULL)
        return;
    size_t k = (size_t)bin;
    char heading[64], low[20], high[20];
    axis_format(f->first_edge + f->bin_width * bin, 5, low, sizeof low);
    axis_format(f->first_edge + f->bin_width * (bin + 1), 5, high, sizeof high);
    snprintf(heading, sizeof heading, "%s … %s", low, high);
    for (size_t i = 0; i < p->curve_count && n < room; i++) {
        const figure_item *item = &f->items[i];
        size_t finite = item->count - item->y_span.missing;
        if (curve_hidden(&p->curves[i]))
            continue;
        rows[n] = (box_row){.sample = curve_stroke(&p->curves[i], o)};
        snprintf(rows[n].label, sizeof rows[n].label, "%s",
                 item->name[0] != '\0' ? item->name : "count");
        snprintf(rows[n].value, sizeof rows[n].value, "%.0f", item->counts[k]);
        snprintf(rows[n].note, sizeof rows[n].note, "%.3g %%",
                 finite > 0 ? 100 * item->counts[k] / (double)finite : 0);
        n++;
    }
    draw_cursor_line(p, o, cursor.x, list);
    if (n > 0)
        draw_box(p, o, cursor, heading, rows, n, list);
    dnn_free(rows);
}

void draw_counts(panel *p, const page_options *o, display_list *list) {
    draw_figure_frame(p, o, draw_figure_head(p, o, list), 0, list);
    if (p->plot.w <= 0)
        return;
    draw_clip(list, p->plot);
    for (size_t i = 0; i < p->curve_count; i++) {
        stroke line = curve_stroke(&p->curves[i], o);
        if (curve_hidden(&p->curves[i]))
            continue;
        if (p->curve_count == 1)
            draw_filled(p, o, &p->figure->items[i], line.color, list);
        else
            draw_outlined(p, &p->figure->items[i], line, list);
    }
    draw_unclip(list);
}

void read_counts(panel *p, const page_options *o, const point *cursor, display_list *list) {
    if (cursor != NULL && inside(p->plot, *cursor))
        draw_values(p, o, *cursor, list);
}
