/* history.c: inputs, kept in a file from one prompt to the next.
 *
 * The file has an input a line, with \n for a line's end in it and \\ for a backslash. Prompts
 * append under a lock; one that finds the file too long when it starts writes the newer half of it
 * anew. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bindings/prompt/parts.h"
#include "core/atomic_file.h"
#include "core/descriptor.h"
#include "core/grow.h"
#include "core/path.h"

enum {
    FILE_BYTES = 1 << 20, /* the file is cut when it is longer */
    INPUT_BYTES = 1 << 16 /* longer inputs are not written to it */
};

static char **entries;
static size_t count, capacity;
static char file_path[PATH_MAX];
static const char *file; /* NULL: nowhere */

/* --- entries --- */

static void remember(const char *input, size_t length) {
    if (!dnn_grow(&entries, &capacity, count, 1))
        return;
    char *copy = strndup(input, length);
    if (copy != NULL)
        entries[count++] = copy;
}

const char *history_entry(size_t back) {
    return back >= 1 && back <= count ? entries[count - back] : NULL;
}

static void encode(text *line, const char *input, size_t length) {
    for (size_t i = 0; i < length; i++) {
        const char *escaped = input[i] == '\n' ? "\\n" : input[i] == '\\' ? "\\\\" : NULL;
        add_bytes(line, escaped != NULL ? escaped : input + i, escaped != NULL ? 2 : 1);
    }
    add_bytes(line, "\n", 1);
}

/* In place; the result is not longer. */
static size_t decode(char *line, size_t length) {
    size_t to = 0;
    for (size_t from = 0; from < length; from++) {
        bool escaped = line[from] == '\\' && from + 1 < length;
        from += escaped;
        line[to++] = escaped && line[from] == 'n' ? '\n' : line[from];
    }
    return to;
}

/* --- the file --- */

/* Opens the file and locks it; -1 with errno. Another prompt may put a new file in its place while
 * this one waits for the lock: then it is opened again. */
static int open_locked(void) {
    for (;;) {
        struct stat here, there;
        int descriptor = open(file, O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
        if (descriptor < 0)
            return -1;
        bool locked = flock(descriptor, LOCK_EX) == 0;
        if (!locked && errno != EINTR)
            return descriptor; /* a file system without locks */
        if (locked && fstat(descriptor, &here) == 0 && stat(file, &there) == 0 &&
            here.st_ino == there.st_ino && here.st_dev == there.st_dev)
            return descriptor;
        close(descriptor);
    }
}

static void give_up(const char *what) {
    fprintf(stderr, "the history is not saved: %s: %s\n", what, strerror(errno));
    file = NULL;
}

/* Puts the lines from `kept` on in place of the file, whose lock is held. Where that fails, the
 * long file stays, which does no harm. */
static void replace_file(const char *kept, size_t length) {
    (void)dnn_atomic_file_replace(file, kept, length, NULL);
}

/* The whole file as bytes to free, with a zero after them; NULL when it cannot be read. */
static char *read_file(int descriptor, size_t *length) {
    struct stat status;
    if (fstat(descriptor, &status) != 0 || !S_ISREG(status.st_mode))
        return NULL;
    char *bytes = malloc((size_t)status.st_size + 1);
    ssize_t got = bytes != NULL ? pread(descriptor, bytes, (size_t)status.st_size, 0) : -1;
    if (got < 0) {
        free(bytes);
        return NULL;
    }
    bytes[got] = '\0';
    *length = (size_t)got;
    return bytes;
}

static void remember_lines(char *line, const char *end) {
    for (char *newline; (newline = memchr(line, '\n', (size_t)(end - line))) != NULL;
         line = newline + 1)
        remember(line, decode(line, (size_t)(newline - line)));
}

void open_history(void) {
    if (!dnn_user_path(DNN_USER_STATE, "dnnlua/history", file_path, sizeof file_path))
        return;
    file = file_path;
    (void)dnn_make_folders_for(file, 0700, NULL); /* opening the file says what is wrong */
    int descriptor = open_locked();
    size_t length = 0;
    char *bytes = descriptor >= 0 ? read_file(descriptor, &length) : NULL;
    if (bytes == NULL) {
        give_up(file);
    } else {
        char *newer = length > FILE_BYTES ? bytes + length - FILE_BYTES / 2 : NULL;
        char *cut = newer != NULL ? memchr(newer, '\n', FILE_BYTES / 2) : NULL;
        char *kept = cut != NULL ? cut + 1 : bytes;
        if (cut != NULL)
            replace_file(kept, length - (size_t)(kept - bytes));
        remember_lines(kept, bytes + length);
    }
    free(bytes);
    if (descriptor >= 0)
        close(descriptor);
}

void add_to_history(const char *input, size_t length) {
    const char *last = history_entry(1);
    if (length == 0 || input[0] == ' ' || input[0] == '\t' || input[0] == '\n' ||
        (last != NULL && strlen(last) == length && memcmp(last, input, length) == 0))
        return;
    remember(input, length);
    if (file == NULL || length > INPUT_BYTES)
        return;
    text line = {0};
    encode(&line, input, length);
    int descriptor = open_locked();
    if (descriptor < 0 || dnn_write_all(descriptor, line.bytes, line.length, NULL) != 0)
        give_up(file);
    if (descriptor >= 0)
        close(descriptor);
    free_text(&line);
}
