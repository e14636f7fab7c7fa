/* threads.h: one pool of worker threads for the whole process.
 *
 * Work is cut by the size of the problem, never by the number of threads, so a result has the same
 * bits on one thread and on many. Workers are started on first need, spin briefly for the next job
 * and then sleep. A job started from inside a task runs there, on that one thread. */
#ifndef DNN_CORE_THREADS_H
#define DNN_CORE_THREADS_H

#include <pthread.h>
#include <stddef.h>

#include "core/error.h"

#define DNN_MAX_THREADS 256

/* Called once for every task number 0 .. tasks-1, on any thread, in any order. */
typedef void dnn_task(void *context, size_t task);

/* Runs all tasks and returns when the last one has ended. Two threads of the caller's that call at
 * the same time are served one after the other. */
void dnn_parallel(size_t tasks, dnn_task *run, void *context);

/* The same, but once an interruption is requested (core/interrupt.h) tasks that have not begun are
 * left out, and DNN_ERROR_INTERRUPTED is returned. */
dnn_status dnn_parallel_until(size_t tasks, dnn_task *run, void *context, dnn_error *err);

/* pthread_create for a thread that leaves all signals to those of the caller. */
int dnn_thread_create(pthread_t *thread, void *(*run)(void *), void *context);

/* Why no thread or process could be started, in words: EAGAIN is "temporarily unavailable" to
 * strerror, and is what there is for a stack without memory. */
const char *dnn_thread_reason(int problem);

/* For a thread that works beside the training: jobs that it starts from now on run on it alone,
 * wait for no other, and are ended by no interruption. */
void dnn_thread_set_apart(void);

/* Threads that take part in a job, the caller's included. At first: DNN_NUM_THREADS from the
 * environment where that is a whole number from 1 to DNN_MAX_THREADS ("8", "1e1"), else the number
 * of CPUs that this process may use. */
size_t dnn_threads(void);

/* The value of DNN_NUM_THREADS where it is no such number, and so not used; else NULL. */
const char *dnn_threads_misset(void);

/* Sets that number, from 1 to DNN_MAX_THREADS (clamped). Not while a job runs. */
void dnn_set_threads(size_t count);

#endif
