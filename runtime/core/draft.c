/* draft.c: temporary file, fsync, rename, fsync of the folder. */
#include "core/draft.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/memory.h"

#define WRITE_MAX ((size_t)1 << 30) /* Linux writes less than 2 GiB in one call */

static dnn_status fail_path(const char *path, int reason, dnn_error *err) {
    return dnn_fail(err, DNN_ERROR_FILE, "%s: cannot be written: %s", path, strerror(reason));
}

/* What stands at the path and is no plain file, in words; NULL: nothing is in the way. */
static const char *obstacle(const struct stat *there) {
    if (S_ISREG(there->st_mode))
        return NULL;
    if (S_ISDIR(there->st_mode))
        return "is a folder; give the name of a file";
    if (S_ISLNK(there->st_mode))
        return "is a symbolic link, whose place the new file would take; give the name of the file "
               "that it leads to";
    return "is no plain file, and a file that can be read back is needed";
}

/* Opens "<path>.<pid>-<n>.tmp", a name that nobody else writes under; one that is there was left
 * behind by a process that was killed. */
static int open_temporary(char *temporary, size_t size, const char *path) {
    static atomic_uint drafts;
    unsigned n = atomic_fetch_add_explicit(&drafts, 1, memory_order_relaxed);
    snprintf(temporary, size, "%s.%ld-%u.tmp", path, (long)getpid(), n);
    const int flags = O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC;
    int fd = open(temporary, flags, 0666);
    if (fd < 0 && errno == EEXIST && unlink(temporary) == 0)
        fd = open(temporary, flags, 0666);
    return fd;
}

dnn_status dnn_draft_begin(dnn_draft *draft, const char *path, dnn_error *err) {
    struct stat there;
    bool replaces = lstat(path, &there) == 0;
    *draft = (dnn_draft){.path = path, .fd = -1};
    if (replaces && obstacle(&there) != NULL)
        return dnn_fail(err, DNN_ERROR_FILE, "%s: %s", path, obstacle(&there));
    size_t size = strlen(path) + 64;
    draft->temporary = dnn_alloc(size);
    if (draft->temporary == NULL)
        return dnn_fail(err, DNN_ERROR_MEMORY, "%s: no memory for a file name", path);
    draft->fd = open_temporary(draft->temporary, size, path);
    if (draft->fd >= 0) {
        if (replaces) /* who may read the old one may read the new one; not all systems let us */
            (void)!fchmod(draft->fd, there.st_mode & 0777);
        return DNN_OK;
    }
    int reason = errno;
    dnn_free(draft->temporary);
    draft->temporary = NULL;
    return fail_path(path, reason, err);
}

dnn_status dnn_draft_write(dnn_draft *draft, const void *bytes, size_t size, dnn_error *err) {
    const char *at = bytes;
    while (size > 0) {
        ssize_t written = write(draft->fd, at, size < WRITE_MAX ? size : WRITE_MAX);
        if (written < 0 && errno == EINTR)
            continue;
        if (written <= 0)
            return fail_path(draft->path, written < 0 ? errno : EIO, err);
        at += written;
        size -= (size_t)written;
    }
    return DNN_OK;
}

/* Puts the folder that holds the path on disk. Some file systems cannot; the file itself is safe.
 */
static void sync_folder(char *path) {
    char *slash = strrchr(path, '/');
    if (slash != NULL)
        slash[slash == path] = '\0'; /* "/file" stands in "/" */
    int fd = open(slash != NULL ? path : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return;
    (void)!fsync(fd);
    close(fd);
}

static void end(dnn_draft *draft) {
    if (draft->fd >= 0)
        close(draft->fd);
    dnn_free(draft->temporary);
    *draft = (dnn_draft){.fd = -1};
}

dnn_status dnn_draft_finish(dnn_draft *draft, dnn_error *err) {
    bool whole = fsync(draft->fd) == 0;
    int reason = errno;
    if (close(draft->fd) != 0 && whole) {
        whole = false;
        reason = errno;
    }
    draft->fd = -1;
    if (whole && rename(draft->temporary, draft->path) != 0) {
        whole = false;
        reason = errno;
    }
    dnn_status status = whole ? DNN_OK : fail_path(draft->path, reason, err);
    if (whole)
        sync_folder(draft->temporary);
    else
        unlink(draft->temporary);
    end(draft);
    return status;
}

void dnn_draft_abandon(dnn_draft *draft) {
    if (draft->temporary != NULL)
        unlink(draft->temporary);
    end(draft);
}
