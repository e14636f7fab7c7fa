/* state.h: what a window remembers from one time to the next.
 *
 * A text of "key = value" lines in $XDG_STATE_HOME/dnnlua/dnnview.conf (~/.local/state without it).
 * What cannot be read or written is passed over: nobody needs it. */
#ifndef DNN_VIZ_STATE_H
#define DNN_VIZ_STATE_H

#include "viz/window/view.h"

/* Scales, smoothing, theme and hidden curves into the view, the window's size into the others. */
void state_load(view *v, int *width, int *height);
void state_save(const view *v, int width, int height);

#endif
