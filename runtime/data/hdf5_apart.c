/* hdf5_apart.c: HDF5 files read by a process of their own (hdf5_reader.c), which the HDF5 library
 * may bring down: this is the process that asks.
 *
 * The other one is a fork, and ends when no question has come for a second: it would otherwise
 * keep the pages that this process has changed since. The next question starts another one. */
#include "data/hdf5_apart.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/descriptor.h"
#include "core/interrupt.h"
#include "core/memory.h"
#include "core/process.h"
#include "core/threads.h"

enum { LOOK_MS = 50 }; /* between two looks for an interruption */

static pthread_mutex_t reaping = PTHREAD_MUTEX_INITIALIZER;

/* Waits for the end of the process and reaps it, which would otherwise stay a zombie until the next
 * question. Only while `reaping` is held may its number have become another's. */
static void *await_end(void *context) {
    dnn_hdf5 *file = context;
    siginfo_t info;
    waitid(P_PID, (id_t)file->process, &info, WEXITED | WNOWAIT);
    pthread_mutex_lock(&reaping);
    file->ended = dnn_wait(file->process, 0, &file->how);
    pthread_mutex_unlock(&reaping);
    return NULL;
}

/* With the socket closed the process ends by itself, unless it is busy. */
static void end(dnn_hdf5 *file, bool kills) {
    close(file->socket);
    pthread_mutex_lock(&reaping);
    if (kills && !file->ended)
        kill(file->process, SIGKILL);
    pthread_mutex_unlock(&reaping);
    pthread_join(file->waiter, NULL);
    file->process = 0;
}

void dnn_hdf5_apart_close(dnn_hdf5 *file) {
    if (file->process > 0)
        end(file, DNN_HDF5_KILLS);
}

/* One that was started and is not wanted. */
static void drop(pid_t process) {
    int how;
    if (process <= 0)
        return;
    kill(process, SIGKILL);
    dnn_wait(process, 0, &how);
}

static dnn_status start(dnn_hdf5 *file, dnn_error *err) {
    static const struct timeval look = {.tv_usec = LOOK_MS * 1000};
    int ends[2] = {-1, -1}, made = socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends);
    file->socket = dnn_above_standard(ends[0]);
    ends[1] = dnn_above_standard(ends[1]);
    pid_t process = made != 0 || file->socket < 0 || ends[1] < 0 ? -1 : fork();
    int problem = process < 0 ? errno : 0;
    if (process == 0)
        dnn_hdf5_be_reader(file, ends[1]);
    file->process = process;
    file->ended = false;
    if (problem == 0) {
        setsockopt(file->socket, SOL_SOCKET, SO_RCVTIMEO, &look, sizeof look);
        problem = dnn_thread_create(&file->waiter, await_end, file);
    }
    close(ends[1]);
    if (problem == 0)
        return DNN_OK;
    drop(process);
    close(file->socket);
    file->process = 0;
    return dnn_fail(err, problem == ENOMEM ? DNN_ERROR_MEMORY : DNN_ERROR_FILE,
                    "%s: no process to read it: %s", file->path, dnn_thread_reason(problem));
}

/* All bytes, with looks for an interruption. DNN_ERROR_STATE, without a message, when the process
 * has ended. */
static dnn_status receive(dnn_hdf5 *file, void *bytes, size_t size, dnn_error *err) {
    for (char *at = bytes; size > 0;) {
        dnn_status status = dnn_interrupt_check(err);
        if (status != DNN_OK)
            return status;
        ssize_t got = recv(file->socket, at, size, 0);
        if (got == 0 || (got < 0 && errno != EINTR && errno != EAGAIN))
            return DNN_ERROR_STATE;
        at += got > 0 ? got : 0;
        size -= got > 0 ? (size_t)got : 0;
    }
    return DNN_OK;
}

/* Where an answer broke off: the process is given up. Where it had ended by itself before it heard
 * the question, *idle is true and nothing is said. */
static dnn_status give_up(dnn_hdf5 *file, dnn_status status, bool *idle, dnn_error *err) {
    end(file, status != DNN_ERROR_STATE);
    if (status != DNN_ERROR_STATE)
        return status;
    bool by_itself = WIFEXITED(file->how) && WEXITSTATUS(file->how) == 0;
    if (idle != NULL && (*idle = by_itself))
        return DNN_ERROR_STATE;
    return dnn_fail(err, DNN_ERROR_MEMORY,
                    "%s: the HDF5 library crashed (signal %d): memory was short, or the file is "
                    "damaged",
                    file->path, WIFSIGNALED(file->how) ? WTERMSIG(file->how) : 0);
}

static dnn_status receive_or_give_up(dnn_hdf5 *file, void *bytes, size_t size, dnn_error *err) {
    dnn_status status = receive(file, bytes, size, err);
    return status == DNN_OK ? DNN_OK : give_up(file, status, NULL, err);
}

static dnn_status receive_error(dnn_hdf5 *file, dnn_status answer, dnn_error *err) {
    dnn_error text;
    if (answer == DNN_OK)
        return DNN_OK;
    dnn_status status = receive_or_give_up(file, &text, sizeof text, err);
    if (status == DNN_OK && err != NULL)
        *err = text;
    return status == DNN_OK ? answer : status;
}

