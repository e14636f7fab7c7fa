/* terminal.c: a display list in character cells. A cell holds a character, or 2 x 4 dots of lines,
 * or two pixels of a picture, one above the other. */
#include "viz/terminal/terminal.h"

#include <math.h>
#include <string.h>

#include "core/memory.h"
#include "core/utf8.h"
#include "viz/terminal/color_index.h"

#define DOT_HEIGHT (CELL_HEIGHT / 4)
#define FAINT      0x70u /* lines with less alpha, the ghosts of smoothed curves, are left out */

/* Line-drawing characters. */
#define HORIZONTAL 0x2500
#define VERTICAL   0x2502

typedef struct cell {
    uint32_t character; /* 0: none */
    uint8_t dots;       /* as in Braille: bit k is dot k + 1 */
    bool plain;         /* the character has the terminal's own colour */
    bool bold, dim, picture;
    bool bar, upper;   /* part of a bar; a picture's pixel without one below it */
    color front, back; /* of characters and dots; of a picture the upper and the lower pixel */
} cell;

typedef struct screen {
    cell *cells; /* columns * rows */
    int columns, rows;
    const theme *theme;
    bool dithers; /* images, whose colours the terminal does not have */
    rect clip;    /* w == 0: none */
} screen;

static cell *cell_at(const screen *s, int column, int row) {
    if (column < 0 || row < 0 || column >= s->columns || row >= s->rows)
        return NULL;
    return &s->cells[(size_t)row * (size_t)s->columns + (size_t)column];
}

static bool clipped(const screen *s, float x, float y) {
    rect c = s->clip;
    return c.w > 0 && (x < c.x || y < c.y || x > c.x + c.w || y > c.y + c.h);
}

/* --- lines --- */

static void put_dot(const screen *s, float x, float y, color c) {
    static const uint8_t bits[4][2] = {
        {0x01, 0x08},
        {0x02, 0x10},
        {0x04, 0x20},
        {0x40, 0x80}
    };
    if (clipped(s, x, y) || !(x >= 0) || !(y >= 0))
        return;
    int column = (int)(x / DOT_WIDTH), row = (int)(y / DOT_HEIGHT);
    cell *at = cell_at(s, column / 2, row / 4);
    if (at == NULL || (at->character != 0 && at->character != HORIZONTAL))
        return;
    if (at->character == HORIZONTAL) /* what lies on an axis is seen */
        *at = (cell){0};
    at->dots |= bits[row % 4][column % 2];
    at->front = c;
}

/* How far along a dash pattern a line is. */
static bool is_on(stroke k, float along) {
    const float *pattern = dash_patterns[k.dash % DASH_COUNT];
    float width = fmaxf(k.width, 1.5f), period = 0;
    for (int i = 0; pattern[i] > 0; i++)
        period += pattern[i] * width;
    if (period <= 0)
        return true;
    along = fmodf(along, period);
    int i = 0;
    for (; along >= pattern[i] * width && pattern[i + 1] > 0; i++)
        along -= pattern[i] * width;
    return i % 2 == 0;
}

/* Bars are lines with a gap after each second point. */
static void put_polyline(const screen *s, const command *c) {
    bool bars = c->kind == COMMAND_BARS;
    float along = 0;
    for (size_t i = 0; i + 1 < c->count; i += bars ? 2 : 1) {
        point a = c->points[i], b = c->points[i + 1];
        float dx = b.x - a.x, dy = b.y - a.y, length = hypotf(dx, dy);
        if (!isfinite(length) || length > 1e5f)
            continue;
        int steps = 1 + (int)fmaxf(fabsf(dx) / DOT_WIDTH, fabsf(dy) / DOT_HEIGHT);
        for (int k = 0; k <= steps; k++) {
            float t = (float)k / (float)steps;
            if (is_on(c->stroke, along + t * length))
                put_dot(s, a.x + t * dx, a.y + t * dy, c->stroke.color);
        }
        along += length;
    }
}

