/* run_list.h: the list of all runs beside the panels: which colour is which run, where each stands,
 * and which are shown. On a narrow page it is a strip of names above them (run_strip.c). It folds
 * away; without it legends name the runs. */
#ifndef DNN_VIZ_RUN_LIST_H
#define DNN_VIZ_RUN_LIST_H

#include "viz/window/choice.h"
#include "viz/window/view.h"

/* To be called when runs, values or the filter have changed: sorts and filters. */
void run_list_update(view *v);

/* The columns of values, "loss/val" each, and what a run has in one, in words. */
size_t run_list_titles(const view *v, char text[][64]);
void run_list_value(const view *v, const run *r, size_t which, char *text, size_t size);

/* How wide the list is beside the panels; 0: it is not shown. */
float run_list_width(const view *v);

void run_list_draw(view *v, display_list *list);

/* How high the strip is that a narrow page has instead; 0: there is none. It scrolls with the
 * panels.
 */
float run_strip_height(const view *v);
void run_strip_draw(const view *v, display_list *list);

/* The run at a place in the strip, as run_list_at. */
int run_strip_at(const view *v, point place);

/* The run at a place, as an index into view_runs; -1: none. */
int run_list_at(const view *v, point place);

/* What a click there does; false: the place is not in the list. */
bool run_list_press(view *v, point place, choice wanted);
bool run_list_wheel(view *v, point place, float dy);

/* Hides or shows a run, or all others, in all panels. */
void run_list_choose(view *v, size_t run, choice wanted);
void run_list_show_all(view *v);

/* The next of the orders: by name, by time, by each value. */
void run_list_next_order(view *v);

/* A key while a filter is typed. */
void run_list_type(view *v, const char *key);

#endif
