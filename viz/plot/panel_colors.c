/* panel_colors.c: values as colours, for heat maps and matrices: one cell, and the bar beside them.
 * The colour of a run, a curve or a layer: curve_stroke in panel_legend.c, with draw/theme.c's
 * hues. */
#include <math.h>
#include <stdatomic.h>

#include "core/memory.h"
#include "core/threads.h"
#include "viz/draw/font.h"
#include "viz/plot/panel_parts.h"

color paint_grey(const theme *t, double place) {
    if (isnan(place))
        return t->border;
    color level = (color)lround(255 * fmin(fmax(place, 0), 1));
    return level << 24 | level << 16 | level << 8 | 255;
}

color ruled_color(const axis_ruler *colors, double value, color_paint *paint,
                  const page_options *o) {
    if (!isfinite(value))
        return o->theme->warning;
    double place = ruler_place(colors, value);
    return paint(o->theme, place > 0 ? place < 1 ? place : 1 : 0); /* NaN: nowhere */
}

color color_at(const axis *colors, double value, color_paint *paint, const page_options *o) {
    axis_ruler ruler = axis_ruler_of(colors);
    return ruled_color(&ruler, value, paint, o);
}

void put_pixel(uint8_t *rgba, color c) {
    for (int k = 0; k < 4; k++)
        rgba[k] = (uint8_t)(c >> (24 - 8 * k));
}

typedef struct painting {
    row_painter *paint;
    const void *context;
    size_t width;
    uint8_t *rgba;
    atomic_bool failed;
} painting;

static void paint_one(void *context, size_t row) {
    painting *w = context;
    if (!w->paint(w->context, row, w->rgba + 4 * w->width * row))
        w->failed = true;
}

void draw_painted(display_list *list, rect area, size_t width, size_t height, row_painter *paint,
                  const void *context) {
    painting w = {paint, context, width, dnn_calloc(width * height, 4), false};
    if (w.rgba != NULL) {
        dnn_parallel(height, paint_one, &w);
        draw_image(list, area, w.rgba, width, height);
    }
    list->failed = list->failed || w.rgba == NULL || w.failed;
    dnn_free(w.rgba);
}

/* In character cells two of them, side by side. */
static rect color_bar_of(const panel *p, const page_options *o) {
    rect r = p->plot;
    float gap = o->grain > 0 ? 2 * o->grain : 14;
    return (rect){r.x + r.w + gap, r.y, o->grain > 0 ? 2 * o->grain : COLOR_BAR_WIDTH, r.h};
}

void draw_color_bar(const panel *p, const axis *colors, color_paint *paint, const page_options *o,
                    display_list *list) {
    enum { SHADES = 128 };
    rect bar = color_bar_of(p, o);
    uint8_t shades[SHADES * 4];
    tick ticks[64];
    for (int i = 0; i < SHADES; i++)
        put_pixel(shades + 4 * i, paint(o->theme, 1 - (i + 0.5) / SHADES));
    draw_image(list, bar, shades, 1, SHADES);
    size_t count = axis_ticks(colors, (size_t)fmaxf(3, bar.h / 34), ticks, 64);
    float last = INFINITY;
    for (size_t i = 0; i < count; i++) {
        double place = axis_place(colors, ticks[i].value);
        if (!ticks[i].major || !(place >= -1e-6 && place <= 1 + 1e-6))
            continue;
        float y = floorf(bar.y + bar.h * (float)(1 - place)) + 0.5f, x = bar.x + bar.w;
        if (last - y < LABEL_APART)
            continue;
        last = y;
        draw_line(list, (point){x, y}, (point){x + 3, y}, (stroke){o->theme->axis, 1, 0});
        draw_label(list, x + 6, y + 3.5f, ticks[i].label, o->theme->muted, ANCHOR_LEFT);
    }
}
