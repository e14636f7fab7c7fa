/* run_log.c: the buffer that calls fill and the thread that writes it.
 *
 * Two buffers: callers append to `filling` under the lock; the writer swaps it with `writing` and
 * writes that without the lock. Only whole records count as written: after a short write the file
 * is cut back to the last record's end and the rest is tried again, so a full disk leaves a log
 * that opens. */
#include "log/run_log.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "core/memory.h"
#include "core/threads.h"

#define FIRST_CAPACITY   ((size_t)1 << 18)
#define MAX_BUFFERED     ((size_t)1 << 26)
#define WRITE_EVERY_NSEC 100000000L

typedef struct buffer {
    uint8_t *bytes;
    size_t used, capacity;
} buffer;

struct dnn_run_log {
    pthread_mutex_t lock; /* guards filling, closing, problem and reported */
    pthread_cond_t wake;
    pthread_mutex_t disk; /* held while writing: one writer at a time */
    pthread_t writer;
    pid_t owner; /* a forked child must not write its copy of the buffer */
    int fd;
    off_t written; /* bytes of whole records in the file */
    bool closing;
    int problem; /* errno of the first failure, 0: none */
    bool reported;
    buffer filling, writing;
    char path[PATH_MAX];
    struct dnn_run_log *next; /* in the list of open logs */
};

static pthread_mutex_t open_logs_lock = PTHREAD_MUTEX_INITIALIZER;
static dnn_run_log *open_logs;

