/* atomic_file.h: files that are replaced whole or not at all.
 *
 * A file is written under another name beside its own, put on disk, and renamed, and the folder is
 * put on disk too. Whatever fails, or is killed, before that leaves the old file as it was. The
 * other name is a hidden one that nobody can guess, is made new (a link there is not followed), and
 * carries a lock while its writer lives: what a killed program left is removed by the next that
 * writes into that folder, in whatever container or process it runs. */
#ifndef DNN_CORE_ATOMIC_FILE_H
#define DNN_CORE_ATOMIC_FILE_H

#include <stdbool.h>
#include <stddef.h>

#include "core/error.h"

typedef struct dnn_atomic_file {
    const char *path; /* the caller's */
    char *temporary;  /* where it is written */
    int fd;
    bool replaces; /* an old file, that was there at the beginning */
    bool synced;   /* put on disk before it takes its name; true at first */
} dnn_atomic_file;

/* Begins a file. DNN_ERROR_FILE where none can be made, where the old one is read-only (chmod 444
 * protects it, from root too), and where there is something that is not a regular file (a folder, a
 * device, a symbolic link), since the new file would take its place. The old one's permissions are
 * kept, and its owner and group where the system lets us. `path` must stay until the end. */
dnn_status dnn_atomic_file_begin(dnn_atomic_file *file, const char *path, dnn_error *err);

/* Appends bytes; DNN_ERROR_FILE with the system's reason, such as a full disk. */
dnn_status dnn_atomic_file_write(dnn_atomic_file *file, const void *bytes, size_t size,
                                 dnn_error *err);

/* Makes it the file. Whether it fails or not, this is the end of it. */
dnn_status dnn_atomic_file_finish(dnn_atomic_file *file, dnn_error *err);

/* Removes what was written; the end of a file that is not finished. */
void dnn_atomic_file_abandon(dnn_atomic_file *file);

/* Finds out whether a file can be written here, with the errors of _begin, and leaves nothing: for
 * saying so before hours of work, not after. */
dnn_status dnn_atomic_file_check(const char *path, dnn_error *err);

/* All of it at once. What replaces an old file is put on disk first, as above; a new one, with
 * which nothing can be lost, does not wait for the disk: a thousand images are written in a moment.
 * A device, a pipe or the name of an open file, such as /dev/stdout, is written into instead; of
 * a pipe a reader is waited for, until DNN_ERROR_INTERRUPTED. */
dnn_status dnn_atomic_file_replace(const char *path, const void *bytes, size_t size,
                                   dnn_error *err);

#endif
