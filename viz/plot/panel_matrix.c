/* panel_matrix.c: a matrix of a figure or of a run as colours: a square for each element while
 * there is room, with its number in it; where several elements share a pixel, the one that is
 * farthest from the mean, so that nothing which stands out is lost. */
#include <math.h>
#include <stdio.h>

#include "viz/draw/font.h"
#include "viz/draw/text_fit.h"
#include "viz/plot/matrix_view.h"
#include "viz/plot/panel_parts.h"

#define MOST_OBLONG 4.0f         /* sides beyond this ratio are stretched to fill the panel */
#define MOST_NAMED  ((size_t)60) /* rows */
#define MOST_NAME   ((float)110) /* width of a row's name */
#define LEAST       ((float)8)   /* sides of a plot */
#define LEAST_CELL  ((float)24)  /* width of one that has a number in it, or a name below it */
#define WIDE_CELL   2.5f         /* width over height of one that has a name */

static float grain_of(const page_options *o) {
    return o->grain > 0 ? o->grain : o->scale > 0 ? 1 / o->scale : 1;
}

/* The size of the plot in a room: whole grains for each element, where it has one or more. */
static void choose_size(const matrix_view *m, const page_options *o, float *w, float *h) {
    float g = grain_of(o), columns = (float)m->columns, rows = (float)m->rows;
    float across = *w / columns, down = *h / rows;
    if (columns <= MOST_OBLONG * rows && rows <= MOST_OBLONG * columns)
        across = fminf(across, (m->names[0] != '\0' ? WIDE_CELL : 1) * down),
        down = fminf(across, down);
    across = across >= g ? floorf(across / g + 1e-3f) * g : across;
    down = down >= g ? floorf(down / g + 1e-3f) * g : down;
    *w = fmaxf(1, floorf(across * columns / g + 1e-3f)) * g;
    *h = fmaxf(1, floorf(down * rows / g + 1e-3f)) * g;
}

/* --- colours --- */

/* What an axis shows of so many, at least in part. */
static void seen_part(double low, double high, size_t all, size_t *first, size_t *count) {
    double begin = fmax(0, floor(low - 0.5)), end = fmin((double)all, ceil(high - 0.5));
    *first = begin < (double)all ? (size_t)begin : all - 1;
    *count = end > (double)*first ? (size_t)end - *first : 1;
}

static matrix_part seen_of(const panel *p, const matrix_view *m) {
    matrix_part seen;
    seen_part(p->x.low, p->x.high, m->columns, &seen.column, &seen.columns);
    seen_part(-p->y.high, -p->y.low, m->rows, &seen.row, &seen.rows);
    return seen;
}

static color_paint *paint_of(const matrix_view *m) {
    return m->grey ? paint_grey : theme_heat;
}

/* The elements that are seen, and how many pixels they get. */
typedef struct cells {
    const page_options *options;
    const matrix_view *matrix;
    const axis *colors;
    matrix_part seen;
    size_t width, height;
    double mean;
} cells;

static bool paint_row(const void *context, size_t row, uint8_t *rgba) {
    const cells *of = context;
    matrix_part seen = of->seen, block = {.row = seen.row + row * seen.rows / of->height};
    axis_ruler colors = axis_ruler_of(of->colors);
    block.rows = seen.row + (row + 1) * seen.rows / of->height - block.row;
    for (size_t x = 0; x < of->width; x++) {
        block.column = seen.column + x * seen.columns / of->width;
        block.columns = seen.column + (x + 1) * seen.columns / of->width - block.column;
        double value = matrix_chosen(of->matrix, block, of->mean);
        put_pixel(rgba + 4 * x, ruled_color(&colors, value, paint_of(of->matrix), of->options));
    }
    return true;
}

