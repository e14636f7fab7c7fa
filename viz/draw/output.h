/* output.h: files that the user names, "-" being the standard output. */
#ifndef DNN_VIZ_OUTPUT_H
#define DNN_VIZ_OUTPUT_H

#include "core/text_stream.h"

/* Replaces a file whole or not at all, as dnn_atomic_file_replace and dnn_text_save do, or writes
 * to the standard output. DNN_ERROR_FILE when that cannot take it all. */
dnn_status output_bytes(const char *path, const void *bytes, size_t size, dnn_error *err);
dnn_status output_text(const char *path, dnn_text_writer *write, const void *context,
                       dnn_error *err);

/* After printing to the standard output; `good`: so far all was written. DNN_ERROR_FILE when not. */
dnn_status output_flush(bool good, dnn_error *err);

#endif
