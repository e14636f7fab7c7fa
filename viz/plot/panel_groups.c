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

/* A curve and what it has been at the places so far. */
typedef struct member {
    const curve *curve;
    pixel_columns all;
    size_t at; /* the first of them that may be asked for */
} member;

/* A curve in a column whose middle is x; NaN where it has nothing to say. */
static double value_in(member *m, const page_options *o, size_t index, double x) {
    const curve *c = m->curve;
    const series *s = c->tag->scalars;
    while (m->at < m->all.count && m->all.items[m->at].index < index)
        m->at++;
    bool any = m->at < m->all.count;
    if (any && m->all.items[m->at].index == index)
        return m->all.in[m->at].mean;
    size_t next = any ? m->all.items[m->at].begin : m->all.end;
    if (next == 0 || next == series_count(s))
        return NAN;
    double before = series_value(s, next - 1), after = series_value(s, next);
    double left = curve_x(c, o, next - 1), right = curve_x(c, o, next);
    double share = c->steps || !(right > left) ? 0 : (x - left) / (right - left);
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

/* The mean and the extremes of all members in each column. */
static void fill_band(band *b, const panel *p, const page_options *o, member *members, size_t count,
                      size_t wide) {
    axis_ruler x = axis_ruler_of(&p->x);
    for (size_t i = 0; i < wide; i++) {
        double place = ((double)i + 0.5) / (double)wide, middle = ruler_value(&x, place);
        double sum = 0, low = INFINITY, high = -INFINITY;
        size_t present = 0;
        for (size_t k = 0; k < count; k++) {
            double value = value_in(&members[k], o, i, middle);
            if (!isfinite(value))
                continue;
            sum += value;
            low = fmin(low, value);
            high = fmax(high, value);
            present++;
        }
        add_place(b, p, p->plot.x + p->plot.w * (float)place, sum, low, high, present);
    }
}

/* The curves of one group and tag, which stand together in `members`. */
static void draw_group(const panel *p, const page_options *o, member *members, size_t count,
                       display_list *list, display_list *lines) {
    float pixels = PITCH * (o->scale > 0 ? o->scale : 1);
    size_t wide = columns_in(p, o, pixels), summed = 0;
    point *points = dnn_alloc(5 * wide * sizeof *points);
    for (; summed < count; summed++) {
        member *m = &members[summed];
        if (!columns_of(&m->all, p, m->curve, m->curve->tag->scalars, o, pixels))
            break;
    }
    if (points != NULL && summed == count) {
        band b = {points, points + wide, points + 2 * wide, 0};
        fill_band(&b, p, o, members, count, wide);
        stroke line = curve_stroke(members[0].curve, o);
        line.width += 0.2f;
        draw_band(&b, line, list, lines, points + 3 * wide);
    }
    list->failed = list->failed || points == NULL || summed < count;
    for (size_t k = 0; k < summed; k++)
        columns_free(&members[k].all);
    dnn_free(points);
}

void draw_groups(const panel *p, const page_options *o, display_list *list) {
    display_list lines = {0};
    member *members = dnn_alloc(p->curve_count * sizeof *members);
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
            members[count++] = (member){.curve = c};
        }
        if (count > 0)
            draw_group(p, o, members, count, list, &lines);
    }
    display_list_move(list, &lines);
    display_list_free(&lines);
    dnn_free(members);
    dnn_free(done);
}
