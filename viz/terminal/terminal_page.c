/* terminal_page.c: the page of a run's panels in a terminal: how many fit, and what is said of the
 * others. */
#include <stdio.h>
#include <string.h>

#include "core/text_stream.h"
#include "core/utf8.h"
#include "viz/terminal/terminal.h"
#include "viz/window/page.h"
#include "viz/window/run_list.h"

#define HEADER_ROWS  4  /* of the page's head and foot */
#define PANEL_ROWS   16 /* of a panel, and the least when they must fit the terminal */
#define LEAST_ROWS   13
#define COLUMN_CELLS 70
#define MOST_PANELS  ((size_t)1000) /* of a page that is not asked for by its height */
#define VALUE_CELLS  16             /* of a value in the list of runs */
#define LEAST_NAME   10             /* cells of a run's name there */

/* Rows of panels that have room in so many lines; the last line is for the words about the others.
 */
static size_t panel_rows_in(int rows) {
    int room = (rows - HEADER_ROWS - 1) / LEAST_ROWS;
    return room < 1 ? 1 : (size_t)room;
}

static void say_others(const view *v, size_t all, display_list *list) {
    char text[96];
    size_t others = all - v->shown_count;
    if (others == 0)
        return;
    snprintf(text, sizeof text, "%zu more panel%s: --only PATTERN chooses", others,
             others == 1 ? "" : "s");
    draw_text(list, 2 * CELL_WIDTH, v->height - 2, text,
              (text_style){11, v->options.theme->muted, FONT_REGULAR, ANCHOR_LEFT, 0});
}

bool terminal_draw(view *v, int columns, int rows, terminal_colors colors, FILE *out) {
    size_t all = v->shown_count, most = (size_t)(columns / COLUMN_CELLS);
    v->bare = true;
    v->columns = most < 1 ? 1 : most > all && all > 0 ? all : most;
    v->shown_count = rows == 0 && all > MOST_PANELS ? MOST_PANELS : all;
    size_t panel_rows = (v->shown_count + v->columns - 1) / v->columns;
    if (rows == 0)
        rows = HEADER_ROWS + PANEL_ROWS * (int)(panel_rows > 0 ? panel_rows : 1);
    else if (panel_rows > panel_rows_in(rows))
        v->shown_count = panel_rows_in(rows) * v->columns;
    v->width = (float)columns * CELL_WIDTH;
    v->height = (float)rows * CELL_HEIGHT;
    v->options.scale = 1 / DOT_WIDTH;
    display_list list = {0};
    view_draw(v, &list);
    say_others(v, all, &list);
    v->shown_count = all;
    bool good = !list.failed && terminal_play(&list, v->options.theme, columns, rows, colors, out);
    display_list_free(&list);
    return good;
}

/* --- words --- */

typedef struct run_lines {
    const view *view;
    int columns;
} run_lines;

static void put_some(const char **text, int count, FILE *out) {
    for (int n = 0; n < count; n++) {
        const char *from = *text;
        dnn_utf8_next(text);
        fwrite(from, 1, (size_t)(*text - from), out);
    }
}

/* In so many columns: padded with spaces, or without its middle, as names differ at their ends. */
static void put_fitted(const char *text, int width, FILE *out) {
    int count = (int)dnn_utf8_count(text);
    if (count <= width) {
        fprintf(out, "%s%*s", text, width - count, "");
        return;
    }
    put_some(&text, (width - 1) / 2, out);
    fputs("…", out);
    for (int left_out = count - (width - 1); left_out > 0; left_out--)
        dnn_utf8_next(&text);
    fputs(text, out);
}

static bool put_runs(const void *context, FILE *out) {
    const run_lines *lines = context;
    const view *v = lines->view;
    const runs *all = view_runs(v);
    char text[RUN_LIST_COLUMNS][64];
    int names = 4, room;
    for (size_t i = 0; i < all->count; i++) {
        int n = (int)dnn_utf8_count(run_label(all->items[i]));
        names = n > names ? n : names;
    }
    room = lines->columns - 2 - 2 - 10 - 10 - (int)RUN_LIST_COLUMNS * VALUE_CELLS;
    names = names < room ? names : room > LEAST_NAME ? room : LEAST_NAME;
    size_t count = run_list_titles(v, text);
    fputs("\n  ", out);
    put_fitted("run", names, out);
    fputs("  state     step      ", out);
    for (size_t i = 0; i < count; i++) {
        putc(' ', out);
        int n = (int)dnn_utf8_count(text[i]);
        fprintf(out, "%*s", n < VALUE_CELLS - 1 ? VALUE_CELLS - 1 - n : 0, "");
        put_fitted(text[i], n < VALUE_CELLS - 1 ? n : VALUE_CELLS - 1, out);
    }
    for (size_t k = 0; k < all->count; k++) {
        const run *r = all->items[k];
        fputs("\n  ", out);
        put_fitted(run_label(r), names, out);
        fprintf(out, "  %-10s%-10lld", page_is_running(v, r) ? "running" : "finished",
                (long long)r->last_step);
        for (size_t i = 0; i < count; i++) {
            run_list_value(v, r, i, text[i], sizeof text[i]);
            fprintf(out, "%*s", VALUE_CELLS, text[i]);
        }
    }
    fputc('\n', out);
    return true;
}

bool terminal_list_runs(const view *v, int columns, FILE *out) {
    return dnn_text_show(out, put_runs, &(run_lines){v, columns});
}
