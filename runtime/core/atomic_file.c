/* atomic_file.c: temporary file, fsync, rename, fsync of the folder.
 *
 * A temporary file is named ".<name>.<16 hex digits>.dnntmp", the name cut so that all fits the 255
 * bytes of a file name. Its writer holds an exclusive lock on it (flock). A file of such a name
 * that can be locked has no writer any more and is removed; a writer that finds its new file locked
 * or removed met such a sweep, and takes another name. */
#include "core/atomic_file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "core/clock.h"
#include "core/descriptor.h"
#include "core/interrupt.h"
#include "core/memory.h"
#include "core/utf8.h"

#define SUFFIX       ".dnntmp"
#define HEX_DIGITS   ((size_t)16)
#define EXTRA        (1 + 1 + HEX_DIGITS + sizeof SUFFIX - 1) /* bytes beside the name's own */
#define MOST_TRIES   100
#define NAME_LENGTH  ((size_t)NAME_MAX)
#define SWEPT_KEPT   ((size_t)64)
#define READER_AGAIN 10000000 /* nanoseconds until a pipe is asked for a reader again */

static dnn_status fail_path(const char *path, int reason, dnn_error *err) {
    return dnn_fail(err, DNN_ERROR_FILE, "%s: cannot be written: %s", path, strerror(reason));
}

/* Why the new file may not take the place of what is there; NULL: it may. */
static const char *obstacle(const char *path, const struct stat *there) {
    if (S_ISDIR(there->st_mode))
        return "is a folder; give the name of a file";
    if (S_ISLNK(there->st_mode))
        return "is a symbolic link, which the new file would replace; give the name of its target";
    if (!S_ISREG(there->st_mode))
        return "is not a regular file";
    if ((there->st_mode & 0222) == 0 || faccessat(AT_FDCWD, path, W_OK, AT_EACCESS) != 0)
        return "is read-only and was not replaced (chmod u+w allows it)";
    return NULL;
}

/* --- what killed programs have left --- */

static bool is_temporary(const char *name) {
    size_t length = strlen(name);
    if (name[0] != '.' || length < EXTRA ||
        strcmp(name + length - (sizeof SUFFIX - 1), SUFFIX) != 0)
        return false;
    const char *hex = name + length - (sizeof SUFFIX - 1) - HEX_DIGITS;
    return hex[-1] == '.' && strspn(hex, "0123456789abcdef") == HEX_DIGITS;
}

/* Removes a temporary file of ours that no living writer has locked. */
static void sweep_file(int folder, const char *name) {
    struct stat info;
    int fd = openat(folder, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0)
        return;
    bool ours = fstat(fd, &info) == 0 && S_ISREG(info.st_mode) &&
                (info.st_uid == geteuid() || geteuid() == 0); /* root's may be another's already */
    if (ours && flock(fd, LOCK_EX | LOCK_NB) == 0)
        (void)unlinkat(folder, name, 0);
    close(fd);
}

/* Whether this process has swept the folder: reading a large one takes its time. The time of its
 * birth tells a folder from one that had its number before it. Those that are remembered are the
 * last ones, more than a data set usually has classes. */
static bool was_swept(const char *folder) {
    static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
    static struct statx swept[SWEPT_KEPT];
    static size_t next;
    struct statx now;
    if (statx(AT_FDCWD, folder, 0, STATX_INO | STATX_BTIME, &now) != 0)
        return true; /* opening the file will say why */
    pthread_mutex_lock(&lock);
    bool found = false;
    for (size_t i = 0; i < SWEPT_KEPT && !found; i++)
        found = now.stx_ino == swept[i].stx_ino && now.stx_dev_major == swept[i].stx_dev_major &&
                now.stx_dev_minor == swept[i].stx_dev_minor &&
                now.stx_btime.tv_sec == swept[i].stx_btime.tv_sec &&
                now.stx_btime.tv_nsec == swept[i].stx_btime.tv_nsec;
    if (!found)
        swept[next++ % SWEPT_KEPT] = now;
    pthread_mutex_unlock(&lock);
    return found;
}

static void sweep(const char *folder_path) {
    DIR *folder = was_swept(folder_path) ? NULL : dnn_open_folder(folder_path);
    if (folder == NULL)
        return;
    for (struct dirent *entry; (entry = readdir(folder)) != NULL;)
        if (is_temporary(entry->d_name))
            sweep_file(dirfd(folder), entry->d_name);
    closedir(folder);
}

/* --- a name that nobody else has --- */

