/* run_list_draw.c: the list of runs on the page: rows of colour, name and values, and the mouse on
 * them. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "viz/draw/font.h"
#include "viz/draw/text_fit.h"
#include "viz/window/page.h"
#include "viz/window/run_groups.h"
#include "viz/window/run_list_parts.h"

#define ROW        ((float)18)
#define SIZE       ((float)11)
#define HEADING    ((float)10)
#define SWATCH     ((float)10)
#define PADDING    ((float)10)
#define VALUE      ((float)62) /* of a column */
#define LEAST_NAME ((float)60)
#define MOST_NAME  ((float)230)
#define HEAD       (2 * ROW + 8)

/* --- places --- */

/* The run's name; of groups the setting's value first, which the heading names. */
static void name_row(const view *v, const run *r, char *text, size_t size) {
    char value[64] = "";
    if (v->options.grouped)
        run_groups_value(v, r, value, sizeof value);
    snprintf(text, size, "%s%s%.120s", value, value[0] != '\0' ? " · " : "", run_label(r));
}

static float name_width(const view *v) {
    const runs *all = view_runs(v);
    float widest = LEAST_NAME;
    char name[200];
    for (size_t i = 0; i < all->count; i++) {
        name_row(v, all->items[i], name, sizeof name);
        widest = fmaxf(widest, text_width(name, SIZE, FONT_REGULAR));
    }
    return fminf(widest, fminf(MOST_NAME, v->width * 0.2f));
}

float run_list_width(const view *v) {
    run_column columns[RUN_LIST_COLUMNS];
    if (v->figure != NULL || v->columns > 0 || v->list.folded || view_runs(v)->count < 2 ||
        v->width < RUN_LIST_LEAST_PAGE)
        return 0;
    size_t count = run_columns(v, columns);
    if (v->width < 1000 && count > 1)
        count = 1;
    return PAGE_MARGIN + 2 * PADDING + SWATCH + 10 + name_width(v) + VALUE * (float)count;
}

static size_t column_count(const view *v, run_column *columns) {
    size_t count = run_columns(v, columns);
    return v->width < 1000 && count > 1 ? 1 : count;
}

static rect area_of(const view *v) {
    return (rect){PAGE_MARGIN, v->header, run_list_width(v), v->height - v->header - v->footer};
}

/* Of the list's area the part with rows. */
static rect rows_of(rect a) {
    return (rect){a.x, a.y + HEAD, a.w, fmaxf(0, a.h - HEAD - 4)};
}

static size_t first_row(const view *v) {
    return (size_t)ceilf(v->list.scroll / ROW);
}

int run_list_at(const view *v, point place) {
    if (run_strip_height(v) > 0)
        return run_strip_at(v, place);
    rect a = rows_of(area_of(v));
    if (a.w <= 0 || !inside(a, place))
        return -1;
    size_t row = first_row(v) + (size_t)((place.y - a.y) / ROW);
    return row < v->list.row_count ? (int)v->list.rows[row] : -1;
}

bool run_list_wheel(view *v, point place, float dy) {
    rect a = area_of(v);
    if (a.w <= 0 || !inside(a, place))
        return false;
    float most = fmaxf(0, ROW * (float)v->list.row_count - rows_of(a).h);
    v->list.scroll = fmaxf(0, fminf(most, v->list.scroll - 3 * ROW * dy));
    return true;
}

bool run_list_press(view *v, point place, choice wanted) {
    run_column columns[RUN_LIST_COLUMNS];
    rect a = area_of(v);
    bool listed = a.w > 0;
    a.w -= PAGE_MARGIN;
    int named = run_strip_at(v, place);
    if (named >= 0)
        run_list_choose(v, (size_t)named, wanted);
    if (!listed || !inside(a, place))
        return named >= 0;
    size_t count = column_count(v, columns);
    int at = run_list_at(v, place);
    float values = a.x + a.w - PADDING - VALUE * (float)count;
    if (at >= 0) {
        run_list_choose(v, (size_t)at, wanted);
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

static void draw_headings(const view *v, rect a, const run_column *columns, size_t count,
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

static void draw_row(const view *v, const run *r, rect row, const run_column *columns, size_t count,
                     display_list *list) {
    const theme *t = v->options.theme;
    char text[200], name[200];
    float x = row.x + PADDING, y = row.y + 13, right = row.x + row.w - PADDING;
    bool shown = run_visible(r);
    color paint = run_color(r, &v->options);
    if (v->options.highlight == r)
        draw_fill(list, (rect){row.x + 4, row.y, row.w - 8, ROW}, t->grid, 4);
    if (!shown)
        paint = faded(paint, 0.25);
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
    name_row(v, r, text, sizeof text);
    fit_name(text, room, SIZE, name, sizeof name);
    put(list, x + SWATCH + 8, y, name, shown ? t->text : t->muted, FONT_REGULAR, ANCHOR_LEFT, SIZE);
    for (size_t i = count; i-- > 0; right -= VALUE) {
        double value = run_column_value(r, columns[i].tag, &v->options);
        if (isnan(value) && run_find(r, columns[i].tag, DNN_EVENT_SCALAR) == NULL)
            continue;
        axis_format(value, 4, text, sizeof text);
        put(list, right, y, text, shown ? t->text : t->muted, FONT_REGULAR, ANCHOR_RIGHT, SIZE);
    }
}

void run_list_draw(view *v, display_list *list) {
    run_column columns[RUN_LIST_COLUMNS];
    rect a = area_of(v), rows = rows_of(a);
    const theme *t = v->options.theme;
    if (a.w <= 0 || a.h < HEAD + ROW)
        return;
    a.w -= PAGE_MARGIN;
    rows.w = a.w;
    a.h = fminf(a.h, HEAD + ROW * (float)v->list.row_count + 10);
    size_t count = column_count(v, columns);
    draw_framed(list, a, t->border, t->panel, 6);
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
