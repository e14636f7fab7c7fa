/* panel_legend.c: which line is which: entries in rows between the title and the plot. */
#include <math.h>
#include <stdio.h>

#include "viz/draw/font.h"
#include "viz/plot/panel_parts.h"

#define SAMPLE 20.0f /* length of the piece of line before a label */
#define GAP    16.0f /* between entries */

stroke curve_stroke(const curve *c, const page_options *o) {
    stroke s = theme_series(o->theme, c->color);
    if (c->dash >= 0)
        s.dash = (uint8_t)c->dash;
    return s;
}

void draw_sample(display_list *list, float x, float y, float width, stroke s) {
    draw_line(list, (point){x, y}, (point){x + width, y}, s);
}

static float entry_width(const curve *c) {
    return SAMPLE + 6 + text_width(c->label, LABEL_SIZE, FONT_REGULAR);
}

static void draw_entry(curve *c, const page_options *o, float x, float y, float width,
                       display_list *list) {
    stroke s = curve_stroke(c, o);
    color text = o->theme->text;
    if (c->hidden) {
        s.color = faded(s.color, 0.3);
        text = faded(o->theme->muted, 0.55);
    }
    c->legend = (rect){x - 3, y - 2, width + 6, LINE_HEIGHT};
    if (c->dots)
        draw_polyline(list, &(point){x + SAMPLE / 2, y + 5.5f}, 1, (stroke){s.color, 6, 0});
    else
        draw_sample(list, x, y + 5.5f, SAMPLE - (o->grain > 0 ? 5 : 0), s); /* a cell is free */
    draw_text_within(list, x + SAMPLE + 6, y + 9, width - SAMPLE - 5.5f, c->label,
                     (text_style){LABEL_SIZE, text, FONT_REGULAR, ANCHOR_LEFT, 0});
}

static bool is_flat(const panel *p, float width) {
    float total = 0;
    for (size_t i = 0; i < p->curve_count; i++)
        total += entry_width(&p->curves[i]) + GAP;
    return total - GAP <= width;
}

/* One row where all fit in, else columns of one width, as many rows as a quarter of the panel
 * holds, and how many are left out. */
float draw_legend(panel *p, const page_options *o, float y, display_list *list) {
    float left = p->area.x + PADDING, width = p->area.w - 2 * PADDING, cell = 0;
    for (size_t i = 0; i < p->curve_count; i++) {
        p->curves[i].legend = (rect){0};
        cell = fmaxf(cell, entry_width(&p->curves[i]));
    }
    if (p->curve_count < 2 || width < 60)
        return y;
    bool flat = is_flat(p, width);
    cell = fminf(cell, width);
    size_t columns = flat ? p->curve_count : (size_t)fmaxf(1, (width + GAP) / (cell + GAP));
    size_t rows = (p->curve_count + columns - 1) / columns;
    size_t most = (size_t)fmaxf(1, p->area.h / 4 / LINE_HEIGHT);
    size_t shown = p->curve_count;
    if (rows > most) {
        rows = most;
        shown = rows * columns - 1;
    }
    float x = left;
    for (size_t i = 0; i < shown; i++) {
        float own = flat ? entry_width(&p->curves[i]) : cell;
        if (i > 0 && i % columns == 0) {
            x = left;
            y += LINE_HEIGHT;
        }
        draw_entry(&p->curves[i], o, x, y, own, list);
        x += own + GAP;
    }
    if (shown < p->curve_count) {
        char more[32];
        snprintf(more, sizeof more, "+ %zu more", p->curve_count - shown);
        draw_text(list, columns == 1 ? left + width : x, y + 9, more,
                  (text_style){LABEL_SIZE, o->theme->muted, FONT_REGULAR,
                               columns == 1 ? ANCHOR_RIGHT : ANCHOR_LEFT, 0});
    }
    return y + LINE_HEIGHT + 4;
}

int panel_legend_at(const panel *p, point place) {
    for (size_t i = 0; i < p->curve_count; i++)
        if (p->curves[i].legend.w > 0 && inside(p->curves[i].legend, place))
            return (int)i;
    return -1;
}
