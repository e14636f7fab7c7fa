/* event_file.h: event files for the targets that read them. */
#ifndef DNN_TESTS_FUZZ_EVENT_FILE_H
#define DNN_TESTS_FUZZ_EVENT_FILE_H

#include "log/event.h"

/* Reads every byte that an event points to, so that a sanitiser sees a place that is not its own;
 * the sum keeps the compiler from leaving that out. */
double touch_event(const dnn_event *event);

/* Number of values in the whole records at the beginning of a file, by the plainest way to read
 * them; that the writer has closed its file is not one. */
size_t count_events(const uint8_t *file, size_t size);

/* Appends to a file; the target ends when that is impossible. */
void append_to_file(const char *path, const uint8_t *bytes, size_t size);

#endif
