/* figure_file.c: a figure's bytes from a file or from standard input. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "core/memory.h"
#include "viz/plot/figure.h"

#define READ_AT_ONCE ((size_t)1 << 16)

/* The whole file, to be given back by dnn_free; NULL: err says why not. */
static uint8_t *read_all(FILE *file, const char *name, size_t *size, dnn_error *err) {
    size_t capacity = READ_AT_ONCE;
    uint8_t *bytes = dnn_alloc(capacity);
    *size = 0;
    while (bytes != NULL) {
        *size += fread(bytes + *size, 1, capacity - *size, file);
        if (*size < capacity)
            break;
        uint8_t *more = dnn_alloc(2 * capacity);
        if (more != NULL)
            memcpy(more, bytes, capacity);
        dnn_free(bytes);
        bytes = more;
        capacity *= 2;
    }
    if (bytes == NULL) {
        dnn_fail(err, DNN_ERROR_MEMORY, "%s: no memory to read it", name);
    } else if (ferror(file)) {
        dnn_fail(err, DNN_ERROR_FILE, "%s: %s", name, strerror(errno));
        dnn_free(bytes);
        bytes = NULL;
    }
    return bytes;
}

dnn_status figure_read(figure *out, const char *path, dnn_error *err) {
    bool standard = strcmp(path, "-") == 0;
    const char *name = standard ? "the figure at standard input" : path;
    FILE *file = standard ? stdin : fopen(path, "rbe");
    dnn_error problem = {0};
    size_t size;
    *out = (figure){0};
    if (file == NULL)
        return dnn_fail(err, DNN_ERROR_FILE, "%s: %s", name, strerror(errno));
    uint8_t *bytes = read_all(file, name, &size, &problem);
    if (bytes != NULL)
        figure_parse(out, bytes, size, name, &problem);
    dnn_free(bytes);
    if (!standard)
        fclose(file);
    if (problem.status != DNN_OK && err != NULL)
        *err = problem;
    return problem.status;
}
