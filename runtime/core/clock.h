/* clock.h: what time it is, and how much time has passed. */
#ifndef DNN_CORE_CLOCK_H
#define DNN_CORE_CLOCK_H

#include <stdint.h>
#include <time.h>

/* Nanoseconds on one of the system's clocks; 0 if it does not have that clock. */
static inline int64_t dnn_clock_of(clockid_t clock) {
    struct timespec now = {0};
    clock_gettime(clock, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

/* Nanoseconds since some moment, on the monotonic clock. */
static inline int64_t dnn_clock_nanoseconds(void) {
    return dnn_clock_of(CLOCK_MONOTONIC);
}

/* Seconds of the same clock, for measuring how long something took. */
static inline double dnn_clock_seconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

/* Seconds of the same clock as of the last tick, some milliseconds ago at most; several times
 * cheaper. */
static inline double dnn_clock_coarse(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

/* Seconds of processor time that the calling thread has had. */
static inline double dnn_clock_processor(void) {
    struct timespec now;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

/* The moment so many nanoseconds from now, for pthread_cond_timedwait on the same clock. */
static inline struct timespec dnn_clock_after(int64_t nanoseconds) {
    int64_t then = dnn_clock_nanoseconds() + nanoseconds;
    return (struct timespec){.tv_sec = (time_t)(then / 1000000000),
                             .tv_nsec = (long)(then % 1000000000)};
}

/* Seconds since 1970 by the clock on the wall, which may be set back: for time stamps only. */
static inline double dnn_clock_wall(void) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

#endif
