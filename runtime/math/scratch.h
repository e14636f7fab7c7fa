/* scratch.h: working memory that a thread keeps between calls.
 *
 * Internal to this folder. A product or a reduction that needs room for partial results takes it
 * here, so that a training step allocates nothing after the first. */
#ifndef DNN_MATH_SCRATCH_H
#define DNN_MATH_SCRATCH_H

#include <stddef.h>

/* The calling thread's block of at least `bytes`, aligned as dnn_alloc's, contents undefined; NULL
 * when there is no memory. It is valid until the thread's next call, and freed when the thread
 * ends. Code that runs inside a task of core/threads.h must not call it, but may use the caller's
 * block. */
void *dnn_scratch(size_t bytes);

#endif
