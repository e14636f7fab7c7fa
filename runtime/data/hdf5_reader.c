/* hdf5_reader.c: the process that reads an HDF5 file for another one. It keeps nothing open but a
 * socket, opens the file, answers one question after the other, and ends when none has come for a
 * second. */
#include "data/hdf5_apart.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/interrupt.h"
#include "core/memory.h"

enum { IDLE_MS = 1000 }; /* until it ends */

bool dnn_hdf5_tell(int socket, const void *bytes, size_t size) {
    for (const char *at = bytes; size > 0;) {
        ssize_t sent = send(socket, at, size, MSG_NOSIGNAL);
        if (sent < 0 && errno != EINTR)
            return false;
        at += sent > 0 ? sent : 0;
        size -= sent > 0 ? (size_t)sent : 0;
    }
    return true;
}

static bool hear(int socket, void *bytes, size_t size) {
    return recv(socket, bytes, size, MSG_WAITALL) == (ssize_t)size;
}

static bool tell_status(int socket, dnn_status status, const dnn_error *err) {
    return dnn_hdf5_tell(socket, &status, sizeof status) &&
           (status == DNN_OK || dnn_hdf5_tell(socket, err, sizeof *err));
}

static bool tell_text(int socket, const char *text) {
    size_t size = text == NULL ? 0 : strlen(text) + 1;
    return dnn_hdf5_tell(socket, &size, sizeof size) && dnn_hdf5_tell(socket, text, size);
}

static bool tell_list(int socket, const dnn_hdf5 *file) {
    bool heard = dnn_hdf5_tell(socket, &file->count, sizeof file->count);
    for (size_t i = 0; heard && i < file->count; i++) {
        const dnn_hdf5_info *info = &file->datasets[i];
        heard = dnn_hdf5_tell(socket, info, sizeof *info) && tell_text(socket, info->name) &&
                tell_text(socket, info->elsewhere);
    }
    return heard;
}

/* Parts go with their number of elements before them. */
typedef struct socket_sink {
    dnn_hdf5_sink sink;
    int socket;
    size_t size; /* of an element */
    void *part;  /* the first is the largest */
} socket_sink;

static void *place_in_part(dnn_hdf5_sink *sink, size_t first, size_t count) {
    socket_sink *s = (socket_sink *)sink;
    (void)first;
    if (s->part == NULL)
        s->part = dnn_alloc(count * s->size);
    return s->part;
}

static dnn_status tell_part(dnn_hdf5_sink *sink, size_t count, dnn_error *err) {
    socket_sink *s = (socket_sink *)sink;
    if (dnn_hdf5_tell(s->socket, &count, sizeof count) &&
        dnn_hdf5_tell(s->socket, s->part, count * s->size))
        return DNN_OK;
    return dnn_fail(err, DNN_ERROR_STATE, "nobody listens");
}

static bool tell_numbers(int socket, dnn_hdf5 *file, const dnn_hdf5_info *info) {
    dnn_error err;
    size_t end = 0;
    socket_sink sink = {
        {place_in_part, tell_part},
        socket, dnn_dtype_info(info->dtype)->size, NULL
    };
    dnn_status status = dnn_hdf5_read_parts(file, info, &sink.sink, &err);
    dnn_free(sink.part);
    return dnn_hdf5_tell(socket, &end, sizeof end) && tell_status(socket, status, &err);
}

static bool tell_texts(int socket, dnn_hdf5 *file, const dnn_hdf5_info *info) {
    dnn_error err;
    dnn_hdf5_texts texts;
    dnn_status status = dnn_hdf5_read_texts(file, info, &texts, &err);
    bool heard = tell_status(socket, status, &err) &&
                 (status != DNN_OK ||
                  (dnn_hdf5_tell(socket, &texts, sizeof texts) &&
                   dnn_hdf5_tell(socket, texts.bytes, texts.size)));
    dnn_hdf5_texts_free(&texts);
    return heard;
}

/* Whether the next question may come. */
static bool answer(int socket, dnn_hdf5 *file, const dnn_hdf5_question *q, const char *name) {
    dnn_error err;
    const dnn_hdf5_info *info;
    if (q->kind == DNN_HDF5_LIST)
        return tell_status(socket, DNN_OK, NULL) && tell_list(socket, file);
    dnn_status status = dnn_hdf5_find(file, name, &info, &err);
    if (status == DNN_OK && q->kind == DNN_HDF5_CHECK)
        status = dnn_hdf5_check(file, info, &err);
    if (status == DNN_OK && q->kind == DNN_HDF5_NUMBERS &&
        (q->rows != info->rows || q->cols != info->cols || q->dtype != info->dtype))
        status = dnn_hdf5_fail(file, name, DNN_ERROR_FORMAT, &err,
                               "has changed since the file was opened");
    if (status != DNN_OK || q->kind == DNN_HDF5_CHECK)
        return tell_status(socket, status, &err);
    return q->kind == DNN_HDF5_TEXTS
               ? tell_texts(socket, file, info)
               : tell_status(socket, DNN_OK, NULL) && tell_numbers(socket, file, info);
}

/* Ctrl-C is the other process's business. Files are given back, since who waits for the end of a
 * pipe, or for a lock, would wait for this process. Returns where the socket is. */
static int detach(int socket) {
    static const int usual[] = {SIGHUP, SIGTERM, SIGQUIT, SIGALRM, SIGCHLD, SIGPIPE};
    sigset_t none;
    for (size_t i = 0; i < sizeof usual / sizeof *usual; i++)
        signal(usual[i], SIG_DFL);
    signal(SIGINT, SIG_IGN);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    int nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);
    dup2(socket, STDIN_FILENO);
    dup2(nowhere, STDOUT_FILENO);
#ifndef __SANITIZE_ADDRESS__      /* which reports there */
    dup2(nowhere, STDERR_FILENO); /* as the library does where it cannot start */
#endif
    close_range(3, ~0u, 0);
    dnn_interrupt_clear();
    return STDIN_FILENO;
}

static void answer_all(int socket, const char *path, dnn_hdf5_options options) {
    dnn_error err = {.status = DNN_OK};
    dnn_hdf5 *file;
    dnn_hdf5_question q;
    struct pollfd heard = {.fd = socket, .events = POLLIN};
    options.apart = false;
    dnn_status status = dnn_hdf5_open(&file, path, &options, &err);
    while (poll(&heard, 1, IDLE_MS) > 0 && hear(socket, &q, sizeof q)) {
        char *name = dnn_alloc(q.name_bytes);
        bool whole = name != NULL && hear(socket, name, q.name_bytes);
        bool goes_on = whole && (status == DNN_OK ? answer(socket, file, &q, name)
                                                  : tell_status(socket, status, &err));
        dnn_free(name);
        if (!goes_on)
            return;
    }
}

/* What a process of a build that counts lines counts is its own, and no fault of tests/fault is
 * among it. */
#ifdef DNN_COVERAGE
extern void __gcov_reset(void), __gcov_dump(void);
extern void fault_rest(void) __attribute__((weak));

static void begin_counting(void) {
    __gcov_reset();
}

static void end_counting(void) {
    if (fault_rest != NULL)
        fault_rest();
    __gcov_dump();
}
#else
static void begin_counting(void) {
}
static void end_counting(void) {
}
#endif

_Noreturn void dnn_hdf5_be_reader(const dnn_hdf5 *file, int socket) {
    begin_counting();
    answer_all(detach(socket), file->path, file->options);
    end_counting();
    _exit(0);
}
