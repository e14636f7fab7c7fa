/* event_file.h: names of event files, events.out.tfevents.<seconds>.<host>.<pid>.<n>.
 *
 * Readers take the files of a run in the order of their names: what a later one holds continues or
 * replaces what the earlier ones do. */
#ifndef DNN_LOG_EVENT_FILE_H
#define DNN_LOG_EVENT_FILE_H

#include <stdbool.h>

bool dnn_is_event_file(const char *name);

/* The seconds in a name or a path; 0 in one of another form. */
long long dnn_event_file_seconds(const char *path);

/* The seconds for a new file: now, or the one after the latest that is there, since the clock may
 * have been set back, or be behind that of the machine which wrote there, and what is logged now
 * comes after it all the same. */
long long dnn_event_file_next(const char *folder);

/* Whether the file's folder has another event file. */
bool dnn_event_file_has_others(const char *path);

#endif
