/* process.c: posix_spawn, with the descriptors out of each other's way. */
#include "core/process.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

static int add_file(posix_spawn_file_actions_t *actions, int number, int file, int *lifted) {
    if (file == DNN_SPAWN_INHERIT)
        return 0;
    if (file == DNN_SPAWN_NULL)
        return posix_spawn_file_actions_addopen(actions, number, "/dev/null", O_RDWR, 0);
    /* A copy above all numbers that the child is given, so that none is overwritten too early. */
    *lifted = fcntl(file, F_DUPFD_CLOEXEC, DNN_SPAWN_MAX);
    return *lifted < 0 ? errno : posix_spawn_file_actions_adddup2(actions, *lifted, number);
}

static int set_attributes(posix_spawnattr_t *attributes, bool apart) {
    sigset_t none, usual;
    sigemptyset(&none);
    sigemptyset(&usual);
    sigaddset(&usual, SIGINT);
    sigaddset(&usual, SIGPIPE);
    sigaddset(&usual, SIGXFSZ);
    short flags = POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF;
    if (apart)
        flags |= POSIX_SPAWN_SETPGROUP;
    int problem = posix_spawnattr_setflags(attributes, flags);
    if (problem == 0)
        problem = posix_spawnattr_setsigmask(attributes, &none);
    return problem == 0 ? posix_spawnattr_setsigdefault(attributes, &usual) : problem;
}

int dnn_spawn(pid_t *pid, const char *program, char *const arguments[], const int *files,
              size_t count, bool apart) {
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    int lifted[DNN_SPAWN_MAX], problem = 0;

    if (count > DNN_SPAWN_MAX)
        return EINVAL;
    for (size_t i = 0; i < count; i++)
        lifted[i] = -1;
    if ((problem = posix_spawn_file_actions_init(&actions)) != 0)
        return problem;
    if ((problem = posix_spawnattr_init(&attributes)) != 0) {
        posix_spawn_file_actions_destroy(&actions);
        return problem;
    }
    for (size_t i = 0; i < count && problem == 0; i++)
        problem = add_file(&actions, (int)i, files[i], &lifted[i]);
    if (problem == 0)
        problem = set_attributes(&attributes, apart);
    if (problem == 0)
        problem = posix_spawnp(pid, program, &actions, &attributes, arguments, environ);
    for (size_t i = 0; i < count; i++)
        if (lifted[i] >= 0)
            close(lifted[i]);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    return problem;
}

bool dnn_wait(pid_t pid, int flags, int *how) {
    pid_t ended;
    *how = 0;
    do {
        ended = waitpid(pid, how, flags);
    } while (ended < 0 && errno == EINTR);
    return ended != 0;
}
