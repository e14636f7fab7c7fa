/* text_stream.h: a stream whose bytes become a text in memory. */
#ifndef DNN_CORE_TEXT_STREAM_H
#define DNN_CORE_TEXT_STREAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "core/error.h"

/* As open_memstream: *text and *size hold what was written once it is closed. NULL without memory,
 * and *text too. */
FILE *dnn_text_open(char **text, size_t *size);

/* Closes it (NULL is allowed); whether all that was written is in the text, which is the caller's
 * to free in any case. (Of a stream of open_memstream nobody knows that: it takes what it has no
 * memory for, and says so in errno alone, which other calls clear.) */
bool dnn_text_close(FILE *stream);

/* What `write` puts into a stream as a text, which is the caller's to free in any case. When it
 * returns false, or memory was refused to it or to the text, it is not whole: false. */
typedef bool dnn_text_writer(const void *context, FILE *out);
bool dnn_text_make(char **text, size_t *size, dnn_text_writer *write, const void *context);

/* Writes such a text into `out` without what would steer a terminal (dnn_utf8_disarm): words and
 * names that come from files. False when it was not whole, or could not be written. */
bool dnn_text_show(FILE *out, dnn_text_writer *write, const void *context);

/* Gives such a text, which is for `path`, to what takes it. DNN_ERROR_MEMORY when it is not whole,
 * and nothing is taken. */
typedef dnn_status dnn_text_taker(const char *path, const void *bytes, size_t size, dnn_error *err);
dnn_status dnn_text_give(const char *path, dnn_text_writer *write, const void *context,
                         dnn_text_taker *take, dnn_error *err);

/* Replaces a file by such a text, whole or not at all (atomic_file.h). DNN_ERROR_MEMORY when it is
 * not whole, and the file as it was. */
dnn_status dnn_text_save(const char *path, dnn_text_writer *write, const void *context,
                         dnn_error *err);

#endif