/* Asks, once more where the process has just ended, and returns the status that is answered. */
static dnn_status ask(dnn_hdf5 *file, dnn_hdf5_question q, const char *name, dnn_error *err) {
    bool idle = true;
    dnn_status answer = DNN_OK, status = DNN_OK;
    q.name_bytes = strlen(name) + 1;
    for (int tries = 0; tries < 5 && idle; tries++) {
        idle = false;
        if (file->process <= 0 && (status = start(file, err)) != DNN_OK)
            return status;
        status = dnn_hdf5_tell(file->socket, &q, sizeof q) &&
                         dnn_hdf5_tell(file->socket, name, q.name_bytes)
                     ? receive(file, &answer, sizeof answer, err)
                     : DNN_ERROR_STATE;
        if (status == DNN_OK)
            return receive_error(file, answer, err);
        status = give_up(file, status, &idle, err);
    }
    return idle ? dnn_fail(err, DNN_ERROR_FILE, "%s: the process that reads it ends too early",
                           file->path)
                : status;
}

static dnn_status receive_text(dnn_hdf5 *file, char **text, dnn_error *err) {
    size_t size;
    dnn_status status = receive_or_give_up(file, &size, sizeof size, err);
    *text = NULL;
    if (status != DNN_OK || size == 0)
        return status;
    if ((*text = dnn_calloc(size, 1)) == NULL) {
        dnn_hdf5_apart_close(file);
        return dnn_fail(err, DNN_ERROR_MEMORY, "%s: not enough memory for its names", file->path);
    }
    return receive_or_give_up(file, *text, size, err);
}

dnn_status dnn_hdf5_apart_list(dnn_hdf5 *file, dnn_error *err) {
    size_t count = 0;
    dnn_status status = ask(file, (dnn_hdf5_question){.kind = DNN_HDF5_LIST}, "", err);
    if (status == DNN_OK)
        status = receive_or_give_up(file, &count, sizeof count, err);
    if (status == DNN_OK && (file->datasets = dnn_calloc(count, sizeof *file->datasets)) == NULL)
        status = dnn_fail(err, DNN_ERROR_MEMORY, "%s: not enough memory for its names", file->path);
    for (size_t i = 0; status == DNN_OK && i < count; i++) {
        dnn_hdf5_info *info = &file->datasets[i];
        status = receive_or_give_up(file, info, sizeof *info, err);
        info->name = info->elsewhere = NULL;
        file->count = i + 1;
        if (status == DNN_OK)
            status = receive_text(file, &info->name, err);
        if (status == DNN_OK)
            status = receive_text(file, &info->elsewhere, err);
    }
    return status;
}

dnn_status dnn_hdf5_apart_check(dnn_hdf5 *file, const dnn_hdf5_info *info, dnn_error *err) {
    return ask(file, (dnn_hdf5_question){.kind = DNN_HDF5_CHECK}, info->name, err);
}

dnn_status dnn_hdf5_apart_read(dnn_hdf5 *file, const dnn_hdf5_info *info, dnn_matrix *out,
                               dnn_error *err) {
    dnn_hdf5_question q = {.kind = DNN_HDF5_NUMBERS,
                           .rows = info->rows,
                           .cols = info->cols,
                           .dtype = info->dtype};
    size_t count = 0, size = dnn_dtype_info(info->dtype)->size, left = dnn_matrix_count(out);
    char *at = out->data;
    dnn_status answer = DNN_OK, status = ask(file, q, info->name, err);
    while (status == DNN_OK) {
        status = receive_or_give_up(file, &count, sizeof count, err);
        if (status != DNN_OK || count == 0)
            break;
        if (count > left)
            return give_up(file, DNN_ERROR_STATE, NULL, err);
        status = receive_or_give_up(file, at, count * size, err);
        at += count * size;
        left -= count;
    }
    if (status == DNN_OK)
        status = receive_or_give_up(file, &answer, sizeof answer, err);
    return status == DNN_OK ? receive_error(file, answer, err) : status;
}

dnn_status dnn_hdf5_apart_texts(dnn_hdf5 *file, const dnn_hdf5_info *info, dnn_hdf5_texts *out,
                                dnn_error *err) {
    dnn_hdf5_texts texts;
    dnn_status status = ask(file, (dnn_hdf5_question){.kind = DNN_HDF5_TEXTS}, info->name, err);
    if (status == DNN_OK)
        status = receive_or_give_up(file, &texts, sizeof texts, err);
    if (status != DNN_OK)
        return status;
    texts.room = texts.size;
    texts.bytes = dnn_alloc(texts.size);
    if (texts.bytes == NULL) {
        dnn_hdf5_apart_close(file);
        return dnn_hdf5_fail(file, info->name, DNN_ERROR_MEMORY, err,
                             "cannot be read: out of memory");
    }
    status = receive_or_give_up(file, texts.bytes, texts.size, err);
    *out = texts;
    if (status != DNN_OK)
        dnn_hdf5_texts_free(out);
    return status;
}