/* The axes' own lines, along the left and the bottom of a plot, as line-drawing characters. */
static void put_rule(const screen *s, const command *c) {
    point a = c->points[0], b = c->points[1];
    bool upright = fabsf(a.x - b.x) < 0.5f;
    int from = (int)(fminf(upright ? a.y : a.x, upright ? b.y : b.x) /
                     (upright ? CELL_HEIGHT : CELL_WIDTH));
    int to = (int)(fmaxf(upright ? a.y : a.x, upright ? b.y : b.x) /
                   (upright ? CELL_HEIGHT : CELL_WIDTH));
    int across = (int)((upright ? a.x / CELL_WIDTH : a.y / CELL_HEIGHT) - 0.25f);
    for (int i = from; i <= to; i++) {
        cell *at = upright ? cell_at(s, across, i) : cell_at(s, i, across);
        if (at != NULL && at->character == 0 && at->dots == 0)
            *at = (cell){.character = upright ? VERTICAL : HORIZONTAL, .plain = true, .dim = true};
    }
}

static bool is_rule(const screen *s, const command *c) {
    return c->count == 2 && c->stroke.color == s->theme->axis &&
           hypotf(c->points[0].x - c->points[1].x, c->points[0].y - c->points[1].y) >
               4 * CELL_WIDTH;
}

static bool is_background(const screen *s, color k) {
    const theme *t = s->theme;
    return k == t->grid || k == t->border || k == t->axis || k == t->panel || k == t->background;
}

/* A lone point, as raster.h has it, is a dot. */
static bool is_lone(const command *c, size_t i) {
    const point *p = c->points;
    return isfinite(p[i].x) && isfinite(p[i].y) &&
           (i == 0 || !isfinite(p[i - 1].x) || !isfinite(p[i - 1].y)) &&
           (i + 1 == c->count || !isfinite(p[i + 1].x) || !isfinite(p[i + 1].y));
}

static void put_lone_points(const screen *s, const command *c) {
    for (size_t i = 0; i < c->count; i++)
        if (is_lone(c, i))
            put_dot(s, c->points[i].x, c->points[i].y, c->stroke.color);
}

static void put_line(const screen *s, const command *c) {
    color k = c->stroke.color;
    if (c->kind == COMMAND_POLYLINE && is_rule(s, c))
        put_rule(s, c);
    if (is_rule(s, c) || (k & 0xFF) < FAINT || is_background(s, k))
        return;
    put_polyline(s, c);
    if (c->kind == COMMAND_POLYLINE)
        put_lone_points(s, c);
}

/* --- bars --- */

/* A bar of a histogram: eighths of a cell high, and at least one cell wide; of bars that share a
 * cell the highest is seen. Other filled shapes are what lies behind words and lines. */
static void put_bar(const screen *s, const command *c) {
    color k = c->stroke.color;
    if (c->radius > 0 || (k & 0xFF) < FAINT || is_background(s, k))
        return;
    int left = (int)lroundf(c->area.x / CELL_WIDTH);
    int right = (int)lroundf((c->area.x + c->area.w) / CELL_WIDTH);
    right = right > left ? right : left + 1;
    float top = fmaxf(c->area.y, s->clip.w > 0 ? s->clip.y : 0), bottom = c->area.y + c->area.h;
    int last = (int)((bottom - 0.5f) / CELL_HEIGHT);
    for (int row = (int)(top / CELL_HEIGHT); row <= last; row++) {
        float eighths = ((float)(row + 1) * CELL_HEIGHT - top) * 8 / CELL_HEIGHT;
        int height = row < last ? (int)fminf(8, roundf(eighths))
                                : (int)fminf(8, roundf((bottom - top) * 8 / CELL_HEIGHT));
        uint32_t block = 0x2580 + (uint32_t)(height > 0 ? height : row == last ? 1 : 0);
        for (int column = left; column < right && block > 0x2580; column++) {
            cell *at = cell_at(s, column, row);
            float middle = ((float)column + 0.5f) * CELL_WIDTH;
            if (at != NULL &&
                (at->character == 0 || at->character == HORIZONTAL ||
                 (at->bar && at->character < block)) &&
                !clipped(s, middle, bottom - 1))
                *at = (cell){.character = block, .bar = true, .front = k};
        }
    }
}

