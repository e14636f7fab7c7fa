/* panel_legend.c: which line is which: entries in rows between the title and the plot. */
#include <math.h>
#include <stdio.h>

#include "core/memory.h"
#include "viz/draw/font.h"
#include "viz/draw/text_fit.h"
#include "viz/plot/panel_parts.h"

#define SAMPLE 20.0f  /* length of the piece of line before a label */
#define VALUE  58.0f  /* room for a value beside a label */
#define GAP    16.0f  /* between entries */
#define WIDEST 130.0f /* of a column beside its values, or a quarter of the panel */

color run_color(const run *r, const page_options *o) {
    return theme_series(o->theme, o->grouped ? r->group : r->number).color;
}

stroke curve_stroke(const curve *c, const page_options *o) {
    stroke s = theme_series(o->theme, c->color);
    if (o->grouped && c->run != NULL && c->dash >= 0)
        s.color = run_color(c->run, o);
    if (c->dash >= 0)
        s.dash = (uint8_t)c->dash;
    if (!isnan(c->layer))
        s = (stroke){theme_layer(o->theme, c->layer), s.width, 0};
    return s;
}

void draw_sample(display_list *list, float x, float y, float width, stroke s) {
    draw_line(list, (point){x, y}, (point){x + width, y}, s);
}

/* Beside a list of runs the legend has the tags alone, each once. */
static bool is_of_tags(const panel *p, const page_options *o) {
    return o->runs_listed && p->figure == NULL && p->curves[0].dash >= 0;
}

/* The curves that have an entry, in the order of the legend; returns how many. */
static size_t list_entries(panel *p, const page_options *o, curve **out) {
    size_t n = 0;
    for (size_t i = 0; i < p->curve_count; i++) {
        bool again = false;
        for (size_t k = 0; is_of_tags(p, o) && k < n && !again; k++)
            again = out[k]->tag_index == p->curves[i].tag_index;
        if (!again)
            out[n++] = &p->curves[i];
    }
    return n;
}

static const char *text_of(const curve *c, bool tags) {
    return tags ? c->part : c->label;
}

/* Entries have room for values that the mouse in another panel asks for. */
static float value_room(const panel *p, const page_options *o, bool tags) {
    return tags || o->under == NULL || o->under == p || p->figure != NULL ? 0 : VALUE;
}

static float entry_width(const curve *c, bool tags, float value) {
    return SAMPLE + 6 + text_width(text_of(c, tags), LABEL_SIZE, FONT_REGULAR) + value;
}

static void draw_entry(const panel *p, curve *c, const page_options *o, float x, float y,
                       float width, bool tags, display_list *list) {
    stroke s = curve_stroke(c, o);
    color text = o->theme->text;
    char label[128];
    if (tags)
        s.color = o->theme->muted;
    if (tags ? c->hidden : curve_hidden(c)) {
        s.color = faded(s.color, 0.3);
        text = faded(o->theme->muted, 0.55);
    }
    c->legend = (rect){x - 3, y - 2, width + 6, LINE_HEIGHT};
    if (c->dots)
        draw_polyline(list, &(point){x + SAMPLE / 2, y + 5.5f}, 1, (stroke){s.color, 6, 0});
    else
        draw_sample(list, x, y + 5.5f, SAMPLE - (o->grain > 0 ? 5 : 0), s); /* a cell is free */
    float value = value_room(p, o, tags);
    text_fit_middle(text_of(c, tags), width - SAMPLE - 5.5f - value, LABEL_SIZE, FONT_REGULAR,
                    label, sizeof label);
    draw_label(list, x + SAMPLE + 6, y + 9, label, text, ANCHOR_LEFT);
}

/* Rows and columns of entries: one row where all fit in, else columns of one width, as many rows as
 * a quarter of the panel holds. */
typedef struct grid {
    bool flat;
    size_t columns, rows, shown;
    float cell;
} grid;

