/* held_clock.c: a clock that a benchmark can hold.
 *
 * A run looks at its network, and a window draws, when their clocks say so. Where trainings take
 * turns, those of the one that waits must stand still, or it has all that it missed to do when its
 * turn comes. Loaded by LD_PRELOAD this comes before libc's clock_gettime; loaded by
 * package.loadlib it gives a script hold(seconds), which sets those clocks back by so much more, in
 * this process and in those that it starts: they share a number in the file that HELD_CLOCK names.
 * Clocks that measure how long something took go on. */
#include <dlfcn.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "lauxlib.h"

typedef int clock_function(clockid_t, struct timespec *);

static _Atomic long long none, *held = &none; /* nanoseconds */
static clock_function *clock_of_libc;

int luaopen_held_clock(lua_State *L);

/* At the first call, which may come from another library's constructor. */
static void find_clock(void) {
    const char *path = getenv("HELD_CLOCK");
    int fd = path != NULL ? open(path, O_RDWR | O_CLOEXEC) : -1;
    void *shared =
        fd < 0 ? MAP_FAILED : mmap(NULL, sizeof *held, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (fd >= 0)
        close(fd);
    if (shared != MAP_FAILED)
        held = shared;
    *(void **)&clock_of_libc = dlsym(RTLD_NEXT, "clock_gettime");
}

/* The coarse clock is a run's, the raw one SDL's. */
int clock_gettime(clockid_t which, struct timespec *now) {
    if (clock_of_libc == NULL)
        find_clock();
    int status = clock_of_libc(which, now);
    if (status == 0 && (which == CLOCK_MONOTONIC_COARSE || which == CLOCK_MONOTONIC_RAW)) {
        long long t = now->tv_sec * 1000000000LL + now->tv_nsec - atomic_load(held);
        *now = (struct timespec){.tv_sec = t / 1000000000, .tv_nsec = t % 1000000000};
    }
    return status;
}

/* hold(seconds) */
static int hold(lua_State *L) {
    if (clock_of_libc == NULL)
        find_clock();
    atomic_fetch_add(held, (long long)(1e9 * luaL_checknumber(L, 1)));
    return 0;
}

int luaopen_held_clock(lua_State *L) {
    lua_pushcfunction(L, hold);
    return 1;
}
