/* text_stream.h: a stream whose bytes become a text in memory. */
#ifndef DNN_CORE_TEXT_STREAM_H
#define DNN_CORE_TEXT_STREAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "core/error.h"

/* As open_memstream; NULL without memory. */
FILE *dnn_text_open(char **text, size_t *size);

/* Closes it (NULL is allowed); whether all that was written is in the text, which is the caller's
 * to free in any case. The C library says nothing when a text cannot grow but for errno, so nothing
 * else may clear that in the meantime. */
bool dnn_text_close(FILE *stream);

/* Replaces a file by what `write` puts into a stream, whole or not at all (atomic_file.h). When it
 * returns false, or memory was refused to it or to the text: DNN_ERROR_MEMORY, and the file as it
 * was. */
typedef bool dnn_text_writer(const void *context, FILE *out);
dnn_status dnn_text_save(const char *path, dnn_text_writer *write, const void *context,
                         dnn_error *err);

#endif
