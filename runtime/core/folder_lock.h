/* folder_lock.h: one writer at a time in a folder. */
#ifndef DNN_CORE_FOLDER_LOCK_H
#define DNN_CORE_FOLDER_LOCK_H

#include <stdbool.h>
#include <sys/types.h>

#include "core/error.h"

/* Locks a folder until the descriptor *fd is closed or the process ends; it leaves nothing in the
 * folder. Where another descriptor has it, in this process or another: DNN_ERROR_STATE, and *holder
 * is its process, 0 where that is not known. On file systems without locks everyone gets one. */
dnn_status dnn_folder_lock(const char *folder, int *fd, pid_t *holder, dnn_error *err);

#endif