static uint64_t unpredictable(void) {
    uint64_t bits;
    if (getrandom(&bits, sizeof bits, GRND_NONBLOCK) != (ssize_t)sizeof bits)
        bits = (uint64_t)dnn_clock_nanoseconds() * 0x9E3779B97F4A7C15u ^ (uint64_t)getpid();
    return bits;
}

/* True when the new file is this writer's alone: locked, or on a file system that has no locks. */
static bool claim(int fd) {
    struct stat info;
    if (flock(fd, LOCK_EX | LOCK_NB) != 0)
        return errno != EWOULDBLOCK;
    return fstat(fd, &info) == 0 && info.st_nlink > 0;
}

/* Opens a temporary file beside `path`, whose name begins at path + folder_length; -1 with errno.
 */
static int open_temporary(char *temporary, size_t size, const char *path, size_t folder_length,
                          mode_t mode) {
    const char *name = path + folder_length;
    size_t length = strlen(name);
    if (length > NAME_LENGTH) {
        errno = ENAMETOOLONG;
        return -1;
    }
    if (length > NAME_LENGTH - EXTRA)
        length = dnn_utf8_cut(name, NAME_LENGTH - EXTRA);
    for (int tries = 0; tries < MOST_TRIES; tries++) {
        snprintf(temporary, size, "%.*s.%.*s.%016llx" SUFFIX, (int)folder_length, path, (int)length,
                 name, (unsigned long long)unpredictable());
        int fd = dnn_open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, mode);
        if (fd >= 0 && claim(fd))
            return fd;
        if (fd >= 0)
            close(fd);
        else if (errno != EEXIST)
            return -1;
    }
    errno = EEXIST;
    return -1;
}

/* --- whose it is --- */

/* Of a file whose group is not the old one's: that group may do what all may. */
static mode_t without_group(mode_t mode) {
    return (mode & ~(mode_t)0070) | (mode & 0070 & ((mode & 0007) << 3));
}

/* Owner, group and permissions of the old file, as far as the system lets us: only root gives files
 * away. */
static void take_over(int fd, const struct stat *old) {
    struct stat now;
    if (fstat(fd, &now) != 0)
        return;
    if (now.st_uid != old->st_uid)
        (void)!fchown(fd, old->st_uid, (gid_t)-1);
    bool group = now.st_gid == old->st_gid || fchown(fd, (uid_t)-1, old->st_gid) == 0;
    mode_t mode = old->st_mode & 0777;
    (void)!fchmod(fd, group ? mode : without_group(mode)); /* also what umask has taken */
}

/* --- its life --- */

dnn_status dnn_atomic_file_begin(dnn_atomic_file *file, const char *path, dnn_error *err) {
    struct stat there;
    bool replaces = lstat(path, &there) == 0;
    *file = (dnn_atomic_file){.path = path, .fd = -1, .replaces = replaces, .synced = true};
    const char *reason = replaces ? obstacle(path, &there) : NULL;
    if (reason != NULL)
        return dnn_fail(err, DNN_ERROR_FILE, "%s: %s", path, reason);
    const char *slash = strrchr(path, '/');
    size_t folder_length = slash == NULL ? 0 : (size_t)(slash - path) + 1;
    if (path[folder_length] == '\0')
        return fail_path(path, *path == '\0' ? ENOENT : EISDIR, err);
    size_t size = strlen(path) + EXTRA + 2;
    file->temporary = dnn_alloc(size);
    if (file->temporary == NULL)
        return dnn_fail(err, DNN_ERROR_MEMORY, "%s: out of memory", path);
    snprintf(file->temporary, size, "%.*s", (int)folder_length, path);
    sweep(folder_length == 0 ? "." : file->temporary);
    /* Nobody may read the new one who could not read the old one, at any moment. */
    mode_t mode = replaces ? there.st_mode & 0777 : 0666;
    if (replaces && there.st_gid != getegid())
        mode = without_group(mode);
    file->fd = open_temporary(file->temporary, size, path, folder_length, mode);
    if (file->fd >= 0) {
        if (replaces)
            take_over(file->fd, &there);
        return DNN_OK;
    }
    int problem = errno;
    dnn_free(file->temporary);
    file->temporary = NULL;
    return fail_path(path, problem, err);
}

dnn_status dnn_atomic_file_write(dnn_atomic_file *file, const void *bytes, size_t size,
                                 dnn_error *err) {
    int problem = dnn_write_all(file->fd, bytes, size, NULL);
    return problem == 0 ? DNN_OK : fail_path(file->path, problem, err);
}

static void end(dnn_atomic_file *file) {
    if (file->fd >= 0)
        close(file->fd);
    dnn_free(file->temporary);
    *file = (dnn_atomic_file){.fd = -1};
}