/* --- words and pictures --- */

static void put_text(const screen *s, const command *c) {
    if (c->angle != 0)
        return;
    const theme *t = s->theme;
    float length = (float)dnn_utf8_count(c->text);
    float start = c->area.x / CELL_WIDTH;
    if (c->anchor == ANCHOR_MIDDLE)
        start -= length / 2;
    else if (c->anchor == ANCHOR_RIGHT)
        start -= length;
    int column = (int)lroundf(start), row = (int)((c->area.y - 0.3f * c->size) / CELL_HEIGHT);
    color k = c->stroke.color;
    const char *next = c->text;
    for (uint32_t ch; (ch = dnn_utf8_next(&next)) != 0; column++) {
        cell *at = cell_at(s, column, row);
        if (at == NULL || clipped(s, ((float)column + 0.5f) * CELL_WIDTH, c->area.y))
            continue;
        *at = (cell){.character = ch == 0x2009          ? ' '
                                  : dnn_utf8_steers(ch) ? '?'
                                                        : ch,
                     .plain = k == t->text || k == t->muted || k == t->axis,
                     .bold = c->style == FONT_BOLD,
                     .dim = k == t->muted || k == t->axis,
                     .front = k};
    }
}

/* Of filled shapes only the markers of values that are not finite. */
static void put_polygon(const screen *s, const command *c) {
    if (c->count != 3 || c->stroke.color != s->theme->warning)
        return;
    point tip = c->points[2];
    cell *at = cell_at(s, (int)(tip.x / CELL_WIDTH), (int)(c->points[0].y / CELL_HEIGHT));
    if (at != NULL && !clipped(s, tip.x, c->points[0].y))
        *at = (cell){.character = 0x25BC, .front = c->stroke.color};
}

static color pixel_of(const command *c, float x, float y) {
    size_t column = (size_t)((x - c->area.x) / c->area.w * (float)c->width);
    size_t row = (size_t)((y - c->area.y) / c->area.h * (float)c->height);
    column = column < c->width ? column : c->width - 1;
    row = row < c->height ? row : c->height - 1;
    const uint8_t *p = c->pixels + 4 * (row * c->width + column);
    return (color)p[0] << 24 | (color)p[1] << 16 | (color)p[2] << 8 | p[3];
}

static void put_image(const screen *s, const command *c) {
    int left = (int)lroundf(c->area.x / CELL_WIDTH), top = (int)lroundf(c->area.y / CELL_HEIGHT);
    int right = (int)lroundf((c->area.x + c->area.w) / CELL_WIDTH);
    int bottom = (int)lroundf((c->area.y + c->area.h) / CELL_HEIGHT);
    bool dithers = s->dithers && c->width + 1 >= (size_t)(right - left);
    for (int row = top; row < bottom; row++)
        for (int column = left; column < right; column++) {
            cell *at = cell_at(s, column, row);
            float x = fmaxf(((float)column + 0.5f) * CELL_WIDTH, c->area.x);
            float y = fmaxf(((float)row + 0.25f) * CELL_HEIGHT, c->area.y);
            float lower = y + CELL_HEIGHT / 2;
            if (at == NULL || clipped(s, x, y))
                continue;
            *at = (cell){.character = 0x2580, /* upper half block */
                         .picture = true,
                         .upper = lower > c->area.y + c->area.h,
                         .front = pixel_of(c, x, y),
                         .back = pixel_of(c, x, lower)};
            if (dithers) {
                at->front = color_dithered(at->front, column, 2 * row);
                at->back = color_dithered(at->back, column, 2 * row + 1);
            }
        }
}

/* --- output --- */

static void put_color(color c, bool back, terminal_colors colors, FILE *out) {
    unsigned r = c >> 24, g = c >> 16 & 0xFF, b = c >> 8 & 0xFF;
    if (colors == COLORS_TRUE)
        fprintf(out, "\033[%d;2;%u;%u;%um", back ? 48 : 38, r, g, b);
    else
        fprintf(out, "\033[%d;5;%dm", back ? 48 : 38, color_index(c));
}

