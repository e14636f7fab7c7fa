/* panel_pr.c: precision over recall, as TensorBoard's plugin "pr_curves" logs them: a point for
 * each threshold, of the last step. */
#include <math.h>
#include <stdio.h>

#include "viz/plot/panel_parts.h"

static size_t threshold_count(const curve *c) {
    return c->tag->matrix == NULL ? 0 : c->tag->columns;
}

/* Where a threshold stands on the page; NaN where nothing counts as positive. */
static point place_of(const panel *p, const curve *c, size_t threshold) {
    pr_point at = run_pr_point(c->tag, threshold);
    return (point){(float)x_of(p, at.recall), (float)y_of(p, at.precision)};
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
    for (size_t i = 0; i < threshold_count(c); i++) {
        point at = place_of(p, c, i);
        if (!isnan(at.y))
            trace_to(&t, at.x, at.y);
    }
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

/* The threshold whose point is nearest to a place on the page; SIZE_MAX: there is none. */
static size_t nearest(const panel *p, const curve *c, point cursor) {
    size_t best = SIZE_MAX;
    float least = INFINITY;
    for (size_t i = 0; i < threshold_count(c); i++) {
        point at = place_of(p, c, i);
        float distance = hypotf(at.x - cursor.x, at.y - cursor.y);
        if (distance < least) {
            least = distance;
            best = i;
        }
    }
    return best;
}

static box_row describe(const curve *c, size_t threshold, const page_options *o) {
    box_row row = {.sample = curve_stroke(c, o)};
    char precision[20], recall[20], note[32];
    pr_point at = run_pr_point(c->tag, threshold);
    axis_format(at.precision, 5, precision, sizeof precision);
    axis_format(at.recall, 5, recall, sizeof recall);
    axis_format(at.threshold, 3, note, sizeof note);
    snprintf(row.label, sizeof row.label, "%.90s", c->label);
    snprintf(row.value, sizeof row.value, "%s at %s", precision, recall);
    snprintf(row.note, sizeof row.note, "threshold %s", note);
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
        size_t at = curve_hidden(c) ? SIZE_MAX : nearest(p, c, *cursor);
        if (at == SIZE_MAX)
            continue;
        rows[count++] = describe(c, at, o);
        point place = place_of(p, c, at);
        draw_fill(list, (rect){place.x - 3, place.y - 3, 6, 6}, curve_stroke(c, o).color, 3);
    }
    if (count > 0)
        draw_box(p, o, *cursor, "precision at recall", rows, count, list);
}
