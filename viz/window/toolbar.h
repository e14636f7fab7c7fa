/* toolbar.h: the buttons at the page's top right: actions for the mouse. */
#ifndef DNN_VIZ_TOOLBAR_H
#define DNN_VIZ_TOOLBAR_H

#include "viz/window/actions.h"

/* Where the buttons begin: what stands to the left of it is the title's. */
float toolbar_left(const view *v);

void toolbar_draw(const view *v, display_list *list);

/* The action of the button at a place, and the key that it stands for; NULL: none. */
const action *toolbar_at(const view *v, point place, const char **key);

#endif
