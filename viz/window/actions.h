/* actions.h: everything that a user can do, by name, key and words; the help lists these tables. */
#ifndef DNN_VIZ_ACTIONS_H
#define DNN_VIZ_ACTIONS_H

#include "viz/window/view.h"

/* What an action asks of the window, beyond changing the view. */
typedef enum request {
    REQUEST_NONE = 0,
    REQUEST_QUIT,
    REQUEST_PNG,
    REQUEST_SVG,
    REQUEST_CSV,
    REQUEST_PAUSE, /* from here on to the trainer */
    REQUEST_RESUME,
    REQUEST_STEP,
    REQUEST_STOP,
    REQUEST_CHECKPOINT,
    REQUEST_RATE_UP,
    REQUEST_RATE_DOWN,
    REQUEST_COUNT
} request;

typedef struct action {
    const char *group; /* heading in the help */
    const char *name;  /* "zoom in" */
    const char *keys;  /* separated by blanks: characters as typed ("x", "X", "?"), and names of
                          keys that type none ("Left", "Shift+Up", "Ctrl+Q", "Space") */
    const char *doc;
    request (*run)(view *v, const char *key);
} action;

extern const action actions[]; /* ended by a row without a name */

/* Runs the action of a key; REQUEST_NONE where there is none. */
request action_key(view *v, const char *key);

request action_run(view *v, const action *a, const char *key);
const action *action_find(const char *name);

/* Gestures of the mouse, in words. */
typedef struct gesture {
    const char *gesture, *doc;
} gesture;

extern const gesture gestures[]; /* ended by a row without a gesture */

typedef struct click {
    int button; /* 1: left, 3: right */
    int count;  /* 2: the second of a double click */
    bool shift, control;
} click;

/* The mouse: places in points of the page. */
void mouse_move(view *v, point place);
void mouse_leave(view *v);
request mouse_press(view *v, point place, click how);
void mouse_release(view *v, point place);
void mouse_wheel(view *v, float dx, float dy, bool shift, bool control);

#endif
