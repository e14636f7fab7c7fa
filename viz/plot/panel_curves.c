/* panel_curves.c: lines through the points of series, each by itself or, where they are denser than
 * pixels, as panel_dense.c sums them up. Each curve has lists of its own, so that several threads
 * can draw them. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "core/memory.h"
#include "core/threads.h"
#include "viz/draw/font.h"
#include "viz/plot/panel_parts.h"

#define WILD  40.0 /* points of height from one value to the next, on average */
#define CROWD 24   /* curves */
/* Noise: so many points of height from one value to the next, and from each to the STRIDEth after
 * it not much more; so many points share one of width, and fewer where more than FEW curves hide
 * each other. */
#define NOISE   1.0
#define STRIDE  8
#define SHORTER 3.0
#define DENSE   1.5f
#define SPARSE  0.4f
#define FEW     6
/* Points of width from one point of a mean's line to the next where there are many curves, whose
 * lines are told apart the better the smoother they are. */
#define MEAN_WIDTH 3.0f
#define MARK_ROOM  9.0f /* points of width that a mark on a curve has at least */
#define VEIL       0.8  /* opacity of what makes all but the highlighted run pale */
#define WIDER      0.7f /* its lines are wider by */

/* Points [begin, end) one by one; those just outside the plot lead its edges. */
static void trace_points(trace *t, const curve *c, const series *s, const page_options *o,
                         size_t begin, size_t end) {
    const rect r = t->panel->plot;
    double x_before = NAN, y_before = NAN;
    const bool steps = t->steps;
    const y_ruler ruler = y_ruler_of(t->panel);
    for (size_t i = begin; i < end; i++) {
        float value = series_value(s, i);
        double x = x_of(t->panel, curve_x(c, o, i));
        double y = isfinite(value) ? y_at(&ruler, value) : NAN;
        if (x_before < r.x && x > r.x) { /* from where the line enters the plot */
            double share = (r.x - 4 - x_before) / (x - x_before);
            if (share > 0)
                trace_to(t, r.x - 4, y_before + (steps ? 0 : share * (y - y_before)));
        }
        double far = r.x + r.w + 4;
        if (x > far && x_before < far) {
            double share = (far - x_before) / (x - x_before);
            trace_to(t, far, y_before + (steps ? 0 : share * (y - y_before)));
            break;
        }
        if (x >= r.x - 4 && steps && isfinite(y_before))
            trace_to(t, x, y_before);
        if (x >= r.x - 4)
            trace_to(t, x, y);
        x_before = x;
        y_before = y;
    }
}

/* The last value of a curve of steps holds until where its run is. */
static void trace_end(trace *t, const curve *c, const page_options *o) {
    const series *s = c->tag->scalars;
    double end = curve_end(c, o), far = t->panel->plot.x + t->panel->plot.w + 4;
    float last = series_value(s, series_count(s) - 1);
    if (t->steps && isfinite(last) && end > curve_x(c, o, series_count(s) - 1))
        trace_to(t, fmin(far, x_of(t->panel, end)), y_of(t->panel, last));
}

/* Points that are far apart are marked: between them nothing is known. `t` has room for them. */
static void mark_points(trace *t, const curve *c, const page_options *o, size_t begin, size_t end) {
    const series *s = c->tag->scalars;
    t->stroke.width *= 2.6f;
    for (size_t i = begin; i < end; i++)
        if (isfinite(series_value(s, i)) && isfinite(x_of(t->panel, curve_x(c, o, i))))
            trace_dot(t, x_of(t->panel, curve_x(c, o, i)), y_of(t->panel, series_value(s, i)));
    trace_dots_end(t);
}

static void mark_curve(const panel *p, const curve *c, const page_options *o, display_list *list) {
    const series *s = c->tag->scalars;
    double marked = -INFINITY;
    pixel_columns all;
    if (!series_summary(s, 0, series_count(s)).not_finite)
        return;
    if (!columns_of(&all, p, c, s, o, 1)) {
        list->failed = true;
        return;
    }
    for (size_t i = 0; i < all.count; i++)
        if (all.in[i].not_finite)
            mark_not_finite(p, o, all.items[i].x, &marked, list);
    columns_free(&all);
}

/* The height that a line through every `stride`th point goes up and down. */
static double way_of(const panel *p, const series *s, size_t begin, size_t end, size_t stride) {
    y_ruler ruler = y_ruler_of(p);
    double way = 0, before = y_at(&ruler, series_value(s, begin));
    for (size_t i = begin + stride; i < end; i += stride) {
        double y = y_at(&ruler, series_value(s, i));
        way += isfinite(y) && isfinite(before) ? fabs(y - before) : 0;
        before = y;
    }
    return way;
}

/* Whether lines through all points are so steep on average that they cost much, and bars look no
 * different. */
static bool is_wild(const panel *p, const series *s, size_t begin, size_t end, double jump) {
    return way_of(p, s, begin, end, 1) > jump * (double)(end - begin);
}

