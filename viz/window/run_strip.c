/* run_strip.c: on a page too narrow for the list of runs: their colours and names in rows above the
 * panels. */
#include <math.h>
#include <stdio.h>

#include "viz/draw/font.h"
#include "viz/draw/text_fit.h"
#include "viz/window/page.h"
#include "viz/window/run_list.h"

#define ROW       ((float)17)
#define SIZE      ((float)11)
#define SWATCH    ((float)10)
#define GAP       ((float)14) /* between entries */
#define WIDEST    ((float)160)
#define MORE      ((float)70) /* the words at the end of the last row, where not all have room */
#define MOST_ROWS 3

/* Where the entries stand, one after the other. */
typedef struct walk {
    const view *v;
    float x, y, right;
    float last_right; /* of the last row */
    int rows;
} walk;

static bool is_shown(const view *v) {
    return v->figure == NULL && v->columns == 0 && !v->list.folded && view_runs(v)->count > 1 &&
           v->width < RUN_LIST_LEAST_PAGE && v->width > 200;
}

static float entry_width(const run *r) {
    return SWATCH + 5 + fminf(WIDEST, text_width(run_label(r), SIZE, FONT_REGULAR));
}

/* The place of the next entry; false when no row is left. */
static bool next(walk *w, const run *r, rect *out) {
    float width = entry_width(r), right = w->rows < MOST_ROWS ? w->right : w->last_right;
    if (w->x + width > right && w->x > PAGE_MARGIN + 4) {
        w->x = PAGE_MARGIN + 4;
        w->y += ROW;
        if (++w->rows > MOST_ROWS)
            return false;
    }
    *out = (rect){w->x, w->y, width, ROW};
    w->x += width + GAP;
    return true;
}

static walk begin(const view *v) {
    float scroll = v->maximised >= 0 ? 0 : floorf(v->scroll), right = v->width - PAGE_MARGIN;
    walk start = {v, PAGE_MARGIN + 4, v->header - scroll, right, right, 1}, w = start;
    rect place;
    for (size_t i = 0; i < v->list.row_count; i++)
        if (!next(&w, view_runs(v)->items[v->list.rows[i]], &place)) {
            start.last_right -= MORE;
            break;
        }
    return start;
}

float run_strip_height(const view *v) {
    if (!is_shown(v))
        return 0;
    walk w = begin(v);
    rect place;
    for (size_t i = 0; i < v->list.row_count; i++)
        if (!next(&w, view_runs(v)->items[v->list.rows[i]], &place))
            break;
    return ROW * (float)(w.rows < MOST_ROWS ? w.rows : MOST_ROWS) + 4;
}

int run_strip_at(const view *v, point at) {
    if (!is_shown(v) || at.y < v->header)
        return -1;
    walk w = begin(v);
    rect r;
    for (size_t i = 0; i < v->list.row_count; i++) {
        if (!next(&w, view_runs(v)->items[v->list.rows[i]], &r))
            return -1;
        if (inside((rect){r.x - 3, r.y, r.w + 6, r.h}, at))
            return (int)v->list.rows[i];
    }
    return -1;
}

static void draw_entry(const view *v, const run *r, rect place, display_list *list) {
    const theme *t = v->options.theme;
    char name[128];
    bool shown = run_visible(r);
    color paint = run_color(r, &v->options);
    if (!shown)
        paint = faded(paint, 0.25);
    draw_fill(list, (rect){place.x, place.y + 3, SWATCH, SWATCH}, paint, 2);
    text_fit_middle(run_label(r), place.w - SWATCH - 4.5f, SIZE, FONT_REGULAR, name, sizeof name);
    draw_text(list, place.x + SWATCH + 5, place.y + 12, name,
              (text_style){SIZE, shown ? t->text : t->muted,
                           v->options.highlight == r ? FONT_BOLD : FONT_REGULAR, ANCHOR_LEFT, 0});
}

void run_strip_draw(const view *v, display_list *list) {
    if (!is_shown(v))
        return;
    walk w = begin(v);
    rect place;
    for (size_t i = 0; i < v->list.row_count; i++) {
        const run *r = view_runs(v)->items[v->list.rows[i]];
        if (!next(&w, r, &place)) {
            char more[32];
            snprintf(more, sizeof more, "+ %zu more", v->list.row_count - i);
            draw_text(list, w.right, w.y - ROW + 12, more,
                      (text_style){SIZE, v->options.theme->muted, FONT_REGULAR, ANCHOR_RIGHT, 0});
            return;
        }
        draw_entry(v, r, place, list);
    }
}
