/* panel_colors.c: values as colours, for heat maps and matrices: one cell, and the bar beside them.
 * The colour of a run, a curve or a layer: curve_stroke in panel_legend.c, with draw/theme.c's hues. */
#include <math.h>

#include "viz/draw/font.h"
#include "viz/plot/panel_parts.h"

color paint_grey(const theme *t, double place) {
    if (isnan(place))
        return t->border;
    color level = (color)lround(255 * fmin(fmax(place, 0), 1));
    return level << 24 | level << 16 | level << 8 | 255;
}

color color_at(const axis *colors, double value, color_paint *paint, const page_options *o) {
    if (!isfinite(value))
        return o->theme->warning;
    double place = axis_place(colors, value);
    return paint(o->theme, isnan(place) ? 0 : fmax(0, fmin(1, place)));
}

void put_pixel(uint8_t *rgba, color c) {
    for (int k = 0; k < 4; k++)
        rgba[k] = (uint8_t)(c >> (24 - 8 * k));
}

void draw_color_bar(const axis *colors, rect bar, color_paint *paint, const page_options *o,
                    display_list *list) {
    enum { SHADES = 128 };
    uint8_t shades[SHADES * 4];
    tick ticks[64];
    for (int i = 0; i < SHADES; i++)
        put_pixel(shades + 4 * i, paint(o->theme, 1 - (i + 0.5) / SHADES));
    draw_image(list, bar, shades, 1, SHADES);
    size_t count = axis_ticks(colors, (size_t)fmaxf(3, bar.h / 34), ticks, 64);
    for (size_t i = 0; i < count; i++) {
        double place = axis_place(colors, ticks[i].value);
        if (!ticks[i].major || !(place >= -1e-6 && place <= 1 + 1e-6))
            continue;
        float y = floorf(bar.y + bar.h * (float)(1 - place)) + 0.5f, x = bar.x + bar.w;
        draw_line(list, (point){x, y}, (point){x + 3, y}, (stroke){o->theme->axis, 1, 0});
        draw_text(list, x + 6, y + 3.5f, ticks[i].label,
                  (text_style){LABEL_SIZE, o->theme->muted, FONT_REGULAR, ANCHOR_LEFT, 0});
    }
}
