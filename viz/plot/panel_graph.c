/* panel_graph.c: the layers of a network, a row for each: how they hang together, what they put
 * out, how many parameters they have, and the norm of their gradients now.
 *
 * Each row has a dot, joined to the row before it where that is its input; inputs from further
 * above come along lanes to the left. Rows go on in a second column where there is room for one. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "core/memory.h"
#include "viz/draw/font.h"
#include "viz/plot/panel_parts.h"
#include "viz/runs/layer_graph.h"

#define ROW          16.0f
#define CELL         13.0f /* of a row in a terminal */
#define LANE         7.0f
#define MOST_LANES   ((size_t)8)
#define COLUMN       340.0f /* least width of one; */
#define WIDE         430.0f /* from this on settings are shown, and */
#define MOST_COLUMNS 3
#define BETWEEN      26.0f
#define BAR          46.0f /* widths */
#define NORM         54.0f

/* Where the rows stand. */
typedef struct rows {
    const run *run;
    layer_node *nodes;
    uint8_t *lanes; /* of each row: for each of its inputs, 0: the row before it */
    size_t count, lane_count;
    rect area;
    float width, height;                        /* of a column, of a row */
    float names, output, parameters, norm, bar; /* widths of texts, 0: left out */
    size_t columns, each, shown;
    double low, high; /* of the norms that are positive; low > high: none */
} rows;

/* The curve that is drawn: of the first run that is visible. */
static const curve *chosen_curve(const panel *p) {
    for (size_t i = 0; i < p->curve_count; i++)
        if (!curve_hidden(&p->curves[i]) && layer_graph_is(p->curves[i].tag->text))
            return &p->curves[i];
    return NULL;
}

/* --- lanes --- */

/* Gives each input from further above a lane that is free from there to here. Inputs of one source
 * share theirs where they can. */
static void choose_lanes(rows *r) {
    size_t until[MOST_LANES] = {0}, from[MOST_LANES] = {0};
    for (size_t row = 1; row <= r->count; row++)
        for (size_t k = 0; k < r->nodes[row - 1].input_count; k++) {
            size_t source = r->nodes[row - 1].inputs[k], lane = 0;
            if (source == row - 1)
                continue;
            while (lane + 1 < MOST_LANES && until[lane] > source && from[lane] != source)
                lane++;
            from[lane] = source;
            until[lane] = row;
            r->lanes[(row - 1) * LAYER_INPUTS + k] = (uint8_t)(lane + 1);
            r->lane_count = lane + 1 > r->lane_count ? lane + 1 : r->lane_count;
        }
}

/* --- places --- */

/* The widths of the columns of text are those of their longest. */
static void measure(rows *r, const layer_node *n) {
    char number[48];
    axis_format_whole((int64_t)n->parameters, number, sizeof number);
    float name = text_width(n->place, LABEL_SIZE, FONT_REGULAR) + 6 +
                 text_width(n->kind, LABEL_SIZE, FONT_BOLD);
    r->names = fmaxf(r->names, name);
    r->output = fmaxf(r->output, text_width(n->output, LABEL_SIZE, FONT_REGULAR) + 10);
    r->parameters = fmaxf(r->parameters, text_width(number, LABEL_SIZE, FONT_REGULAR) + 12);
}

static bool open_rows(rows *r, const panel *p) {
    const curve *c = chosen_curve(p);
    *r = (rows){.low = INFINITY, .high = -INFINITY};
    if (c == NULL)
        return false;
    r->run = c->run;
    r->nodes = layer_graph_read(c->tag->text, &r->count);
    r->lanes = r->nodes == NULL ? NULL : dnn_calloc(r->count, LAYER_INPUTS);
    if (r->lanes == NULL) {
        dnn_free(r->nodes);
        return false;
    }
    choose_lanes(r);
    r->parameters = text_width("parameters", SMALL_SIZE, FONT_REGULAR) + 12;
    for (size_t i = 0; i < r->count; i++) {
        double norm = layer_grad_norm(r->run, &r->nodes[i]);
        measure(r, &r->nodes[i]);
        if (norm > 0 && isfinite(norm)) {
            r->low = fmin(r->low, norm);
            r->high = fmax(r->high, norm);
        }
    }
    return true;
}

