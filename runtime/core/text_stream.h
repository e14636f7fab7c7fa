/* text_stream.h: a stream whose bytes become a text in memory. */
#ifndef DNN_CORE_TEXT_STREAM_H
#define DNN_CORE_TEXT_STREAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/* As open_memstream; NULL without memory. */
FILE *dnn_text_open(char **text, size_t *size);

/* Closes it (NULL is allowed); whether all that was written is in the text, which is the caller's
 * to free in any case. The C library says nothing when a text cannot grow but for errno, so nothing
 * else may clear that in the meantime. */
bool dnn_text_close(FILE *stream);

#endif
