/* folder_lock.c: flock on the folder itself, and /proc/locks for who has it. */
#include "core/folder_lock.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "core/descriptor.h"

/* Lines such as "12: FLOCK  ADVISORY  WRITE 4711 08:01:131 0 EOF"; 0 where none is about the file,
 * as on file systems that give stat other numbers than the kernel has. */
static pid_t holder_of(int fd) {
    struct stat info;
    char line[256];
    unsigned major_number, minor_number;
    unsigned long long inode;
    int pid, found = 0;
    int table = fstat(fd, &info) == 0 ? dnn_open("/proc/locks", O_RDONLY, 0) : -1;
    FILE *locks = table < 0 ? NULL : fdopen(table, "r");

    if (locks == NULL && table >= 0)
        close(table);
    while (locks != NULL && found == 0 && fgets(line, sizeof line, locks) != NULL) {
        const char *lock = strstr(line, "FLOCK");
        if (lock != NULL &&
            sscanf(lock, "FLOCK %*s %*s %d %x:%x:%llu", &pid, &major_number, &minor_number,
                   &inode) == 4 &&
            pid > 0 && inode == info.st_ino && major_number == major(info.st_dev) &&
            minor_number == minor(info.st_dev))
            found = pid;
    }
    if (locks != NULL)
        fclose(locks);
    return found;
}

dnn_status dnn_folder_lock(const char *folder, int *fd, pid_t *holder, dnn_error *err) {
    *holder = 0;
    *fd = dnn_open(folder, O_RDONLY | O_DIRECTORY, 0);
    if (*fd < 0)
        return dnn_fail(err, DNN_ERROR_FILE, "%s: cannot be opened: %s", folder, strerror(errno));
    if (flock(*fd, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK)
        return DNN_OK;
    *holder = holder_of(*fd);
    close(*fd);
    *fd = -1;
    return dnn_fail(err, DNN_ERROR_STATE, "%s: is in use", folder);
}
