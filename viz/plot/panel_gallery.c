/* panel_gallery.c: the pictures of a figure side by side, each with its name. */
#include <math.h>

#include "viz/plot/panel_parts.h"

typedef struct grid {
    size_t columns, rows;
    float w, h;         /* of the room for a picture */
    float gap, caption; /* between pictures; below each */
    float used;         /* height of all */
} grid;

static bool has_names(const panel *p) {
    for (size_t i = 0; i < p->curve_count; i++)
        if (p->curves[i].label[0] != '\0')
            return true;
    return false;
}

/* The size at which a picture of w x h pixels is shown in a room: by a whole factor where it is
 * enlarged. */
static float fit_factor(const figure_item *item, float w, float h, float pixels) {
    float fit = fminf(w * pixels / (float)item->columns, h * pixels / (float)item->rows);
    return (fit >= 1 ? floorf(fit) : fit) / pixels;
}

/* The grid in which the pictures become largest; of grids that are as good the one with fewest
 * empty places, then the flattest. */
static grid choose_grid(const panel *p, const page_options *o, rect r) {
    float line = o->grain > 0 ? 2 * o->grain : 1, pixels = 1 / line * (o->grain > 0 ? 2 : 1);
    float best = -1;
    grid chosen = {0};
    size_t chosen_empty = 0;
    if (o->grain <= 0 && o->scale > 0)
        pixels = o->scale;
    for (size_t columns = p->curve_count; columns >= 1; columns--) {
        grid g = {.columns = columns, .rows = (p->curve_count + columns - 1) / columns};
        g.gap = o->grain > 0 ? 2 * o->grain : 12;
        g.caption = !has_names(p) ? 0 : o->grain > 0 ? 2 * o->grain : 16;
        g.w = floorf(((r.w + g.gap) / (float)columns - g.gap) / line * 2) * line / 2;
        g.h = floorf(((r.h + g.gap) / (float)g.rows - g.gap - g.caption) / line) * line;
        float least = INFINITY, height = 0, width = 0;
        for (size_t i = 0; i < p->curve_count; i++) {
            const figure_item *item = &p->figure->items[i];
            float factor = fit_factor(item, g.w, g.h, pixels);
            least = fminf(least, factor);
            width = fmaxf(width, factor * (float)item->columns);
            height = fmaxf(height, factor * (float)item->rows);
        }
        size_t empty = g.rows * columns - p->curve_count;
        if (!(least > best || (least == best && empty < chosen_empty)))
            continue;
        best = least;
        chosen_empty = empty;
        g.w = ceilf(width / line * 2) * line / 2;
        g.h = ceilf(height / line) * line;
        g.used = (float)g.rows * (g.h + g.caption + g.gap) - g.gap;
        chosen = g;
    }
    return chosen;
}

static rect gallery_room(const panel *p, const page_options *o, float top) {
    float line = 2 * o->grain;
    rect a = p->area, r = {a.x + PADDING, top, a.w - 2 * PADDING, 0};
    if (o->grain > 0) { /* whole cells */
        r.x = ceilf(r.x / o->grain) * o->grain;
        r.y = floorf(r.y / line) * line;
    }
    r.h = a.y + a.h - PADDING - r.y;
    return r;
}

float gallery_place(const panel *p, const page_options *o, float top) {
    rect r = gallery_room(p, o, top);
    return r.y + choose_grid(p, o, r).used + PADDING - p->area.y;
}

float panel_height(const panel *p, const page_options *o) {
    float top = p->area.y + PADDING + (p->title[0] != '\0' ? 20 : 2);
    return gallery_place(p, o, top);
}

void draw_gallery(panel *p, const page_options *o, display_list *list) {
    float top = draw_figure_title(p, o, "", list);
    rect r = gallery_room(p, o, top);
    grid g = choose_grid(p, o, r);
    float pixels = o->grain > 0 ? 1 / o->grain : o->scale > 0 ? o->scale : 1;
    float left = r.x, width = (float)g.columns * (g.w + g.gap) - g.gap;
    if (o->grain <= 0)
        left += floorf((r.w - width) / 2);
    if (g.w < 1 || g.h < 1)
        return;
    for (size_t i = 0; i < p->curve_count; i++) {
        rect cell = {left + (g.w + g.gap) * (float)(i % g.columns),
                     r.y + (g.h + g.caption + g.gap) * (float)(i / g.columns), g.w, g.h};
        draw_picture(&p->figure->items[i].picture, cell, pixels, list);
        draw_text_within(list, cell.x, cell.y + cell.h + 10, cell.w + 0.5f, p->curves[i].label,
                         (text_style){LABEL_SIZE, o->theme->text, FONT_REGULAR, ANCHOR_LEFT, 0});
    }
}
