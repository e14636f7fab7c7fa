/* panel_frame.c: what stands around the data: title, axes, ticks, a faint grid. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "viz/draw/font.h"
#include "viz/draw/text_fit.h"
#include "viz/plot/panel_parts.h"

#define MAX_TICKS  128
#define LEAST      8  /* sides of a plot */
#define LEAST_NOTE 60 /* width of a part of one */

float pixels_per_point(const page_options *o) {
    return o->grain > 0 ? 1 / o->grain : o->scale > 0 ? o->scale : 1;
}

void draw_label(display_list *list, float x, float y, const char *text, color c, anchor side) {
    draw_text(list, x, y, text, (text_style){LABEL_SIZE, c, FONT_REGULAR, side, 0});
}

rect room_below(const panel *p, const page_options *o, float top) {
    const rect a = p->area;
    float padding = panel_surroundings(p, o).padding;
    return (rect){a.x + padding, top, a.w - 2 * padding, a.y + a.h - padding - top};
}

void draw_text_within(display_list *list, float x, float y, float width, const char *text,
                      text_style style) {
    if (text_width(text, style.size, style.style) <= width) {
        draw_text(list, x, y, text, style);
        return;
    }
    char cut[256];
    text_fit_end(text, width, style.size, style.style, cut, sizeof cut);
    draw_text(list, x, y, cut, style);
}

/* The note as far as there is room for it; its width. */
static float fit_note(const panel *p, float padding, const char *note, char *out, size_t size) {
    float width = p->area.w - 2 * padding, title = text_width(p->title, TITLE_SIZE, FONT_BOLD);
    float room = width - 12 - fminf(title, 60), beside = width - 12 - fminf(title, 0.6f * width);
    snprintf(out, size, "%s", note);
    char *second = strstr(out, " · "); /* gives way to the title */
    if (second != NULL && text_width(out, LABEL_SIZE, FONT_REGULAR) > beside)
        *second = '\0';
    float wanted = text_width(out, LABEL_SIZE, FONT_REGULAR);
    return room < fminf(wanted, LEAST_NOTE) ? 0 : fminf(room, wanted); /* rather than scraps */
}

void draw_note(const panel *p, const page_options *o, const char *note, display_list *list) {
    char first[128];
    surroundings s = panel_surroundings(p, o);
    float width = fit_note(p, s.padding, note, first, sizeof first);
    if (s.title && width > 0)
        draw_text_within(list, p->area.x + p->area.w - s.padding, p->area.y + s.padding + 10,
                         width + 0.5f, first,
                         (text_style){LABEL_SIZE, o->theme->muted, FONT_REGULAR, ANCHOR_RIGHT, 0});
}

float draw_title_beside(const panel *p, const page_options *o, const char *note, float least,
                        display_list *list) {
    char title[128], first[128];
    surroundings s = panel_surroundings(p, o);
    if (!s.title)
        return p->area.y + s.padding;
    snprintf(title, sizeof title, "%s%s", p->title, p->kind == PANEL_HEAT ? " by layer" : "");
    for (char *c = title; p->figure == NULL && *c != '\0'; c++)
        if (*c == '_')
            *c = ' ';
    float room = p->area.w - 2 * s.padding, baseline = p->area.y + s.padding + 10;
    float beside = fmaxf(least, fit_note(p, s.padding, note, first, sizeof first));
    if (*note != '\0' && beside > 0)
        room -= beside + 12;
    draw_text_within(list, p->area.x + s.padding, baseline, room, title,
                     (text_style){TITLE_SIZE, o->theme->text, FONT_BOLD, ANCHOR_LEFT, 0});
    return baseline + 10;
}

float draw_title(const panel *p, const page_options *o, const char *note, display_list *list) {
    surroundings s = panel_surroundings(p, o);
    bool titled = s.title && (p->title[0] != '\0' || note[0] != '\0');
    draw_note(p, o, note, list);
    float below = draw_title_beside(p, o, note, 0, list);
    if (o->grain > 0) /* the line below the words, and a little */
        return first_line(p, o) + (titled ? 2 * o->grain : 0) + 2;
    return titled ? below : p->area.y + s.padding + 2;
}

const char *x_axis_name(const page_options *o) {
    static const char *const names[X_AXIS_COUNT] = {"step", "epoch", "time since start",
                                                    "time of day"};
    return names[o->x];
}

void draw_empty(const panel *p, const page_options *o, const char *why, display_list *list) {
    rect r = p->plot.w > 0 ? p->plot : p->area;
    draw_label(list, r.x + r.w / 2, r.y + r.h / 2 + 4, why, o->theme->muted, ANCHOR_MIDDLE);
}

/* Whole points and a half: lines a point wide stay sharp. */
static float sharp(double place) {
    return (float)floor(place) + 0.5f;
}