static void place_rows(rows *r, const page_options *o, rect area) {
    r->area = area;
    r->height = o->scale > 0 && o->scale < 1 ? CELL : ROW;
    size_t room = (size_t)fmaxf(1, floorf(area.h / r->height) - 1), most = MOST_COLUMNS;
    most = (size_t)fmaxf(1, fminf((float)most, floorf((area.w + BETWEEN) / (COLUMN + BETWEEN))));
    r->columns = (r->count + room - 1) / room;
    r->columns = r->columns < most ? r->columns : most;
    r->each = (r->count + r->columns - 1) / r->columns;
    r->each = r->each < room ? r->each : room;
    r->shown = r->columns * r->each < r->count ? r->columns * r->each : r->count;
    r->width = (area.w + BETWEEN) / (float)r->columns - BETWEEN;
    /* Names come first: where a column is narrow, bars give way to them, then norms. */
    float left = r->width - r->names - LANE * (float)r->lane_count - 15 - r->output - r->parameters;
    r->norm = r->low <= r->high && left >= NORM ? NORM : 0;
    r->bar = r->norm > 0 && left >= NORM + BAR + 14 ? BAR + 14 : 0;
}

static void close_rows(rows *r) {
    dnn_free(r->nodes);
    dnn_free(r->lanes);
}

/* The place of a row, from 0; those below the head of their column. */
static rect place_of(const rows *r, size_t row) {
    size_t column = row / r->each;
    return (rect){r->area.x + (r->width + BETWEEN) * (float)column,
                  r->area.y + r->height * (float)(row % r->each + 1), r->width, r->height};
}

static float dot_x(const rows *r, rect place) {
    return place.x + LANE * (float)r->lane_count + 5;
}

/* --- drawing --- */

static void draw_lane(const rows *r, rect at, size_t lane, bool begins, bool ends, stroke line,
                      display_list *list) {
    float x = dot_x(r, at), y = at.y + at.h / 2, to = x - LANE * (float)lane;
    if (begins) { /* from the dot to the lane, and down */
        draw_polyline(list,
                      (point[]){
                          {x,  y          },
                          {to, fminf(y + 4, at.y + at.h)},
                          {to,  at.y + at.h           }
        },
                      3, line);
    } else if (ends) {
        draw_polyline(list,
                      (point[]){
                          {to, at.y },
                          {to, y - 4},
                          {x,  y    }
        },
                      3, line);
    } else {
        draw_line(list, (point){to, at.y}, (point){to, at.y + at.h}, line);
    }
}

/* The lines of an input, row by row, so that they go on in the next column. */
static void draw_input(const rows *r, size_t row, size_t k, stroke line, display_list *list) {
    size_t source = r->nodes[row - 1].inputs[k], lane = r->lanes[(row - 1) * LAYER_INPUTS + k];
    if (lane == 0 && row > 1) {
        rect above = place_of(r, row - 2), here = place_of(r, row - 1);
        float x = dot_x(r, above);
        draw_line(list, (point){x, above.y + above.h / 2}, (point){x, above.y + above.h}, line);
        x = dot_x(r, here);
        draw_line(list, (point){x, here.y}, (point){x, here.y + here.h / 2}, line);
    }
    for (size_t i = source > 0 ? source : 1; lane > 0 && i <= row; i++)
        draw_lane(r, place_of(r, i - 1), lane, i == source, i == row, line, list);
}

static void draw_lines(const rows *r, const page_options *o, display_list *list) {
    stroke line = {blend(o->theme->panel, o->theme->muted, 0.8), 1.4f, 0};
    for (size_t row = 1; row <= r->shown; row++)
        for (size_t k = 0; k < r->nodes[row - 1].input_count; k++)
            draw_input(r, row, k, line, list);
}

