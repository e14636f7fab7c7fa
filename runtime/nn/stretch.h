/* stretch.h: long vectors in stretches of a fixed length, on all threads. */
#ifndef DNN_NN_STRETCH_H
#define DNN_NN_STRETCH_H

#include <stddef.h>

#define DNN_STRETCH ((size_t)32768) /* elements: long enough to be worth waking a thread for */

/* Called for elements [begin, end). */
typedef void dnn_stretch_task(void *context, size_t begin, size_t end);

/* Runs the task over 0 .. n-1, cut by n alone, so that results do not depend on the threads. */
void dnn_for_stretches(size_t n, dnn_stretch_task *run, void *context);

#endif
