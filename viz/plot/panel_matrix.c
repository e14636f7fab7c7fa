/* panel_matrix.c: a matrix as colours: a square for each element while there is room; where several
 * elements share a pixel, the one that is farthest from the mean, so that nothing which stands out
 * is lost. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "core/memory.h"
#include "viz/draw/font.h"
#include "viz/plot/panel_parts.h"

#define MOST_OBLONG 4.0f /* sides beyond this ratio are stretched to fill the panel */
#define BAR_ROOM    (COLOR_BAR_WIDTH + 54)

/* The axis of colours. */
static axis color_axis(const figure *f) {
    const figure_span *s = &f->items[0].y_span;
    double low = isnan(f->low) ? s->low : f->low, high = isnan(f->high) ? s->high : f->high;
    if (!(low < high))
        return axis_fit(SCALE_LINEAR, UNIT_NUMBER, fmin(low, high), fmax(low, high));
    return (axis){.low = low, .high = high, .linear_within = 1};
}

static float grain_of(const page_options *o) {
    return o->grain > 0 ? o->grain : o->scale > 0 ? 1 / o->scale : 1;
}

/* The size of the plot in a room: whole grains for each element, where it has one or more. */
static void choose_size(const figure_item *m, const page_options *o, float *w, float *h) {
    float g = grain_of(o), columns = (float)m->columns, rows = (float)m->rows;
    float across = *w / columns, down = *h / rows;
    if (columns <= MOST_OBLONG * rows && rows <= MOST_OBLONG * columns)
        across = down = fminf(across, down);
    across = across >= g ? floorf(across / g + 1e-3f) * g : across;
    down = down >= g ? floorf(down / g + 1e-3f) * g : down;
    *w = fmaxf(1, floorf(across * columns / g + 1e-3f)) * g;
    *h = fmaxf(1, floorf(down * rows / g + 1e-3f)) * g;
}

/* --- colours --- */

typedef struct part {
    size_t row, column, rows, columns; /* from 0 */
} part;

/* What an axis shows of so many, at least in part. */
static void seen_part(double low, double high, size_t all, size_t *first, size_t *count) {
    double begin = fmax(0, floor(low - 0.5)), end = fmin((double)all, ceil(high - 0.5));
    *first = begin < (double)all ? (size_t)begin : all - 1;
    *count = end > (double)*first ? (size_t)end - *first : 1;
}

static double mean_of(const figure_item *m) {
    double sum = 0, scale = 1 / (double)m->count;
    for (size_t i = 0; i < m->count; i++)
        sum += isfinite(m->y[i]) ? m->y[i] * scale : 0;
    return sum;
}

/* The one of a block's elements that is to be seen; NaN when one is not finite. */
static double chosen_of(const figure_item *m, part block, double mean) {
    double chosen = mean;
    for (size_t c = block.column; c < block.column + block.columns; c++)
        for (size_t r = block.row; r < block.row + block.rows; r++) {
            double value = m->y[c * m->rows + r];
            if (!isfinite(value))
                return NAN;
            if (!(fabs(value - mean) < fabs(chosen - mean)))
                chosen = value;
        }
    return chosen;
}

static color_paint *paint_of(const figure *f) {
    return f->grey ? paint_grey : theme_heat;
}

static void draw_cells(const panel *p, const page_options *o, const axis *colors,
                       display_list *list) {
    const figure_item *m = &p->figure->items[0];
    part seen;
    seen_part(p->x.low, p->x.high, m->columns, &seen.column, &seen.columns);
    seen_part(-p->y.high, -p->y.low, m->rows, &seen.row, &seen.rows);
    float left = (float)axis_place(&p->x, (double)seen.column + 0.5);
    float right = (float)axis_place(&p->x, (double)(seen.column + seen.columns) + 0.5);
    float top = 1 - (float)axis_place(&p->y, -(double)seen.row - 0.5);
    float bottom = 1 - (float)axis_place(&p->y, -(double)(seen.row + seen.rows) - 0.5);
    rect area = {p->plot.x + p->plot.w * left, p->plot.y + p->plot.h * top,
                 p->plot.w * (right - left), p->plot.h * (bottom - top)};
    size_t across = (size_t)lroundf(fmaxf(1, area.w / grain_of(o)));
    size_t down = (size_t)lroundf(fmaxf(1, area.h / grain_of(o)));
    size_t w = seen.columns < across ? seen.columns : across;
    size_t h = seen.rows < down ? seen.rows : down;
    uint8_t *rgba = dnn_alloc(w * h * 4);
    if (rgba == NULL) {
        list->failed = true;
        return;
    }
    double mean = mean_of(m);
    color_paint *paint = paint_of(p->figure);
    for (size_t y = 0; y < h; y++)
        for (size_t x = 0; x < w; x++) {
            part block = {seen.row + y * seen.rows / h, seen.column + x * seen.columns / w, 0, 0};
            block.rows = seen.row + (y + 1) * seen.rows / h - block.row;
            block.columns = seen.column + (x + 1) * seen.columns / w - block.column;
            color c = color_at(colors, chosen_of(m, block, mean), paint, o);
            put_pixel(rgba + 4 * (y * w + x), c);
        }
    draw_clip(list, p->plot);
    draw_image(list, area, rgba, w, h);
    draw_unclip(list);
    dnn_free(rgba);
}

/* --- words --- */

static size_t index_ticks(const axis *a, float length, float each, tick *ticks, size_t size) {
    size_t all = axis_ticks(a, (size_t)fmaxf(2, length / each), ticks, size), n = 0;
    for (size_t i = 0; i < all; i++)
        if (ticks[i].value == floor(ticks[i].value) && ticks[i].value != 0) {
            ticks[n] = ticks[i];
            snprintf(ticks[n].label, sizeof ticks[n].label, "%.0f", ticks[n].value);
            n++; /* where there is a tick between them too their labels have decimals */
        }
    return n;
}

