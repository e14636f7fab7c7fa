/* What --safe has the kernel refuse of native code: each call is made by a child that has the
 * filter, with arguments that would do without it. */
#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "bindings/program/program.h"

enum { NO_FILTER = 99 };

static char path[] = "/tmp/dnn_filter_XXXXXX";

typedef struct attempt {
    const char *what;
    int expected; /* errno, 0: it goes well */
    long number, arguments[6];
} attempt;

static int try(const attempt *a) {
    const long *x = a->arguments;
    if (!filter_system_calls())
        return NO_FILTER;
    errno = 0;
    return syscall(a->number, x[0], x[1], x[2], x[3], x[4], x[5]) == -1 ? errno : 0;
}

/* errno of the call in the child, or minus the signal that ended it. */
static int result_of(const attempt *a) {
    int how;
    pid_t child = fork();
    if (child == 0)
        _exit(try(a));
    assert_int_equal(waitpid(child, &how, 0), child);
    return WIFEXITED(how) ? WEXITSTATUS(how) : -WTERMSIG(how);
}

static void check(const attempt *attempts, size_t count) {
    for (size_t i = 0; i < count; i++) {
        int result = result_of(&attempts[i]);
        if (result == NO_FILTER)
            skip(); /* no seccomp here, or another machine */
        if (result != attempts[i].expected)
            fail_msg("%s: expected %s, got %s (%d)", attempts[i].what,
                     strerror(attempts[i].expected), strerror(result), result);
    }
}
#define CHECK(attempts) check(attempts, sizeof attempts / sizeof *attempts)

static int open_file(void **state) {
    int fd = mkstemp(path);
    (void)state;
    close(fd);
    return fd < 0;
}

static int remove_file(void **state) {
    (void)state;
    return unlink(path);
}

static void changes_no_file_beside_its_contents(void **state) {
    (void)state;
    int fd = open(path, O_RDONLY), flags = 0;
    const long name = (long)path, folder = AT_FDCWD;
    const attempt attempts[] = {
        {"fchmod",             EPERM,  SYS_fchmod,             {fd, 0777}                             },
        {"fchmodat",           EPERM,  SYS_fchmodat,           {folder, name, 0777}                   },
        {"fchmodat2",          ENOSYS, 452,                    {folder, name, 0777, 0}                },
        {"fchown",             EPERM,  SYS_fchown,             {fd, -1, -1}                           },
        {"fchownat",           EPERM,  SYS_fchownat,           {folder, name, -1, -1, 0}              },
        {"utimensat",          EPERM,  SYS_utimensat,          {folder, name, 0, 0}                   },
        {"setxattr",           EPERM,  SYS_setxattr,           {name, (long)"user.x", (long)"y", 1, 0}},
        {"fsetxattr",          EPERM,  SYS_fsetxattr,          {fd, (long)"user.x", (long)"y", 1, 0}  },
        {"removexattr",        EPERM,  SYS_removexattr,        {name, (long)"user.x"}                 },
        {"setxattrat",         ENOSYS, 463,                    {folder, name}                         },
        {"file_setattr",       ENOSYS, 469,                    {folder, name}                         },
        {"truncate",           EPERM,  SYS_truncate,           {name, 0}                              },
        {"O_TRUNC",            EPERM,  SYS_openat,             {folder, name, O_RDONLY | O_TRUNC}     },
        {"O_TRUNC of neither", EPERM,  SYS_openat,             {folder, name, O_ACCMODE | O_TRUNC}    },
        {"openat2",            ENOSYS, SYS_openat2,            {folder, name}                         },
        {"chattr",             EPERM,  SYS_ioctl,              {fd, FS_IOC_SETFLAGS, (long)&flags}    },
#ifdef __x86_64__
        {"chmod",              EPERM,  SYS_chmod,              {name, 0777}                           },
        {"chown",              EPERM,  SYS_chown,              {name, -1, -1}                         },
        {"lchown",             EPERM,  SYS_lchown,             {name, -1, -1}                         },
        {"utime",              EPERM,  SYS_utime,              {name, 0}                              },
        {"utimes",             EPERM,  SYS_utimes,             {name, 0}                              },
        {"futimesat",          EPERM,  SYS_futimesat,          {folder, name, 0}                      },
        {"O_TRUNC of open",    EPERM,  SYS_open,               {name, O_RDONLY | O_TRUNC}             },
        {"the same of x32",    ENOSYS, 0x40000000 + SYS_chmod, {name, 0777}                           },
#endif
    };
    CHECK(attempts);
    close(fd);
}

