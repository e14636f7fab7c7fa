/* control.h: what a window says to the trainer that started it.
 *
 * One end of a socket pair stays with the trainer, the other is inherited by the window alone, so
 * nobody else can speak. A message is one line of text: "pause", "resume", "step", "stop",
 * "checkpoint", "rate 0.5" (multiply the learning rate). The trainer answers with lines: "paused
 * 120", "running", "rate 0.00375", "saved PATH", "stopping". */
#ifndef DNN_STORE_CONTROL_H
#define DNN_STORE_CONTROL_H

#include <stdbool.h>
#include <stddef.h>

#define DNN_CONTROL_LINE 512

typedef struct dnn_control {
    int fd; /* -1: nobody on the other side */
    char pending[DNN_CONTROL_LINE];
    size_t used;
} dnn_control;

/* The next whole line without its end into `line` (DNN_CONTROL_LINE bytes); waits up to
 * `milliseconds` (0: not at all, -1: for ever). False when none came; fd becomes -1 when the other
 * side is gone. */
bool dnn_control_receive(dnn_control *control, char *line, int milliseconds);

/* Sends one line without waiting; a full channel or a gone listener loses it. */
void dnn_control_send(dnn_control *control, const char *line);

#endif
