/* text_stream.c: open_memstream with an answer to whether memory was enough. */
#include "core/text_stream.h"

#include <stdlib.h>
#include <string.h>

#include "core/atomic_file.h"
#include "core/memory.h"
#include "core/utf8.h"

enum { FIRST_BYTES = 256 };

typedef struct growing {
    char **text; /* of the caller's, with a zero after it */
    size_t *size, room;
} growing;

static ssize_t put(void *cookie, const char *bytes, size_t count) {
    growing *g = cookie;
    if (count >= g->room - *g->size) {
        size_t room = 2 * (*g->size + count + 1);
        char *larger = realloc(*g->text, room);
        if (larger == NULL) {
            dnn_count_refused();
            return 0; /* which the stream takes for an error */
        }
        *g->text = larger;
        g->room = room;
    }
    memcpy(*g->text + *g->size, bytes, count);
    *g->size += count;
    (*g->text)[*g->size] = '\0';
    return (ssize_t)count;
}

static int end(void *cookie) {
    free(cookie);
    return 0;
}

FILE *dnn_text_open(char **text, size_t *size) {
    growing *g = malloc(sizeof *g);
    *size = 0;
    *text = calloc(FIRST_BYTES, 1);
    FILE *stream = NULL;
    if (g != NULL && *text != NULL) {
        *g = (growing){text, size, FIRST_BYTES};
        stream = fopencookie(g, "w", (cookie_io_functions_t){.write = put, .close = end});
    }
    if (stream == NULL) {
        dnn_count_refused();
        free(g);
        free(*text);
        *text = NULL;
    }
    return stream;
}

bool dnn_text_close(FILE *stream) {
    if (stream == NULL)
        return false;
    bool good = ferror(stream) == 0;
    return fclose(stream) == 0 && good;
}

bool dnn_text_make(char **text, size_t *size, dnn_text_writer *write, const void *context) {
    uint64_t refused = dnn_allocations_refused();
    FILE *out = dnn_text_open(text, size);
    bool good = out != NULL && write(context, out);
    return dnn_text_close(out) && good && refused == dnn_allocations_refused();
}

bool dnn_text_show(FILE *out, dnn_text_writer *write, const void *context) {
    char *text = NULL;
    size_t size;
    bool good = dnn_text_make(&text, &size, write, context);
    if (text != NULL) {
        dnn_utf8_disarm(text);
        good = fputs(text, out) >= 0 && good;
    }
    free(text);
    return good;
}

dnn_status dnn_text_give(const char *path, dnn_text_writer *write, const void *context,
                         dnn_text_taker *take, dnn_error *err) {
    char *text = NULL;
    size_t size = 0;
    dnn_status status = dnn_text_make(&text, &size, write, context)
                            ? take(path, text, size, err)
                            : dnn_fail(err, DNN_ERROR_MEMORY, "%s: no memory", path);
    free(text);
    return status;
}

dnn_status dnn_text_save(const char *path, dnn_text_writer *write, const void *context,
                         dnn_error *err) {
    return dnn_text_give(path, write, context, dnn_atomic_file_replace, err);
}
