/* placement.c: a thread is moved by allowing it one CPU, or all but one, and then what it was
 * allowed before. Where the system forbids that, threads stay where they are. */
#include "core/placement.h"

#include <pthread.h>
#include <sched.h>
#include <unistd.h>

#include "core/clock.h"

#define PATIENCE 2000 /* nanoseconds in which a running thread uses measurable processor time */

dnn_placement dnn_placement_own(void) {
    dnn_placement own = {.id = gettid(), .clock = CLOCK_THREAD_CPUTIME_ID};
    pthread_getcpuclockid(pthread_self(), &own.clock);
    return own;
}

int dnn_placement_cpu(void) {
    return sched_getcpu();
}

bool dnn_placement_waits(const dnn_placement *thread) {
    int64_t had = dnn_clock_of(thread->clock), until = dnn_clock_nanoseconds() + PATIENCE;
    while (dnn_clock_nanoseconds() < until)
        ;
    return dnn_clock_of(thread->clock) == had;
}

static void move(pid_t thread, const cpu_set_t *to, const cpu_set_t *usual) {
    if (CPU_COUNT(to) > 0 && sched_setaffinity(thread, sizeof *to, to) == 0)
        sched_setaffinity(thread, sizeof *usual, usual);
}

void dnn_placement_fetch(const dnn_placement *thread) {
    cpu_set_t usual, here;
    int cpu = sched_getcpu();
    if (cpu < 0 || cpu >= CPU_SETSIZE || sched_getaffinity(thread->id, sizeof usual, &usual) != 0 ||
        !CPU_ISSET(cpu, &usual))
        return;
    CPU_ZERO(&here);
    CPU_SET(cpu, &here);
    move(thread->id, &here, &usual);
    sched_yield();
}

void dnn_placement_leave(int cpu, size_t cpus) {
    cpu_set_t usual;
    if (cpu < 0 || cpu >= CPU_SETSIZE || sched_getaffinity(0, sizeof usual, &usual) != 0 ||
        (size_t)CPU_COUNT(&usual) < cpus)
        return;
    cpu_set_t others = usual;
    CPU_CLR(cpu, &others);
    move(0, &others, &usual);
}
