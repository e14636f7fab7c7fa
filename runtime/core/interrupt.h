/* interrupt.h: asking what runs to come to an end.
 *
 * A host (a signal handler of a program, another thread) requests it; long operations look between
 * pieces of some milliseconds, end with DNN_ERROR_INTERRUPTED and leave every object valid: what
 * they were writing may hold part of the result, what they were to change in place has changed
 * whole or not at all. The request stays, and ends whatever is called next, until it is cleared.
 * This library requests nothing itself and knows no signals. */
#ifndef DNN_CORE_INTERRUPT_H
#define DNN_CORE_INTERRUPT_H

#include <stdbool.h>

#include "core/error.h"

/* From any thread, and from a signal handler. */
void dnn_interrupt_request(void);

/* Between operations, by the thread that runs them. */
void dnn_interrupt_clear(void);

bool dnn_interrupt_requested(void);

/* DNN_ERROR_INTERRUPTED when it has been requested, else DNN_OK. */
dnn_status dnn_interrupt_check(dnn_error *err);

#endif