static size_t ticks_for(const axis *a, float length, float each, tick *ticks) {
    double wanted = fmax(3, round(length / each));
    return axis_ticks(a, (size_t)wanted, ticks, MAX_TICKS);
}

static float label_width(const tick *ticks, size_t count) {
    float widest = 0;
    for (size_t i = 0; i < count; i++)
        if (ticks[i].major)
            widest = fmaxf(widest, text_width(ticks[i].label, LABEL_SIZE, FONT_REGULAR));
    return widest;
}

static void draw_y_ticks(const panel *p, const page_options *o, const tick *ticks, size_t count,
                         display_list *list) {
    const rect r = p->plot;
    bool labels = panel_surroundings(p, o).y_labels;
    float last = INFINITY; /* where the one below is */
    for (size_t i = 0; i < count; i++) {
        double place = axis_place(&p->y, ticks[i].value);
        if (!(place > -1e-6 && place < 1 + 1e-6))
            continue;
        float y = sharp(r.y + r.h * (1 - place)), length = ticks[i].major ? 4 : 2;
        if (ticks[i].major)
            draw_line(list, (point){r.x, y}, (point){r.x + r.w, y}, (stroke){o->theme->grid, 1, 0});
        draw_line(list, (point){r.x - length, y}, (point){r.x, y}, (stroke){o->theme->axis, 1, 0});
        if (!ticks[i].major || !labels || last - y < LABEL_APART)
            continue;
        draw_label(list, r.x - 7, y + 3.5f, ticks[i].label, o->theme->muted, ANCHOR_RIGHT);
        last = y;
    }
}

static void draw_x_ticks(const panel *p, const page_options *o, bool grid, display_list *list) {
    tick ticks[MAX_TICKS];
    const rect r = p->plot;
    bool labels = panel_surroundings(p, o).x_labels;
    size_t count = ticks_for(&p->x, r.w, o->grain > 0 ? 60 : 75, ticks);
    float bottom = r.y + r.h, taken = p->area.x;
    for (size_t i = 0; i < count; i++) {
        double place = axis_place(&p->x, ticks[i].value);
        if (!(place > -1e-6 && place < 1 + 1e-6))
            continue;
        float x = sharp(r.x + r.w * place), length = ticks[i].major ? 4 : 2;
        if (grid && ticks[i].major)
            draw_line(list, (point){x, r.y}, (point){x, bottom}, (stroke){o->theme->grid, 1, 0});
        draw_line(list, (point){x, bottom}, (point){x, bottom + length},
                  (stroke){o->theme->axis, 1, 0});
        if (!ticks[i].major || !labels)
            continue;
        float half = text_width(ticks[i].label, LABEL_SIZE, FONT_REGULAR) / 2;
        float middle = fminf(x, p->area.x + p->area.w - 3 - half);
        if (middle - half < taken + 6)
            continue;
        draw_label(list, middle, bottom + 16, ticks[i].label, o->theme->muted, ANCHOR_MIDDLE);
        taken = middle + half;
    }
}

/* Room for ticks, their labels, and the name of the axis. */
static float below_plot(const page_options *o, bool labels, bool named) {
    if (!labels)
        return o->grain > 0 ? 3 : 4;
    return named ? 30 : 16;
}

void draw_frame(panel *p, const page_options *o, float top, bool with_y, float left, float right,
                const char *x_name, display_list *list) {
    tick ticks[MAX_TICKS];
    surroundings s = panel_surroundings(p, o);
    bool named = s.x_name && x_name[0] != '\0';
    rect r = {p->area.x + s.padding, floorf(top), p->area.w - 2 * s.padding, 0};
    r.h = floorf(p->area.y + p->area.h - s.padding - below_plot(o, s.x_labels, named) - r.y);
    size_t count = with_y ? ticks_for(&p->y, r.h, 26, ticks) : 0;
    if (with_y)
        left = s.y_labels ? label_width(ticks, count) + 8 : 4;
    r.x = floorf(r.x + left);
    r.w = floorf(p->area.x + p->area.w - s.padding - right - r.x);
    p->plot = r;
    if (r.w < LEAST || r.h < LEAST) {
        p->plot = (rect){0};
        return;
    }
    draw_x_ticks(p, o, with_y, list);
    if (with_y) {
        draw_y_ticks(p, o, ticks, count, list);
        draw_line(list, (point){r.x - 0.5f, r.y}, (point){r.x - 0.5f, r.y + r.h},
                  (stroke){o->theme->axis, 1, 0});
    }
    draw_line(list, (point){r.x - 0.5f, r.y + r.h + 0.5f}, (point){r.x + r.w, r.y + r.h + 0.5f},
              (stroke){o->theme->axis, 1, 0});
    if (named)
        draw_label(list, r.x + r.w / 2, r.y + r.h + 31, x_name, o->theme->text, ANCHOR_MIDDLE);
}