/* The bar of a norm, along decades, in the heat map's colours. */
static void draw_norm(const rows *r, const page_options *o, double norm, float right, float y,
                      display_list *list) {
    char text[32];
    text_style style = {LABEL_SIZE, o->theme->text, FONT_REGULAR, ANCHOR_RIGHT, 0};
    if (isnan(norm))
        return;
    double decades = log10(r->high / r->low);
    double share = norm > 0 && decades > 0 ? log10(norm / r->low) / decades : norm > 0 ? 1 : 0;
    if (isfinite(norm)) {
        rect bar = {right - NORM - BAR, y - 8, BAR * (float)(0.08 + 0.92 * share), 9};
        if (r->bar > 0)
            draw_fill(list, bar, theme_heat(o->theme, share), 0);
    } else {
        style.color = o->theme->warning;
    }
    axis_format(norm, 3, text, sizeof text);
    draw_text(list, right, y, text, style);
}

/* x of the right edges of the columns of text. */
typedef struct columns_at {
    float output, parameters, norm;
    bool settings;
} columns_at;

static columns_at columns_of_text(const rows *r, rect at) {
    columns_at c = {.norm = at.x + at.w, .settings = at.w >= WIDE};
    c.parameters = c.norm - r->norm - r->bar;
    c.output = c.parameters - r->parameters;
    return c;
}

static void draw_words(const rows *r, size_t row, const page_options *o, display_list *list) {
    const layer_node *n = &r->nodes[row];
    rect at = place_of(r, row);
    columns_at c = columns_of_text(r, at);
    float y = at.y + at.h / 2 + 3.5f, x = dot_x(r, at) + 10, right = c.output - r->output;
    char number[48];
    text_style plain = {LABEL_SIZE, o->theme->text, FONT_REGULAR, ANCHOR_LEFT, 0}, quiet = plain;
    quiet.color = o->theme->muted;
    draw_text_within(list, x, y, right - x, n->place, quiet);
    x += text_width(n->place, LABEL_SIZE, FONT_REGULAR) + 6;
    if (n->parameters > 0)
        plain.style = FONT_BOLD;
    draw_text_within(list, x, y, right - x, n->kind, plain);
    x += text_width(n->kind, LABEL_SIZE, plain.style) + 8;
    quiet.size = at.h < ROW ? LABEL_SIZE + 0.5f : SMALL_SIZE; /* as wide as cells */
    if (c.settings && right - x > 20)
        draw_text_within(list, x, y, right - x - 4, n->settings, quiet);
    quiet.size = LABEL_SIZE;
    quiet.anchor = ANCHOR_RIGHT;
    draw_text(list, c.output, y, n->output, quiet);
    if (n->parameters > 0) {
        axis_format_whole((int64_t)n->parameters, number, sizeof number);
        quiet.color = o->theme->text;
        draw_text(list, c.parameters, y, number, quiet);
    }
    if (r->norm > 0)
        draw_norm(r, o, layer_grad_norm(r->run, n), c.norm, y, list);
}

static void draw_dot(const rows *r, size_t row, const page_options *o, display_list *list) {
    rect at = place_of(r, row);
    float size = r->nodes[row].parameters > 0 ? 7 : 5, x = dot_x(r, at), y = at.y + at.h / 2;
    color paint = r->nodes[row].parameters > 0 ? o->theme->accent : o->theme->muted;
    draw_fill(list, (rect){x - size / 2, y - size / 2, size, size}, paint, size / 2);
}

static void draw_heads(const rows *r, const page_options *o, display_list *list) {
    text_style style = {SMALL_SIZE, o->theme->muted, FONT_REGULAR, ANCHOR_RIGHT, 0};
    for (size_t k = 0; k < r->columns; k++) {
        rect at = place_of(r, k * r->each);
        columns_at c = columns_of_text(r, at);
        float y = at.y - 5;
        draw_text(list, c.output, y, "output", style);
        draw_text(list, c.parameters, y, "parameters", style);
        if (r->norm > 0)
            draw_text(list, c.norm, y, r->bar > 0 ? "gradient norm" : "gradient", style);
    }
}

