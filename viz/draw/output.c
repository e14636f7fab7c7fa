/* output.c: the one place where "-" is the standard output. */
#include "viz/draw/output.h"

#include <errno.h>
#include <string.h>

#include "core/atomic_file.h"

dnn_status output_flush(bool good, dnn_error *err) {
    if (fflush(stdout) == 0 && good && !ferror(stdout))
        return DNN_OK;
    return dnn_fail(err, DNN_ERROR_FILE, "the standard output: %s", strerror(errno));
}

dnn_status output_bytes(const char *path, const void *bytes, size_t size, dnn_error *err) {
    if (strcmp(path, "-") != 0)
        return dnn_atomic_file_replace(path, bytes, size, err);
    return output_flush(fwrite(bytes, 1, size, stdout) == size, err);
}

dnn_status output_text(const char *path, dnn_text_writer *write, const void *context,
                       dnn_error *err) {
    return dnn_text_give(path, write, context, output_bytes, err);
}
