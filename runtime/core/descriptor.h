/* descriptor.h: opening and writing files.
 *
 * Every descriptor of this library is 3 or more: 0 to 2 belong to the program that loads it, and
 * one that was started with standard output closed would else print into the first file that is
 * opened. */
#ifndef DNN_CORE_DESCRIPTOR_H
#define DNN_CORE_DESCRIPTOR_H

#include <dirent.h>
#include <stddef.h>
#include <sys/types.h>

/* As open(2), closed on exec, 3 or more, begun again when a signal came; -1 with errno. */
int dnn_open(const char *path, int flags, mode_t mode);

/* As opendir(3), on such a descriptor; NULL with errno. */
DIR *dnn_open_folder(const char *path);

/* Moves a descriptor to 3 or more and sees to it that it is closed on exec: what pipe(2) and its
 * like gave. -1 with errno, having closed it; -1 for -1. */
int dnn_above_standard(int fd);

/* Writes all bytes, however many calls that takes; *written (which may be NULL) says how many came
 * through. Returns 0 or errno; EFBIG at the limit on the size of files (ulimit -f), whose signal,
 * SIGXFSZ, does not reach the program. */
int dnn_write_all(int fd, const void *bytes, size_t size, size_t *written);

/* For main: the limit on the size of files makes any write of the program fail, instead of ending
 * it by SIGXFSZ. Programs that it starts have the signal's default, or what a parent has set. */
void dnn_survive_file_limit(void);

/* Reads the bytes at a place in a file, however many calls that takes; *got is fewer than `size`
 * where the file ends. Returns 0 or errno. */
int dnn_read_at(int fd, void *bytes, size_t size, off_t at, size_t *got);

/* Waits until the file is on disk. Returns 0 or errno; file systems that cannot count as done. */
int dnn_sync(int fd);

/* Puts the folder that holds `path` on disk, so that a name made, changed or removed in it is safe.
 * Returns 0 or errno; file systems that cannot count as done. */
int dnn_sync_folder_of(const char *path);

#endif
