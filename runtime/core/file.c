/* file.c: a file is written under another name first. */
#include "core/file.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/memory.h"

/* A device, a pipe or a link such as /dev/stdout, whose place no file may take. */
static bool is_special(const char *path) {
    struct stat s;
    return lstat(path, &s) == 0 && !S_ISREG(s.st_mode);
}

dnn_status dnn_file_replace(const char *path, const void *bytes, size_t size, dnn_error *err) {
    size_t length = strlen(path) + sizeof ".tmp";
    char *temporary = dnn_alloc(length);
    if (temporary == NULL)
        return dnn_fail(err, DNN_ERROR_MEMORY, "%s: no memory for a file name", path);
    bool in_place = is_special(path);
    snprintf(temporary, length, "%s%s", path, in_place ? "" : ".tmp");
    FILE *file = fopen(temporary, "wb");
    bool written = file != NULL && fwrite(bytes, 1, size, file) == size;
    int reason = errno;
    if (file != NULL && fclose(file) != 0 && written) {
        written = false;
        reason = errno;
    }
    if (written && !in_place && rename(temporary, path) != 0) {
        written = false;
        reason = errno;
    }
    dnn_status status = DNN_OK;
    if (!written) {
        status = dnn_fail(err, DNN_ERROR_FILE, "%s: cannot be written: %s", path, strerror(reason));
        if (file != NULL && !in_place)
            unlink(temporary);
    }
    dnn_free(temporary);
    return status;
}