static grid lay_out(const panel *p, const page_options *o, curve **entries, size_t count,
                    float width) {
    bool tags = is_of_tags(p, o);
    float value = value_room(p, o, tags);
    grid g = {.shown = count};
    float total = -GAP;
    for (size_t i = 0; i < count; i++) {
        float own = entry_width(entries[i], tags, value);
        g.cell = fmaxf(g.cell, own);
        total += own + GAP;
    }
    g.flat = total <= width;
    g.cell = fminf(g.cell, fmaxf(WIDEST + value, (width - 3 * GAP) / 4));
    g.cell = fminf(g.cell, width);
    g.columns = g.flat ? count : (size_t)fmaxf(1, (width + GAP) / (g.cell + GAP));
    g.rows = (count + g.columns - 1) / g.columns;
    size_t most = (size_t)fmaxf(1, (p->area.h / 4 - 4) / LINE_HEIGHT);
    if (g.rows > most) {
        g.rows = most;
        g.shown = g.rows * g.columns - 1;
    }
    return g;
}

/* Of layers that are too many, as many as fit, evenly, the first and the last among them. */
static size_t entry_at(size_t i, const grid *g, curve **entries, size_t count) {
    if (g->shown == count || isnan(entries[0]->layer) || g->shown < 2)
        return i;
    return i * (count - 1) / (g->shown - 1);
}

static float draw_entries(panel *p, const page_options *o, curve **entries, size_t count, float y,
                          display_list *list) {
    float padding = panel_surroundings(p, o).padding, left = p->area.x + padding;
    float width = p->area.w - 2 * padding, x = left;
    bool tags = is_of_tags(p, o);
    grid g = lay_out(p, o, entries, count, width);
    for (size_t i = 0; i < g.shown; i++) {
        curve *c = entries[entry_at(i, &g, entries, count)];
        float own = g.flat ? entry_width(c, tags, value_room(p, o, tags)) : g.cell;
        if (i > 0 && i % g.columns == 0) {
            x = left;
            y += LINE_HEIGHT;
        }
        draw_entry(p, c, o, x, y, own, tags, list);
        x += own + GAP;
    }
    if (g.shown < count) {
        char more[32];
        snprintf(more, sizeof more, "+ %zu more", count - g.shown);
        bool alone = g.columns == 1;
        draw_text(list, alone ? left + width : x, y + 9, more,
                  (text_style){LABEL_SIZE, o->theme->muted, FONT_REGULAR,
                               alone ? ANCHOR_RIGHT : ANCHOR_LEFT, 0});
    }
    return y + LINE_HEIGHT + 4;
}

float draw_legend(panel *p, const page_options *o, float y, display_list *list) {
    for (size_t i = 0; i < p->curve_count; i++)
        p->curves[i].legend = (rect){0};
    if (p->curve_count < 2 || !panel_surroundings(p, o).legend)
        return y;
    curve **entries = dnn_alloc(p->curve_count * sizeof(curve *));
    if (entries == NULL) {
        list->failed = true;
        return y;
    }
    size_t count = list_entries(p, o, entries);
    if (count >= 2)
        y = draw_entries(p, o, entries, count, y, list);
    dnn_free(entries);
    return y;
}

bool legend_has_values(const panel *p, const page_options *o) {
    return p->curve_count > 1 && value_room(p, o, is_of_tags(p, o)) > 0;
}

void draw_legend_values(const panel *p, const page_options *o, display_list *list) {
    for (size_t i = 0; legend_has_values(p, o) && i < p->curve_count; i++) {
        rect r = p->curves[i].legend;
        double value;
        char text[32];
        if (r.w <= 0 || !value_at_cursor(p, o, &p->curves[i], &value))
            continue;
        axis_format(value, 4, text, sizeof text);
        draw_text(list, r.x + r.w - 3, r.y + 11, text,
                  (text_style){LABEL_SIZE, o->theme->text, FONT_BOLD, ANCHOR_RIGHT, 0});
    }
}

int panel_legend_at(const panel *p, point place) {
    for (size_t i = 0; i < p->curve_count; i++)
        if (p->curves[i].legend.w > 0 && inside(p->curves[i].legend, place))
            return (int)i;
    return -1;
}
