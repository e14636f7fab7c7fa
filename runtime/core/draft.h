/* draft.h: a file in the making, which takes its name when it is whole.
 *
 * It is written under another name beside its own, put on disk, and renamed, and the folder is put
 * on disk too. Whatever fails, or is killed, before that leaves the old file as it was. */
#ifndef DNN_CORE_DRAFT_H
#define DNN_CORE_DRAFT_H

#include <stddef.h>

#include "core/error.h"

typedef struct dnn_draft {
    const char *path; /* the caller's */
    char *temporary;  /* where it is written */
    int fd;
} dnn_draft;

/* Begins a file. DNN_ERROR_FILE where none can be made, and where something stands that is no plain
 * file (a folder, a device, a symbolic link), since the new file would take its place. `path` must
 * stay until the end. */
dnn_status dnn_draft_begin(dnn_draft *draft, const char *path, dnn_error *err);

/* Appends bytes; DNN_ERROR_FILE with the system's reason, such as a full disk. */
dnn_status dnn_draft_write(dnn_draft *draft, const void *bytes, size_t size, dnn_error *err);

/* Makes it the file. Whether it fails or not, the draft is at its end. */
dnn_status dnn_draft_finish(dnn_draft *draft, dnn_error *err);

/* Removes what was written; the end of a draft that is not finished. */
void dnn_draft_abandon(dnn_draft *draft);

#endif
