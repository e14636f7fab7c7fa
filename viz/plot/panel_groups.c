/* panel_groups.c: runs that share a setting (seeds of one learning rate, say) as one curve: their
 * mean, on a band from the lowest to the highest of them.
 *
 * At each place of the plot every run of the group counts once: by the mean of its points there, or
 * by the line between the points beside it; a run that has ended or not begun counts no more. */
#include <math.h>

#include "core/memory.h"
#include "viz/plot/panel_parts.h"

#define PITCH 2.0f /* points of width between two places */
#define BAND  0.2  /* opacity */

typedef struct band {
    point *mean, *low, *high; /* of `room` each, one block */
    size_t count;
} band;

/* A curve between x from and to; NaN where it has nothing to say. `at` is the first of its points
 * from there on. */
static double value_between(const curve *c, const page_options *o, double from, double to,
                            size_t *at) {
    const series *s = c->tag->scalars;
    size_t n = series_count(s), begin = curve_find_x(c, o, from, *at);
    size_t end = curve_find_x(c, o, to, begin);
    *at = begin;
    if (end > begin)
        return series_summary(s, begin, end).mean;
    if (begin == 0 || begin == n)
        return NAN;
    double before = series_value(s, begin - 1), after = series_value(s, begin);
    double left = curve_x(c, o, begin - 1), right = curve_x(c, o, begin);
    double share = c->steps || !(right > left) ? 0 : ((from + to) / 2 - left) / (right - left);
    return before + share * (after - before);
}

static void add_place(band *b, const panel *p, float x, double sum, double low, double high,
                      size_t members) {
    if (members == 0)
        return;
    b->mean[b->count] = (point){x, (float)y_of(p, sum / (double)members)};
    b->low[b->count] = (point){x, (float)y_of(p, low)};
    b->high[b->count] = (point){x, (float)y_of(p, high)};
    b->count++;
}

static void draw_band(const band *b, stroke line, display_list *list, display_list *lines,
                      point *outline) {
    for (size_t i = 0; i < b->count; i++) {
        outline[i] = b->high[i];
        outline[2 * b->count - 1 - i] = b->low[i];
    }
    if (b->count > 1)
        draw_polygon(list, outline, 2 * b->count, faded(line.color, BAND));
    if (b->count > 0)
        draw_polyline(lines, b->mean, b->count, line);
}

/* The curves of one group and tag, which stand together in `members`. */
static void draw_group(const panel *p, const page_options *o, const curve **members, size_t count,
                       display_list *list, display_list *lines) {
    size_t places = (size_t)(p->plot.w / PITCH) + 1;
    point *points = dnn_alloc(5 * places * sizeof *points);
    size_t *at = dnn_calloc(count, sizeof *at);
    if (points != NULL && at != NULL) {
        band b = {points, points + places, points + 2 * places, 0};
        for (size_t i = 0; i + 1 < places; i++) {
            double from = axis_value(&p->x, (double)i / (double)(places - 1));
            double to = axis_value(&p->x, (double)(i + 1) / (double)(places - 1));
            double sum = 0, low = INFINITY, high = -INFINITY;
            size_t present = 0;
            for (size_t k = 0; k < count; k++) {
                double value = value_between(members[k], o, from, to, &at[k]);
                if (!isfinite(value))
                    continue;
                sum += value;
                low = fmin(low, value);
                high = fmax(high, value);
                present++;
            }
            add_place(&b, p, p->plot.x + ((float)i + 0.5f) * PITCH, sum, low, high, present);
        }
        stroke line = curve_stroke(members[0], o);
        line.width += 0.2f;
        draw_band(&b, line, list, lines, points + 3 * places);
    }
    list->failed = list->failed || points == NULL || at == NULL;
    dnn_free(points);
    dnn_free(at);
}

void draw_groups(const panel *p, const page_options *o, display_list *list) {
    display_list lines = {0};
    const curve **members = dnn_alloc(p->curve_count * sizeof(const curve *));
    bool *done = dnn_calloc(p->curve_count, sizeof *done);
    list->failed = list->failed || members == NULL || done == NULL;
    for (size_t i = 0; !list->failed && i < p->curve_count; i++) {
        size_t count = 0;
        for (size_t k = i; k < p->curve_count; k++) {
            const curve *c = &p->curves[k];
            if (done[k] || curve_hidden(c) || series_count(c->tag->scalars) == 0 ||
                c->tag_index != p->curves[i].tag_index || c->run->group != p->curves[i].run->group)
                continue;
            done[k] = true;
            members[count++] = c;
        }
        if (count > 0)
            draw_group(p, o, members, count, list, &lines);
    }
    display_list_move(list, &lines);
    display_list_free(&lines);
    dnn_free(members);
    dnn_free(done);
}
