/* panel_spread.c: what stands around the curves of a figure: bands, error bars, notes. */
#include <math.h>

#include "viz/draw/font.h"
#include "viz/plot/panel_parts.h"

#define BAND     0.22       /* opacity */
#define NOTE_GAP ((float)6) /* between a note's dot and its text */

/* --- spreads --- */

/* A piece of a band without gaps; in character cells only its edges are seen. */
static void put_band(trace *low, trace *high, color paint, bool edges, display_list *list) {
    if (edges && low->count > 1) {
        draw_polyline(list, low->points, low->count, (stroke){paint | 0xFF, 1, 2});
        draw_polyline(list, high->points, low->count, (stroke){paint | 0xFF, 1, 2});
    }
    for (size_t i = low->count; i-- > 0 && high->count < high->capacity;)
        high->points[high->count++] = low->points[i];
    if (low->count > 1)
        draw_polygon(list, high->points, high->count, paint);
    low->count = high->count = 0;
}

static void draw_band_of(const panel *p, const figure_item *item, color paint, bool edges,
                         display_list *list) {
    trace low = {.panel = p, .list = list}, high = {.panel = p, .list = list};
    if (trace_open(&low, item->count + 1) && trace_open(&high, 2 * (item->count + 1))) {
        for (size_t i = 0; i < item->count; i++) {
            double x = x_of(p, item->x[i]), a = y_of(p, item->y[i] - item->spread[i]);
            double b = y_of(p, item->y[i] + item->spread[i]);
            if (isnan(x + a + b)) {
                put_band(&low, &high, paint, edges, list);
                continue;
            }
            low.points[low.count++] = (point){(float)x, (float)a};
            high.points[high.count++] = (point){(float)x, (float)b};
        }
        put_band(&low, &high, paint, edges, list);
    }
    trace_close(&low);
    trace_close(&high);
}

/* With feet, unless they would touch. */
static void draw_bars_of(const panel *p, const figure_item *item, stroke line, display_list *list) {
    float foot = (float)item->count * 8 < p->plot.w ? 3 : 0;
    line.width = 1;
    line.dash = 0;
    for (size_t i = 0; i < item->count; i++) {
        float x = (float)x_of(p, item->x[i]);
        float a = (float)y_of(p, item->y[i] - item->spread[i]);
        float b = (float)y_of(p, item->y[i] + item->spread[i]);
        if (!(x >= p->plot.x - 4 && x <= p->plot.x + p->plot.w + 4) || isnan(a + b))
            continue;
        draw_line(list, (point){x, a}, (point){x, b}, line);
        if (foot > 0) {
            draw_line(list, (point){x - foot, a}, (point){x + foot, a}, line);
            draw_line(list, (point){x - foot, b}, (point){x + foot, b}, line);
        }
    }
}

void draw_spread(const panel *p, size_t i, const page_options *o, display_list *list) {
    stroke line = curve_stroke(&p->curves[i], o);
    const figure_item *item = &p->figure->items[i];
    if (item->spread != NULL && item->bars)
        draw_bars_of(p, item, line, list);
    else if (item->spread != NULL)
        draw_band_of(p, item, faded(line.color, BAND), o->grain > 0, list);
}

/* --- notes --- */

/* Beside its dot, where it has room; else as far to the left as keeps it inside the plot. */
static float note_left(const panel *p, float x, float width) {
    float end = p->plot.x + p->plot.w;
    if (x + NOTE_GAP + width <= end)
        return x + NOTE_GAP;
    if (x - NOTE_GAP - width >= p->plot.x)
        return x - NOTE_GAP - width;
    return fmaxf(p->plot.x + 2, end - width);
}

void draw_notes(const panel *p, const page_options *o, display_list *list) {
    for (size_t i = 0; i < p->figure->note_count; i++) {
        const figure_note *n = &p->figure->notes[i];
        float x = (float)x_of(p, n->x), y = (float)y_of(p, n->y);
        if (!inside(p->plot, (point){x, y}))
            continue;
        float width = text_width(n->text, LABEL_SIZE, FONT_REGULAR);
        float left = note_left(p, x, width), bottom = fmaxf(y - 4, p->plot.y + LABEL_SIZE);
        if (o->grain <= 0) /* a plate, so that curves do not run through the words */
            draw_fill(list, (rect){left - 2, bottom - LABEL_SIZE, width + 4, LABEL_SIZE + 3},
                      faded(o->theme->panel, 0.8), 2);
        draw_fill(list, (rect){x - 2, y - 2, 4, 4}, o->theme->text, 2);
        draw_text_within(list, left, bottom, p->plot.x + p->plot.w - left, n->text,
                         (text_style){LABEL_SIZE, o->theme->text, FONT_REGULAR, ANCHOR_LEFT, 0});
    }
}
