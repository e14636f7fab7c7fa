/* panel_text.c: settings as a table with a column for each run, and other text in lines. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "core/memory.h"
#include "viz/draw/font.h"
#include "viz/plot/panel_parts.h"

#define ROW      16.0f
#define COLUMN   90.0f /* narrowest column of values */
#define MAX_ROWS 256
#define MAX_RUNS 16

/* A piece of a text. */
typedef struct piece {
    const char *start;
    size_t size;
} piece;

typedef struct setting {
    piece key, value;
} setting;

static piece trimmed(const char *start, const char *end) {
    while (start < end && strchr(" \t\r*`", *start) != NULL) /* with Markdown's marks */
        start++;
    while (end > start && strchr(" \t\r*`", end[-1]) != NULL)
        end--;
    return (piece){start, (size_t)(end - start)};
}

static void copy_piece(char *out, size_t size, piece p) {
    snprintf(out, size, "%.*s", (int)(p.size < size ? p.size : size - 1), p.start);
}

static bool same_piece(piece a, piece b) {
    return a.size == b.size && memcmp(a.start, b.start, a.size) == 0;
}

/* The first such character that is not inside parentheses; NULL without one. */
static const char *find_outside(piece line, char wanted) {
    int depth = 0;
    for (const char *c = line.start; c < line.start + line.size; c++) {
        if (*c == wanted && depth == 0)
            return c;
        depth += (*c == '(') - (*c == ')');
    }
    return NULL;
}

/* "key = value", "key: value" or "| key | value |". */
static bool split_line(const char *start, const char *end, setting *out) {
    piece line = trimmed(start, end);
    const char *stop = line.start + line.size;
    if (line.size > 2 && *line.start == '|') {
        const char *bar = memchr(line.start + 1, '|', line.size - 1);
        if (bar == NULL)
            return false;
        const char *last = stop[-1] == '|' && stop - 1 > bar ? stop - 1 : stop;
        *out = (setting){trimmed(line.start + 1, bar), trimmed(bar + 1, last)};
        return true;
    }
    const char *sign = find_outside(line, '=');
    if (sign == NULL)
        sign = find_outside(line, ':');
    if (sign == NULL || sign == line.start)
        return false;
    *out = (setting){trimmed(line.start, sign), trimmed(sign + 1, stop)};
    return out->key.size <= 60;
}

static bool is_rule(const setting *s) { /* |---|---| under a table's head */
    return s->key.size > 0 && strspn(s->key.start, "-:") >= s->key.size;
}

/* The text's settings; 0 when any of its lines is none. */
static size_t parse_settings(const char *text, setting *out, size_t most) {
    size_t n = 0;
    while (*text != '\0' && n < most) {
        const char *end = text + strcspn(text, "\n");
        if (trimmed(text, end).size > 0) {
            if (!split_line(text, end, &out[n]))
                return 0;
            if (n > 0 && is_rule(&out[n])) /* what stands above it is the head */
                n--;
            else
                n++;
        }
        text = *end == '\0' ? end : end + 1;
    }
    return n;
}

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
        const char *text = p->curves[i].hidden ? NULL : p->curves[i].tag->text;
        size_t n = text == NULL ? 0 : parse_settings(text, settings, MAX_ROWS);
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

/* A row of keys and values; where runs differ in it, that is what the eye should find. */
static void draw_row(const table *t, size_t row, const page_options *o, rect r, float keys,
                     float column, size_t columns, display_list *list) {
    char text[256];
    bool told = t->run_count == 1 || differs(t, row);
    copy_piece(text, sizeof text, t->keys[row]);
    draw_text_within(list, r.x, r.y + 11, keys - 8, text,
                     (text_style){LABEL_SIZE, o->theme->muted, FONT_REGULAR, ANCHOR_LEFT, 0});
    for (size_t k = 0; k < columns; k++) {
        if (t->values[row][k].start == NULL)
            continue;
        copy_piece(text, sizeof text, t->values[row][k]);
        draw_text_within(list, r.x + keys + column * (float)k, r.y + 11, column - 8, text,
                         (text_style){LABEL_SIZE, told ? o->theme->text : o->theme->muted,
                                      t->run_count > 1 && told ? FONT_BOLD : FONT_REGULAR,
                                      ANCHOR_LEFT, 0});
    }
    draw_line(list, (point){r.x, r.y + ROW - 0.5f}, (point){r.x + r.w - 8, r.y + ROW - 0.5f},
              (stroke){o->theme->grid, 1, 0});
}

static void draw_more(size_t count, const page_options *o, rect r, float y, display_list *list) {
    char text[48];
    snprintf(text, sizeof text, "+ %zu more", count);
    draw_text(list, r.x, y, text,
              (text_style){LABEL_SIZE, o->theme->muted, FONT_REGULAR, ANCHOR_LEFT, 0});
}

/* A column for each run, with a head. */
static void draw_comparison(const table *t, const page_options *o, rect r, display_list *list) {
    float keys = key_width(t, r.w * 0.4f), y = r.y;
    size_t columns = (size_t)fmaxf(1, (r.w - keys) / COLUMN);
    columns = columns < t->run_count ? columns : t->run_count;
    float column = (r.w - keys) / (float)columns;
    for (size_t k = 0; k < columns; k++) {
        stroke s = curve_stroke(t->runs[k], o);
        float x = r.x + keys + column * (float)k;
        draw_fill(list, (rect){x, y + 2, 9, 9}, s.color, 2);
        draw_text_within(list, x + 14, y + 11, column - 22, t->runs[k]->run->name,
                         (text_style){LABEL_SIZE, o->theme->text, FONT_BOLD, ANCHOR_LEFT, 0});
    }
    y += ROW + 2;
    for (size_t i = 0; i < t->row_count; i++, y += ROW) {
        if (y + 2 * ROW > r.y + r.h && i + 1 < t->row_count) {
            draw_more(t->row_count - i, o, r, y + 11, list);
            break;
        }
        draw_row(t, i, o, (rect){r.x, y, r.w, ROW}, keys, column, columns, list);
    }
}

