/* filter.c: what --safe has the kernel refuse beside Landlock (safe.c), which knows files, TCP and,
 * where it is new, signals: a seccomp filter over the numbers and arguments of system calls. What
 * the program itself needs is left: reading and writing, memory, threads of its own, questions
 * about itself.
 *
 * The filter is a list of rows that are tried in order; a call that none is about is allowed. */
#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "bindings/program/program.h"

#if defined(__x86_64__)
#define MACHINE AUDIT_ARCH_X86_64
#elif defined(__aarch64__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define MACHINE AUDIT_ARCH_AARCH64
#else
#define MACHINE 0 /* not known here */
#endif

enum {
    FIRST_UNKNOWN = 452, /* system calls newer than this list; x32 ones of x86-64 are above, too */
    MOST_STEPS = 1000,
    LOW = 0, /* half of an argument */
    HIGH = 4
};

/* A call of this number whose argument has, in the bits of the mask, this value (or, with
 * `differs`, has not) ends in the result. */
typedef struct row {
    long number;
    unsigned argument, half;
    uint32_t mask, value;
    bool differs;
    uint32_t result;
} row;

#define ALLOW  SECCOMP_RET_ALLOW
#define REFUSE (SECCOMP_RET_ERRNO | EPERM)
#define ABSENT (SECCOMP_RET_ERRNO | ENOSYS) /* what needs it has another way */
#define ALL    UINT32_MAX

#define SHARED_MEMORY (MAP_SHARED | MAP_ANONYMOUS) /* counts to no limit */
/* Truncates what is opened for reading alone; all of O_ACCMODE, for neither, does it, too. */
#define TRUNCATES (O_TRUNC | O_ACCMODE)

/* clang-format off */
static const long refused[] = {
    /* modes, owners, times and attributes of files, which may be outside the folder */
    SYS_fchmod, SYS_fchmodat, SYS_fchown, SYS_fchownat, SYS_utimensat, SYS_truncate, SYS_setxattr,
    SYS_lsetxattr, SYS_fsetxattr, SYS_removexattr, SYS_lremovexattr, SYS_fremovexattr,
    SYS_name_to_handle_at, SYS_open_by_handle_at, SYS_fanotify_init, SYS_fanotify_mark,
    /* other programs: started, spoken to, looked into, signalled */
    SYS_execve, SYS_execveat, SYS_memfd_create, SYS_socket, SYS_socketpair, SYS_connect, SYS_bind,
    SYS_listen, SYS_accept, SYS_accept4, SYS_sendto, SYS_sendmsg, SYS_sendmmsg, SYS_ptrace,
    SYS_process_vm_readv, SYS_process_vm_writev, SYS_process_madvise, SYS_process_mrelease,
    SYS_kcmp, SYS_pidfd_open, SYS_pidfd_getfd, SYS_pidfd_send_signal, SYS_tkill,
    SYS_rt_sigqueueinfo, SYS_rt_tgsigqueueinfo, SYS_setpriority, SYS_ioprio_set,
    SYS_sched_setparam, SYS_sched_setscheduler, SYS_sched_setattr, SYS_migrate_pages,
    SYS_move_pages, SYS_shmget, SYS_shmat, SYS_shmctl, SYS_semget, SYS_semop, SYS_semtimedop,
    SYS_semctl, SYS_msgget, SYS_msgsnd, SYS_msgrcv, SYS_msgctl, SYS_mq_open, SYS_mq_unlink,
    /* out of the session and the limits */
    SYS_setsid, SYS_setpgid, SYS_setitimer, SYS_timer_create, SYS_timer_settime, SYS_timer_delete,
    SYS_setrlimit, SYS_vhangup,
    /* much of the kernel at once */
    SYS_io_uring_setup, SYS_io_uring_enter, SYS_io_uring_register, SYS_bpf, SYS_perf_event_open,
    SYS_userfaultfd, SYS_keyctl, SYS_add_key, SYS_request_key, SYS_unshare, SYS_setns, SYS_mount,
    SYS_umount2, SYS_pivot_root, SYS_chroot, SYS_open_tree, SYS_move_mount, SYS_fsopen,
    SYS_fsconfig, SYS_fsmount, SYS_fspick, SYS_mount_setattr, SYS_memfd_secret, SYS_quotactl,
    SYS_quotactl_fd, SYS_swapon, SYS_swapoff, SYS_reboot, SYS_kexec_load, SYS_init_module,
    SYS_finit_module, SYS_delete_module, SYS_acct, SYS_syslog, SYS_settimeofday, SYS_clock_settime,
    SYS_clock_adjtime, SYS_adjtimex, SYS_sethostname, SYS_setdomainname, SYS_personality,
#ifdef __x86_64__ /* which has older forms, too */
    SYS_chmod, SYS_chown, SYS_lchown, SYS_utime, SYS_utimes, SYS_futimesat, SYS_fork, SYS_vfork,
    SYS_alarm, SYS_modify_ldt, SYS_ioperm, SYS_iopl, SYS_kexec_file_load,
#endif
};
/* clang-format on */

