/* help.h: the sheet that lists every key and every gesture of the mouse. */
#ifndef DNN_VIZ_HELP_H
#define DNN_VIZ_HELP_H

#include <stdio.h>

#include "viz/window/view.h"

void help_draw(const view *v, display_list *list);

/* The same as plain text. */
void help_print(FILE *out);

#endif
