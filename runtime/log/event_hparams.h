/* event_hparams.h: hyper-parameters that TensorBoard's plugin "hparams" has logged. For
 * event_read.c. */
#ifndef DNN_STORE_EVENT_HPARAMS_H
#define DNN_STORE_EVENT_HPARAMS_H

#include "log/event.h"

/* Reads what the plugin keeps beside a value. Those of the start of a session become a text with
 * the tag "settings", a line "key = value" for each in the order of the file, cut to the room that
 * `text` has; false for anything else of it, which holds no values. */
bool dnn_event_read_hparams(const uint8_t *content, size_t content_size, dnn_event *e, char *text,
                            size_t size);

#endif
