/* panel_room.c: what stands around the data in a panel of some size. A small one leaves out the
 * names of the axes first, then the numbers at them, then its title, so that the data are seen at
 * any size. */
#include "viz/plot/panel_parts.h"

#define CELL_EXTRA 27 /* points that an area of character cells is higher than its lines */

/* A matrix is often only a line or two high, and is all seen. */
static surroundings in_cells(const panel *p, const page_options *o) {
    float lines = (p->area.h - CELL_EXTRA) / (2 * o->grain) + 0.01f, cells = p->area.w / o->grain;
    return (surroundings){.padding = PADDING,
                          .title = lines >= 2,
                          .x_labels = lines >= 3,
                          .y_labels = lines >= 4 && cells >= 14,
                          .legend = lines >= 5,
                          .y_name = lines >= 5,
                          .x_name = lines >= (p->kind == PANEL_MATRIX ? 4 : 8),
                          .color_bar = cells >= 24};
}

surroundings panel_surroundings(const panel *p, const page_options *o) {
    float w = p->area.w, h = p->area.h;
    if (o->grain > 0)
        return in_cells(p, o);
    return (surroundings){.padding = w >= 90 && h >= 84 ? PADDING : 4,
                          .title = h >= 44,
                          .x_labels = h >= 58,
                          .y_labels = h >= 58 && w >= 80,
                          .legend = h >= 100 && w >= 84,
                          .y_name = h >= 110 && w >= 120,
                          .x_name = h >= 170,
                          .color_bar = w >= 140};
}
