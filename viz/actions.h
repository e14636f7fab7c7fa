/* actions.h: everything that a user can do, by name, key and words; the help lists this table. */
#ifndef DNN_VIZ_ACTIONS_H
#define DNN_VIZ_ACTIONS_H

#include "viz/view.h"

/* What an action asks of the window, beyond changing the view. */
typedef enum request {
    REQUEST_NONE = 0,
    REQUEST_QUIT,
    REQUEST_PNG,
    REQUEST_SVG,
    REQUEST_CSV,
    REQUEST_PAUSE, /* these go to the trainer */
    REQUEST_STEP,
    REQUEST_STOP,
    REQUEST_CHECKPOINT,
    REQUEST_RATE_UP,
    REQUEST_RATE_DOWN,
    REQUEST_COUNT
} request;

typedef struct action {
    const char *name; /* "zoom in" */
    const char *keys; /* "+ =": SDL key names separated by blanks, for matching and for the help */
    const char *doc;
    request (*run)(view *v);
} action;

extern const action actions[]; /* ended by a row without a name */

/* Runs the action of a key ("x", "Left", "Shift+L"); REQUEST_NONE where there is none. */
request action_key(view *v, const char *key);

/* The mouse: places in points. Wheel zooms around the cursor (with Shift only x, with Ctrl only y);
 * a drag pans, a drag with Shift or the right button zooms to the box; a click on a legend entry
 * hides or shows the curve, with Ctrl it alone; a double click fits, on the title maximises. */
void mouse_move(view *v, point place);
void mouse_leave(view *v);
void mouse_press(view *v, point place, int button, bool shift, bool control, int clicks);
void mouse_release(view *v, point place);
void mouse_wheel(view *v, float dx, float dy, bool shift, bool control);

#endif
