/* memory_file.c: memfd, under the name that /proc gives it. */
#include "memory_file.h"

#include <stdbool.h>
#include <sys/mman.h>
#include <unistd.h>

#include "target.h"

memory_file memory_file_open(const uint8_t *data, size_t size) {
    memory_file file = {.fd = memfd_create("fuzz", MFD_CLOEXEC)};
    must_hold(file.fd >= 0 && write(file.fd, data, size) == (ssize_t)size);
    snprintf(file.path, sizeof file.path, "/proc/%d/fd/%d", (int)getpid(), file.fd);
    return file;
}

void memory_file_close(memory_file *file) {
    close(file->fd);
}

void must_explain(dnn_status status, const dnn_error *err) {
    must_hold((status == DNN_OK) == (err->text[0] == '\0'));
    must_hold(status == DNN_OK || status == err->status);
    for (const char *c = err->text; *c != '\0'; c++)
        must_hold(((unsigned char)*c >= 0x20 && *c != 0x7f) || *c == '\t' || *c == '\n');
}
