/* descriptor.c: open, write and fsync, with what they leave to their callers. */
#include "core/descriptor.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#define STANDARD  3                 /* the first descriptor that is not a standard one */
#define WRITE_MAX ((size_t)1 << 30) /* Linux writes less than 2 GiB in one call */

int dnn_above_standard(int fd) {
    if (fd < 0)
        return -1;
    int moved = fd >= STANDARD ? fd : fcntl(fd, F_DUPFD_CLOEXEC, STANDARD);
    if (moved == fd) {
        (void)fcntl(fd, F_SETFD, FD_CLOEXEC);
        return fd;
    }
    int reason = errno;
    close(fd);
    errno = reason;
    return moved;
}

int dnn_open(const char *path, int flags, mode_t mode) {
    int fd;
    do {
        fd = open(path, flags | O_CLOEXEC, mode);
    } while (fd < 0 && errno == EINTR);
    return fd < STANDARD ? dnn_above_standard(fd) : fd;
}

DIR *dnn_open_folder(const char *path) {
    int fd = dnn_open(path, O_RDONLY | O_DIRECTORY, 0);
    DIR *folder = fd < 0 ? NULL : fdopendir(fd);
    if (folder == NULL && fd >= 0)
        close(fd);
    return folder;
}

static void carry_on(int number) {
    (void)number;
}

/* A handler that does nothing, since programs that are started would inherit that it is ignored. */
void dnn_survive_file_limit(void) {
    struct sigaction now, survive = {.sa_handler = carry_on, .sa_flags = SA_RESTART};
    if (sigaction(SIGXFSZ, NULL, &now) == 0 && now.sa_handler == SIG_DFL)
        sigaction(SIGXFSZ, &survive, NULL);
}

static sigset_t limit_signal(void) {
    sigset_t limit;
    sigemptyset(&limit);
    sigaddset(&limit, SIGXFSZ);
    return limit;
}

/* The signal is the writing thread's own, so blocking it there is enough. */
static void hold_limit_signal(sigset_t *before) {
    sigset_t limit = limit_signal();
    pthread_sigmask(SIG_BLOCK, &limit, before);
}

static void release_limit_signal(const sigset_t *before, bool came) {
    static const struct timespec at_once = {0};
    sigset_t limit = limit_signal();
    while (came && sigtimedwait(&limit, NULL, &at_once) < 0 && errno == EINTR)
        continue;
    pthread_sigmask(SIG_SETMASK, before, NULL);
}

int dnn_write_all(int fd, const void *bytes, size_t size, size_t *written) {
    const char *at = bytes;
    size_t left = size;
    int problem = 0;
    sigset_t before;
    hold_limit_signal(&before);
    while (left > 0 && problem == 0) {
        ssize_t n = write(fd, at, left < WRITE_MAX ? left : WRITE_MAX);
        if (n > 0) {
            at += n;
            left -= (size_t)n;
        } else if (n == 0 || errno != EINTR) {
            problem = n == 0 ? EIO : errno;
        }
    }
    release_limit_signal(&before, problem == EFBIG);
    if (written != NULL)
        *written = size - left;
    return problem;
}

int dnn_read_at(int fd, void *bytes, size_t size, off_t at, size_t *got) {
    ssize_t n = 1;
    for (*got = 0; *got < size && n != 0;) {
        n = pread(fd, (char *)bytes + *got, size - *got, at + (off_t)*got);
        if (n > 0)
            *got += (size_t)n;
        else if (n < 0 && errno != EINTR)
            return errno;
    }
    return 0;
}

int dnn_sync(int fd) {
    int problem;
    do {
        problem = fsync(fd) == 0 ? 0 : errno;
    } while (problem == EINTR);
    return problem == EINVAL || problem == ENOTSUP ? 0 : problem;
}

int dnn_sync_folder_of(const char *path) {
    char folder[PATH_MAX] = ".";
    const char *slash = strrchr(path, '/');
    if (slash != NULL) {
        size_t length = slash == path ? 1 : (size_t)(slash - path); /* "/file" is in "/" */
        if (length >= sizeof folder)
            return ENAMETOOLONG;
        memcpy(folder, path, length);
        folder[length] = '\0';
    }
    int fd = dnn_open(folder, O_RDONLY | O_DIRECTORY, 0);
    if (fd < 0)
        return errno == EACCES ? 0 : errno; /* a folder that may be written but not read */
    int problem = dnn_sync(fd);
    close(fd);
    return problem;
}
