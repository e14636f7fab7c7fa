/* actions_parts.h: what the rows of the table in actions.c do; not for others. Each gets the key
 * that was pressed. */
#ifndef DNN_VIZ_ACTIONS_PARTS_H
#define DNN_VIZ_ACTIONS_PARTS_H

#include "viz/window/actions.h"

/* --- actions_panels.c --- */

request act_zoom(view *v, const char *key);
request act_pan(view *v, const char *key);
request act_fit(view *v, const char *key);
request act_fit_all(view *v, const char *key);
request act_hold(view *v, const char *key);
request act_let_go(view *v, const char *key);
request act_y_scale(view *v, const char *key);
request act_x_scale(view *v, const char *key);
request act_x_kind(view *v, const char *key);
request act_smooth(view *v, const char *key);
request act_hide_curve(view *v, const char *key);
request act_show_curves(view *v, const char *key);

/* --- actions_runs.c --- */

request act_fold_list(view *v, const char *key);
request act_filter(view *v, const char *key);
request act_order_runs(view *v, const char *key);
request act_group_runs(view *v, const char *key);
request act_show_runs(view *v, const char *key);
request act_far_runs(view *v, const char *key);
request act_pause(view *v, const char *key);
request act_single_step(view *v, const char *key);
request act_stop(view *v, const char *key);
request act_checkpoint(view *v, const char *key);
request act_rate(view *v, const char *key);
request act_replay(view *v, const char *key);
request act_speed(view *v, const char *key);

#endif