/* One run: rows go on in a second column of the page, and a third. */
static void draw_settings(const table *t, const page_options *o, rect r, display_list *list) {
    size_t fit = (size_t)fmaxf(1, r.h / ROW), blocks = (t->row_count + fit - 1) / fit;
    size_t most = (size_t)fmaxf(1, r.w / 200);
    blocks = blocks < most ? blocks : most;
    float width = r.w / (float)blocks, keys = key_width(t, width * 0.5f);
    size_t shown = t->row_count <= fit * blocks ? t->row_count : fit * blocks - 1;
    for (size_t i = 0; i < shown; i++)
        draw_row(t, i, o,
                 (rect){r.x + width * (float)(i / fit), r.y + ROW * (float)(i % fit), width, ROW},
                 keys, width - keys, 1, list);
    if (shown < t->row_count) {
        rect last = {r.x + width * (float)(blocks - 1), r.y, width, r.h};
        draw_more(t->row_count - shown, o, last, r.y + ROW * (float)(fit - 1) + 11, list);
    }
}

/* --- lines --- */

/* How many bytes of a line go into a width, broken at a blank where there is one. */
static size_t fitting(const char *line, size_t size, float width, text_style style) {
    char part[256];
    size_t good = 0;
    for (size_t n = 1; n <= size && n < sizeof part; n++) {
        bool edge = n == size || line[n] == ' ';
        if (!edge)
            continue;
        copy_piece(part, sizeof part, (piece){line, n});
        if (text_width(part, style.size, style.style) > width)
            break;
        good = n;
    }
    if (good > 0)
        return good;
    for (good = 1; good < size && good < sizeof part - 4; good++) { /* one long word */
        copy_piece(part, sizeof part, (piece){line, good + 1});
        if (((unsigned char)line[good] & 0xC0) != 0x80 &&
            text_width(part, style.size, style.style) > width)
            break;
    }
    return good;
}

/* A line with several blanks inside was laid out by its writer: it stays as it is. */
static bool is_laid_out(const char *text) {
    for (const char *c = strstr(text, "  "); c != NULL; c = strstr(c, "  ")) {
        c += strspn(c, " ");
        if (*c != '\n' && *c != '\0')
            return true;
    }
    return false;
}

/* The size at which the widest line fits, within what can be read. */
static float size_for(const char *text, float width) {
    float widest = 1;
    for (size_t n; *text != '\0'; text += n + (text[n] == '\n')) {
        char line[256];
        n = strcspn(text, "\n");
        copy_piece(line, sizeof line, (piece){text, n});
        widest = fmaxf(widest, text_width(line, LABEL_SIZE, FONT_MONO));
    }
    return fmaxf(8, fminf(LABEL_SIZE, LABEL_SIZE * width / widest));
}

/* Draws lines from y on, wrapped unless they are in the monospaced face, which are cut at the edge;
 * returns the y below them, or beyond the rectangle when cut. */
static float draw_lines(const char *text, rect r, float y, text_style style, display_list *list) {
    while (*text != '\0' && y + ROW <= r.y + r.h) {
        size_t size = strcspn(text, "\n"), n = size;
        if (size > 0 && style.style != FONT_MONO)
            n = fitting(text, size, r.w, style);
        char part[256];
        copy_piece(part, sizeof part, (piece){text, n});
        draw_text_within(list, r.x, y + 11, r.w, part, style);
        y += ROW;
        text += n;
        while (n < size && *text == ' ')
            text++;
        if (*text == '\n')
            text++;
    }
    if (*text != '\0')
        draw_text(list, r.x + r.w, r.y + r.h, "…",
                  (text_style){style.size, style.color, FONT_BOLD, ANCHOR_RIGHT, 0});
    return y;
}

static void draw_prose(const panel *p, const page_options *o, rect r, display_list *list) {
    text_style plain = {LABEL_SIZE, o->theme->text, FONT_REGULAR, ANCHOR_LEFT, 0};
    float y = r.y;
    for (size_t i = 0; i < p->curve_count; i++) {
        const curve *c = &p->curves[i];
        if (c->hidden || c->tag->text == NULL)
            continue;
        if (p->curve_count > 1) {
            text_style head = plain;
            head.style = FONT_BOLD;
            y = draw_lines(c->run->name, r, y, head, list);
        }
        text_style style = plain;
        if (is_laid_out(c->tag->text)) {
            style.style = FONT_MONO;
            style.size = size_for(c->tag->text, r.w);
        }
        y = draw_lines(c->tag->text, r, y, style, list) + ROW / 2;
    }
}

void draw_texts(panel *p, const page_options *o, const point *cursor, display_list *list) {
    (void)cursor;
    float top = draw_title(p, o, "", list) + 2;
    rect r = {p->area.x + PADDING, top, p->area.w - 2 * PADDING,
              p->area.y + p->area.h - PADDING - top};
    table *t = dnn_alloc(sizeof *t);
    if (t == NULL) {
        list->failed = true;
        return;
    }
    if (!fill_table(t, p))
        draw_prose(p, o, r, list);
    else if (t->run_count > 1)
        draw_comparison(t, o, r, list);
    else
        draw_settings(t, o, r, list);
    dnn_free(t);
}
