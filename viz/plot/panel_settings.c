/* panel_settings.c: settings as a table: those of one run in rows; of several runs a row for each,
 * with a column for each setting in which they differ. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "core/memory.h"
#include "viz/draw/font.h"
#include "viz/draw/text_fit.h"
#include "viz/plot/panel_parts.h"
#include "viz/runs/settings.h"

#define ROW       16.0f
#define LEAST_ROW 13.0f
#define GAP       14.0f  /* between columns */
#define WIDEST    170.0f /* column */
#define BESIDE    24.0f  /* between blocks of rows */
#define MAX_ROWS  256
#define MAX_RUNS  128

/* --- tables --- */

typedef struct table {
    const curve *runs[MAX_RUNS];
    size_t run_count, row_count;
    piece keys[MAX_ROWS];
    piece values[MAX_ROWS][MAX_RUNS];
} table;

static void add_settings(table *t, const setting *settings, size_t count, size_t column) {
    for (size_t i = 0; i < count; i++) {
        size_t row = 0;
        while (row < t->row_count && !same_piece(t->keys[row], settings[i].key))
            row++;
        if (row == MAX_ROWS)
            continue;
        if (row == t->row_count)
            t->keys[t->row_count++] = settings[i].key;
        t->values[row][column] = settings[i].value;
    }
}

/* False when a run's text is no table. */
static bool fill_table(table *t, const panel *p) {
    setting settings[MAX_ROWS];
    *t = (table){0};
    for (size_t i = 0; i < p->curve_count && t->run_count < MAX_RUNS; i++) {
        const char *text = curve_hidden(&p->curves[i]) ? NULL : p->curves[i].tag->text;
        size_t n = text == NULL ? 0 : settings_of(p->curves[i].tag, settings, MAX_ROWS);
        if (text == NULL)
            continue;
        if (n == 0)
            return false;
        add_settings(t, settings, n, t->run_count);
        t->runs[t->run_count++] = &p->curves[i];
    }
    return t->row_count > 0;
}

static bool differs(const table *t, size_t row) {
    for (size_t k = 1; k < t->run_count; k++)
        if (!same_piece(t->values[row][k], t->values[row][0]))
            return true;
    return false;
}

static float key_width(const table *t, float most) {
    float widest = 0;
    char key[128];
    for (size_t i = 0; i < t->row_count; i++) {
        copy_piece(key, sizeof key, t->keys[i]);
        widest = fmaxf(widest, text_width(key, LABEL_SIZE, FONT_REGULAR));
    }
    return fminf(widest + 16, most);
}

/* A row: a key and its value. */
static void draw_row(const table *t, size_t row, const page_options *o, rect r, float keys,
                     display_list *list) {
    char text[256];
    text_style style = {LABEL_SIZE, o->theme->muted, FONT_REGULAR, ANCHOR_LEFT, 0};
    copy_piece(text, sizeof text, t->keys[row]);
    draw_text_within(list, r.x, r.y + 11, keys - 8, text, style);
    style.color = o->theme->text;
    copy_piece(text, sizeof text, t->values[row][0]);
    draw_text_within(list, r.x + keys, r.y + 11, r.w - keys - 8, text, style);
    draw_line(list, (point){r.x, r.y + ROW - 0.5f}, (point){r.x + r.w - 8, r.y + ROW - 0.5f},
              (stroke){o->theme->grid, 1, 0});
}

static void draw_more(size_t count, const page_options *o, rect r, float y, display_list *list) {
    char text[48];
    snprintf(text, sizeof text, "+ %zu more", count);
    draw_label(list, r.x, y, text, o->theme->muted, ANCHOR_LEFT);
}

/* --- several runs: a row for each, a column for each setting in which they differ --- */

static float value_width(const table *t, size_t key, font_style head) {
    char text[256];
    copy_piece(text, sizeof text, t->keys[key]);
    float widest = text_width(text, LABEL_SIZE, head);
    for (size_t k = 0; k < t->run_count; k++) {
        copy_piece(text, sizeof text, t->values[key][k]);
        widest = fmaxf(widest, text_width(text, LABEL_SIZE, FONT_REGULAR));
    }
    return fminf(widest + GAP, WIDEST);
}

static float name_width(const table *t, float most) {
    float widest = 0;
    for (size_t k = 0; k < t->run_count; k++)
        widest = fmaxf(widest, text_width(run_label(t->runs[k]->run), LABEL_SIZE, FONT_REGULAR));
    return fminf(14 + widest + GAP, most);
}

/* Rows of the table that stand one below the other. */
typedef struct block {
    size_t first, count;
    rect area;
    float row; /* height */
} block;

static void draw_names(const table *t, block b, const page_options *o, float width,
                       display_list *list) {
    char text[128];
    for (size_t k = 0; k < b.count; k++) {
        const curve *c = t->runs[b.first + k];
        float x = b.area.x, y = b.area.y + b.row * (float)(k + 1);
        text_fit_middle(run_label(c->run), width - 14 - 6, LABEL_SIZE, FONT_REGULAR, text,
                        sizeof text);
        draw_fill(list, (rect){x, y + b.row / 2 - 6, 9, 9}, curve_stroke(c, o).color, 2);
        draw_label(list, x + 14, y + b.row - 5, text, o->theme->text, ANCHOR_LEFT);
    }
}