static void starts_and_reaches_no_other_program(void **state) {
    (void)state;
    int pair[2];
    char *const nothing[] = {NULL};
    struct iovec part = {pair, sizeof pair};
    const long parent = getpid(), program = (long)"/bin/true", none = (long)nothing;
    assert_int_equal(socketpair(AF_UNIX, SOCK_DGRAM, 0, pair), 0);
    const attempt attempts[] = {
        {"execve",            EPERM,  SYS_execve,            {program, none, none}                 },
        {"execveat",          EPERM,  SYS_execveat,          {AT_FDCWD, program, none, none, 0}    },
        {"memfd_create",      EPERM,  SYS_memfd_create,      {program, 0}                          },
        {"fork",              EPERM,  SYS_clone,             {SIGCHLD, 0}                          },
        {"vfork",             EPERM,  SYS_clone,             {CLONE_VM | CLONE_VFORK | SIGCHLD, 0} },
        {"clone3",            ENOSYS, SYS_clone3,            {0, 0}                                },
        {"socket",            EPERM,  SYS_socket,            {AF_UNIX, SOCK_STREAM, 0}             },
        {"UDP",               EPERM,  SYS_socket,            {AF_INET, SOCK_DGRAM, 0}              },
        {"socketpair",        EPERM,  SYS_socketpair,        {AF_UNIX, SOCK_STREAM, 0, (long)pair} },
        {"connect",           EPERM,  SYS_connect,           {pair[0], 0, 0}                       },
        {"bind",              EPERM,  SYS_bind,              {pair[0], 0, 0}                       },
        {"sendto",            EPERM,  SYS_sendto,            {pair[0], (long)path, 1, 0, 0, 0}     },
        {"sendmsg",           EPERM,  SYS_sendmsg,           {pair[0], 0, 0}                       },
        {"kill",              EPERM,  SYS_kill,              {parent, 0}                           },
        {"kill of a group",   EPERM,  SYS_kill,              {0, 0}                                },
        {"kill of all",       EPERM,  SYS_kill,              {-1, 0}                               },
        {"tkill",             EPERM,  SYS_tkill,             {parent, 0}                           },
        {"tgkill",            EPERM,  SYS_tgkill,            {parent, parent, 0}                   },
        {"rt_sigqueueinfo",   EPERM,  SYS_rt_sigqueueinfo,   {parent, 0, 0}                        },
        {"pidfd_open",        EPERM,  SYS_pidfd_open,        {parent, 0}                           },
        {"F_SETOWN",          EPERM,  SYS_fcntl,             {pair[0], F_SETOWN, parent}           },
        {"ptrace",            EPERM,  SYS_ptrace,            {0 /* TRACEME */, 0, 0, 0}            },
        {"process_vm_readv",
         EPERM,                       SYS_process_vm_readv,
         {parent, (long)&part, 1, (long)&part, 1, 0}                                               },
        {"process_vm_writev",
         EPERM,                       SYS_process_vm_writev,
         {parent, (long)&part, 1, (long)&part, 1, 0}                                               },
        {"setpriority",       EPERM,  SYS_setpriority,       {PRIO_PROCESS, parent, 19}            },
        {"TIOCSTI",           EPERM,  SYS_ioctl,             {0, TIOCSTI, (long)"x"}               },
        {"TIOCLINUX",         EPERM,  SYS_ioctl,             {0, TIOCLINUX, (long)"\3"}            },
        {"TIOCSCTTY",         EPERM,  SYS_ioctl,             {0, TIOCSCTTY, 0}                     },
        {"shmget",            EPERM,  SYS_shmget,            {0, 1, 0600}                          },
        {"mq_open",           EPERM,  SYS_mq_open,           {(long)"x", O_CREAT | O_RDWR, 0600, 0}},
#ifdef __x86_64__
        {"fork itself",       EPERM,  SYS_fork,              {0}                                   },
        {"vfork itself",      EPERM,  SYS_vfork,             {0}                                   },
#endif
    };
    CHECK(attempts);
    close(pair[0]);
    close(pair[1]);
}

