/* figure_file.c: a figure's bytes from a file or from standard input. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "core/memory.h"
#include "viz/plot/figure_reader.h"

#define READ_AT_ONCE ((size_t)1 << 16)
#define MOST_BYTES   ((size_t)1 << 30)

/* Whether what was read can be the beginning of a figure: else the rest, which may have no end, is
 * not asked for. */
static bool may_be_figure(const uint8_t *bytes, size_t size) {
    static const char first[] = FIGURE_FIRST_LINE;
    return memcmp(bytes, first, size < sizeof first - 1 ? size : sizeof first - 1) == 0;
}

/* Doubles what is full; NULL, and nothing to be freed, when out of memory. */
static uint8_t *enlarge(uint8_t *bytes, size_t capacity) {
    uint8_t *more = dnn_alloc(2 * capacity);
    if (more != NULL)
        memcpy(more, bytes, capacity);
    dnn_free(bytes);
    return more;
}

/* The whole file, to be given back by dnn_free; NULL: err says why not. */
static uint8_t *read_all(FILE *file, const char *name, size_t *size, dnn_error *err) {
    size_t capacity = READ_AT_ONCE;
    uint8_t *bytes = dnn_alloc(capacity);
    *size = 0;
    while (bytes != NULL) {
        *size += fread(bytes + *size, 1, capacity - *size, file);
        if (*size < capacity || capacity == MOST_BYTES || !may_be_figure(bytes, *size))
            break;
        bytes = enlarge(bytes, capacity);
        capacity *= 2;
    }
    if (bytes == NULL)
        dnn_fail(err, DNN_ERROR_MEMORY, "%s: no memory to read it", name);
    else if (ferror(file))
        dnn_fail(err, DNN_ERROR_FILE, "%s: %s", name, strerror(errno));
    else if (*size == MOST_BYTES)
        dnn_fail(err, DNN_ERROR_FORMAT,
                 "%s: has 1 GiB or more; a figure has less: draw fewer points", name);
    else
        return bytes;
    dnn_free(bytes);
    return NULL;
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
