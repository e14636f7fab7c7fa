/* run_log.c: the buffer that calls fill and the thread that writes it, ten times a second, and
 * sleeps when nothing has come for a second.
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
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/clock.h"
#include "core/descriptor.h"
#include "core/grow.h"
#include "core/memory.h"
#include "core/path.h"
#include "core/threads.h"
#include "log/event_file.h"
#include "log/record.h"
#include "log/wire.h"

#define FIRST_CAPACITY   ((size_t)1 << 18)
#define MAX_BUFFERED     ((size_t)1 << 26)
#define WRITE_EVERY_NSEC 100000000L
#define IDLE_LOOKS       10 /* in vain, before it sleeps: waking it costs a call more */

typedef struct buffer {
    uint8_t *bytes;
    size_t used, capacity;
} buffer;

struct dnn_run_log {
    pthread_mutex_t lock; /* guards filling, closing, asleep, bare, problem and reported */
    pthread_cond_t wake;
    pthread_mutex_t disk; /* held while writing: one writer at a time */
    pthread_t writer;
    pid_t owner; /* a forked child must not write its copy of the buffer */
    int fd;
    off_t written; /* bytes of whole records in the file */
    bool closing, asleep;
    bool bare;   /* nothing but what introduces the run */
    int problem; /* errno of the first failure, 0: none */
    bool reported;
    uint64_t lost; /* records that found no room, since flush has said so */
    buffer filling, writing;
    char path[PATH_MAX];
    char other[NAME_MAX + 1]; /* an event file beside it that another process is writing, or "" */
    struct dnn_run_log *next; /* in the list of open logs */
};

static pthread_mutex_t open_logs_lock = PTHREAD_MUTEX_INITIALIZER;
static dnn_run_log *open_logs;

/* --- writing --- */

static void drop_front(buffer *b, size_t size) {
    b->used -= size;
    memmove(b->bytes, b->bytes + size, b->used);
}

/* Writes `writing` and leaves in it what could not be written; the disk lock is held. What came
 * through of the record that failed is cut off, and that record is tried again. Returns 0 or errno.
 */
static int write_out(dnn_run_log *log) {
    buffer *b = &log->writing;
    size_t done;
    int problem = dnn_write_all(log->fd, b->bytes, b->used, &done);
    size_t whole = problem == 0 ? done : dnn_record_whole(b->bytes, done);
    off_t end = log->written + (off_t)whole;
    if (problem != 0 && (ftruncate(log->fd, end) != 0 || lseek(log->fd, end, SEEK_SET) != end))
        return errno; /* the file keeps a torn record, which is written over next time */
    log->written = end;
    drop_front(b, whole);
    return problem;
}

/* Whether the file still has a name: nobody will find what is written into one that was removed. */
static int check_name(const dnn_run_log *log) {
    struct stat info;
    return fstat(log->fd, &info) != 0 ? errno : info.st_nlink == 0 ? ENOENT : 0;
}

