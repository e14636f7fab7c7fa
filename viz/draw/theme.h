/* theme.h: colours and sizes. Series colours are told apart by colour-blind people (Okabe and Ito,
 * 2008) and come with dashes once they repeat; the heat map's scale is perceptually uniform. */
#ifndef DNN_VIZ_THEME_H
#define DNN_VIZ_THEME_H

#include "viz/draw/display_list.h"

typedef struct theme {
    const char *name; /* "light", "dark" */
    color background, panel, border, grid, axis, text, muted, accent, warning, selection;
} theme;

extern const theme theme_light, theme_dark;

/* Colour and dash of the n-th series (from 0). */
stroke theme_series(const theme *t, size_t n);

/* A value in 0..1 on the heat map's scale; NaN gives the theme's colour for missing. */
color theme_heat(const theme *t, double value);

/* The colour of a layer by its place from the first, 0, to the last, 1: the heat map's, without the
 * end that the panel's background is near to. */
color theme_layer(const theme *t, double place);

color faded(color c, double opacity);
color blend(color from, color to, double share); /* of `to`; opaque */

#endif