/* "lr0.3 · 22 layers · 22 826 parameters". */
static void write_note(const rows *r, const panel *p, char *text, size_t size) {
    char number[48];
    double sum = 0;
    for (size_t i = 0; i < r->count; i++)
        sum += r->nodes[i].parameters;
    axis_format_whole((int64_t)sum, number, sizeof number);
    int used = p->curve_count > 1 ? snprintf(text, size, "%.60s · ", run_label(r->run)) : 0;
    snprintf(text + used, size - (size_t)used, "%zu layers · %s parameters", r->count, number);
}

void draw_graph(panel *p, const page_options *o, display_list *list) {
    rows r;
    char note[160] = "";
    if (!open_rows(&r, p)) {
        draw_title(p, o, "", list);
        return;
    }
    write_note(&r, p, note, sizeof note);
    p->plot = room_below(p, o, draw_title(p, o, note, list) + 2);
    if (p->plot.h < 2 * ROW || p->plot.w < 120) {
        close_rows(&r);
        return;
    }
    place_rows(&r, o, p->plot);
    draw_heads(&r, o, list);
    draw_lines(&r, o, list);
    for (size_t i = 0; i < r.shown; i++) {
        draw_dot(&r, i, o, list);
        draw_words(&r, i, o, list);
    }
    if (r.shown < r.count) {
        snprintf(note, sizeof note, "+ %zu more", r.count - r.shown);
        draw_text(list, p->plot.x + p->plot.w, p->plot.y + p->plot.h + 8, note,
                  (text_style){SMALL_SIZE, o->theme->muted, FONT_REGULAR, ANCHOR_RIGHT, 0});
    }
    close_rows(&r);
}

/* --- under the mouse --- */

static void add_row(box_row *rows_of, size_t *count, const char *label, const char *value) {
    box_row *row = &rows_of[(*count)++];
    *row = (box_row){0};
    snprintf(row->label, sizeof row->label, "%.47s", label);
    snprintf(row->value, sizeof row->value, "%.47s", value);
}

static void write_inputs(const rows *r, const layer_node *n, char *text, size_t size) {
    size_t used = 0;
    text[0] = '\0';
    for (size_t k = 0; k < n->input_count && used + 1 < size; k++) {
        const char *place = n->inputs[k] == 0 ? "X" : r->nodes[n->inputs[k] - 1].place;
        used += (size_t)snprintf(text + used, size - used, "%s%s", k > 0 ? ", " : "", place);
    }
}

static void describe_row(const rows *r, size_t row, const panel *p, const page_options *o,
                         point cursor, display_list *list) {
    const layer_node *n = &r->nodes[row];
    box_row lines[5];
    char heading[240], text[64];
    size_t count = 0;
    double norm = layer_grad_norm(r->run, n);
    snprintf(heading, sizeof heading, n->settings[0] == '\0' ? "%s %s%s" : "%s %s · %s", n->place,
             n->kind, n->settings);
    write_inputs(r, n, text, sizeof text);
    add_row(lines, &count, "input", text);
    add_row(lines, &count, "output", n->output);
    axis_format_whole((int64_t)n->parameters, text, sizeof text);
    add_row(lines, &count, "parameters", text);
    axis_format(norm, 7, text, sizeof text);
    if (!isnan(norm))
        add_row(lines, &count, "gradient norm", text);
    draw_box(p, o, cursor, heading, lines, count, list);
}

void read_graph(panel *p, const page_options *o, const point *cursor, display_list *list) {
    rows r;
    if (cursor == NULL || !inside(p->plot, *cursor) || !open_rows(&r, p))
        return;
    place_rows(&r, o, p->plot);
    for (size_t i = 0; i < r.shown; i++)
        if (inside(place_of(&r, i), *cursor))
            describe_row(&r, i, p, o, *cursor, list);
    close_rows(&r);
}
