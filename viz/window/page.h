/* page.h: drawing the whole page: panels, and around them the bars, the buttons and the help. */
#ifndef DNN_VIZ_PAGE_H
#define DNN_VIZ_PAGE_H

#include "viz/window/actions.h"
#include "viz/window/view.h"

#define PAGE_MARGIN ((float)10) /* around and between panels */

/* Lays the panels out and draws the page. */
void view_draw(view *v, display_list *list);

/* What run stands where, in words: "running · step 2 340 · 51 steps/s". */
void page_describe(const view *v, char *text, size_t size);

/* Whether a run still gets values, as far as one can tell. */
bool page_is_running(const view *v, const run *r);

/* The scroll bar's track; empty when everything is seen. */
rect page_scroll_track(const view *v);

/* The bar that shows how far a replay is; empty without one. */
rect page_replay_track(const view *v);

#endif
