/* run_list.c: rows of runs: colour, name, last values; sorted, filtered, hidden. */
#include "viz/window/run_list.h"

#include <fnmatch.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/memory.h"
#include "core/utf8.h"
#include "viz/draw/font.h"
#include "viz/draw/text_fit.h"
#include "viz/window/page.h"

#define ROW        ((float)18)
#define SIZE       ((float)11)
#define HEADING    ((float)10)
#define SWATCH     ((float)10)
#define PADDING    ((float)10)
#define VALUE      ((float)62) /* of a column */
#define LEAST_NAME ((float)60)
#define MOST_NAME  ((float)230)
#define HEAD       (2 * ROW + 8)

/* --- values --- */

/* The tag whose last value is in a column: of the first panels of curves, each its last label (that
 * of the test set, if there is one). */
typedef struct column {
    const char *title, *label, *tag;
    bool small_is_good;
} column;

static size_t list_columns(const view *v, column *out) {
    size_t n = 0;
    for (size_t i = 0; i < v->panel_count && n < RUN_LIST_COLUMNS; i++) {
        const panel *p = &v->panels[i];
        const curve *last = NULL;
        if (p->kind != PANEL_CURVES)
            continue;
        for (size_t k = 0; k < p->curve_count; k++)
            if (last == NULL || p->curves[k].tag_index > last->tag_index)
                last = &p->curves[k];
        if (last == NULL || last->tag_index > 3) /* one of many layers says little */
            continue;
        out[n++] =
            (column){p->title, last->part, last->tag->name, strcasestr(p->title, "acc") == NULL};
    }
    return n;
}

/* The last value, or the one under the mouse. */
static double value_of(const run *r, const char *tag, const page_options *o) {
    const run_tag *t = run_find(r, tag, DNN_EVENT_SCALAR);
    size_t n = t == NULL || t->scalars == NULL ? 0 : series_count(t->scalars);
    if (n == 0)
        return NAN;
    const curve c = {.run = r, .tag = t};
    size_t at = o == NULL || o->under == NULL ? n - 1 : curve_nearest(&c, o, o->x_at);
    return at < n ? (double)series_value(t->scalars, at) : NAN;
}

size_t run_list_titles(const view *v, char text[][64]) {
    column columns[RUN_LIST_COLUMNS];
    size_t count = list_columns(v, columns);
    for (size_t i = 0; i < count; i++)
        snprintf(text[i], 64, "%.63s", columns[i].tag);
    return count;
}

void run_list_value(const view *v, const run *r, size_t which, char *text, size_t size) {
    column columns[RUN_LIST_COLUMNS];
    size_t count = list_columns(v, columns);
    text[0] = '\0';
    if (which < count && run_find(r, columns[which].tag, DNN_EVENT_SCALAR) != NULL)
        axis_format(value_of(r, columns[which].tag, NULL), 7, text, size);
}

/* --- order and filter --- */

typedef struct key {
    size_t index;
    double value; /* ascending; NaN last */
} key;

static int compare_keys(const void *a, const void *b) {
    const key *p = a, *q = b;
    if (isnan(p->value) != isnan(q->value))
        return isnan(p->value) ? 1 : -1;
    if (p->value < q->value || p->value > q->value)
        return p->value < q->value ? -1 : 1;
    return p->index < q->index ? -1 : p->index > q->index;
}

/* Runs stand by name already. */
static double key_of(const view *v, const run *r, const column *columns, size_t count) {
    size_t at = (size_t)v->list.order - ORDER_VALUE;
    if (v->list.order == ORDER_TIME)
        return -r->last_time;
    if (v->list.order < ORDER_VALUE || at >= count)
        return 0;
    double value = value_of(r, columns[at].tag, NULL);
    return columns[at].small_is_good ? value : -value;
}

/* A pattern of the shell where it has one's signs, else a part of the name in any case. */
static bool fits(const char *filter, const char *name) {
    if (strpbrk(filter, "*?[") != NULL)
        return fnmatch(filter, name, FNM_CASEFOLD) == 0;
    return strcasestr(name, filter) != NULL;
}