static void draw_column(const table *t, size_t key, block b, const page_options *o, float x,
                        float width, display_list *list) {
    char text[256];
    text_style style = {LABEL_SIZE, o->theme->text, FONT_BOLD, ANCHOR_LEFT, 0};
    copy_piece(text, sizeof text, t->keys[key]);
    draw_text_within(list, x, b.area.y + b.row - 5, width - 6, text, style);
    style.style = FONT_REGULAR;
    for (size_t k = 0; k < b.count; k++) {
        copy_piece(text, sizeof text, t->values[key][b.first + k]);
        draw_text_within(list, x, b.area.y + b.row * (float)(k + 2) - 5, width - 6, text, style);
    }
}

/* All that a row needs. */
static float row_width(const table *t, float names) {
    for (size_t i = 0; i < t->row_count; i++)
        names += differs(t, i) ? value_width(t, i, FONT_BOLD) : 0;
    return names;
}

/* Columns as far as there is width for them, and how many are left out. */
static void draw_block(const table *t, block b, const page_options *o, float names,
                       display_list *list) {
    float x = b.area.x + names, right = b.area.x + b.area.w;
    size_t left_out = 0;
    float more = row_width(t, names) > b.area.w ? 60 : 0; /* room for how many are left out */
    draw_names(t, b, o, names, list);
    for (size_t i = 0; i < t->row_count; i++) {
        float width = differs(t, i) ? value_width(t, i, FONT_BOLD) : 0;
        if (width > 0 && left_out == 0 && x + width <= right - more) {
            draw_column(t, i, b, o, x, width, list);
            x += width;
        } else {
            left_out += width > 0;
        }
    }
    if (left_out > 0)
        draw_more(left_out, o, (rect){x, 0, 0, 0}, b.area.y + b.row - 5, list);
    for (size_t k = 0; k <= b.count; k++) {
        float y = b.area.y + b.row * (float)(k + 1) - 1.5f;
        draw_line(list, (point){b.area.x, y}, (point){right, y}, (stroke){o->theme->grid, 1, 0});
    }
}

/* What all runs have the same, in one line: "in all: batch 64 · model resnet". */
static bool draw_common(const table *t, const page_options *o, rect r, display_list *list) {
    char text[1024] = "in all: ";
    size_t used = strlen(text), first = used;
    for (size_t i = 0; i < t->row_count && used < sizeof text - 160; i++) {
        char key[64], value[80];
        if (differs(t, i))
            continue;
        copy_piece(key, sizeof key, t->keys[i]);
        copy_piece(value, sizeof value, t->values[i][0]);
        used += (size_t)snprintf(text + used, sizeof text - used, "%s%s %s",
                                 used > first ? " · " : "", key, value);
    }
    if (used > first)
        draw_text_within(list, r.x, r.y + r.h - 4, r.w, text,
                         (text_style){LABEL_SIZE, o->theme->muted, FONT_REGULAR, ANCHOR_LEFT, 0});
    return used > first;
}

/* Rows that have no room below are a little lower, or go on beside, where the columns leave room
 * for that. */
static void draw_comparison(const table *t, const page_options *o, rect r, display_list *list) {
    if (draw_common(t, o, r, list))
        r.h -= ROW + 4;
    float names = name_width(t, r.w * 0.4f), whole = row_width(t, names) + BESIDE;
    float row = fmaxf(LEAST_ROW, fminf(ROW, r.h / (float)(t->run_count + 1)));
    size_t fit = (size_t)fmaxf(1, r.h / row - 1 + 1e-3f), wanted = (t->run_count + fit - 1) / fit;
    size_t most = (size_t)fmaxf(1, (r.w + BESIDE) / whole), blocks = wanted < most ? wanted : most;
    size_t all = t->run_count <= fit * blocks ? t->run_count : fit * blocks - 1, first = 0;
    float width = (r.w + BESIDE) / (float)blocks;
    for (size_t i = 0; i < blocks; i++) {
        rect area = {r.x + width * (float)i, r.y, width - BESIDE, r.h};
        size_t left = all - first, count = (left + blocks - i - 1) / (blocks - i);
        if (all < t->run_count)
            count = left < fit ? left : fit;
        draw_block(t, (block){first, count, area, row}, o, names, list);
        first += count;
        if (first == all && all < t->run_count)
            draw_more(t->run_count - all, o, area, r.y + row * (float)(count + 1) + 11, list);
    }
}

/* --- one run --- */

/* One run: rows go on in a second column of the page, and a third. */
static void draw_one(const table *t, const page_options *o, rect r, display_list *list) {
    size_t fit = (size_t)fmaxf(1, r.h / ROW), blocks = (t->row_count + fit - 1) / fit;
    size_t most = (size_t)fmaxf(1, r.w / 200);
    blocks = blocks < most ? blocks : most;
    float width = r.w / (float)blocks, keys = key_width(t, width * 0.5f);
    size_t shown = t->row_count <= fit * blocks ? t->row_count : fit * blocks - 1;
    for (size_t i = 0; i < shown; i++)
        draw_row(t, i, o,
                 (rect){r.x + width * (float)(i / fit), r.y + ROW * (float)(i % fit), width, ROW},
                 keys, list);
    if (shown < t->row_count) {
        rect last = {r.x + width * (float)(blocks - 1), r.y, width, r.h};
        draw_more(t->row_count - shown, o, last, r.y + ROW * (float)(fit - 1) + 11, list);
    }
}

bool draw_settings(const panel *p, const page_options *o, rect r, display_list *list) {
    table *t = dnn_alloc(sizeof *t);
    if (t == NULL) {
        list->failed = true;
        return true;
    }
    bool is_table = fill_table(t, p), differ = false;
    for (size_t i = 0; is_table && i < t->row_count; i++)
        differ = differ || differs(t, i);
    if (is_table && differ)
        draw_comparison(t, o, r, list);
    else if (is_table)
        draw_one(t, o, r, list);
    dnn_free(t);
    return is_table;
}
