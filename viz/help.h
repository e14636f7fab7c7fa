/* help.h: the sheet that lists every key and every gesture of the mouse. */
#ifndef DNN_VIZ_HELP_H
#define DNN_VIZ_HELP_H

#include "viz/view.h"

void help_draw(const view *v, display_list *list);

#endif
