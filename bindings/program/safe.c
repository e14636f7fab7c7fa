/* safe.c: --safe: runs a script from someone else without the means to do harm.
 *
 * There are two walls. safe_lua.c takes from Lua what reaches out of it. Below it the kernel's
 * Landlock has this process write in the working folder alone, and a filter of system calls
 * (filter.c) start no program and reach no other, whatever a flaw in Lua or in the module would let
 * a script do. Memory and time are limited. docs/safe.md says exactly what is kept out, and what is
 * not. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pwd.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "bindings/host.h"
#include "bindings/program/program.h"

#define MEBIBYTE ((size_t)1 << 20)

enum { OWN_MEBIBYTES = 512 /* of the process beside what Lua has: code, stacks, networks */ };

/* --- the working folder --- */

static bool is_inside(const char *path, const char *folder) {
    size_t length = strlen(folder);
    return strncmp(path, folder, length) == 0 && (path[length] == '/' || path[length] == '\0');
}

/* The user's home folder, by the environment or else by the system's list of users. */
static const char *home_folder(bool by_environment) {
    if (by_environment)
        return getenv("HOME");
    const struct passwd *user = getpwuid(getuid());
    return user != NULL ? user->pw_dir : NULL;
}

/* At home or above it, or in what programs keep there, such as ~/.ssh or ~/.config. */
static bool is_home(const char *here, const char *home) {
    char real[PATH_MAX];
    if (home == NULL || realpath(home, real) == NULL || strcmp(real, "/") == 0)
        return false;
    return is_inside(real, here) || (is_inside(here, real) && here[strlen(real) + 1] == '.');
}

/* What the system is made of, and folders that all share, as /tmp. */
static bool is_of_system(const char *here) {
    static const char *const folders[] = {"/bin",   "/boot", "/etc",  "/lib", "/lib32",
                                          "/lib64", "/proc", "/sbin", "/sys", "/usr"};
    static const char *const alone[] = {"/",    "/dev", "/home", "/media", "/mnt",
                                        "/opt", "/run", "/srv",  "/var",   "/root"};
    struct stat info;
    for (size_t i = 0; i < sizeof folders / sizeof *folders; i++)
        if (is_inside(here, folders[i]))
            return true;
    for (size_t i = 0; i < sizeof alone / sizeof *alone; i++)
        if (strcmp(here, alone[i]) == 0)
            return true;
    return stat(here, &info) == 0 && (info.st_mode & S_ISVTX) != 0;
}

/* Raises where the folder or one in it is searched for programs. Entries of $PATH that are not
 * absolute mean whatever folder the user is in, and any is in question then. */
static void check_path(lua_State *L, const char *here) {
    char entry[PATH_MAX], real[PATH_MAX];
    const char *at = getenv("PATH");
    for (size_t length; at != NULL && *at != '\0'; at += length + (at[length] == ':')) {
        length = strcspn(at, ":");
        if (at[0] != '/' || length >= sizeof entry)
            continue;
        memcpy(entry, at, length);
        entry[length] = '\0';
        if (realpath(entry, real) != NULL && is_inside(real, here)) {
            luaL_error(
                L,
                "--safe: a script must not write in %s, where programs are looked for (%s is "
                "in $PATH); make a folder for it and run it there",
                here, entry);
        }
    }
}

/* Raises where a script that may write in this folder could change what is run later. */
static void check_folder(lua_State *L) {
    char here[PATH_MAX], other[PATH_MAX];
    if (getcwd(here, sizeof here) == NULL)
        luaL_error(L, "--safe: the working folder is not there: %s", strerror(errno));
    if (is_of_system(here) || is_home(here, home_folder(true)) ||
        is_home(here, home_folder(false))) {
        luaL_error(L,
                   "--safe: a script must not write in %s; make a folder for it and run it there",
                   here);
    }
    check_path(L, here);
    const char *const own[] = {"bin", "lib/lua/5.4/dnn", "share/lua/5.4/dnn"};
    for (size_t i = 0; i < sizeof own / sizeof *own; i++) {
        const char *path = lua_pushfstring(L, "%s/%s", push_prefix(L), own[i]);
        if (realpath(path, other) != NULL && (is_inside(other, here) || is_inside(here, other))) {
            luaL_error(L,
                       "--safe: %s holds dnnlua itself, which the script could change; make a "
                       "folder for the script and run it there",
                       here);
        }
        lua_pop(L, 2);
    }
}

/* --- what the kernel refuses --- */

/* linux/landlock.h of kernels that are older than what they are compiled for lacks some of these.
 */
enum {
    EXECUTE = 1 << 0,
    WRITE_FILE = 1 << 1,
    REMOVE_DIR = 1 << 4,
    REMOVE_FILE = 1 << 5,
    MAKE_DIR = 1 << 7,
    MAKE_REG = 1 << 8,
    MAKE_OTHERS = 1 << 6 | 1 << 9 | 1 << 10 | 1 << 11 | 1 << 12, /* devices, sockets, links */
    REFER = 1 << 13,
    TRUNCATE = 1 << 14,
    TCP = 1 << 0 | 1 << 1,   /* bind and connect */
    SCOPE = 1 << 0 | 1 << 1, /* abstract sockets and signals */
    RULE_PATH_BENEATH = 1,
    CREATE_RULESET_VERSION = 1
};

