/* memory_file.h: what a fuzz target feeds, as a file without a disk. */
#ifndef DNN_TESTS_FUZZ_MEMORY_FILE_H
#define DNN_TESTS_FUZZ_MEMORY_FILE_H

#include <stddef.h>
#include <stdint.h>

#include "core/error.h"

typedef struct memory_file {
    int fd;
    char path[32];
} memory_file;

memory_file memory_file_open(const uint8_t *data, size_t size);
void memory_file_close(memory_file *file);

/* A status that is not DNN_OK comes with a text, without control characters but tab and newline;
 * DNN_OK comes with none. `err` was {0}. */
void must_explain(dnn_status status, const dnn_error *err);

#endif
