/* fault.c: makes the n-th allocation or file call of a process fail, for tests.
 *
 * One shared object is two things: loaded by LD_PRELOAD it comes before libc's malloc, open, write
 * and so on, so it reaches every library of the process; loaded by require "fault" it gives a
 * script the hand on that. The environment variable FAULT ("alloc:120", "write:3:ENOSPC") does the
 * same for a program from its first call on; the file that FAULT_STRUCK names is made when that
 * call comes. */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

#include "lauxlib.h"

enum { ALLOC, OPEN, READ, WRITE, SYNC, RENAME, CLOSE, SOCKET, KINDS };
static const char *const kind_names[] = {"alloc",  "open",  "read",   "write", "sync",
                                         "rename", "close", "socket", NULL};

/* Shared with the processes that this one forks. */
typedef struct faults {
    _Atomic long countdown[KINDS]; /* 0: not armed */
    _Atomic long calls[KINDS];
    _Atomic bool for_ever[KINDS]; /* the n-th and all after it */
    _Atomic int reason[KINDS];    /* errno; 0: half of the bytes come through instead */
    _Atomic long fired;
} faults;

static faults at_first, *all = &at_first;

static bool rests;
static const char *struck; /* NULL: nobody wants to know */

void fault_rest(void);

/* Nothing more of this process fails: a build that counts lines writes its counts. */
void fault_rest(void) {
    rests = true;
}

/* Whether this call is to fail. */
static bool strikes(int kind) {
    if (rests)
        return false;
    atomic_fetch_add_explicit(&all->calls[kind], 1, memory_order_relaxed);
    long left = atomic_load_explicit(&all->countdown[kind], memory_order_relaxed);
    if (left <= 0)
        return false;
    bool now = left == 1;
    if (!now || !atomic_load(&all->for_ever[kind]))
        atomic_store(&all->countdown[kind], left - 1);
    if (now)
        atomic_fetch_add(&all->fired, 1);
    if (now && struck != NULL)
        syscall(SYS_close, syscall(SYS_creat, struck, 0600)); /* not through our own functions */
    return now;
}

/* --- memory --- */

extern void *__libc_malloc(size_t);
extern void *__libc_calloc(size_t, size_t);
extern void *__libc_realloc(void *, size_t);
extern void *__libc_memalign(size_t, size_t);

extern void __libc_free(void *);

static _Atomic long live; /* blocks handed out and not given back */

static void *counted(void *block) {
    if (block != NULL)
        atomic_fetch_add_explicit(&live, 1, memory_order_relaxed);
    return block;
}

void free(void *block) {
    if (block != NULL)
        atomic_fetch_sub_explicit(&live, 1, memory_order_relaxed);
    __libc_free(block);
}

static bool no_memory(void) {
    if (!strikes(ALLOC))
        return false;
    errno = ENOMEM;
    return true;
}

void *malloc(size_t size) {
    return no_memory() ? NULL : counted(__libc_malloc(size));
}

void *calloc(size_t count, size_t size) {
    return no_memory() ? NULL : counted(__libc_calloc(count, size));
}

void *realloc(void *block, size_t size) {
    if (size != 0 && no_memory())
        return NULL;
    if (block == NULL)
        return counted(__libc_realloc(block, size));
    if (size == 0)
        atomic_fetch_sub_explicit(&live, 1, memory_order_relaxed);
    return __libc_realloc(block, size);
}

void *aligned_alloc(size_t alignment, size_t size) {
    return no_memory() ? NULL : counted(__libc_memalign(alignment, size));
}

int posix_memalign(void **out, size_t alignment, size_t size) {
    if (no_memory())
        return ENOMEM;
    *out = counted(__libc_memalign(alignment, size));
    return *out == NULL ? ENOMEM : 0;
}

/* --- files --- */

#define NEXT(name, type) ((type)dlsym(RTLD_NEXT, name))

/* True when the call fails with errno set. */
static bool refused(int kind) {
    if (!strikes(kind))
        return false;
    errno = all->reason[kind] != 0 ? all->reason[kind] : EIO;
    return true;
}

