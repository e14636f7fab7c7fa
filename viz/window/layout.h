/* layout.h: where panels stand. The first four curves and heat maps lead the page, large; the other
 * curves, the heat maps, the histograms of each quantity, pictures and texts follow in rows of
 * smaller ones. The first rows fill the page exactly; the others are reached by scrolling. */
#ifndef DNN_VIZ_LAYOUT_H
#define DNN_VIZ_LAYOUT_H

#include "viz/window/view.h"

#define PANEL_LEAST_WIDTH  ((float)280) /* panels stay readable: pages scroll instead */
#define PANEL_LEAST_HEIGHT ((float)190)

/* Gives each panel that is shown its area, in the order of v->shown, as if the page were not
 * scrolled: from (page.x, page.y) on, first rows page.h high together. Returns the height of all
 * rows. */
float layout_panels(view *v, rect page);

#endif
