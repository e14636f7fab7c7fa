/* figure_page.c: places of the figures of a grid, and the text above them. */
#include "viz/window/figure_page.h"

#include <math.h>

#include "viz/plot/panel_parts.h"

#define HEADING_SIZE   ((float)15)
#define HEADING_HEIGHT ((float)32)

void figure_page_grid(const view *v, size_t *rows, size_t *columns) {
    const figure *f = v->figure;
    *rows = f->grid_rows > 0 ? f->grid_rows : 1;
    *columns = f->grid_columns > 0 ? f->grid_columns : 1;
    if (v->columns > 0 && v->columns < *columns) {
        *columns = v->columns;
        *rows = (v->panel_count + *columns - 1) / *columns;
    }
}

int figure_page_heading(const view *v) {
    return v->figure->heading[0] != '\0';
}

static float heading_height(const view *v) {
    float each = v->options.grain > 0 ? 2 * v->options.grain : HEADING_HEIGHT;
    return (float)figure_page_heading(v) * each;
}

/* The size of one of `count` parts of a length, of whole units, with gaps between them. */
static float part_of(float length, float unit, size_t count, size_t gap) {
    return floorf((length / unit - (float)((count - 1) * gap)) / (float)count) * unit;
}

/* A cell of whole characters needs no margins: its first and its last line are words. */
static rect place_in_cells(rect page, float grain, size_t rows, size_t columns, size_t i) {
    float line = 2 * grain, w = part_of(page.w, grain, columns, FIGURE_GAP_CELLS);
    float h = part_of(page.h, line, rows, FIGURE_GAP_LINES);
    float x = page.x + (float)(i % columns) * (w + grain * (float)FIGURE_GAP_CELLS);
    float y = page.y + (float)(i / columns) * (h + line * (float)FIGURE_GAP_LINES);
    return (rect){x - 2, y - line, w + 8, h + 27};
}

static rect place_in_points(rect page, size_t rows, size_t columns, size_t i) {
    float w = page.w / (float)columns, h = page.h / (float)rows;
    float x = (float)(i % columns) * w, y = (float)(i / columns) * h;
    return (rect){floorf(page.x + x), floorf(page.y + y), floorf(x + w) - floorf(x),
                  floorf(y + h) - floorf(y)};
}

void figure_page_layout(view *v) {
    float heading = heading_height(v), grain = v->options.grain;
    rect page = {0, v->header + heading, v->width, v->content - heading};
    size_t rows, columns;
    figure_page_grid(v, &rows, &columns);
    for (size_t i = 0; i < v->panel_count; i++) {
        bool alone = v->maximised == (int)i;
        if (v->maximised >= 0 && !alone)
            v->panels[i].area = (rect){0, 0, 0, 0};
        else if (grain > 0)
            v->panels[i].area =
                place_in_cells(page, grain, alone ? 1 : rows, alone ? 1 : columns, alone ? 0 : i);
        else
            v->panels[i].area = alone ? page : place_in_points(page, rows, columns, i);
    }
}

void figure_page_draw_heading(const view *v, display_list *list) {
    float baseline = v->options.grain > 0 ? 2 * v->options.grain - 3 : HEADING_HEIGHT - 10;
    if (figure_page_heading(v))
        draw_text(list, v->width / 2, v->header + baseline, v->figure->heading,
                  (text_style){HEADING_SIZE, v->options.theme->text, FONT_BOLD, ANCHOR_MIDDLE, 0});
}