#define OPENS(name)                                                                                \
    int name(const char *path, int flags, ...) {                                                   \
        va_list more;                                                                              \
        va_start(more, flags);                                                                     \
        mode_t mode = va_arg(more, mode_t);                                                        \
        va_end(more);                                                                              \
        if (refused(OPEN))                                                                         \
            return -1;                                                                             \
        return NEXT(#name, int (*)(const char *, int, ...))(path, flags, mode);                    \
    }
OPENS(open)
OPENS(open64)

/* Reading and writing may also come half through. */
static bool strikes_transfer(int kind, size_t *size) {
    if (!strikes(kind))
        return false;
    if (all->reason[kind] == 0) {
        *size -= *size / 2;
        return false;
    }
    errno = all->reason[kind];
    return true;
}

ssize_t read(int fd, void *bytes, size_t size) {
    return strikes_transfer(READ, &size)
               ? -1
               : NEXT("read", ssize_t(*)(int, void *, size_t))(fd, bytes, size);
}

ssize_t pread(int fd, void *bytes, size_t size, off_t at) {
    return strikes_transfer(READ, &size)
               ? -1
               : NEXT("pread", ssize_t(*)(int, void *, size_t, off_t))(fd, bytes, size, at);
}

/* libc begins again by itself where a read is short; where a signal came it gives up, and so do
 * Lua's functions and FreeType, which nobody's program has signals for. */
size_t fread(void *bytes, size_t size, size_t count, FILE *file) {
    bool real = all->reason[READ] != 0 && all->reason[READ] != EINTR;
    if (real && refused(READ))
        return 0;
    return NEXT("fread", size_t(*)(void *, size_t, size_t, FILE *))(bytes, size, count, file);
}

ssize_t write(int fd, const void *bytes, size_t size) {
    return strikes_transfer(WRITE, &size)
               ? -1
               : NEXT("write", ssize_t(*)(int, const void *, size_t))(fd, bytes, size);
}

int fsync(int fd) {
    return refused(SYNC) ? -1 : NEXT("fsync", int (*)(int))(fd);
}

int fdatasync(int fd) {
    return refused(SYNC) ? -1 : NEXT("fdatasync", int (*)(int))(fd);
}

int rename(const char *from, const char *to) {
    return refused(RENAME) ? -1 : NEXT("rename", int (*)(const char *, const char *))(from, to);
}

/* The descriptor is closed all the same, as Linux does. */
int close(int fd) {
    bool fails = strikes(CLOSE);
    int result = NEXT("close", int (*)(int))(fd);
    if (!fails)
        return result;
    errno = all->reason[CLOSE] != 0 ? all->reason[CLOSE] : EIO;
    return -1;
}

/* --- another process, and the way to it --- */

static bool refused_start(void) {
    return all->reason[SOCKET] != 0 && refused(SOCKET);
}

int socketpair(int domain, int type, int protocol, int ends[2]) {
    return refused_start()
               ? -1
               : NEXT("socketpair", int (*)(int, int, int, int *))(domain, type, protocol, ends);
}

pid_t fork(void) {
    return refused_start() ? -1 : NEXT("fork", pid_t(*)(void))();
}

ssize_t send(int fd, const void *bytes, size_t size, int flags) {
    return strikes_transfer(SOCKET, &size)
               ? -1
               : NEXT("send", ssize_t(*)(int, const void *, size_t, int))(fd, bytes, size, flags);
}

ssize_t recv(int fd, void *bytes, size_t size, int flags) {
    return strikes_transfer(SOCKET, &size)
               ? -1
               : NEXT("recv", ssize_t(*)(int, void *, size_t, int))(fd, bytes, size, flags);
}

/* --- from outside --- */

static void arm(int kind, long n, int error, bool ever) {
    atomic_store(&all->fired, 0);
    all->reason[kind] = error;
    all->for_ever[kind] = ever;
    atomic_store(&all->countdown[kind], n);
}

static int error_named(const char *name) {
    static const struct {
        const char *name;
        int number;
    } errors[] = {
        {"ENOSPC", ENOSPC},
        {"EIO",    EIO   },
        {"EINTR",  EINTR },
        {"EMFILE", EMFILE},
        {"EACCES", EACCES},
        {"ENOMEM", ENOMEM},
        {"short",  0     }
    };
    for (size_t i = 0; i < sizeof errors / sizeof *errors; i++)
        if (strcmp(errors[i].name, name) == 0)
            return errors[i].number;
    return EIO;
}

__attribute__((constructor)) static void prepare(void) {
    const char *text = getenv("FAULT");
    faults *shared =
        mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (shared != MAP_FAILED)
        all = shared;
    struck = getenv("FAULT_STRUCK");
    char kind[16] = "", error[16] = "EIO";
    long n = 0;
    if (text == NULL || sscanf(text, "%15[a-z]:%ld:%15s", kind, &n, error) < 2)
        return;
    for (int k = 0; k < KINDS; k++)
        if (strcmp(kind_names[k], kind) == 0)
            arm(k, n, error_named(error), false);
}

/* fault.arm(kind, n, error, ever): the n-th call from now fails; `error` is "ENOSPC", ... or
 * "short". */
static int lua_arm(lua_State *L) {
    int kind = luaL_checkoption(L, 1, NULL, kind_names);
    long n = (long)luaL_checkinteger(L, 2);
    const char *error = luaL_optstring(L, 3, "EIO");
    arm(kind, n, error_named(error), lua_toboolean(L, 4));
    return 0;
}

/* fault.disarm(): how many calls have failed since arm. */
static int lua_disarm(lua_State *L) {
    for (int k = 0; k < KINDS; k++)
        atomic_store(&all->countdown[k], 0);
    lua_pushinteger(L, atomic_load(&all->fired));
    return 1;
}

/* fault.calls(kind): how many there have been so far. */
static int lua_calls(lua_State *L) {
    lua_pushinteger(L, atomic_load(&all->calls[luaL_checkoption(L, 1, NULL, kind_names)]));
    return 1;
}

/* fault.live(): blocks of memory that are in use. */
static int lua_live(lua_State *L) {
    lua_pushinteger(L, atomic_load(&live));
    return 1;
}

int luaopen_fault(lua_State *L);

int luaopen_fault(lua_State *L) {
    static const luaL_Reg functions[] = {
        {"arm",    lua_arm   },
        {"disarm", lua_disarm},
        {"calls",  lua_calls },
        {"live",   lua_live  },
        {NULL,     NULL      }
    };
    luaL_newlib(L, functions);
    return 1;
}