/* The lock is held until the file has its name: closing comes last. What close may say of a file on
 * a network, fsync has said before. */
dnn_status dnn_atomic_file_finish(dnn_atomic_file *file, dnn_error *err) {
    int problem = file->synced ? dnn_sync(file->fd) : 0;
    if (problem == 0 && rename(file->temporary, file->path) != 0)
        problem = errno;
    dnn_status status = problem == 0 ? DNN_OK : fail_path(file->path, problem, err);
    if (status != DNN_OK)
        (void)unlink(file->temporary);
    else if (file->synced && (problem = dnn_sync_folder_of(file->path)) != 0)
        status = dnn_fail(err, DNN_ERROR_FILE, "%s: written, but its folder cannot be synced: %s",
                          file->path, strerror(problem));
    end(file);
    return status;
}

void dnn_atomic_file_abandon(dnn_atomic_file *file) {
    if (file->temporary != NULL)
        (void)unlink(file->temporary);
    end(file);
}

dnn_status dnn_atomic_file_check(const char *path, dnn_error *err) {
    dnn_atomic_file file;
    dnn_status status = dnn_atomic_file_begin(&file, path, err);
    if (status == DNN_OK)
        dnn_atomic_file_abandon(&file);
    return status;
}

/* --- all at once --- */

/* The name of an open file, which is a link: /dev/stdout, or /dev/fd/63, as a shell's >(...) is.
 * When output is redirected, it leads to a regular file, which must not be replaced. */
static bool names_descriptor(const char *path) {
    static const char *const folders[] = {"/dev/fd/", "/proc/self/fd/"};
    for (size_t i = 0; i < sizeof folders / sizeof *folders; i++) {
        size_t length = strlen(folders[i]);
        if (strncmp(path, folders[i], length) == 0)
            return path[length] != '\0' &&
                   path[length + strspn(path + length, "0123456789")] == '\0';
    }
    return strcmp(path, "/dev/stdout") == 0 || strcmp(path, "/dev/stderr") == 0;
}

/* What is written into, not replaced: a device, a pipe, or an open file. No other link is followed,
 * wherever it leads: anybody may have put it there. */
static bool is_stream(const char *path) {
    struct stat there;
    if (names_descriptor(path))
        return stat(path, &there) == 0 && !S_ISDIR(there.st_mode);
    return lstat(path, &there) == 0 && !S_ISREG(there.st_mode) && !S_ISLNK(there.st_mode) &&
           !S_ISDIR(there.st_mode);
}

/* Opens what is written into. A pipe is opened when something reads it: asked for over and over,
 * since a wait in open(2) would not end on a request. */
static dnn_status open_stream(const char *path, int *fd, dnn_error *err) {
    struct stat there;
    bool pipe = stat(path, &there) == 0 && S_ISFIFO(there.st_mode);
    int flags = O_WRONLY | O_APPEND | O_NOCTTY | (names_descriptor(path) ? 0 : O_NOFOLLOW);
    while ((*fd = dnn_open(path, flags | (pipe ? O_NONBLOCK : 0), 0)) < 0 && pipe &&
           errno == ENXIO) {
        dnn_status status = dnn_interrupt_check(err);
        if (status != DNN_OK)
            return status;
        nanosleep(&(struct timespec){.tv_nsec = READER_AGAIN}, NULL);
    }
    if (*fd < 0)
        return fail_path(path, errno, err);
    if (pipe) /* what it takes is waited for */
        (void)fcntl(*fd, F_SETFL, fcntl(*fd, F_GETFL) & ~O_NONBLOCK);
    return DNN_OK;
}

static dnn_status write_into(const char *path, const void *bytes, size_t size, dnn_error *err) {
    int fd;
    dnn_status status = open_stream(path, &fd, err);
    if (status != DNN_OK)
        return status;
    int problem = dnn_write_all(fd, bytes, size, NULL);
    if (close(fd) != 0 && problem == 0)
        problem = errno;
    return problem == 0 ? DNN_OK : fail_path(path, problem, err);
}

dnn_status dnn_atomic_file_replace(const char *path, const void *bytes, size_t size,
                                   dnn_error *err) {
    if (is_stream(path))
        return write_into(path, bytes, size, err);
    dnn_atomic_file file;
    dnn_status status = dnn_atomic_file_begin(&file, path, err);
    if (status != DNN_OK)
        return status;
    file.synced = file.replaces;
    status = dnn_atomic_file_write(&file, bytes, size, err);
    if (status == DNN_OK)
        return dnn_atomic_file_finish(&file, err);
    dnn_atomic_file_abandon(&file);
    return status;
}
