/* panel_trace.c: a line on its way to the display list: places on the page, gaps, dashes. */
#include <math.h>

#include "core/memory.h"
#include "viz/plot/panel_parts.h"

#define FAR_AWAY 30000.0 /* points; places beyond are drawn there */

static double within_sight(double at) { /* NaN stays */
    return at > FAR_AWAY ? FAR_AWAY : at < -FAR_AWAY ? -FAR_AWAY : at;
}

double x_of(const panel *p, double value) {
    double place = isfinite(value) ? axis_place(&p->x, value) : NAN;
    return within_sight(p->plot.x + p->plot.w * place);
}

y_ruler y_ruler_of(const panel *p) {
    return (y_ruler){axis_ruler_of(&p->y), p->plot.y + p->plot.h, p->plot.h};
}

/* Values that a logarithmic scale has no place for leave the plot at its bottom. */
double y_at(const y_ruler *r, double value) {
    double place = ruler_place(&r->axis, value);
    if (isnan(place) && value <= 0)
        return r->bottom + 100;
    return within_sight(r->bottom - r->height * place);
}

double y_of(const panel *p, double value) {
    y_ruler r = y_ruler_of(p);
    return isfinite(value) ? y_at(&r, value) : NAN;
}

static bool is_steep(point a, point b) {
    return fabsf(a.y - b.y) > 4 && fabsf(a.x - b.x) < 3;
}

/* A dash may not hide a spike: steep pieces are drawn without gaps, and a line that is made of them
 * altogether. */
static void draw_dashed(const trace *t) {
    stroke whole = t->stroke;
    size_t steep = 0;
    whole.dash = 0;
    for (size_t i = 0; i + 1 < t->count; i++)
        steep += is_steep(t->points[i], t->points[i + 1]);
    draw_polyline(t->list, t->points, t->count, 4 * steep > t->count ? whole : t->stroke);
    if (4 * steep > t->count)
        return;
    for (size_t i = 0, end; i + 1 < t->count; i = end + 1) {
        for (end = i; end + 1 < t->count && is_steep(t->points[end], t->points[end + 1]);)
            end++;
        if (end > i)
            draw_polyline(t->list, &t->points[i], end - i + 1, whole);
    }
}

void trace_break(trace *t) {
    if (t->count == 1) {
        float r = t->stroke.width * 1.2f;
        draw_fill(t->list, (rect){t->points[0].x - r, t->points[0].y - r, 2 * r, 2 * r},
                  t->stroke.color, r);
    } else if (t->count > 1) {
        if (t->crowded)
            draw_quick_polyline(t->list, t->points, t->count, t->stroke);
        else if (t->stroke.dash != 0)
            draw_dashed(t);
        else
            draw_polyline(t->list, t->points, t->count, t->stroke);
    }
    t->count = 0;
}

void trace_to(trace *t, double x, double y) {
    if (isnan(x) || isnan(y)) {
        trace_break(t);
        return;
    }
    point next = {(float)x, (float)y};
    if (t->count > 0 && t->points[t->count - 1].x == next.x && t->points[t->count - 1].y == next.y)
        return;
    if (t->count == t->capacity) { /* long lines go in pieces that share a point */
        trace_break(t);
        t->points[0] = t->points[t->capacity - 1];
        t->count = 1;
    }
    t->points[t->count++] = next;
}

bool trace_open(trace *t, size_t capacity) {
    t->points = dnn_alloc(capacity * sizeof *t->points);
    t->capacity = t->points == NULL ? 0 : capacity;
    t->list->failed = t->list->failed || t->points == NULL;
    return t->points != NULL;
}

void trace_close(trace *t) {
    trace_break(t);
    dnn_free(t->points);
    *t = (trace){0};
}

void trace_dots_end(trace *t) {
    if (t->count > 0)
        draw_polyline(t->list, t->points, t->count, t->stroke);
    t->count = 0;
}

void trace_dot(trace *t, double x, double y) {
    if (t->count + 2 > t->capacity)
        trace_dots_end(t);
    t->points[t->count++] = (point){(float)x, (float)y};
    t->points[t->count++] = (point){NAN, NAN};
}

void mark_not_finite(const panel *p, const page_options *o, double x, double *marked,
                     display_list *list) {
    if (!(x >= p->plot.x - 0.5 && x <= p->plot.x + p->plot.w + 0.5) || fabs(x - *marked) < 7)
        return;
    *marked = x;
    float at = (float)x, top = p->plot.y + 1;
    point corners[] = {
        {at - 4.5f, top    },
        {at + 4.5f, top    },
        {at,        top + 8}
    };
    draw_polygon(list, corners, 3, o->theme->warning);
}
