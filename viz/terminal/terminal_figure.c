/* terminal_figure.c: a figure in the terminal, in as many lines as suit it. */
#include <math.h>
#include <unistd.h>

#include "core/terminal.h"
#include "viz/plot/panel_parts.h"
#include "viz/terminal/terminal.h"
#include "viz/window/figure_page.h"
#include "viz/window/page.h"

#define LEAST_ROWS  8
#define USUAL_ROWS  12
#define KEPT_ROWS   3  /* of the terminal: the lines before the figure, and the prompt behind it */
#define LEAST_CELLS 30 /* of a figure in a grid; narrower terminals have fewer columns of them */

/* Lines that reach down to `end`, of which `below` points are words and margin. */
static int rows_until(float end, float below, int words) {
    return (int)ceilf((end - below) / CELL_HEIGHT) + words;
}

static int usual_rows(int columns, int most) {
    int usual = columns / 4 > USUAL_ROWS ? columns / 4 : USUAL_ROWS;
    return usual < most ? usual : most;
}

/* Of a panel that has been laid out. */
static int rows_of(panel *p, const page_options *o, int usual) {
    float top = first_line(p, o), titled = top;
    if (p->kind == PANEL_PLOT || p->kind == PANEL_BARS)
        return usual;
    if (p->kind == PANEL_MATRIX || p->title[0] != '\0')
        titled += CELL_HEIGHT;
    if (p->kind == PANEL_IMAGES)
        return rows_until(images_place(p, o, titled) - CELL_HEIGHT, PADDING, 0);
    if (p->figure->y_label[0] != '\0')
        titled += CELL_HEIGHT;
    float end = matrix_place(p, o, titled) - CELL_HEIGHT;
    bool named = p->figure->x_label[0] != '\0';
    return rows_until(end, PADDING + (named ? 28 : 15), named ? 2 : 1);
}

/* All rows of the grid have the same height. */
static int choose_rows(view *v, int columns, int most) {
    size_t grid_rows, grid_columns;
    figure_page_grid(v, &grid_rows, &grid_columns);
    int between = (int)((grid_rows - 1) * FIGURE_GAP_LINES) + figure_page_heading(v);
    int each_most = (most - between) / (int)grid_rows, rows = 0;
    int usual =
        usual_rows(columns / (int)grid_columns, each_most > LEAST_ROWS ? each_most : LEAST_ROWS);
    bool images = v->panel_count == 1 && v->panels[0].kind == PANEL_IMAGES;
    v->height = (float)(images ? most : usual * (int)grid_rows + between) * CELL_HEIGHT;
    view_layout(v);
    for (size_t i = 0; i < v->panel_count; i++) {
        int wanted = rows_of(&v->panels[i], &v->options, usual);
        rows = wanted > rows ? wanted : rows;
    }
    return rows * (int)grid_rows + between;
}

bool terminal_draw_figure(view *v, int columns, int rows, terminal_colors colors, FILE *out) {
    int wide, high;
    dnn_terminal_size(STDOUT_FILENO, &wide, &high);
    columns = columns > 0 ? columns : wide;
    v->bare = true;
    v->options.scale = 2 / CELL_WIDTH;
    v->options.grain = CELL_WIDTH;
    v->width = (float)columns * CELL_WIDTH;
    v->columns = columns < 2 * LEAST_CELLS ? 1 : (size_t)(columns / LEAST_CELLS);
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