static unsigned brightness_of(color c) {
    return (2 * (c >> 24) + 5 * (c >> 16 & 0xFF) + (c >> 8 & 0xFF)) / 8;
}

/* Without colours a picture is shades by its brightness. */
static uint32_t shade_of(const cell *c) {
    static const uint32_t shades[] = {' ', 0x2591, 0x2592, 0x2593, 0x2588};
    unsigned brightness = (brightness_of(c->front) + brightness_of(c->back)) / 2;
    return shades[brightness * 5 / 256];
}

static bool same_look(const cell *a, const cell *b) {
    return a->plain == b->plain && a->bold == b->bold && a->dim == b->dim &&
           a->picture == b->picture && a->upper == b->upper && (a->plain || a->front == b->front) &&
           (!a->picture || a->back == b->back);
}

static void set_look(const cell *c, terminal_colors colors, FILE *out) {
    fputs("\033[0m", out);
    if (c->bold)
        fputs("\033[1m", out);
    if (c->dim)
        fputs("\033[2m", out);
    if (!c->plain)
        put_color(c->front, false, colors, out);
    if (c->picture && !c->upper)
        put_color(c->back, true, colors, out);
}

static void put_cell(const cell *c, terminal_colors colors, FILE *out) {
    char text[DNN_UTF8_MAX];
    uint32_t ch = c->character != 0 ? c->character : c->dots != 0 ? 0x2800u + c->dots : ' ';
    if (c->picture && colors == COLORS_NONE)
        ch = shade_of(c);
    fwrite(text, 1, dnn_utf8_put(ch, text), out);
}

static void put_row(const screen *s, int row, terminal_colors colors, FILE *out) {
    const cell blank = {.plain = true};
    const cell *look = &blank;
    int end = s->columns;
    while (end > 0 && cell_at(s, end - 1, row)->character == 0 &&
           cell_at(s, end - 1, row)->dots == 0)
        end--;
    for (int column = 0; column < end; column++) {
        const cell *c = cell_at(s, column, row);
        bool empty = c->character == 0 && c->dots == 0;
        if (colors != COLORS_NONE && !empty && !same_look(c, look)) {
            set_look(c, colors, out);
            look = c;
        } else if (colors != COLORS_NONE && empty && look->picture) {
            fputs("\033[0m", out);
            look = &blank;
        }
        put_cell(c, colors, out);
    }
    if (look != &blank)
        fputs("\033[0m", out);
}

static void play(screen *s, const display_list *list) {
    for (size_t i = 0; i < list->count; i++) {
        const command *c = &list->commands[i];
        if (c->kind == COMMAND_CLIP)
            s->clip = c->area;
        else if (c->kind == COMMAND_POLYLINE || c->kind == COMMAND_BARS)
            put_line(s, c);
        else if (c->kind == COMMAND_FILL)
            put_bar(s, c);
        else if (c->kind == COMMAND_POLYGON)
            put_polygon(s, c);
        else if (c->kind == COMMAND_TEXT)
            put_text(s, c);
        else if (c->kind == COMMAND_IMAGE)
            put_image(s, c);
        else if (c->kind == COMMAND_SHEET)
            play(s, &c->sheet->list);
    }
}

bool terminal_play(const display_list *list, const theme *colors_of, int columns, int rows,
                   terminal_colors colors, FILE *out) {
    screen s = {
        .columns = columns, .rows = rows, .theme = colors_of, .dithers = colors == COLORS_256};
    s.cells = dnn_calloc((size_t)columns * (size_t)rows, sizeof *s.cells);
    if (s.cells == NULL)
        return false;
    play(&s, list);
    for (int row = 0; row < rows; row++) {
        put_row(&s, row, colors, out);
        fputs(row + 1 < rows ? "\n" : "", out);
    }
    dnn_free(s.cells);
    return true;
}
