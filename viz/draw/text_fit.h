/* text_fit.h: text cut to a width, with an ellipsis where something is left out, or to a room. */
#ifndef DNN_VIZ_TEXT_FIT_H
#define DNN_VIZ_TEXT_FIT_H

#include "viz/draw/display_list.h"

/* Cuts the end; "" where not even one character fits. */
void text_fit_end(const char *text, float width, float size, font_style style, char *out,
                  size_t room);

/* Cuts the middle: of names that begin alike the end says more. */
void text_fit_middle(const char *text, float width, float size, font_style style, char *out,
                     size_t room);

/* The first bytes of a text, at most `length` of them and as many as there is room for. */
void text_copy(const char *text, size_t length, char *out, size_t room);

#endif