static void keeps_its_limits_and_uses_little_of_the_kernel(void **state) {
    (void)state;
    struct rlimit limit;
    timer_t timer = 0;
    const long stack = MAP_PRIVATE | MAP_ANONYMOUS | MAP_GROWSDOWN;
    getrlimit(RLIMIT_CORE, &limit);
    const attempt attempts[] = {
        {"setitimer",                    EPERM, SYS_setitimer,       {ITIMER_REAL, 0, 0}                                    },
        {"timer_settime",                EPERM, SYS_timer_settime,   {(long)timer, 0, 0, 0}                                 },
        {"timer_delete",                 EPERM, SYS_timer_delete,    {(long)timer}                                          },
        {"setsid",                       EPERM, SYS_setsid,          {0}                                                    },
        {"setpgid",                      EPERM, SYS_setpgid,         {0, 0}                                                 },
        {"setrlimit",                    EPERM, SYS_setrlimit,       {RLIMIT_CORE, (long)&limit}                            },
        {"prlimit64",                    EPERM, SYS_prlimit64,       {0, RLIMIT_CORE, (long)&limit, 0}                      },
        {"prlimit64 at a round address", EPERM, SYS_prlimit64,       {0, RLIMIT_CORE, 1L << 32, 0}                          },
        {"shared memory",                EPERM, SYS_mmap,            {0, 4096, PROT_READ, MAP_SHARED | MAP_ANONYMOUS, -1, 0}},
        {"a stack",                      EPERM, SYS_mmap,            {0, 4096, PROT_READ, stack, -1, 0}                     },
        {"io_uring_setup",               EPERM, SYS_io_uring_setup,  {1, 0}                                                 },
        {"bpf",                          EPERM, SYS_bpf,             {0, 0, 0}                                              },
        {"keyctl",                       EPERM, SYS_keyctl,          {0, -3, 0}                                             },
        {"add_key",                      EPERM, SYS_add_key,         {(long)"user", (long)"x", (long)"y", 1, -3}            },
        {"userfaultfd",                  EPERM, SYS_userfaultfd,     {0}                                                    },
        {"perf_event_open",              EPERM, SYS_perf_event_open, {0, 0, -1, -1, 0}                                      },
        {"unshare",                      EPERM, SYS_unshare,         {CLONE_NEWUSER}                                        },
        {"mount",                        EPERM, SYS_mount,           {0, 0, 0, 0, 0}                                        },
#ifdef __x86_64__
        {"alarm",                        EPERM, SYS_alarm,           {0}                                                    },
#endif
    };
    CHECK(attempts);
}

static void *run_thread(void *value) {
    *(int *)value = 1;
    return NULL;
}

/* In the child: what the program needs. */
static int use_what_is_left(void) {
    pthread_t thread;
    struct rlimit limit;
    struct stat info;
    int ran = 0, fd;
    if (!filter_system_calls())
        return NO_FILTER;
    bool well = pthread_create(&thread, NULL, run_thread, &ran) == 0 &&
                pthread_join(thread, NULL) == 0 && ran;
    well = well && getrlimit(RLIMIT_DATA, &limit) == 0;
    well = well && (fd = open(path, O_WRONLY | O_TRUNC)) >= 0 && write(fd, "x", 1) == 1 &&
           ftruncate(fd, 0) == 0 && fstat(fd, &info) == 0 && close(fd) == 0;
    well = well && kill(getpid(), 0) == 0 && raise(0) == 0;
    errno = 0;
    well = well && !isatty(open(path, O_RDONLY)) && errno == ENOTTY;
    well = well && mmap(NULL, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) != MAP_FAILED;
    return !well;
}

static void leaves_threads_files_and_questions_about_itself(void **state) {
    (void)state;
    int how;
    pid_t child = fork();
    if (child == 0)
        _exit(use_what_is_left());
    assert_int_equal(waitpid(child, &how, 0), child);
    assert_true(WIFEXITED(how));
    if (WEXITSTATUS(how) == NO_FILTER)
        skip();
    assert_int_equal(WEXITSTATUS(how), 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(changes_no_file_beside_its_contents),
        cmocka_unit_test(starts_and_reaches_no_other_program),
        cmocka_unit_test(keeps_its_limits_and_uses_little_of_the_kernel),
        cmocka_unit_test(leaves_threads_files_and_questions_about_itself),
    };
    return cmocka_run_group_tests(tests, open_file, remove_file);
}
