/* color_index.h: colours on terminals that have 256. */
#ifndef DNN_VIZ_COLOR_INDEX_H
#define DNN_VIZ_COLOR_INDEX_H

#include "viz/draw/display_list.h"

/* The nearest of the terminal's colours: 16 .. 255. */
int color_index(color c);

/* One of the colours that the terminal has, so that pixels side by side have the colour in their
 * mean; greys stay. */
color color_dithered(color c, int x, int y);

#endif
