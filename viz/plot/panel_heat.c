/* panel_heat.c: layers by time. Each cell is the largest value among its points, so a burst that
 * lasts one step is seen however many steps share a pixel. Columns are times of series, where those
 * of panel_matrix.c are elements of an array; both paint their cells by draw_painted. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "core/memory.h"
#include "viz/draw/font.h"
#include "viz/draw/text_fit.h"
#include "viz/plot/panel_parts.h"

#define MIN_ROW 3.0f

static void fill_cells(uint8_t *rgba, size_t from, size_t to, color c) {
    for (size_t i = from; i < to; i++)
        put_pixel(rgba + 4 * i, c);
}

/* A cell without points shows the last value before it, up to the end of the curve. */
static void fill_row(const panel *p, const page_options *o, const curve *c,
                     const pixel_columns *all, uint8_t *rgba) {
    const series *s = c->tag->scalars;
    axis_ruler colors = axis_ruler_of(&p->y);
    bool begun = all->begin > 0; /* a value was held when the plot begins */
    float before = begun ? series_value(s, all->begin - 1) : NAN;
    size_t done = 0;
    for (size_t i = 0; i < all->count; i++) {
        const pixel_column *at = &all->items[i];
        const series_range *in = &all->in[i];
        if (begun && done < at->index)
            fill_cells(rgba, done, at->index, ruled_color(&colors, before, theme_heat, o));
        put_pixel(rgba + 4 * at->index,
                  ruled_color(&colors, in->not_finite ? NAN : in->high, theme_heat, o));
        begun = true;
        before = in->last;
        done = at->index + 1;
    }
    if (begun && done < all->wide && all->end < series_count(s))
        fill_cells(rgba, done, all->wide, ruled_color(&colors, before, theme_heat, o));
}

typedef struct cells {
    const panel *panel;
    const page_options *options;
    const curve *const *rows;
} cells;

static bool paint_row(const void *context, size_t row, uint8_t *rgba) {
    const cells *of = context;
    const curve *c = of->rows[row];
    pixel_columns all;
    if (!columns_of(&all, of->panel, c, c->tag->scalars, of->options, 1))
        return false;
    fill_row(of->panel, of->options, c, &all, rgba);
    columns_free(&all);
    return true;
}

static size_t visible_rows(const panel *p, const curve **rows) {
    size_t n = 0;
    for (size_t i = 0; i < p->curve_count; i++)
        if (!curve_hidden(&p->curves[i]))
            rows[n++] = &p->curves[i];
    return n;
}

static float widest_label(const curve *const *rows, size_t count) {
    float widest = 0;
    for (size_t i = 0; i < count; i++)
        widest = fmaxf(widest, text_width(rows[i]->label, LABEL_SIZE, FONT_REGULAR));
    return widest;
}

/* Labels as far as there is room for them; a line between two runs. */
static void draw_rows(const panel *p, const page_options *o, const curve *const *rows, size_t count,
                      float width, display_list *list) {
    float height = p->plot.h / (float)count;
    size_t every = (size_t)ceilf(12 / height);
    char label[sizeof rows[0]->label];
    for (size_t i = 0; i < count; i++) {
        float y = p->plot.y + height * (float)i;
        if (i > 0)
            draw_line(list, (point){p->plot.x, floorf(y) + 0.5f},
                      (point){p->plot.x + p->plot.w, floorf(y) + 0.5f},
                      (stroke){o->theme->panel,
                               rows[i]->run != rows[i - 1]->run ? 3
                               : height > 8                     ? 1
                                                                : 0.3f,
                               0});
        if (i % every != 0)
            continue;
        text_fit_middle(rows[i]->label, width + 0.5f, LABEL_SIZE, FONT_REGULAR, label,
                        sizeof label);
        draw_label(list, p->plot.x - 8 - width, y + height / 2 + 3.5f, label, o->theme->text,
                   ANCHOR_LEFT);
    }
}

/* The visible rows, as many as have room, and how many have none; an array to be freed, NULL when
 * out of memory. */
static const curve **list_rows(const panel *p, size_t *count, size_t *left_out) {
    const curve **rows = dnn_alloc((p->curve_count + 1) * sizeof *rows);
    size_t all = rows == NULL ? 0 : visible_rows(p, rows);
    size_t room = (size_t)fmaxf(1, p->area.h / MIN_ROW);
    *count = all < room ? all : room;
    *left_out = all - *count;
    return rows;
}

void draw_heat(panel *p, const page_options *o, display_list *list) {
    size_t count, left_out;
    const curve **rows = list_rows(p, &count, &left_out);
    if (rows == NULL) {
        list->failed = true;
        return;
    }
    char note[128];
    describe_absent(p, o, note, sizeof note);
    if (p->y_scale != SCALE_LINEAR)
        snprintf(note + strlen(note), sizeof note - strlen(note), "%slog scale",
                 note[0] == '\0' ? "" : " · ");
    if (left_out > 0)
        snprintf(note + strlen(note), sizeof note - strlen(note), "%s+ %zu more rows",
                 note[0] == '\0' ? "" : " · ", left_out);
    float top = draw_title(p, o, note, list) + 2;
    float labels = fminf(widest_label(rows, count), p->area.w * 0.3f);
    draw_frame(p, o, top, false, labels + 10, COLOR_BAR_WIDTH + 52, x_axis_name(o), list);
    if (p->plot.w > 0 && count > 0) {
        columns_share(p, o, 1);
        draw_painted(list, p->plot, columns_in(p, o, 1), count, paint_row, &(cells){p, o, rows});
        columns_unshare(p);
        draw_rows(p, o, rows, count, labels, list);
        draw_color_bar(p, &p->y, theme_heat, o, list);
    }
    dnn_free(rows);
}

void read_heat(panel *p, const page_options *o, const point *cursor, display_list *list) {
    if (cursor == NULL || !inside(p->plot, *cursor))
        return;
    size_t count, left_out;
    const curve **rows = list_rows(p, &count, &left_out);
    size_t row = (size_t)((cursor->y - p->plot.y) / p->plot.h * (float)count);
    if (count > 0)
        draw_readout(p, o, *cursor, (int)(rows[row < count ? row : count - 1] - p->curves), list);
    dnn_free(rows);
}