/* Whether a curve of not too few points goes up and down from one to the next, instead of steeply
 * in one direction for a while. Many such lines hide each other. */
static bool is_noisy(const panel *p, const series *s, size_t begin, size_t end, bool many) {
    float least = many ? SPARSE : DENSE;
    return (float)(end - begin) > least * p->plot.w && is_wild(p, s, begin, end, NOISE) &&
           way_of(p, s, begin, end, 1) > SHORTER * way_of(p, s, begin, end, STRIDE);
}

typedef enum look { LOOK_FULL, LOOK_GHOST, LOOK_AVERAGE } look;

/* How the curves of a panel are drawn. */
typedef struct manner {
    look look;
    float coarse; /* pixels of a column */
    float wider;  /* than usual are the lines, in points */
    bool many;    /* curves are visible */
} manner;

/* s is the curve's series or its average. */
static void draw_series(const panel *p, const curve *c, const series *s, const page_options *o,
                        stroke line, const manner *how, display_list *behind, display_list *list) {
    size_t n = series_count(s), begin = curve_find_x(c, o, p->x.low, 0);
    size_t end = curve_find_x(c, o, p->x.high, begin) + 1;
    float scale = o->scale > 1 ? o->scale : 1;
    size_t columns = (size_t)(p->plot.w * (o->scale > 0 ? o->scale : 1) / how->coarse) + 1;
    bool noisy = end - begin <= 2 * columns && is_noisy(p, s, begin, end < n ? end : n, how->many);
    float spacing = p->plot.w / (float)(end - begin); /* points of width for each of the series */
    begin -= begin > 0;
    end = end < n ? end : n;
    trace t = {.panel = p,
               .list = list,
               .stroke = line,
               .steps = c->steps && how->look == LOOK_FULL,
               .plain = how->look == LOOK_GHOST,
               .crowded = how->coarse > 1,
               .mean_width = how->many ? MEAN_WIDTH : 0,
               .noise = noisy,
               .pixels = noisy ? scale * fmaxf(how->coarse, 1.5f * spacing) : how->coarse,
               .behind = behind};
    if (!trace_open(&t, 4096))
        return;
    if (end > begin && !noisy &&
        (end - begin <= columns ||
         (end - begin <= 2 * columns && !is_wild(p, s, begin, end, WILD)))) {
        trace_points(&t, c, s, o, begin, end);
        if (end == n)
            trace_end(&t, c, o);
    } else if (end > begin) {
        trace_dense(&t, c, s, o);
    }
    trace_break(&t);
    if (how->look == LOOK_FULL && end > begin && (float)(end - begin) * MARK_ROOM <= p->plot.w)
        mark_points(&t, c, o, begin, end);
    trace_close(&t);
}

/* The steps between points of the curve that is logged most often. */
static double smooth_unit(const panel *p) {
    double least = INFINITY;
    for (size_t i = 0; i < p->curve_count; i++)
        least = fmin(least, smooth_spacing(p->curves[i].tag->scalars));
    return isfinite(least) && least > 0 ? least : 1;
}

/* A curve on its way to the panel's list. */
typedef struct drawing {
    const curve *curve;
    const series *series;
    display_list band, line;
} drawing;

typedef struct drawings {
    const panel *panel;
    const page_options *options;
    manner how;
    drawing *items;
    size_t count;
} drawings;

static void draw_curve(void *context, size_t which) {
    const drawings *all = context;
    drawing *d = &all->items[which];
    stroke line = curve_stroke(d->curve, all->options);
    line.width += all->how.wider;
    if (all->how.coarse > 1) /* dashes would fill each other's gaps */
        line.dash = 0;
    if (all->how.look == LOOK_GHOST) {
        line.color = faded(line.color, 0.28);
        line.width = 1;
        line.dash = 0;
    }
    draw_series(all->panel, d->curve, d->series, all->options, line, &all->how, &d->band, &d->line);
}

/* Averages are made one curve after another: what is left of a drawing's time is counted. */
static bool choose_series(curve *c, const page_options *o, look how, double unit, drawing *out) {
    const series *s = c->tag->scalars;
    if (how == LOOK_AVERAGE)
        s = smooth_update(&c->smoothed, s, o->smoothing, unit, o->smooth_left);
    *out = (drawing){.curve = c, .series = s};
    return s != NULL;
}

/* Pixels of a column: dozens of curves in a plot are not told apart by the pixel, and a frame is
 * to be a frame. */
static float coarseness(const panel *p) {
    size_t count = visible_curves(p);
    return count <= CROWD ? 1 : fminf(8, (float)count / CROWD);
}

