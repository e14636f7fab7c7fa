/* file.h: replacing a whole file. */
#ifndef DNN_CORE_FILE_H
#define DNN_CORE_FILE_H

#include <stddef.h>

#include "core/error.h"

/* Writes the bytes into "<path>.tmp" and renames that, so that nobody meets half a file. What
 * is no plain file, such as /dev/stdout, is written into. It is not put on disk at once, as a draft
 * (core/draft.h) is: what can be made again, such as a picture, need not wait for the disk. */
dnn_status dnn_file_replace(const char *path, const void *bytes, size_t size, dnn_error *err);

#endif