void run_list_update(view *v) {
    const runs *all = view_runs(v);
    column columns[RUN_LIST_COLUMNS];
    size_t count = list_columns(v, columns), n = 0;
    key *keys = dnn_alloc((all->count + 1) * sizeof *keys);
    size_t *rows = dnn_alloc((all->count + 1) * sizeof *rows);
    for (size_t i = 0; i < all->count; i++)
        all->items[i]->filtered =
            v->list.filter[0] != '\0' && !fits(v->list.filter, all->items[i]->name);
    for (size_t i = 0; keys != NULL && i < all->count; i++)
        if (!all->items[i]->filtered)
            keys[n++] = (key){i, key_of(v, all->items[i], columns, count)};
    if (keys != NULL && rows != NULL) {
        qsort(keys, n, sizeof *keys, compare_keys);
        for (size_t i = 0; i < n; i++)
            rows[i] = keys[i].index;
        dnn_free(v->list.rows);
        v->list.rows = rows;
        v->list.row_count = n;
    } else {
        dnn_free(rows);
    }
    dnn_free(keys);
}

void run_list_next_order(view *v) {
    column columns[RUN_LIST_COLUMNS];
    int orders = ORDER_VALUE + (int)list_columns(v, columns);
    v->list.order = (v->list.order + 1) % orders;
    run_list_update(v);
    if (v->list.order >= ORDER_VALUE)
        view_say(v, "runs by the last value of %s", columns[v->list.order - ORDER_VALUE].tag);
    else
        view_say(v, "runs by %s", v->list.order == ORDER_TIME ? "time, the latest first" : "name");
}

/* --- hiding --- */

/* A replay shows copies of the runs. */
static void set_hidden(view *v, size_t i, bool hidden) {
    const runs *shown = view_runs(v);
    shown->items[i]->hidden = hidden;
    if (i < v->all->count)
        v->all->items[i]->hidden = hidden;
}

void run_list_toggle(view *v, size_t which, bool alone) {
    const runs *all = view_runs(v);
    bool is_alone = alone && !all->items[which]->hidden;
    for (size_t i = 0; i < all->count && is_alone; i++)
        is_alone = i == which || all->items[i]->hidden;
    for (size_t i = 0; alone && i < all->count; i++)
        set_hidden(v, i, !is_alone && i != which);
    if (!alone)
        set_hidden(v, which, !all->items[which]->hidden);
    view_choose_shown(v);
    view_say(v, "%s: %s", run_label(all->items[which]),
             all->items[which]->hidden ? "hidden"
             : alone && !is_alone      ? "alone"
                                       : "shown");
}

void run_list_show_all(view *v) {
    for (size_t i = 0; i < view_runs(v)->count; i++)
        set_hidden(v, i, false);
    v->list.filter[0] = '\0';
    run_list_update(v);
    view_choose_shown(v);
}

void run_list_type(view *v, const char *pressed) {
    char *filter = v->list.filter;
    size_t used = strlen(filter), n = strlen(pressed);
    if (strcmp(pressed, "Escape") == 0)
        filter[0] = '\0';
    if (strcmp(pressed, "Escape") == 0 || strcmp(pressed, "Return") == 0)
        v->list.typing = false;
    else if (strcmp(pressed, "Backspace") == 0 && used > 0)
        do
            filter[--used] = '\0';
        while (used > 0 && dnn_utf8_continues(filter[used]));
    else if ((n == 1 || (unsigned char)pressed[0] >= 0x80) && used + n + 1 < sizeof v->list.filter)
        strcpy(filter + used, pressed);
    run_list_update(v);
    view_choose_shown(v);
}

/* --- places --- */

static float name_width(const view *v) {
    const runs *all = view_runs(v);
    float widest = LEAST_NAME;
    for (size_t i = 0; i < all->count; i++)
        widest = fmaxf(widest, text_width(run_label(all->items[i]), SIZE, FONT_REGULAR));
    return fminf(widest, fminf(MOST_NAME, v->width * 0.2f));
}

float run_list_width(const view *v) {
    column columns[RUN_LIST_COLUMNS];
    if (v->figure != NULL || v->columns > 0 || v->list.folded || view_runs(v)->count < 2 ||
        v->width < RUN_LIST_LEAST_PAGE)
        return 0;
    size_t count = list_columns(v, columns);
    if (v->width < 1000 && count > 1)
        count = 1;
    return PAGE_MARGIN + 2 * PADDING + SWATCH + 10 + name_width(v) + VALUE * (float)count;
}

static size_t column_count(const view *v, column *columns) {
    size_t count = list_columns(v, columns);
    return v->width < 1000 && count > 1 ? 1 : count;
}

static rect area_of(const view *v) {
    return (rect){PAGE_MARGIN, v->header, run_list_width(v), v->height - v->header - v->footer};
}