/* Those of one run, or of all (NULL); all bands lie behind all lines. */
static void draw_all(panel *p, const page_options *o, const run *only, look how,
                     display_list *list) {
    drawings all = {
        p, o, {how, 1, only == NULL ? 0 : WIDER, visible_curves(p) > FEW},
          NULL, 0
    };
    double unit = o->smoothing > 0 ? smooth_unit(p) : 1;
    if (only == NULL)
        all.how.coarse = coarseness(p);
    all.items = dnn_alloc((p->curve_count + 1) * sizeof *all.items);
    list->failed = list->failed || all.items == NULL;
    for (size_t i = 0; all.items != NULL && i < p->curve_count; i++) {
        curve *c = &p->curves[i];
        if (curve_hidden(c) || series_count(c->tag->scalars) == 0 ||
            (only != NULL && c->run != only))
            continue;
        if (choose_series(c, o, how, unit, &all.items[all.count]))
            all.count++;
        else
            list->failed = true;
    }
    columns_share(p, o, all.how.coarse);
    dnn_parallel(all.count, draw_curve, &all);
    columns_unshare(p);
    for (size_t i = 0; i < all.count; i++)
        display_list_move(list, &all.items[i].band);
    for (size_t i = 0; i < all.count; i++) {
        display_list_move(list, &all.items[i].line);
        display_list_free(&all.items[i].band);
        display_list_free(&all.items[i].line);
    }
    dnn_free(all.items);
}

/* "0.04312": where a panel has one curve, its last value stands beside the title, or that where the
 * mouse is in another panel, and before it what is not shown. */
static void write_note(const panel *p, const page_options *o, char *text, size_t size) {
    const series *s = p->curve_count == 1 ? p->curves[0].tag->scalars : NULL;
    describe_absent(p, o, text, size);
    size_t used = strlen(text);
    if (p->beyond > 0 && used > 0)
        used += (size_t)snprintf(text + used, size - used, ", ");
    if (p->beyond == 1)
        used +=
            (size_t)snprintf(text + used, size - used, "%.40s beyond the axis", run_label(p->far));
    else if (p->beyond > 1)
        used += (size_t)snprintf(text + used, size - used, "%zu runs beyond the axis", p->beyond);
    if (s == NULL || series_count(s) == 0)
        return;
    if (used > 0)
        used += (size_t)snprintf(text + used, size - used, " · ");
    double value = series_value(s, series_count(s) - 1);
    value_at_cursor(p, o, &p->curves[0], &value);
    axis_format(value, 4, text + used, size - used);
}

static bool has_epochs(const panel *p) {
    for (size_t i = 0; i < p->curve_count; i++)
        if (p->curves[i].run->epoch != NULL)
            return true;
    return false;
}

static rect clip_of(const panel *p) {
    return (rect){p->plot.x, p->plot.y - 1, p->plot.w + 1, p->plot.h + 1};
}

static void draw_looks(panel *p, const page_options *o, const run *only, display_list *list) {
    bool averages = o->smoothing > 0;
    if (averages)
        draw_all(p, o, only, LOOK_GHOST, list);
    draw_all(p, o, only, averages ? LOOK_AVERAGE : LOOK_FULL, list);
}

static bool any_visible(const panel *p) {
    for (size_t i = 0; i < p->curve_count; i++)
        if (!curve_hidden(&p->curves[i]) && series_count(p->curves[i].tag->scalars) > 0)
            return true;
    return false;
}

void draw_curves(panel *p, const page_options *o, display_list *list) {
    char note[128];
    write_note(p, o, note, sizeof note);
    float least = p->curve_count == 1 ? text_width("0.0000", LABEL_SIZE, FONT_REGULAR) : 0;
    float top = draw_legend(p, o, draw_title_beside(p, o, note, least, list), list);
    draw_frame(p, o, top, true, 0, 0, x_axis_name(o), list);
    if (p->plot.w == 0)
        return;
    draw_clip(list, clip_of(p));
    if (o->grouped)
        draw_groups(p, o, list);
    else
        draw_looks(p, o, NULL, list);
    draw_unclip(list);
    for (size_t i = 0; i < p->curve_count; i++)
        if (!curve_hidden(&p->curves[i]))
            mark_curve(p, &p->curves[i], o, list);
    if (!any_visible(p))
        draw_empty(p, o, "all curves are hidden", list);
    else if (o->x == X_EPOCH && !has_epochs(p))
        draw_empty(p, o, "no epochs were logged", list);
}

/* The curves of the highlighted run stand before the others, which a veil makes pale. */
static void draw_highlight(panel *p, const page_options *o, display_list *list) {
    draw_clip(list, clip_of(p));
    draw_fill(list, p->plot, faded(o->theme->panel, VEIL), 0);
    draw_looks(p, o, o->highlight, list);
    draw_unclip(list);
}

void read_curves(panel *p, const page_options *o, const point *cursor, display_list *list) {
    char note[128];
    write_note(p, o, note, sizeof note);
    draw_note(p, o, note, list);
    draw_legend_values(p, o, list);
    if (o->highlight != NULL)
        draw_highlight(p, o, list);
    if (cursor != NULL && inside(p->plot, *cursor) && any_visible(p))
        draw_readout(p, o, *cursor, -1, list);
}
