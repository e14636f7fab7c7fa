/* text_stream.c: open_memstream with an answer to whether memory was enough. */
#include "core/text_stream.h"

#include <errno.h>
#include <stdlib.h>

#include "core/atomic_file.h"
#include "core/memory.h"

FILE *dnn_text_open(char **text, size_t *size) {
    errno = 0;
    return open_memstream(text, size);
}

bool dnn_text_close(FILE *stream) {
    if (stream == NULL)
        return false;
    bool good = ferror(stream) == 0 && errno != ENOMEM;
    return fclose(stream) == 0 && good;
}

dnn_status dnn_text_save(const char *path, dnn_text_writer *write, const void *context,
                         dnn_error *err) {
    char *text = NULL;
    size_t size = 0;
    uint64_t refused = dnn_allocations_refused();
    FILE *out = dnn_text_open(&text, &size);
    bool good = out != NULL && write(context, out);
    good = dnn_text_close(out) && good && refused == dnn_allocations_refused();
    dnn_status status = good ? dnn_atomic_file_replace(path, text, size, err)
                             : dnn_fail(err, DNN_ERROR_MEMORY, "%s: no memory", path);
    free(text);
    return status;
}
