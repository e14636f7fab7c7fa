/* window_parts.h: what the files of window.h share; not for others. */
#ifndef DNN_VIZ_WINDOW_PARTS_H
#define DNN_VIZ_WINDOW_PARTS_H

#include "viz/window/window.h"

union SDL_Event;

/* --- present.c --- */

void present_open(window *w);
void present_close(window *w);

/* The pixels that a frame has now. */
void present_size(const window *w, int *width, int *height);

/* Puts w->pixels on the screen; false: it could not. */
bool present_show(window *w);

/* --- window_events.c --- */

/* Lays the page out for the size that the window has now. */
void window_follow_size(window *w);

/* Does what an event asks for; false: the window is to close. */
bool window_handle(window *w, const union SDL_Event *e);

#endif
