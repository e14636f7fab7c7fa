/* panel_figure.c: what all panels of figures share: their making, their ranges, and the words
 * around them. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "core/memory.h"
#include "viz/draw/font.h"
#include "viz/plot/matrix_view.h"
#include "viz/plot/panel_parts.h"

/* --- making --- */

static panel_kind kind_of(const figure *f) {
    static const panel_kind kinds[] = {
        [FIGURE_CURVES] = PANEL_PLOT,
        [FIGURE_HISTOGRAM] = PANEL_BARS,
        [FIGURE_MATRIX] = PANEL_MATRIX,
        [FIGURE_PICTURES] = PANEL_IMAGES,
    };
    return kinds[f->kind];
}

static bool make_panel(panel *p, const figure *f) {
    curve *curves = dnn_calloc(f->count, sizeof *curves);
    if (curves == NULL)
        return false;
    for (size_t i = 0; i < f->count; i++) {
        curves[i] = (curve){.color = i, .dash = -1, .layer = NAN, .dots = f->items[i].dots};
        memcpy(curves[i].label, f->items[i].name, sizeof curves[i].label);
    }
    *p = (panel){.kind = kind_of(f),
                 .figure = f,
                 .curves = curves,
                 .curve_count = f->count,
                 .x_scale = f->x_scale,
                 .y_scale = f->y_scale};
    memcpy(p->title, f->title, sizeof p->title);
    return true;
}

bool panels_of_figure(panel **panels, size_t *count, const figure *f) {
    size_t wanted = 0, made = 0;
    for (const figure *one = f; one != NULL; one = one->next)
        wanted++;
    panel *all = dnn_calloc(wanted, sizeof *all);
    for (; all != NULL && f != NULL && make_panel(&all[made], f); f = f->next)
        made++;
    if (made < wanted) {
        panels_free(all, made);
        return false;
    }
    panels_free(*panels, *count);
    *panels = all;
    *count = made;
    return true;
}

/* --- ranges --- */

static void widen(figure_span *all, const figure_span *one) {
    all->low = fmin(all->low, one->low);
    all->high = fmax(all->high, one->high);
    all->positive = fmin(all->positive, one->positive);
}

static figure_span visible_span(const panel *p, bool of_x) {
    figure_span all = {INFINITY, -INFINITY, INFINITY, 0, 0};
    for (size_t i = 0; i < p->curve_count; i++)
        if (!curve_hidden(&p->curves[i]))
            widen(&all, of_x ? &p->figure->items[i].x_span : &p->figure->items[i].y_span);
    return all;
}

/* Numbers beyond these stand at the edge: the distance between the two ends must be a number too,
 * and so must their quotient. */
#define LARGEST  4e307
#define SMALLEST 1e-290

static double within(double value) {
    return fmax(-LARGEST, fmin(value, LARGEST));
}

static axis fit_span(axis_scale scale, figure_span s) {
    if (!(s.low <= s.high) || (scale == SCALE_LOG && !(s.high > 0)))
        return axis_fit(scale, UNIT_NUMBER, scale == SCALE_LOG ? 0.1 : 0, 1);
    double low = within(s.low), high = within(s.high), positive = fmax(s.positive, SMALLEST);
    if (scale == SCALE_LOG)
        return axis_fit(scale, UNIT_NUMBER, positive, fmax(high, positive));
    if (scale == SCALE_SYMLOG && fmax(-low, high) > SMALLEST)
        return axis_fit_symlog(low, high, isfinite(positive) ? positive : 1e-3 * fmax(-low, high));
    return axis_fit(scale, UNIT_NUMBER, low, high);
}

/* Lines that go from left to right begin at the axis; dots, error bars and loops have room around
 * them. */
static axis fit_plot_x(const panel *p, axis_scale scale) {
    figure_span s = visible_span(p, true);
    axis a = fit_span(scale, s);
    bool goes_right = s.low < s.high;
    for (size_t i = 0; i < p->curve_count; i++)
        goes_right = goes_right && p->figure->items[i].ascending && !p->figure->items[i].dots &&
                     !p->figure->items[i].bars;
    if (!goes_right || (scale == SCALE_LOG && !isfinite(s.positive)))
        return a;
    a.low = scale == SCALE_LOG ? s.positive : s.low;
    if (a.low < s.high)
        a.high = s.high;
    a.high = axis_value(&a, 1.015);
    return a;
}

static axis fit_bars_x(const figure *f, axis_scale scale) {
    double low = f->first_edge, high = low + f->bin_width * (double)f->bins;
    double first = low > 0 ? low : f->bin_width;
    return fit_span(scale, (figure_span){low, high, first, 0, 0});
}