typedef struct ruleset {
    uint64_t files, tcp, scope;
} ruleset;

typedef struct __attribute__((packed)) path_rule {
    uint64_t allowed;
    int32_t folder;
} path_rule;

static bool allow(int rules, const char *path, uint64_t access) {
    path_rule rule = {.allowed = access, .folder = open(path, O_PATH | O_CLOEXEC)};
    bool allowed =
        rule.folder >= 0 && syscall(SYS_landlock_add_rule, rules, RULE_PATH_BENEATH, &rule, 0) == 0;
    if (rule.folder >= 0)
        close(rule.folder);
    return allowed;
}

/* Each version of Landlock knows more; fields that a kernel does not know are left off the end. */
static bool confine(void) {
    long version = syscall(SYS_landlock_create_ruleset, NULL, 0, CREATE_RULESET_VERSION);
    if (version < 1)
        return false;
    uint64_t within = WRITE_FILE | REMOVE_DIR | REMOVE_FILE | MAKE_DIR | MAKE_REG |
                      (version >= 2 ? REFER : 0) | (version >= 3 ? TRUNCATE : 0);
    ruleset handled = {within | EXECUTE | MAKE_OTHERS, version >= 4 ? TCP : 0,
                       version >= 6 ? SCOPE : 0};
    size_t size = version >= 6   ? sizeof handled
                  : version >= 4 ? offsetof(ruleset, scope)
                                 : offsetof(ruleset, tcp);
    int rules = (int)syscall(SYS_landlock_create_ruleset, &handled, size, 0);
    if (rules < 0)
        return false;
    bool well = allow(rules, ".", within) && allow(rules, "/dev/null", WRITE_FILE) &&
                prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
                syscall(SYS_landlock_restrict_self, rules, 0) == 0;
    close(rules);
    return well;
}

/* --- memory --- */

static struct {
    lua_Alloc allocate;
    void *data;
    size_t used, most;
} memory;

static void *allocate_within(void *data, void *block, size_t old, size_t size) {
    (void)data;
    size_t had = block != NULL ? old : 0; /* else `old` is a kind of object */
    if (size > had && size - had > memory.most - memory.used)
        return NULL;
    void *allocated = memory.allocate(memory.data, block, old, size);
    if (allocated != NULL || size == 0)
        memory.used += size - had;
    return allocated;
}

static void lower_limit(int resource, rlim_t value) {
    struct rlimit limit;
    if (getrlimit(resource, &limit) == 0 &&
        (limit.rlim_max == RLIM_INFINITY || limit.rlim_max > value)) {
        limit.rlim_cur = limit.rlim_max = value;
        setrlimit(resource, &limit);
    }
}

static void limit_memory(lua_State *L, size_t mebibytes) {
    memory.allocate = lua_getallocf(L, &memory.data);
    memory.used = (size_t)lua_gc(L, LUA_GCCOUNT) * 1024 + (size_t)lua_gc(L, LUA_GCCOUNTB);
    memory.most = memory.used + mebibytes * MEBIBYTE;
    lua_setallocf(L, allocate_within, NULL);
#ifndef __SANITIZE_ADDRESS__ /* which maps terabytes */
    lower_limit(RLIMIT_DATA, (rlim_t)(mebibytes + OWN_MEBIBYTES) * MEBIBYTE);
#endif
    lower_limit(RLIMIT_CORE, 0);
}

/* --- all of it --- */

static bool is_safe;

#ifdef __SANITIZE_ADDRESS__
int __lsan_is_turned_off(void);
int __lsan_is_turned_off(void) { /* it would look for leaks from a process of its own */
    return is_safe;
}
#endif

const char *chunk_mode(void) {
    return is_safe ? "t" : NULL;
}

void enter_safe_mode(lua_State *L, size_t mebibytes, unsigned seconds) {
    check_folder(L);
    setenv("HDF5_PLUGIN_PRELOAD", "::", 1); /* that library's own word for: none, from nowhere */
    is_safe = true;
    lua_pushboolean(L, true);
    lua_setfield(L, LUA_REGISTRYINDEX, DNNLUA_SAFE);
    take_from_lua(L);
    limit_memory(L, mebibytes);
    if (!limit_time(seconds))
        luaL_error(L, "--safe: no timer for its limit: %s", strerror(errno));
    if (!confine()) {
        luaL_error(L,
                   "--safe needs Landlock, which this system does not offer: Linux 5.13 or newer "
                   "with it switched on");
    }
    if (!filter_system_calls()) {
        luaL_error(L, "--safe needs seccomp filters, which this system does not offer: Linux on "
                      "x86-64 or arm64 with them switched on");
    }
}