static rect rows_area(const view *v) {
    rect a = area_of(v);
    return (rect){a.x, a.y + HEAD, a.w, fmaxf(0, a.h - HEAD - 4)};
}

static bool is_inside(rect r, point p) {
    return p.x >= r.x && p.x < r.x + r.w && p.y >= r.y && p.y < r.y + r.h;
}

static size_t first_row(const view *v) {
    return (size_t)ceilf(v->list.scroll / ROW);
}

int run_list_at(const view *v, point place) {
    rect a = rows_area(v);
    if (run_strip_height(v) > 0)
        return run_strip_at(v, place);
    if (run_list_width(v) <= 0 || !is_inside(a, place))
        return -1;
    size_t row = first_row(v) + (size_t)((place.y - a.y) / ROW);
    return row < v->list.row_count ? (int)v->list.rows[row] : -1;
}

bool run_list_wheel(view *v, point place, float dy) {
    if (run_list_width(v) <= 0 || !is_inside(area_of(v), place))
        return false;
    float most = fmaxf(0, ROW * (float)v->list.row_count - rows_area(v).h);
    v->list.scroll = fmaxf(0, fminf(most, v->list.scroll - 3 * ROW * dy));
    return true;
}

bool run_list_press(view *v, point place, bool alone) {
    column columns[RUN_LIST_COLUMNS];
    rect a = area_of(v);
    a.w -= PAGE_MARGIN;
    int named = run_strip_at(v, place);
    if (named >= 0)
        run_list_toggle(v, (size_t)named, alone);
    if (run_list_width(v) <= 0 || !is_inside(a, place))
        return named >= 0;
    size_t count = column_count(v, columns);
    int at = run_list_at(v, place);
    float values = a.x + a.w - PADDING - VALUE * (float)count;
    if (at >= 0) {
        run_list_toggle(v, (size_t)at, alone);
    } else if (place.y < a.y + ROW) {
        v->list.typing = true;
    } else if (place.y < a.y + HEAD) {
        v->list.order = place.x < values ? v->list.order == ORDER_NAME ? ORDER_TIME : ORDER_NAME
                                         : ORDER_VALUE + (int)((place.x - values) / VALUE);
        run_list_update(v);
    }
    return true;
}

/* --- drawing --- */

static void put(display_list *list, float x, float y, const char *text, color c, font_style font,
                anchor side, float size) {
    draw_text(list, x, y, text, (text_style){size, c, font, side, 0});
}

/* Cut in the middle, where names differ least. */
static void fit_name(const char *name, float width, float size, char *out, size_t room) {
    text_fit_middle(name, width, size, FONT_REGULAR, out, room);
}

static void draw_search(const view *v, rect a, display_list *list) {
    const theme *t = v->options.theme;
    char text[96];
    float y = a.y + 17;
    size_t hidden = view_runs(v)->count - v->list.row_count;
    if (v->list.typing || v->list.filter[0] != '\0') {
        snprintf(text, sizeof text, "/ %s%s", v->list.filter, v->list.typing ? "|" : "");
        put(list, a.x + PADDING, y, text, t->text, FONT_REGULAR, ANCHOR_LEFT, SIZE);
        snprintf(text, sizeof text, "%zu left out", hidden);
        put(list, a.x + a.w - PADDING, y, text, t->muted, FONT_REGULAR, ANCHOR_RIGHT, HEADING);
    } else {
        snprintf(text, sizeof text, "%zu runs", view_runs(v)->count);
        put(list, a.x + PADDING, y, text, t->text, FONT_BOLD, ANCHOR_LEFT, SIZE + 1);
        if (!v->bare)
            put(list, a.x + a.w - PADDING, y, "/ filter", t->muted, FONT_REGULAR, ANCHOR_RIGHT,
                HEADING);
    }
}