static void draw_cells(const panel *p, const page_options *o, const matrix_view *m,
                       const axis *colors, display_list *list) {
    matrix_part seen = seen_of(p, m);
    float left = (float)axis_place(&p->x, (double)seen.column + 0.5);
    float right = (float)axis_place(&p->x, (double)(seen.column + seen.columns) + 0.5);
    float top = 1 - (float)axis_place(&p->y, -(double)seen.row - 0.5);
    float bottom = 1 - (float)axis_place(&p->y, -(double)(seen.row + seen.rows) - 0.5);
    rect area = {p->plot.x + p->plot.w * left, p->plot.y + p->plot.h * top,
                 p->plot.w * (right - left), p->plot.h * (bottom - top)};
    size_t across = (size_t)lroundf(fmaxf(1, area.w / grain_of(o)));
    size_t down = (size_t)lroundf(fmaxf(1, area.h / grain_of(o)));
    cells of = {o,
                m,
                colors,
                seen,
                seen.columns < across ? seen.columns : across,
                seen.rows < down ? seen.rows : down,
                matrix_mean(m)};
    draw_clip(list, p->plot);
    draw_painted(list, area, of.width, of.height, paint_row, &of);
    draw_unclip(list);
}

/* --- words --- */

/* Names are of the rows, and of the columns too where there are as many; they are shown where each
 * has room, else numbers are. */
static bool rows_named(const panel *p, const matrix_view *m) {
    return m->names[0] != '\0' && m->rows <= MOST_NAMED &&
           p->area.h - 60 > LINE_HEIGHT * (float)m->rows;
}

static bool columns_named(const panel *p, const matrix_view *m) {
    return m->names[0] != '\0' && m->rows == m->columns && m->columns <= MOST_NAMED &&
           p->plot.w > LEAST_CELL * (float)m->columns;
}

static size_t name_ticks(size_t count, tick *ticks) {
    for (size_t i = 0; i < count; i++)
        ticks[i] = (tick){.value = (double)i + 1};
    return count;
}

/* Black or white, whichever stands out from a colour. */
static color contrast(color c) {
    double light = 0.3 * (c >> 24) + 0.59 * (c >> 16 & 0xFF) + 0.11 * (c >> 8 & 0xFF);
    return light > 128 ? 0x000000FF : 0xFFFFFFFF;
}

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

/* The numbers or the names of rows and columns, without a line: the matrix has its own edge. */
static void draw_numbers(const panel *p, const page_options *o, const matrix_view *m,
                         display_list *list) {
    tick ticks[64];
    char name[64];
    const rect r = p->plot;
    surroundings s = panel_surroundings(p, o);
    bool row_names = rows_named(p, m), column_names = columns_named(p, m);
    float taken = -INFINITY;
    text_style style = {LABEL_SIZE, o->theme->muted, FONT_REGULAR, ANCHOR_MIDDLE, 0};
    size_t n =
        column_names ? name_ticks(m->columns, ticks) : index_ticks(&p->x, r.w, 60, ticks, 64);
    for (size_t i = 0; i < n; i++) {
        float x = r.x + r.w * (float)axis_place(&p->x, ticks[i].value);
        if (column_names)
            text_fit_middle(matrix_name(m, i, name, sizeof name), r.w / (float)m->columns - 3,
                            LABEL_SIZE, FONT_REGULAR, ticks[i].label, sizeof ticks[i].label);
        float half = text_width(ticks[i].label, LABEL_SIZE, FONT_REGULAR) / 2;
        if (!s.x_labels || !(x > r.x && x < r.x + r.w) || x - half < taken + 3)
            continue;
        taken = x + half;
        draw_text(list, x, r.y + r.h + 16, ticks[i].label, style);
    }
    style.anchor = ANCHOR_RIGHT;
    taken = INFINITY;
    n = row_names ? name_ticks(m->rows, ticks) : index_ticks(&p->y, r.h, 26, ticks, 64);
    for (size_t i = 0; i < n; i++) {
        double row = row_names ? -ticks[i].value : ticks[i].value;
        float y = r.y + r.h * (1 - (float)axis_place(&p->y, row));
        if (!s.y_labels || !(y > r.y && y < r.y + r.h) || fabsf(taken - y) < LABEL_APART)
            continue;
        taken = y;
        const char *label = ticks[i].label + (ticks[i].label[0] == '-');
        draw_text_within(list, r.x - 7, y + 3.5f, MOST_NAME,
                         row_names ? matrix_name(m, i, name, sizeof name) : label, style);
    }
}