/* Bars stand on the axis: at 0, or at half a value where that has no place. */
static axis fit_bars_y(const panel *p, axis_scale scale) {
    double most = 1;
    for (size_t i = 0; i < p->curve_count; i++)
        for (size_t k = 0; !curve_hidden(&p->curves[i]) && k < p->figure->bins; k++)
            most = fmax(most, p->figure->items[i].counts[k]);
    if (scale == SCALE_SYMLOG)
        return (axis){.scale = scale, .high = most * 1.5, .linear_within = 1, .whole = true};
    return (axis){.scale = scale,
                  .low = scale == SCALE_LOG ? 0.5 : 0,
                  .high = scale == SCALE_LOG ? most * 1.5 : most * 1.05,
                  .linear_within = 1,
                  .whole = true};
}

/* Rows count downwards: their axis is that of their negative. */
static void fit_matrix(panel *p) {
    matrix_view m = matrix_of(p);
    p->x = (axis){.low = 0.5, .high = fmax(1, (double)m.columns) + 0.5, .linear_within = 1};
    p->y = (axis){.low = -fmax(1, (double)m.rows) - 0.5, .high = -0.5, .linear_within = 1};
}

void fit_figure(panel *p, const page_options *o) {
    (void)o;
    bool fit_x = !p->held || p->x.scale != p->x_scale;
    bool fit_y = !p->held || p->y.scale != p->y_scale;
    if (p->kind == PANEL_MATRIX) {
        if (!p->held)
            fit_matrix(p);
        return;
    }
    if (fit_x)
        p->x =
            p->kind == PANEL_BARS ? fit_bars_x(p->figure, p->x_scale) : fit_plot_x(p, p->x_scale);
    if (fit_y)
        p->y = p->kind == PANEL_BARS ? fit_bars_y(p, p->y_scale)
                                     : fit_span(p->y_scale, visible_span(p, false));
}

/* --- words --- */

static void say_count(char *text, size_t size, size_t count, const char *one, const char *many) {
    size_t used = strlen(text);
    if (count > 0)
        snprintf(text + used, size - used, "%s%zu %s", used > 0 ? ", " : "", count,
                 count == 1 ? one : many);
}

void describe_missing(const panel *p, char *text, size_t size) {
    size_t missing = 0, negative = 0;
    for (size_t i = 0; i < p->curve_count; i++) {
        const figure_item *item = &p->figure->items[i];
        if (curve_hidden(&p->curves[i]))
            continue;
        missing += item->x_span.missing + item->y_span.missing;
        if (p->kind == PANEL_PLOT && p->x_scale == SCALE_LOG)
            negative += item->x_span.negative;
        if (p->kind == PANEL_PLOT && p->y_scale == SCALE_LOG)
            negative += item->y_span.negative;
    }
    text[0] = '\0';
    say_count(text, size, missing, "value is not finite", "values are not finite");
    say_count(text, size, negative, "value ≤ 0 not shown", "values ≤ 0 not shown");
}

float first_line(const panel *p, const page_options *o) {
    return p->area.y + 2 * o->grain;
}

float y_label_room(const panel *p, const page_options *o) {
    bool named = p->figure != NULL && p->figure->y_label[0] != '\0' && o->grain <= 0;
    return named && panel_surroundings(p, o).y_name ? 18 : 0;
}

float draw_y_label(const panel *p, const page_options *o, rect whole, float top,
                   display_list *list) {
    const char *label = p->figure == NULL ? "" : p->figure->y_label;
    text_style style = {LABEL_SIZE, o->theme->text, FONT_REGULAR, ANCHOR_LEFT, 0};
    if (label[0] == '\0' || !panel_surroundings(p, o).y_name)
        return top;
    if (o->grain > 0) { /* lies above the axis */
        const float line = 2 * o->grain;
        draw_text(list, whole.x + PADDING, top + 2, label, style);
        return (1 + floorf((top - 1) / line)) * line;
    }
    style.anchor = ANCHOR_MIDDLE;
    style.angle = 90;
    draw_text_within(list, whole.x + PADDING + 9, p->plot.y + p->plot.h / 2,
                     fmaxf(p->plot.h, p->area.h - 2 * PADDING), label, style);
    return top;
}

float draw_figure_head(panel *p, const page_options *o, display_list *list) {
    char note[96];
    describe_missing(p, note, sizeof note);
    return draw_legend(p, o, draw_title(p, o, note, list), list);
}

void draw_figure_frame(panel *p, const page_options *o, float top, float right,
                       display_list *list) {
    const figure *f = p->figure;
    rect whole = p->area;
    float room = y_label_room(p, o);
    if (o->grain > 0)
        top = draw_y_label(p, o, whole, top, list);
    p->area.x += room;
    p->area.w -= room;
    draw_frame(p, o, top, true, 0, right, f->x_label, list);
    p->area = whole;
    if (o->grain <= 0 && p->plot.w > 0)
        draw_y_label(p, o, whole, top, list);
}
