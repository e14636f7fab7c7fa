/* panel_box.c: the box of values at the cursor. */
#include <math.h>
#include <stdio.h>

#include "viz/draw/font.h"
#include "viz/plot/panel_parts.h"

#define BOX_LINE   14.5f
#define BOX_MARGIN 8.0f

size_t box_room(const panel *p) {
    return (size_t)fmaxf(1, (p->plot.h - 2 * BOX_MARGIN - BOX_LINE) / BOX_LINE);
}

typedef struct widths {
    float sample, label, value, note;
} widths;

static widths measure(const box_row *rows, size_t count) {
    widths w = {0};
    for (size_t i = 0; i < count; i++) {
        font_style style = rows[i].strong ? FONT_BOLD : FONT_REGULAR;
        w.sample = fmaxf(w.sample, rows[i].sample.width > 0 ? 27 : 0);
        w.label = fmaxf(w.label, text_width(rows[i].label, LABEL_SIZE, style));
        w.value = fmaxf(w.value, text_width(rows[i].value, LABEL_SIZE, style));
        w.note = fmaxf(w.note, text_width(rows[i].note, SMALL_SIZE, FONT_REGULAR));
    }
    w.label += w.label > 0 ? 14 : 0;
    w.note += w.note > 0 ? 10 : 0;
    return w;
}

static void draw_row(const box_row *row, widths w, const page_options *o, float x, float y,
                     display_list *list) {
    font_style style = row->strong ? FONT_BOLD : FONT_REGULAR;
    const theme *t = o->theme;
    if (row->sample.width > 4)
        draw_fill(list, (rect){x, y - 8.5f, 10, 10}, row->sample.color, 1.5f);
    else if (row->sample.width > 0)
        draw_sample(list, x, y - 3.5f, 20, row->sample);
    draw_text(list, x + w.sample, y, row->label,
              (text_style){LABEL_SIZE, t->text, style, ANCHOR_LEFT, 0});
    x += w.sample + w.label + w.value;
    draw_text(list, x, y, row->value, (text_style){LABEL_SIZE, t->text, style, ANCHOR_RIGHT, 0});
    if (w.note > 0)
        draw_text(list, x + 10, y, row->note,
                  (text_style){SMALL_SIZE, t->muted, FONT_REGULAR, ANCHOR_LEFT, 0});
}

void draw_cursor_line(const panel *p, const page_options *o, float x, display_list *list) {
    draw_line(list, (point){x, p->plot.y}, (point){x, p->plot.y + p->plot.h},
              (stroke){faded(o->theme->text, 0.55), 1, 0});
}

void draw_box(const panel *p, const page_options *o, point place, const char *heading,
              const box_row *rows, size_t count, display_list *list) {
    widths w = measure(rows, count);
    if (w.sample + w.label + w.value + w.note + 2 * BOX_MARGIN > p->area.w - 4)
        w.note = 0; /* no room for notes */
    float inner =
        fmaxf(w.sample + w.label + w.value + w.note, text_width(heading, LABEL_SIZE, FONT_BOLD));
    rect box = {place.x + 14, place.y + 14, inner + 2 * BOX_MARGIN,
                BOX_LINE * (float)(count + 1) + 2 * BOX_MARGIN - 3};
    const rect r = p->plot;
    if (box.x + box.w > r.x + r.w) /* on the other side of the line */
        box.x = place.x - 14 - box.w;
    box.x = fmaxf(box.x, p->area.x + 2);
    box.y = fmaxf(r.y + 2, fminf(box.y, r.y + r.h - 2 - box.h));
    draw_framed(list, box, o->theme->border, blend(o->theme->panel, o->theme->background, 0.25), 5);
    float x = box.x + BOX_MARGIN, y = box.y + BOX_MARGIN + 8;
    draw_text(list, x, y, heading,
              (text_style){LABEL_SIZE, o->theme->text, FONT_BOLD, ANCHOR_LEFT, 0});
    for (size_t i = 0; i < count; i++)
        draw_row(&rows[i], w, o, x, y + BOX_LINE * (float)(i + 1) + 1, list);
}
