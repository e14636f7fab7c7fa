/* panel_range.c: the ranges that hold the scalars of a panel.
 *
 * Where several runs are overlaid, one that is far off the others (it has diverged) does not
 * flatten them: the axis holds the others, and the panel's note says which is beyond it. */
#include <math.h>
#include <stdlib.h>

#include "core/memory.h"
#include "viz/plot/panel_parts.h"

#define LEAST_RUNS 3   /* of fewer none can be far off */
#define FAR        3.0 /* times the range of the usual ones */

/* --- runs far off --- */

/* What the curves of a run in a panel span, in places of the scale (powers of ten, if it is
 * logarithmic). */
typedef struct span {
    const run *run;
    double low, high;
    double reach; /* how far it goes beyond the middle runs */
} span;

static int by_high(const void *a, const void *b) {
    const span *p = a, *q = b;
    return p->high < q->high ? -1 : p->high > q->high;
}

static int by_low(const void *a, const void *b) {
    const span *p = a, *q = b;
    return p->low < q->low ? -1 : p->low > q->low;
}

static int by_reach(const void *a, const void *b) {
    const span *p = a, *q = b;
    return p->reach < q->reach ? -1 : p->reach > q->reach;
}

/* Curves of a run stand together. */
static size_t list_spans(const panel *p, const page_options *o, span *spans) {
    size_t n = 0;
    double low, high;
    for (size_t i = 0; i < p->curve_count; i++) {
        const curve *c = &p->curves[i];
        if (!curve_range(p, o, c, p->y_scale, &low, &high))
            continue;
        if (p->y_scale == SCALE_LOG)
            low = log10(low), high = log10(high);
        if (n == 0 || spans[n - 1].run != c->run)
            spans[n++] = (span){c->run, low, high, 0};
        spans[n - 1].low = fmin(spans[n - 1].low, low);
        spans[n - 1].high = fmax(spans[n - 1].high, high);
    }
    return n;
}

/* The range of the three quarters of the runs that reach least far, widened. Constants are not
 * flattened by others, and have no range: all belong to it. */
static void usual_range(span *spans, size_t n, double *low, double *high) {
    size_t kept = n - (n / 4 > 0 ? n / 4 : 1);
    double change = 0;
    qsort(spans, n, sizeof *spans, by_low);
    *low = spans[n / 2].low;
    qsort(spans, n, sizeof *spans, by_high);
    *high = spans[n / 2].high;
    for (size_t i = 0; i < n; i++)
        spans[i].reach = fmax(spans[i].high - *high, *low - spans[i].low);
    qsort(spans, n, sizeof *spans, by_reach);
    for (size_t i = 0; i < kept; i++) {
        *low = fmin(*low, spans[i].low);
        *high = fmax(*high, spans[i].high);
        change = fmax(change, spans[i].high - spans[i].low);
    }
    double width = change > 1e-9 * fmax(fabs(*low), fabs(*high)) ? *high - *low : INFINITY;
    *low -= FAR * width;
    *high += FAR * width;
}

/* Narrows low..high to the runs that are not far off, and counts the others. */
static void leave_out_far(panel *p, const page_options *o, double *low, double *high) {
    p->beyond = 0;
    p->far = NULL;
    span *spans = o->whole_range ? NULL : dnn_alloc((p->curve_count + 1) * sizeof *spans);
    size_t n = spans == NULL ? 0 : list_spans(p, o, spans);
    double least, most, a = INFINITY, b = -INFINITY;
    if (n >= LEAST_RUNS) {
        usual_range(spans, n, &least, &most);
        for (size_t i = 0; i < n; i++) {
            if (spans[i].low < least || spans[i].high > most) {
                p->far = p->beyond++ == 0 ? spans[i].run : p->far;
                continue;
            }
            a = fmin(a, spans[i].low);
            b = fmax(b, spans[i].high);
        }
    }
    dnn_free(spans);
    if (p->beyond == 0)
        return;
    *low = p->y_scale == SCALE_LOG ? pow(10, a) : a;
    *high = p->y_scale == SCALE_LOG ? pow(10, b) : b;
}

/* --- ranges --- */

static axis fit_y(panel *p, const page_options *o) {
    double low, high;
    if (!value_range(p, o, p->y_scale, &low, &high))
        low = p->y_scale == SCALE_LOG ? 0.1 : 0, high = 1;
    leave_out_far(p, o, &low, &high);
    if (p->y_scale == SCALE_SYMLOG) {
        double smallest, unused;
        if (!value_range(p, o, SCALE_LOG, &smallest, &unused))
            smallest = fmax(fabs(low), fabs(high)) * 1e-3;
        return axis_fit_symlog(low, high, smallest);
    }
    return axis_fit(p->y_scale, UNIT_NUMBER, low, high);
}

/* Values that span more than two decades want a logarithmic scale, if none has the other sign. */
static void choose_scale(panel *p, const page_options *o) {
    double low, high, least, most;
    bool wide = value_range(p, o, SCALE_LINEAR, &least, &most) && least >= 0 &&
                value_range(p, o, SCALE_LOG, &low, &high) && high > 100 * low;
    p->y_scale = wide ? SCALE_LOG : SCALE_LINEAR;
}

void fit_scalars(panel *p, const page_options *o) {
    if (p->held && p->shown_x != o->x)
        p->held = false;
    if (o->x_shared && !p->let_go)
        p->x = o->x_range;
    else if (!p->held || p->x.scale != o->x_scale)
        p->x = fit_x(p, o);
    if (p->over_decades && !p->held)
        choose_scale(p, o);
    if (!p->held || p->kind == PANEL_HEAT || p->y.scale != p->y_scale)
        p->y = fit_y(p, o);
    p->shown_x = o->x;
}
