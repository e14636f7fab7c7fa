/* panel_pr.c: precision over recall, as TensorBoard's plugin "pr_curves" logs them: a point for
 * each threshold, of the last step. */
#include <math.h>
#include <stdio.h>

#include "viz/plot/panel_parts.h"

enum { ROW_HITS = 0, ROW_FALSE_ALARMS = 1, ROW_PRECISION = 4, ROW_RECALL = 5 };

static double element(const curve *c, int row, size_t threshold) {
    return c->tag->matrix[threshold * DNN_EVENT_PR_ROWS + (size_t)row];
}

/* How many thresholds have a precision: above the others nothing counts as positive. */
static size_t threshold_count(const curve *c) {
    size_t n = c->tag->matrix == NULL ? 0 : c->tag->columns;
    while (n > 0 && !(element(c, ROW_HITS, n - 1) + element(c, ROW_FALSE_ALARMS, n - 1) > 0))
        n--;
    return n;
}

void fit_pr(panel *p, const page_options *o) {
    (void)o;
    if (!p->held)
        p->x = p->y = (axis){.low = 0, .high = 1.02, .linear_within = 1};
}

static void draw_curve(const panel *p, const curve *c, const page_options *o, display_list *list) {
    trace t = {.panel = p, .list = list, .stroke = curve_stroke(c, o)};
    if (o->highlight != NULL && o->highlight != c->run)
        t.stroke.color = faded(t.stroke.color, 0.25);
    if (!trace_open(&t, threshold_count(c) + 1))
        return;
    for (size_t i = 0; i < threshold_count(c); i++)
        trace_to(&t, x_of(p, element(c, ROW_RECALL, i)), y_of(p, element(c, ROW_PRECISION, i)));
    if (t.count > 1) { /* where it is steep there is no spike that a dash could hide */
        draw_polyline(list, t.points, t.count, t.stroke);
        t.count = 0;
    }
    trace_close(&t);
}

/* "precision · step 1200", of the latest. */
static void write_note(const panel *p, char *text, size_t size) {
    int64_t last = 0;
    char step[48];
    for (size_t i = 0; i < p->curve_count; i++)
        if (!curve_hidden(&p->curves[i]) && p->curves[i].tag->matrix_step > last)
            last = p->curves[i].tag->matrix_step;
    axis_format_whole(last, step, sizeof step);
    snprintf(text, size, "precision · step %s", step);
}

void draw_pr(panel *p, const page_options *o, display_list *list) {
    char note[96];
    write_note(p, note, sizeof note);
    float top = draw_legend(p, o, draw_title(p, o, note, list), list) + 8;
    draw_frame(p, o, top, true, 0, 0, "recall", list);
    if (p->plot.w <= 0)
        return;
    draw_clip(list, p->plot);
    for (size_t i = 0; i < p->curve_count; i++)
        if (!curve_hidden(&p->curves[i]))
            draw_curve(p, &p->curves[i], o, list);
    draw_unclip(list);
}

/* --- under the mouse --- */

/* The threshold whose point is nearest to a place on the page; thresholds are evenly spaced. */
static size_t nearest(const panel *p, const curve *c, point cursor) {
    size_t best = 0;
    double least = INFINITY;
    for (size_t i = 0; i < threshold_count(c); i++) {
        double distance = hypot(x_of(p, element(c, ROW_RECALL, i)) - cursor.x,
                                y_of(p, element(c, ROW_PRECISION, i)) - cursor.y);
        if (distance < least) {
            least = distance;
            best = i;
        }
    }
    return best;
}

static box_row describe(const curve *c, size_t i, const page_options *o) {
    box_row row = {.sample = curve_stroke(c, o)};
    char precision[20], recall[20], threshold[32];
    size_t n = c->tag->columns;
    axis_format(element(c, ROW_PRECISION, i), 5, precision, sizeof precision);
    axis_format(element(c, ROW_RECALL, i), 5, recall, sizeof recall);
    axis_format(n > 1 ? (double)i / (double)(n - 1) : 0, 3, threshold, sizeof threshold);
    snprintf(row.label, sizeof row.label, "%.90s", c->label);
    snprintf(row.value, sizeof row.value, "%s at %s", precision, recall);
    snprintf(row.note, sizeof row.note, "threshold %s", threshold);
    return row;
}

void read_pr(panel *p, const page_options *o, const point *cursor, display_list *list) {
    enum { MOST = 24 };
    box_row rows[MOST];
    size_t room = box_room(p), count = 0;
    if (cursor == NULL || !inside(p->plot, *cursor))
        return;
    for (size_t i = 0; i < p->curve_count && count < MOST && count < room; i++) {
        const curve *c = &p->curves[i];
        if (curve_hidden(c) || threshold_count(c) == 0)
            continue;
        size_t at = nearest(p, c, *cursor);
        rows[count++] = describe(c, at, o);
        draw_fill(list,
                  (rect){(float)x_of(p, element(c, ROW_RECALL, at)) - 3,
                         (float)y_of(p, element(c, ROW_PRECISION, at)) - 3, 6, 6},
                  curve_stroke(c, o).color, 3);
    }
    if (count > 0)
        draw_box(p, o, *cursor, "precision at recall", rows, count, list);
}
