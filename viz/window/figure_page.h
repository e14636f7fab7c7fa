/* figure_page.h: the page of a figure: it fills it, or stands in a grid with others. */
#ifndef DNN_VIZ_FIGURE_PAGE_H
#define DNN_VIZ_FIGURE_PAGE_H

#include "viz/window/view.h"

/* Rows and columns: the figure's, or as v->columns wants them; 1 x 1 for a single one. */
void figure_page_grid(const view *v, size_t *rows, size_t *columns);

/* In character cells: the lines that the heading takes, and those or characters between cells. */
int figure_page_heading(const view *v);
#define FIGURE_GAP_LINES ((size_t)1)
#define FIGURE_GAP_CELLS ((size_t)2)

/* Gives each panel its area, or the maximised one the whole page. */
void figure_page_layout(view *v);

void figure_page_draw_heading(const view *v, display_list *list);

#endif
