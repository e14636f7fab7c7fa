/* panel_range.c: the ranges that hold the scalars of a panel. */
#include <math.h>

#include "viz/plot/panel_parts.h"

static axis fit_y(const panel *p) {
    double low, high;
    if (!value_range(p, p->y_scale, &low, &high))
        low = p->y_scale == SCALE_LOG ? 0.1 : 0, high = 1;
    if (p->y_scale == SCALE_SYMLOG) {
        double smallest, unused;
        if (!value_range(p, SCALE_LOG, &smallest, &unused))
            smallest = fmax(fabs(low), fabs(high)) * 1e-3;
        return axis_fit_symlog(low, high, smallest);
    }
    return axis_fit(p->y_scale, UNIT_NUMBER, low, high);
}

/* Positive values that span more than two decades want a logarithmic scale. */
static void choose_scale(panel *p) {
    double low, high;
    bool wide = value_range(p, SCALE_LOG, &low, &high) && high > 100 * low;
    p->y_scale = wide ? SCALE_LOG : SCALE_LINEAR;
}

void fit_scalars(panel *p, const page_options *o) {
    if (p->over_decades && !p->held)
        choose_scale(p);
    if (p->held && p->shown_x != o->x)
        p->held = false;
    if (!p->held || p->x.scale != o->x_scale)
        p->x = fit_x(p, o);
    if (!p->held || p->kind == PANEL_HEAT || p->y.scale != p->y_scale)
        p->y = fit_y(p);
    p->shown_x = o->x;
}
