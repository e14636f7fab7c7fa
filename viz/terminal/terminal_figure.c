/* terminal_figure.c: a figure in the terminal, in as many lines as suit it. */
#include <math.h>
#include <unistd.h>

#include "core/terminal.h"
#include "viz/window/page.h"
#include "viz/plot/panel_parts.h"
#include "viz/terminal/terminal.h"

#define LEAST_ROWS 8
#define USUAL_ROWS 12
#define KEPT_ROWS  3 /* of the terminal: the lines before the figure, and the prompt behind it */

/* Lines that reach down to `end`, of which `below` points are words and margin. */
static int rows_until(float end, float below, int words) {
    return (int)ceilf((end - below) / CELL_HEIGHT) + words;
}

static int choose_rows(view *v, int columns, int most) {
    panel *p = &v->panels[0];
    int usual = columns / 4 > USUAL_ROWS ? columns / 4 : USUAL_ROWS;
    usual = usual < most ? usual : most;
    if (p->kind == PANEL_PLOT || p->kind == PANEL_BARS)
        return usual;
    float titled = p->kind == PANEL_MATRIX || p->title[0] != '\0' ? CELL_HEIGHT : 0;
    v->height = (float)(p->kind == PANEL_MATRIX ? usual : most) * CELL_HEIGHT;
    view_layout(v);
    if (p->kind == PANEL_GALLERY)
        return rows_until(p->area.y + gallery_place(p, &v->options, titled), PADDING, 0);
    if (v->figure->y_label[0] != '\0')
        titled += CELL_HEIGHT;
    float end = p->area.y + matrix_place(p, &v->options, titled);
    bool named = v->figure->x_label[0] != '\0';
    return rows_until(end, PADDING + (named ? 28 : 15), named ? 2 : 1);
}

bool terminal_draw_figure(view *v, int columns, int rows, terminal_colors colors, FILE *out) {
    int wide, high;
    dnn_terminal_size(STDOUT_FILENO, &wide, &high);
    columns = columns > 0 ? columns : wide;
    v->bare = true;
    v->options.scale = 2 / CELL_WIDTH;
    v->options.grain = CELL_WIDTH;
    v->width = (float)columns * CELL_WIDTH;
    if (!view_update(v))
        return false;
    int most = high - KEPT_ROWS > LEAST_ROWS ? high - KEPT_ROWS : LEAST_ROWS;
    rows = rows > 0 ? rows : choose_rows(v, columns, most);
    rows = rows > LEAST_ROWS / 2 ? rows : LEAST_ROWS / 2;
    v->height = (float)rows * CELL_HEIGHT;
    display_list list = {0};
    view_draw(v, &list);
    bool good = !list.failed && terminal_play(&list, v->options.theme, columns, rows, colors, out);
    display_list_free(&list);
    return good;
}
