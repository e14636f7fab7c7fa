/* screen.h: how large things are on the user's screen, and how large a first window may be. */
#ifndef DNN_VIZ_SCREEN_H
#define DNN_VIZ_SCREEN_H

#include "viz/window/view.h"

/* Pixels per point by an X server's resources ("Xft.dpi: 192": 2); 0: they do not say. */
float screen_scale_of(const char *resources);

/* Gives the view the screen's scale, unless the user has chosen one, and makes a window of so many
 * points no larger than the screen. SDL's video must have been started. */
void screen_fit(view *v, int *width, int *height);

#endif