static void draw_headings(const view *v, rect a, const column *columns, size_t count,
                          display_list *list) {
    const theme *t = v->options.theme;
    float right = a.x + a.w - PADDING, y = a.y + ROW + 17;
    char grouped[80];
    snprintf(grouped, sizeof grouped, "by %.60s", v->list.key);
    const char *first = v->options.grouped            ? grouped
                        : v->list.order == ORDER_TIME ? "name, by time ▾"
                        : v->list.order == ORDER_NAME ? "name ▾"
                                                      : "name";
    put(list, a.x + PADDING + SWATCH + 8, y, first, t->muted, FONT_REGULAR, ANCHOR_LEFT, HEADING);
    for (size_t i = count; i-- > 0; right -= VALUE) {
        char text[64], shown[64];
        bool chosen = v->list.order == ORDER_VALUE + (int)i;
        snprintf(text, sizeof text, "%.40s%s", columns[i].title, chosen ? " ▾" : "");
        for (char *c = text; *c != '\0'; c++)
            if (*c == '_')
                *c = ' ';
        fit_name(text, VALUE - 6, HEADING, shown, sizeof shown);
        put(list, right, y, shown, chosen ? t->text : t->muted, FONT_REGULAR, ANCHOR_RIGHT,
            HEADING);
    }
    draw_line(list, (point){a.x + PADDING, a.y + HEAD - 1.5f},
              (point){a.x + a.w - PADDING, a.y + HEAD - 1.5f}, (stroke){t->grid, 1, 0});
}

static void draw_row(const view *v, const run *r, rect row, const column *columns, size_t count,
                     display_list *list) {
    const theme *t = v->options.theme;
    char text[64], name[160];
    float x = row.x + PADDING, y = row.y + 13, right = row.x + row.w - PADDING;
    bool shown = run_visible(r);
    color paint = run_color(r, &v->options);
    if (v->options.highlight == r)
        draw_fill(list, (rect){row.x + 4, row.y, row.w - 8, ROW}, t->grid, 4);
    if (!shown)
        paint = (paint & 0xFFFFFF00u) | 0x40;
    draw_fill(list, (rect){x, row.y + 4, SWATCH, SWATCH}, paint, 2);
    if (page_is_running(v, r)) /* a ring around the colour of a run that goes on */
        draw_polyline(list,
                      (point[]){
                          {x - 2,          row.y + 2         },
                          {x + SWATCH + 2, row.y + 2         },
                          {x + SWATCH + 2, row.y + SWATCH + 6},
                          {x - 2,          row.y + SWATCH + 6},
                          {x - 2,          row.y + 2         }
        },
                      5, (stroke){t->accent, 1, 0});
    float room = right - VALUE * (float)count - x - SWATCH - 8;
    fit_name(run_label(r), room, SIZE, name, sizeof name);
    put(list, x + SWATCH + 8, y, name, shown ? t->text : t->muted, FONT_REGULAR, ANCHOR_LEFT, SIZE);
    for (size_t i = count; i-- > 0; right -= VALUE) {
        double value = value_of(r, columns[i].tag, &v->options);
        if (isnan(value) && run_find(r, columns[i].tag, DNN_EVENT_SCALAR) == NULL)
            continue;
        axis_format(value, 4, text, sizeof text);
        put(list, right, y, text, shown ? t->text : t->muted, FONT_REGULAR, ANCHOR_RIGHT, SIZE);
    }
}

void run_list_draw(view *v, display_list *list) {
    column columns[RUN_LIST_COLUMNS];
    rect a = area_of(v), rows = rows_area(v);
    const theme *t = v->options.theme;
    if (a.w <= 0 || a.h < HEAD + ROW)
        return;
    a.w -= PAGE_MARGIN;
    rows.w = a.w;
    a.h = fminf(a.h, HEAD + ROW * (float)v->list.row_count + 10);
    size_t count = column_count(v, columns);
    draw_fill(list, a, t->border, 6);
    draw_fill(list, (rect){a.x + 1, a.y + 1, a.w - 2, a.h - 2}, t->panel, 5);
    draw_search(v, a, list);
    draw_headings(v, a, columns, count, list);
    size_t fit = (size_t)(rows.h / ROW), hidden = 0;
    float most = fmaxf(0, ROW * (float)v->list.row_count - rows.h);
    v->list.scroll = fminf(v->list.scroll, most);
    size_t first = first_row(v);
    if (v->list.row_count > first + fit) {
        fit = fit > 1 ? fit - 1 : 1;
        hidden = v->list.row_count - first - fit;
    }
    for (size_t i = first; i < v->list.row_count && i < first + fit; i++)
        draw_row(v, view_runs(v)->items[v->list.rows[i]],
                 (rect){rows.x, rows.y + ROW * (float)(i - first), rows.w, ROW}, columns, count,
                 list);
    if (hidden > 0) {
        char text[32];
        snprintf(text, sizeof text, "+ %zu more", hidden);
        put(list, rows.x + PADDING, rows.y + ROW * (float)fit + 13, text, t->muted, FONT_REGULAR,
            ANCHOR_LEFT, HEADING);
    }
}
