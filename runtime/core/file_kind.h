/* file_kind.h: what a file is by its first bytes, so that a reader that was given something else
 * can say what that is and what to do with it. */
#ifndef DNN_CORE_FILE_KIND_H
#define DNN_CORE_FILE_KIND_H

#include <stddef.h>

#include "core/error.h"

#define DNN_FILE_KIND_BYTES ((size_t)512) /* as many first bytes as are looked at */

typedef struct dnn_file_kind {
    const char *name;   /* with its article: "a Git LFS pointer" */
    const char *advice; /* what to do; "" where there is nothing to say */
} dnn_file_kind;

/* The kind of a file that begins with these bytes; NULL when it is not known. */
const dnn_file_kind *dnn_file_kind_of(const void *first, size_t size);

/* Fails with DNN_ERROR_FORMAT and "PATH: expected an HDF5 file, got a Git LFS pointer; run git lfs
 * pull ...". An unknown file is described by its first bytes. Without a path (NULL) the text begins
 * with "expected". */
dnn_status dnn_fail_file_kind(dnn_error *err, const char *path, const char *expected,
                              const void *first, size_t size);

#endif