typedef struct filter {
    struct sock_filter steps[MOST_STEPS];
    unsigned short count;
} filter;

static void add(filter *f, uint16_t code, uint32_t value, uint8_t yes, uint8_t no) {
    f->steps[f->count++] = (struct sock_filter){code, yes, no, value};
}

static void load(filter *f, size_t place) {
    add(f, BPF_LD | BPF_W | BPF_ABS, (uint32_t)place, 0, 0);
}

static void finish(filter *f, uint32_t result) {
    add(f, BPF_RET | BPF_K, result, 0, 0);
}

static void add_row(filter *f, const row *r) {
    add(f, BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)r->number, 0, 5);
    load(f, offsetof(struct seccomp_data, args) + 8 * (size_t)r->argument + r->half);
    add(f, BPF_ALU | BPF_AND | BPF_K, r->mask, 0, 0);
    add(f, BPF_JMP | BPF_JEQ | BPF_K, r->value, r->differs, !r->differs);
    finish(f, r->result);
    load(f, offsetof(struct seccomp_data, nr));
}

static void add_rows(filter *f) {
    uint32_t self = (uint32_t)getpid();
    const row rows[] = {
        {SYS_clone,     0, LOW,  CLONE_THREAD,  CLONE_THREAD,  true,  REFUSE}, /* threads, no processes */
        {SYS_clone3,    0, LOW,  0,             0,             false, ABSENT}, /* flags in memory, which no filter sees */
        {SYS_openat2,   0, LOW,  0,             0,             false, ABSENT},
        {SYS_openat,    2, LOW,  TRUNCATES,     O_TRUNC,       false, REFUSE},
        {SYS_openat,    2, LOW,  O_ACCMODE,     O_ACCMODE,     false, REFUSE},
#ifdef SYS_open
        {SYS_open,      1, LOW,  TRUNCATES,     O_TRUNC,       false, REFUSE},
        {SYS_open,      1, LOW,  O_ACCMODE,     O_ACCMODE,     false, REFUSE},
#endif
        {SYS_kill,      0, LOW,  ALL,           self,          true,  REFUSE},
        {SYS_tgkill,    0, LOW,  ALL,           self,          true,  REFUSE},
        {SYS_prlimit64, 2, LOW,  ALL,           0,             true,  REFUSE}, /* limits may be read */
        {SYS_prlimit64, 2, HIGH, ALL,           0,             true,  REFUSE},
        {SYS_mmap,      3, LOW,  SHARED_MEMORY, SHARED_MEMORY, false, REFUSE},
        {SYS_mmap,      3, LOW,  MAP_GROWSDOWN, MAP_GROWSDOWN, false, REFUSE}, /* a stack, likewise */
        {SYS_fcntl,     1, LOW,  ALL,           F_SETOWN,      false, REFUSE}, /* signals to others */
        {SYS_fcntl,     1, LOW,  ALL,           F_SETOWN_EX,   false, REFUSE},
        {SYS_ioctl,     1, LOW,  ALL,           TCGETS,        false, ALLOW }, /* isatty */
        {SYS_ioctl,     1, LOW,  ALL,           TIOCGWINSZ,    false, ALLOW },
        {SYS_ioctl,     1, LOW,  ALL,           TIOCGPGRP,     false, ALLOW },
        {SYS_ioctl,     1, LOW,  ALL,           FIONREAD,      false, ALLOW },
        {SYS_ioctl,     0, LOW,  0,             0,             false, REFUSE},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        add_row(f, &rows[i]);
}

bool filter_system_calls(void) {
    filter f = {.count = 0};
    if (MACHINE == 0)
        return false;
    load(&f, offsetof(struct seccomp_data, arch));
    add(&f, BPF_JMP | BPF_JEQ | BPF_K, MACHINE, 1, 0);
    finish(&f, SECCOMP_RET_KILL_PROCESS); /* a call as of another machine, such as 32 bits */
    load(&f, offsetof(struct seccomp_data, nr));
    add(&f, BPF_JMP | BPF_JGE | BPF_K, FIRST_UNKNOWN, 0, 1);
    finish(&f, ABSENT);
    add_rows(&f);
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
        add(&f, BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)refused[i], 0, 1);
        finish(&f, REFUSE);
    }
    finish(&f, ALLOW);
    struct sock_fprog program = {.len = f.count, .filter = f.steps};
    return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
           prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0) == 0;
}
