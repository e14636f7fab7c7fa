/* damage.h: telling, once, what of a log could not be read. */
#ifndef DNN_VIZ_DAMAGE_H
#define DNN_VIZ_DAMAGE_H

#include <stdio.h>

#include "viz/window/view.h"

/* Sets the status line when memory ran out, or a run's log is damaged, or ends inside a record and
 * does not grow any more; each once. False when there is nothing new to say. */
bool damage_say(view *v);

/* DNN_ERROR_MEMORY when something is missing for want of memory, of which nothing was said yet. */
dnn_status damage_check_memory(const view *v, dnn_error *err);

/* Prints all there is to `out`, a line each, and with `at_rest` also of files' ends; false when the
 * runs hold nothing beside that. */
bool damage_print(const runs *all, bool at_rest, FILE *out);

/* Whether a log could not be read when that was last tried. */
bool damage_unread(const runs *all);

#endif