static double now_seconds(void) {
    struct timespec t;
    clock_gettime(CLOCK_REALTIME, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

/* --- writing --- */

/* Writes `writing` and leaves in it what could not be written; the disk lock is held. Returns 0 or
 * errno. */
static int write_out(dnn_run_log *log) {
    buffer *b = &log->writing;
    size_t done = 0;
    int problem = 0;
    while (done < b->used && problem == 0) {
        ssize_t n = write(log->fd, b->bytes + done, b->used - done);
        if (n > 0)
            done += (size_t)n;
        else if (n == 0 || errno != EINTR)
            problem = n == 0 ? EIO : errno;
    }
    if (problem != 0) { /* the whole buffer is tried again: cut off what came through of it */
        if (ftruncate(log->fd, log->written) != 0 ||
            lseek(log->fd, log->written, SEEK_SET) != log->written)
            return errno;
        return problem;
    }
    log->written += (off_t)done;
    b->used = 0;
    return 0;
}

/* Moves everything to disk that calls have left so far. */
static int drain(dnn_run_log *log) {
    pthread_mutex_lock(&log->disk);
    int problem = log->writing.used > 0 ? write_out(log) : 0;
    if (problem == 0) {
        pthread_mutex_lock(&log->lock);
        buffer swap = log->filling;
        log->filling = log->writing;
        log->writing = swap;
        pthread_mutex_unlock(&log->lock);
        if (log->writing.used > 0)
            problem = write_out(log);
    }
    if (problem != 0) {
        pthread_mutex_lock(&log->lock);
        if (log->problem == 0)
            log->problem = problem;
        pthread_mutex_unlock(&log->lock);
    }
    pthread_mutex_unlock(&log->disk);
    return problem;
}

static void *write_regularly(void *argument) {
    dnn_run_log *log = argument;
    pthread_mutex_lock(&log->lock);
    while (!log->closing) {
        struct timespec until;
        clock_gettime(CLOCK_REALTIME, &until);
        until.tv_nsec += WRITE_EVERY_NSEC;
        until.tv_sec += until.tv_nsec / 1000000000;
        until.tv_nsec %= 1000000000;
        pthread_cond_timedwait(&log->wake, &log->lock, &until);
        pthread_mutex_unlock(&log->lock);
        drain(log);
        pthread_mutex_lock(&log->lock);
    }
    pthread_mutex_unlock(&log->lock);
    return NULL;
}

/* --- appending --- */

static bool make_room(buffer *b, size_t bytes) {
    if (b->capacity - b->used >= bytes)
        return true;
    size_t capacity = b->capacity == 0 ? FIRST_CAPACITY : b->capacity;
    while (capacity < b->used + bytes)
        capacity *= 2;
    uint8_t *larger = capacity > MAX_BUFFERED ? NULL : dnn_alloc(capacity);
    if (larger == NULL)
        return false;
    if (b->used > 0)
        memcpy(larger, b->bytes, b->used);
    dnn_free(b->bytes);
    b->bytes = larger;
    b->capacity = capacity;
    return true;
}

void dnn_run_log_event(dnn_run_log *log, const dnn_event *event) {
    dnn_event stamped = *event;
    if (stamped.wall_time == 0)
        stamped.wall_time = now_seconds();
    pthread_mutex_lock(&log->lock);
    if (make_room(&log->filling, dnn_event_bound(&stamped)))
        log->filling.used += dnn_event_write(&stamped, log->filling.bytes + log->filling.used);
    else if (log->problem == 0)
        log->problem = ENOBUFS;
    pthread_mutex_unlock(&log->lock);
}

void dnn_run_log_scalar(dnn_run_log *log, int64_t step, const char *tag, double value) {
    dnn_event event = {.step = step,
                       .tag = tag,
                       .tag_size = strlen(tag),
                       .kind = DNN_EVENT_SCALAR,
                       .scalar = (float)value};
    dnn_run_log_event(log, &event);
}

/* --- opening and closing --- */

/* mkdir -p. */
static dnn_status make_folders(const char *folder, dnn_error *err) {
    char path[PATH_MAX];
    if (snprintf(path, sizeof path, "%s", folder) >= (int)sizeof path - 256)
        return dnn_fail(err, DNN_ERROR_FILE, "run folder %.60s...: the name is too long", folder);
    for (char *p = path + 1;; p++) {
        if (*p != '/' && *p != '\0')
            continue;
        char rest = *p;
        *p = '\0';
        if (mkdir(path, 0777) != 0 && errno != EEXIST)
            return dnn_fail(err, DNN_ERROR_FILE, "run folder %s: cannot be made: %s", folder,
                            strerror(errno));
        if (rest == '\0')
            return DNN_OK;
        *p = rest;
    }
}

static dnn_status open_file(dnn_run_log *log, const char *folder, dnn_error *err) {
    char host[64];
    if (gethostname(host, sizeof host) != 0)
        strcpy(host, "localhost");
    host[sizeof host - 1] = '\0';
    for (int n = 0; n < 10000; n++) {
        int length = snprintf(log->path, sizeof log->path, "%s/events.out.tfevents.%lld.%s.%ld.%d",
                              folder, (long long)time(NULL), host, (long)getpid(), n);
        if (length < 0 || length >= (int)sizeof log->path)
            return dnn_fail(err, DNN_ERROR_FILE, "run folder %.60s...: the name is too long",
                            folder);
        log->fd = open(log->path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
        if (log->fd >= 0)
            return DNN_OK;
        if (errno != EEXIST)
            break;
    }
    return dnn_fail(err, DNN_ERROR_FILE, "run folder %s: cannot be written: %s", folder,
                    strerror(errno));
}

static void close_all_at_exit(void) {
    for (dnn_run_log *log = open_logs; log != NULL; log = log->next)
        if (log->owner == getpid())
            drain(log);
}

static void list_add(dnn_run_log *log) {
    static bool registered;
    pthread_mutex_lock(&open_logs_lock);
    if (!registered)
        registered = atexit(close_all_at_exit) == 0;
    log->next = open_logs;
    open_logs = log;
    pthread_mutex_unlock(&open_logs_lock);
}

static void list_remove(dnn_run_log *log) {
    pthread_mutex_lock(&open_logs_lock);
    for (dnn_run_log **link = &open_logs; *link != NULL; link = &(*link)->next)
        if (*link == log) {
            *link = log->next;
            break;
        }
    pthread_mutex_unlock(&open_logs_lock);
}

static void free_log(dnn_run_log *log) {
    if (log->fd >= 0)
        close(log->fd);
    dnn_free(log->filling.bytes);
    dnn_free(log->writing.bytes);
    pthread_cond_destroy(&log->wake);
    pthread_mutex_destroy(&log->lock);
    pthread_mutex_destroy(&log->disk);
    dnn_free(log);
}

static dnn_status start(dnn_run_log *log, const char *folder, dnn_error *err) {
    dnn_status status = make_folders(folder, err);
    if (status == DNN_OK)
        status = open_file(log, folder, err);
    if (status != DNN_OK)
        return status;
    if (!make_room(&log->filling, 64) || !make_room(&log->writing, 64))
        return dnn_fail(err, DNN_ERROR_MEMORY, "run folder %s: out of memory", folder);
    log->filling.used = dnn_event_write_version(now_seconds(), log->filling.bytes);
    if (dnn_thread_create(&log->writer, write_regularly, log) != 0)
        return dnn_fail(err, DNN_ERROR_STATE, "run folder %s: cannot start a thread", folder);
    return DNN_OK;
}

dnn_status dnn_run_log_open(dnn_run_log **out, const char *folder, dnn_error *err) {
    *out = NULL;
    dnn_run_log *log = dnn_calloc(1, sizeof *log);
    if (log == NULL)
        return dnn_fail(err, DNN_ERROR_MEMORY, "run folder %s: out of memory", folder);
    pthread_mutex_init(&log->lock, NULL);
    pthread_mutex_init(&log->disk, NULL);
    pthread_cond_init(&log->wake, NULL);
    log->owner = getpid();
    log->fd = -1;
    dnn_status status = start(log, folder, err);
    if (status != DNN_OK) {
        free_log(log);
        return status;
    }
    list_add(log);
    *out = log;
    return DNN_OK;
}

void dnn_run_log_close(dnn_run_log *log) {
    if (log == NULL)
        return;
    list_remove(log);
    if (log->owner == getpid()) {
        pthread_mutex_lock(&log->lock);
        log->closing = true;
        pthread_cond_signal(&log->wake);
        pthread_mutex_unlock(&log->lock);
        pthread_join(log->writer, NULL);
        drain(log);
    }
    free_log(log);
}

const char *dnn_run_log_path(const dnn_run_log *log) {
    return log->path;
}

dnn_status dnn_run_log_flush(dnn_run_log *log, dnn_error *err) {
    int problem = drain(log);
    if (problem != 0)
        return dnn_fail(err, DNN_ERROR_FILE, "%s: %s", log->path, strerror(problem));
    return DNN_OK;
}

bool dnn_run_log_problem(dnn_run_log *log, dnn_error *err) {
    pthread_mutex_lock(&log->lock);
    bool news = log->problem != 0 && !log->reported;
    log->reported = log->reported || news;
    int problem = log->problem;
    pthread_mutex_unlock(&log->lock);
    if (news)
        dnn_fail(err, DNN_ERROR_FILE,
                 "%s: %s; training goes on, but its log is incomplete until there is room again",
                 log->path, strerror(problem));
    return news;
}
