/* walk.h: how a kernel for contiguous runs is led over matrices of any layout.
 *
 * A kernel sees only contiguous runs. Runs that are not contiguous in memory (row views, blocks of
 * few rows, broadcast operands) are packed into small buffers on the stack, so one loop per
 * operation serves every layout at full speed. Large matrices are cut into tasks by their size
 * alone, and the tasks run on the thread pool. */
#ifndef DNN_MATH_WALK_H
#define DNN_MATH_WALK_H

#include "math/matrix.h"

/* Computes out[i] from a[i], b[i] and c[i] for i < n; inputs that an operation does not have are
 * NULL. An input may be `out` itself. */
typedef void dnn_kernel(size_t n, void *out, const void *a, const void *b, const void *c);

#define DNN_WALK_INPUTS 3
#define DNN_WALK_CHUNK  ((size_t)1024)  /* elements in a packed run */
#define DNN_WALK_TASK   ((size_t)32768) /* elements in one task of the pool */

/* Runs the kernel over every element of `out`. Inputs (NULL from the first that is not used) have
 * the shape of `out`, or 1 in a dimension where they are repeated; overlap has been checked by the
 * caller. Fails only with DNN_ERROR_INTERRUPTED, where the walk is long; one that changes an input
 * in place then has not begun. */
dnn_status dnn_walk(dnn_kernel *kernel, const dnn_matrix *out,
                    const dnn_matrix *const in[DNN_WALK_INPUTS], dnn_error *err);

/* How many tasks a walk over `count` elements is cut into: 1 when it is too small to share. */
size_t dnn_walk_tasks(size_t count);

/* Elements k .. k+n-1 of m in column-major order: their address where they are adjacent in memory,
 * else a copy in `buffer` (DNN_WALK_CHUNK elements; then n may be no more). */
const void *dnn_walk_read(const dnn_matrix *m, size_t k, size_t n, void *buffer);

#endif
