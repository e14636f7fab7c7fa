/* window_parts.h: what the files of window.h share; not for others. */
#ifndef DNN_VIZ_WINDOW_PARTS_H
#define DNN_VIZ_WINDOW_PARTS_H

#include "viz/window/window.h"

union SDL_Event;

/* Does what an event asks for; false: the window is to close. */
bool window_handle(window *w, const union SDL_Event *e);

/* Lays the page out for the size that the window has now. */
void window_follow_size(window *w);

#endif
