/* file.c: a file is written under another name first. */
#include "core/file.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "core/memory.h"

dnn_status dnn_file_replace(const char *path, const void *bytes, size_t size, dnn_error *err) {
    size_t length = strlen(path) + sizeof ".tmp";
    char *temporary = dnn_alloc(length);
    if (temporary == NULL)
        return dnn_fail(err, DNN_ERROR_MEMORY, "%s: no memory for a file name", path);
    snprintf(temporary, length, "%s.tmp", path);
    FILE *file = fopen(temporary, "wb");
    bool written = file != NULL && fwrite(bytes, 1, size, file) == size;
    int reason = errno;
    if (file != NULL && fclose(file) != 0 && written) {
        written = false;
        reason = errno;
    }
    if (written && rename(temporary, path) != 0) {
        written = false;
        reason = errno;
    }
    dnn_status status = DNN_OK;
    if (!written) {
        status = dnn_fail(err, DNN_ERROR_FILE, "%s: cannot be written: %s", path, strerror(reason));
        if (file != NULL)
            unlink(temporary);
    }
    dnn_free(temporary);
    return status;
}