/* Writes everything that calls have left so far. */
static int drain(dnn_run_log *log) {
    pthread_mutex_lock(&log->disk);
    int problem = log->writing.used > 0 ? write_out(log) : 0;
    if (problem == 0) {
        pthread_mutex_lock(&log->lock);
        buffer swap = log->filling;
        log->filling = log->writing;
        log->writing = swap;
        pthread_mutex_unlock(&log->lock);
        bool any = log->writing.used > 0;
        if (any)
            problem = write_out(log);
        if (any && problem == 0)
            problem = check_name(log);
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

/* The lock is held. */
static void sleep_until_called(dnn_run_log *log) {
    log->asleep = true;
    while (log->asleep && !log->closing)
        pthread_cond_wait(&log->wake, &log->lock);
}

static void *write_regularly(void *argument) {
    dnn_run_log *log = argument;
    int idle = 0;
    pthread_mutex_lock(&log->lock);
    while (!log->closing) {
        idle = log->filling.used == 0 && log->problem == 0 ? idle + 1 : 0;
        if (idle > IDLE_LOOKS)
            sleep_until_called(log);
        struct timespec until = dnn_clock_after(WRITE_EVERY_NSEC);
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
    if (b->used + bytes > MAX_BUFFERED)
        return false;
    return dnn_grow(&b->bytes, &b->capacity, b->used,
                    b->capacity == 0 && bytes < FIRST_CAPACITY ? FIRST_CAPACITY : bytes);
}

void dnn_run_log_event(dnn_run_log *log, const dnn_event *event) {
    dnn_event stamped = *event;
    if (stamped.wall_time == 0)
        stamped.wall_time = dnn_clock_wall();
    pthread_mutex_lock(&log->lock);
    log->bare = false;
    if (make_room(&log->filling, dnn_event_bound(&stamped)))
        log->filling.used += dnn_event_write(&stamped, log->filling.bytes + log->filling.used);
    else if (log->lost++ == 0 && (log->problem == 0 || (log->reported && log->problem != ENOBUFS)))
        log->problem = ENOBUFS, log->reported = false;
    if (log->asleep) {
        log->asleep = false;
        pthread_cond_signal(&log->wake);
    }
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

static dnn_status open_file(dnn_run_log *log, const char *folder, dnn_error *err) {
    long long seconds = dnn_event_file_next(folder);
    static _Atomic int opened; /* no name comes twice, even where a file was removed */
    char host[64] = "";
    if (gethostname(host, sizeof host - 1) != 0)
        strcpy(host, "localhost");
    for (int tries = 0; tries < 10000; tries++) {
        int length =
            snprintf(log->path, sizeof log->path, "%s/events.out.tfevents.%010lld.%s.%ld.%d",
                     folder, seconds, host, (long)getpid(), atomic_fetch_add(&opened, 1));
        if (length < 0 || length >= (int)sizeof log->path)
            return dnn_fail(err, DNN_ERROR_FILE, "run folder %.60s...: the name is too long",
                            folder);
        log->fd = dnn_open(log->path, O_WRONLY | O_CREAT | O_EXCL, 0666);
        if (log->fd >= 0) {
            (void)flock(log->fd, LOCK_EX | LOCK_NB); /* says that its writer lives: find_writer */
            return DNN_OK;
        }
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
    dnn_run_log **link = &open_logs;
    while (*link != log)
        link = &(*link)->next;
    *link = log->next;
    pthread_mutex_unlock(&open_logs_lock);
}

/* --- other processes --- */

static bool is_mine(const struct stat *file) {
    struct stat info;
    bool mine = false;
    pthread_mutex_lock(&open_logs_lock);
    for (const dnn_run_log *log = open_logs; log != NULL && !mine; log = log->next)
        mine = fstat(log->fd, &info) == 0 && info.st_dev == file->st_dev &&
               info.st_ino == file->st_ino;
    pthread_mutex_unlock(&open_logs_lock);
    return mine;
}

/* Whether another process that lives is writing the event file: its writer holds a lock on it. */
static bool is_written(int folder, const char *name) {
    struct stat info;
    int fd = openat(folder, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0)
        return false;
    bool locked = fstat(fd, &info) == 0 && !is_mine(&info) && flock(fd, LOCK_SH | LOCK_NB) != 0 &&
                  errno == EWOULDBLOCK;
    close(fd);
    return locked;
}

/* Looks for another process that writes into the same folder, and notes its file. */
static void find_writer(dnn_run_log *log, const char *folder) {
    const char *own = strrchr(log->path, '/') + 1;
    DIR *listing = dnn_open_folder(folder);
    for (struct dirent *entry;
         listing != NULL && log->other[0] == '\0' && (entry = readdir(listing)) != NULL;)
        if (dnn_is_event_file(entry->d_name) && strcmp(entry->d_name, own) != 0 &&
            is_written(dirfd(listing), entry->d_name))
            snprintf(log->other, sizeof log->other, "%s", entry->d_name);
    if (listing != NULL)
        closedir(listing);
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
    dnn_status status = dnn_make_folders(folder, 0777, err);
    if (status != DNN_OK)
        return dnn_fail_context(err, status, "run folder ");
    status = open_file(log, folder, err);
    if (status != DNN_OK)
        return status;
    if (!make_room(&log->filling, 64) || !make_room(&log->writing, 64))
        return dnn_fail(err, DNN_ERROR_MEMORY, "run folder %s: out of memory", folder);
    log->filling.used = dnn_event_write_version(dnn_clock_wall(), log->filling.bytes);
    int problem = dnn_thread_create(&log->writer, write_regularly, log);
    return problem == 0 ? DNN_OK
                        : dnn_fail(err, DNN_ERROR_STATE, "run folder %s: cannot start a thread: %s",
                                   folder, dnn_thread_reason(problem));
}

dnn_status dnn_run_log_open(dnn_run_log **out, const char *folder, dnn_error *err) {
    *out = NULL;
    dnn_run_log *log = dnn_calloc(1, sizeof *log);
    if (log == NULL)
        return dnn_fail(err, DNN_ERROR_MEMORY, "run folder %s: out of memory", folder);
    pthread_condattr_t monotonic;
    pthread_mutex_init(&log->lock, NULL);
    pthread_mutex_init(&log->disk, NULL);
    pthread_condattr_init(&monotonic); /* a clock that is set back must not hold the writer up */
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&log->wake, &monotonic);
    pthread_condattr_destroy(&monotonic);
    log->owner = getpid();
    log->fd = -1;
    dnn_status status = start(log, folder, err);
    if (status != DNN_OK) {
        free_log(log);
        return status;
    }
    find_writer(log, folder);
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
        if (log->bare && dnn_event_file_has_others(log->path))
            (void)unlink(log->path);
        else if (make_room(&log->filling, 64))
            log->filling.used +=
                dnn_event_write_end(dnn_clock_wall(), log->filling.bytes + log->filling.used);
        drain(log);
    }
    free_log(log);
}

static const char *reason(int problem) {
    return problem == ENOENT    ? "the file has been removed"
           : problem == ENOBUFS ? "out of memory for what waits to be written"
                                : strerror(problem);
}

void dnn_run_log_introduced(dnn_run_log *log) {
    pthread_mutex_lock(&log->lock);
    log->bare = true;
    pthread_mutex_unlock(&log->lock);
}

const char *dnn_run_log_path(const dnn_run_log *log) {
    return log->path;
}

const char *dnn_run_log_other(const dnn_run_log *log) {
    return log->other[0] != '\0' ? log->other : NULL;
}

void dnn_run_log_write(dnn_run_log *log) {
    drain(log);
}

dnn_status dnn_run_log_flush(dnn_run_log *log, dnn_error *err) {
    int problem = drain(log);
    if (problem == 0)
        problem = check_name(log);
    if (problem == 0)
        problem = dnn_sync(log->fd);
    if (problem == 0)
        problem = dnn_sync_folder_of(log->path);
    if (problem != 0)
        return dnn_fail(err, DNN_ERROR_FILE, "%s: %s", log->path, reason(problem));
    pthread_mutex_lock(&log->lock);
    uint64_t lost = err != NULL ? log->lost : 0;
    log->lost -= lost;
    pthread_mutex_unlock(&log->lock);
    return lost == 0 ? DNN_OK
                     : dnn_fail(err, DNN_ERROR_FILE,
                                "%s: %llu of the values that were logged are "
                                "lost: nothing could be written, and no more could wait",
                                log->path, (unsigned long long)lost);
}

bool dnn_run_log_problem(dnn_run_log *log, dnn_error *err) {
    pthread_mutex_lock(&log->lock);
    bool news = log->problem != 0 && !log->reported;
    log->reported = log->reported || news;
    int problem = log->problem;
    pthread_mutex_unlock(&log->lock);
    if (news)
        dnn_fail(err, DNN_ERROR_FILE, "%s: %s; training continues, but its log is incomplete%s",
                 log->path, reason(problem), problem == ENOENT ? "" : " until there is room again");
    return news;
}
