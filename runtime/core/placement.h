/* placement.h: threads of one pool on CPUs that other programs use, too.
 *
 * Linux shares CPUs fairly between threads, not between what waits for them. Beside a program that
 * keeps one of two CPUs busy, both threads of a training are often left on the other one, and a
 * thread that lost its CPU in the middle of a task holds up the rest for milliseconds. Both are
 * mended by moving a thread once. No thread stays bound to a CPU: each may run where it could
 * before. */
#ifndef DNN_CORE_PLACEMENT_H
#define DNN_CORE_PLACEMENT_H

#include <stdbool.h>
#include <sys/types.h>
#include <time.h>

typedef struct dnn_placement {
    pid_t id;
    clockid_t clock; /* of the processor time that it has had */
} dnn_placement;

/* The calling thread's, for others to ask about and move. Valid as long as the thread lives. */
dnn_placement dnn_placement_own(void);

/* The CPU that the calling thread runs on; -1 where the system does not say. */
int dnn_placement_cpu(void);

/* Whether the thread waits: for a CPU, or for anything else. Takes some microseconds. */
bool dnn_placement_waits(const dnn_placement *thread);

/* Moves the thread to the CPU of the calling one, which lets it run there first. */
void dnn_placement_fetch(const dnn_placement *thread);

/* Moves the calling thread away from that CPU, where it may run on at least `cpus` of them. */
void dnn_placement_leave(int cpu, size_t cpus);

#endif