static float number_width(const panel *p, const page_options *o, const matrix_view *m) {
    char text[64];
    float widest = 0;
    if (!panel_surroundings(p, o).y_labels)
        return 0;
    if (!rows_named(p, m)) {
        snprintf(text, sizeof text, "%zu", m->rows);
        return text_width(text, LABEL_SIZE, FONT_REGULAR) + 9;
    }
    for (size_t i = 0; i < m->rows; i++)
        widest = fmaxf(widest,
                       text_width(matrix_name(m, i, text, sizeof text), LABEL_SIZE, FONT_REGULAR));
    return fminf(widest, MOST_NAME) + 9;
}

/* Whether the numbers of all elements in sight are narrower than their cells. */
static bool values_fit(const matrix_view *m, matrix_part seen, float width) {
    char text[32];
    for (size_t c = seen.column; c < seen.column + seen.columns; c++)
        for (size_t r = seen.row; r < seen.row + seen.rows; r++) {
            axis_format(m->values[c * m->rows + r], 3, text, sizeof text);
            if (text_width(text, LABEL_SIZE, FONT_REGULAR) >= width)
                return false;
        }
    return true;
}

static void draw_value(const panel *p, const page_options *o, const matrix_view *m,
                       const axis_ruler *colors, size_t row, size_t column, display_list *list) {
    const rect r = p->plot;
    double value = m->values[column * m->rows + row];
    float x = r.x + r.w * (float)axis_place(&p->x, (double)column + 1);
    float y = r.y + r.h * (1 - (float)axis_place(&p->y, -(double)row - 1));
    color paint = contrast(ruled_color(colors, value, paint_of(m), o));
    char text[32];
    axis_format(value, 3, text, sizeof text);
    draw_text(list, x, y + 3.5f, text,
              (text_style){LABEL_SIZE, paint, FONT_REGULAR, ANCHOR_MIDDLE, 0});
}

/* The number in each cell, where all have room for theirs. */
static void draw_values(const panel *p, const page_options *o, const matrix_view *m,
                        const axis *colors, display_list *list) {
    float w = p->plot.w / (float)(p->x.high - p->x.low);
    float h = p->plot.h / (float)(p->y.high - p->y.low);
    matrix_part seen = seen_of(p, m);
    if (o->grain > 0 || m->grey || w < LEAST_CELL || h < LEAST_CELL / 2 || !values_fit(m, seen, w))
        return;
    axis_ruler ruler = axis_ruler_of(colors);
    draw_clip(list, p->plot);
    for (size_t c = seen.column; c < seen.column + seen.columns; c++)
        for (size_t r = seen.row; r < seen.row + seen.rows; r++)
            draw_value(p, o, m, &ruler, r, c, list);
    draw_unclip(list);
}

/* "cat as dog", or "row 2, column 3". */
static void describe_place(const matrix_view *m, size_t row, size_t column, char *text,
                           size_t size) {
    char a[64], b[64];
    if (m->names[0] == '\0')
        snprintf(text, size, "row %zu, column %zu", row + 1, column + 1);
    else if (m->rows != m->columns)
        snprintf(text, size, "%s, column %zu", matrix_name(m, row, a, sizeof a), column + 1);
    else
        snprintf(text, size, "row %s, column %s", matrix_name(m, row, a, sizeof a),
                 matrix_name(m, column, b, sizeof b));
}

static void draw_element(const panel *p, const page_options *o, const axis *colors, point cursor,
                         display_list *list) {
    matrix_view own = matrix_of(p), *m = &own;
    double column = round(axis_value(&p->x, (cursor.x - p->plot.x) / p->plot.w));
    double row = -round(axis_value(&p->y, 1 - (cursor.y - p->plot.y) / p->plot.h));
    if (!(column >= 1 && row >= 1 && column <= (double)m->columns && row <= (double)m->rows))
        return;
    size_t r = (size_t)row - 1, c = (size_t)column - 1;
    double value = m->values[c * m->rows + r], share = matrix_share(m, r, value);
    char heading[160];
    describe_place(m, r, c, heading, sizeof heading);
    box_row line = {
        .sample = {color_at(colors, value, paint_of(m), o), 10, 0}
    };
    axis_format(value, 7, line.value, sizeof line.value);
    if (isfinite(share) && m->columns > 1)
        snprintf(line.note, sizeof line.note, "%.3g %% of its row", 100 * share);
    draw_box(p, o, cursor, heading, &line, 1, list);
}

