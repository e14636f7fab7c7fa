/* process.h: starting another program beside this one. */
#ifndef DNN_CORE_PROCESS_H
#define DNN_CORE_PROCESS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#define DNN_SPAWN_NULL    (-1) /* /dev/null */
#define DNN_SPAWN_INHERIT (-2) /* the caller's own descriptor of that number */
#define DNN_SPAWN_MAX     8    /* descriptors given to a child */

/* Starts `program` (looked for in PATH when its name has no slash) with arguments that end with
 * NULL; its descriptor i becomes files[i], for i < count. It gets the usual signals of a shell's
 * child and, `apart`, a process group of its own, so that Ctrl-C does not reach it. Returns 0 and
 * its number in *pid, or errno. */
int dnn_spawn(pid_t *pid, const char *program, char *const arguments[], const int *files,
              size_t count, bool apart);

/* waitpid, begun again when a signal came; `flags` are 0 or WNOHANG. Whether the process has ended:
 * *how says in what way, and is 0 where another waiter has reaped it. */
bool dnn_wait(pid_t pid, int flags, int *how);

#endif
