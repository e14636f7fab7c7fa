/* text_stream.c: open_memstream with an answer to whether memory was enough. */
#include "core/text_stream.h"

#include <errno.h>

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