static float snap(const page_options *o, float place) {
    return o->grain > 0 ? floorf(place / (2 * o->grain)) * 2 * o->grain : ceilf(place);
}

/* Room for the numbers and the name of the columns. */
static float below_matrix(const page_options *o, bool numbers, bool named) {
    if (!numbers)
        return o->grain > 0 ? 2 : 0;
    if (o->grain > 0)
        return named ? 28 : 15;
    return named ? 30 : 16;
}

float matrix_place(panel *p, const page_options *o, float top) {
    matrix_view m = matrix_of(p);
    rect a = p->area;
    surroundings s = panel_surroundings(p, o);
    bool named = m.x_label[0] != '\0' && s.x_name;
    float left = number_width(p, o, &m) + y_label_room(p, o);
    float below = below_matrix(o, s.x_labels, named), right = s.color_bar ? BAR_ROOM : 0;
    rect r = {a.x + s.padding + left, snap(o, top), a.w - 2 * s.padding - left - right, 0};
    r.h = a.y + a.h - s.padding - below - r.y;
    p->plot = (rect){0};
    if (r.w < LEAST || r.h < LEAST)
        return 0;
    float width = r.w;
    choose_size(&m, o, &r.w, &r.h);
    if (o->grain > 0)
        r.x = ceilf(r.x / o->grain) * o->grain;
    else
        r.x = floorf(r.x + (width - r.w) / 2);
    p->plot = r;
    return r.y + r.h + below + s.padding - a.y;
}

/* "step 1200 · 3 × 3", or what of a figure cannot be shown. */
static void write_note(const panel *p, const matrix_view *m, char *text, size_t size) {
    char step[48];
    if (p->figure == NULL) {
        axis_format_whole(p->curves[0].tag->matrix_step, step, sizeof step);
        snprintf(text, size, "step %s · %zu × %zu", step, m->rows, m->columns);
        return;
    }
    describe_missing(p, text, size);
    if (text[0] == '\0')
        snprintf(text, size, "%zu × %zu", m->rows, m->columns);
}

void draw_matrix(panel *p, const page_options *o, display_list *list) {
    matrix_view m = matrix_of(p);
    char note[96];
    if (matrix_count(&m) == 0) {
        draw_title(p, o, "", list);
        return;
    }
    write_note(p, &m, note, sizeof note);
    rect whole = p->area;
    surroundings s = panel_surroundings(p, o);
    if (o->grain > 0) { /* the words stay near a matrix that is narrower than the terminal */
        matrix_place(p, o, first_line(p, o));
        p->area.w = p->plot.x + p->plot.w + (s.color_bar ? BAR_ROOM : 0) - p->area.x;
    }
    float top = draw_title(p, o, note, list);
    if (o->grain > 0)
        top = draw_y_label(p, o, p->area, top, list);
    p->area = whole;
    matrix_place(p, o, top);
    if (p->plot.w <= 0)
        return;
    axis colors = matrix_colors(&m);
    draw_cells(p, o, &m, &colors, list);
    draw_values(p, o, &m, &colors, list);
    draw_numbers(p, o, &m, list);
    if (s.color_bar)
        draw_color_bar(p, &colors, paint_of(&m), o, list);
    rect r = p->plot;
    if (s.x_name)
        draw_label(list, r.x + r.w / 2, r.y + r.h + (o->grain > 0 ? 29 : 31), m.x_label,
                   o->theme->text, ANCHOR_MIDDLE);
    if (o->grain <= 0)
        draw_y_label(p, o, (rect){r.x - number_width(p, o, &m) - 18 - PADDING, 0, 0, 0}, top, list);
}

void read_matrix(panel *p, const page_options *o, const point *cursor, display_list *list) {
    matrix_view m = matrix_of(p);
    if (cursor == NULL || !inside(p->plot, *cursor) || matrix_count(&m) == 0)
        return;
    axis colors = matrix_colors(&m);
    draw_element(p, o, &colors, *cursor, list);
}
