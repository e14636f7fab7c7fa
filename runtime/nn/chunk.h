/* chunk.h: long vectors in chunks of a fixed length, on all threads. */
#ifndef DNN_NN_CHUNK_H
#define DNN_NN_CHUNK_H

#include <stddef.h>

#include "core/threads.h"

#define DNN_CHUNK ((size_t)32768) /* elements: long enough to be worth waking a thread for */

/* Called for elements [begin, end), at least one. */
typedef void dnn_chunk_task(void *context, size_t begin, size_t end);

/* Runs the task over 0 .. n-1, cut by n alone, so that results do not depend on the threads. */
void dnn_for_chunks(size_t n, dnn_chunk_task *run, void *context);

/* Runs tasks 0 .. tasks-1, on all threads where they have more than a chunk of elements together.
 */
void dnn_for_tasks(size_t tasks, size_t elements, dnn_task *run, void *context);

#endif