/* The numbers of rows and columns, without a line: the matrix has its own edge. */
static void draw_numbers(const panel *p, const page_options *o, display_list *list) {
    tick ticks[64];
    const rect r = p->plot;
    text_style style = {LABEL_SIZE, o->theme->muted, FONT_REGULAR, ANCHOR_MIDDLE, 0};
    size_t n = index_ticks(&p->x, r.w, 60, ticks, 64);
    for (size_t i = 0; i < n; i++)
        draw_text(list, r.x + r.w * (float)axis_place(&p->x, ticks[i].value), r.y + r.h + 16,
                  ticks[i].label, style);
    style.anchor = ANCHOR_RIGHT;
    n = index_ticks(&p->y, r.h, 26, ticks, 64);
    for (size_t i = 0; i < n; i++) {
        float y = r.y + r.h * (1 - (float)axis_place(&p->y, ticks[i].value));
        draw_text(list, r.x - 7, y + 3.5f, ticks[i].label + (ticks[i].label[0] == '-'), style);
    }
}

static float number_width(const panel *p) {
    char most[24];
    snprintf(most, sizeof most, "%zu", p->figure->items[0].rows);
    return text_width(most, LABEL_SIZE, FONT_REGULAR) + 9;
}

static void draw_element(const panel *p, const page_options *o, const axis *colors, point cursor,
                         display_list *list) {
    const figure_item *m = &p->figure->items[0];
    double column = round(axis_value(&p->x, (cursor.x - p->plot.x) / p->plot.w));
    double row = -round(axis_value(&p->y, 1 - (cursor.y - p->plot.y) / p->plot.h));
    if (!(column >= 1 && row >= 1 && column <= (double)m->columns && row <= (double)m->rows))
        return;
    double value = m->y[((size_t)column - 1) * m->rows + (size_t)row - 1];
    char heading[64];
    snprintf(heading, sizeof heading, "row %.0f, column %.0f", row, column);
    box_row line = {
        .sample = {color_at(colors, value, paint_of(p->figure), o), 10, 0}
    };
    axis_format(value, 7, line.value, sizeof line.value);
    draw_box(p, o, cursor, heading, &line, 1, list);
}

static float snap(const page_options *o, float place) {
    return o->grain > 0 ? floorf(place / (2 * o->grain)) * 2 * o->grain : ceilf(place);
}

/* Room for the numbers and the name of the columns. */
static float below_matrix(const page_options *o, bool named) {
    if (o->grain > 0)
        return named ? 28 : 15;
    return named ? 30 : 16;
}

float matrix_place(panel *p, const page_options *o, float top) {
    const figure *f = p->figure;
    rect a = p->area;
    bool named = f->x_label[0] != '\0';
    float left = number_width(p) + y_label_room(p, o), below = below_matrix(o, named);
    rect r = {a.x + PADDING + left, snap(o, top), a.w - 2 * PADDING - left - BAR_ROOM, 0};
    r.h = a.y + a.h - PADDING - below - r.y;
    p->plot = (rect){0};
    if (r.w < 12 || r.h < 12)
        return 0;
    float width = r.w;
    choose_size(&f->items[0], o, &r.w, &r.h);
    if (o->grain > 0)
        r.x = ceilf(r.x / o->grain) * o->grain;
    else
        r.x = floorf(r.x + (width - r.w) / 2);
    p->plot = r;
    return r.y + r.h + below + PADDING - a.y;
}

void draw_matrix(panel *p, const page_options *o, display_list *list) {
    const figure *f = p->figure;
    const figure_item *m = &f->items[0];
    char note[96];
    describe_missing(p, o, note, sizeof note);
    if (note[0] == '\0')
        snprintf(note, sizeof note, "%zu × %zu", m->rows, m->columns);
    rect whole = p->area;
    if (o->grain > 0) { /* the words stay near a matrix that is narrower than the terminal */
        matrix_place(p, o, 0);
        p->area.w = p->plot.x + p->plot.w + BAR_ROOM - p->area.x;
    }
    float top = draw_figure_title(p, o, note, list);
    if (o->grain > 0)
        top = draw_y_label(p, o, p->area, top, list);
    p->area = whole;
    matrix_place(p, o, top);
    if (p->plot.w <= 0)
        return;
    axis colors = color_axis(f);
    draw_cells(p, o, &colors, list);
    draw_numbers(p, o, list);
    rect r = p->plot, bar = {r.x + r.w + 14, r.y, COLOR_BAR_WIDTH, r.h};
    if (o->grain > 0)
        bar = (rect){r.x + r.w + 2 * o->grain, r.y, 2 * o->grain, r.h};
    draw_color_bar(&colors, bar, paint_of(f), o, list);
    draw_text(list, r.x + r.w / 2, r.y + r.h + (o->grain > 0 ? 29 : 31), f->x_label,
              (text_style){LABEL_SIZE, o->theme->text, FONT_REGULAR, ANCHOR_MIDDLE, 0});
    if (o->grain <= 0)
        draw_y_label(p, o, (rect){r.x - number_width(p) - 18 - PADDING, 0, 0, 0}, top, list);
}

void read_matrix(panel *p, const page_options *o, const point *cursor, display_list *list) {
    axis colors = color_axis(p->figure);
    if (cursor != NULL && inside(p->plot, *cursor))
        draw_element(p, o, &colors, *cursor, list);
}
