/* threads.c: the pool of workers, and how many there are (default_threads).
 *
 * A job is a gate: one atomic word that holds its generation, whether it is open, and how many
 * workers are inside. A worker enters by raising that number while the gate is open, draws task
 * numbers together with the caller, and leaves. The caller shuts the gate when the numbers have run
 * out and waits only for those inside, so a worker that sleeps delays nobody.
 *
 * Each thread has a share of the numbers, the same in each job of as many tasks, and draws from
 * others' shares once its own has run out: what a task reads was mostly written by the same task of
 * the job before, and is in a near cache then. CPUs that share none take twice as long for it.
 *
 * Beside other programs a worker leaves its caller's CPU, and one that lost its CPU in the middle
 * of a task is fetched to the caller's (core/placement.h).
 *
 * A forked child starts its own workers. Workers spin for a moment before they sleep: the next
 * product of a training step comes within microseconds. */
#include "core/threads.h"

#include <errno.h>
#include <math.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/clock.h"
#include "core/interrupt.h"
#include "core/placement.h"

#define SPIN_NANOSECONDS 60000
#define LEAVE_INTERVAL   500000 /* nanoseconds at least between two moves of a worker */
#define LATE             500    /* turns of waiting after which a worker inside is late */

/* The gate's word: generation in the upper bits, then one bit "open", then the number inside. */
#define INSIDE_MASK ((uint64_t)0xFFFF)
#define OPEN        ((uint64_t)1 << 16)
#define GENERATION  ((uint64_t)1 << 17)

static struct {
    pthread_mutex_t callers; /* one job at a time; guards `workers` and the job's four fields */
    size_t workers;          /* started so far; they live as long as the process */

    /* Together, as a worker that sees the gate open wants the job's fields next. */
    _Alignas(64) _Atomic uint64_t gate;
    dnn_task *run;
    void *context;
    size_t helpers; /* workers with a number below `helpers` take part */
    bool stoppable; /* an interruption leaves tasks out */

    _Alignas(64) _Atomic size_t wanted; /* dnn_threads(); 0: not asked for yet */
    _Atomic int caller_cpu;             /* where the job's caller runs */

    pthread_mutex_t lock; /* guards falling asleep */
    pthread_cond_t wake;
    _Atomic size_t sleeping;
} pool = {.callers = PTHREAD_MUTEX_INITIALIZER,
          .lock = PTHREAD_MUTEX_INITIALIZER,
          .wake = PTHREAD_COND_INITIALIZER};

/* Aligned as what follows a program's thread-local storage in its file: where that begins less than
 * 8 bytes before a page, mold 1.10 makes a program that the loader refuses ("cannot apply
 * additional memory protection"). */
static _Thread_local _Alignas(8) bool inside_task; /* and jobs run on this thread alone */
static _Thread_local bool apart;                   /* no interruption ends them either */

/* What the caller wants to know of a worker that is late. */
static struct {
    _Alignas(64) _Atomic bool inside;
    dnn_placement placement;
} workers[DNN_MAX_THREADS];

/* Task numbers of each thread: the caller's first, then the workers'. */
static struct {
    _Alignas(64) _Atomic size_t next;
    size_t end;
} shares[DNN_MAX_THREADS];

static void relax(void) {
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ volatile("yield");
#endif
}

static void cut_shares(size_t tasks, size_t count) {
    for (size_t i = 0, begin = 0; i < count; i++) {
        atomic_store_explicit(&shares[i].next, begin, memory_order_relaxed);
        shares[i].end = begin += tasks / count + (i < tasks % count);
    }
}

/* Those of the thread's own share, then what is left of the others'. */
static void draw_tasks(size_t own) {
    size_t count = pool.helpers + 1, task;
    inside_task = true;
    for (size_t i = 0; i < count; i++) {
        size_t share = (own + i) % count;
        while (!(pool.stoppable && dnn_interrupt_requested()) &&
               (task = atomic_fetch_add_explicit(&shares[share].next, 1, memory_order_relaxed)) <
                   shares[share].end)
            pool.run(pool.context, task);
    }
    inside_task = false;
}

/* The gate of a generation after `seen`: spins first, then sleeps. */
static uint64_t await_job(uint64_t seen) {
    int64_t until = dnn_clock_nanoseconds() + SPIN_NANOSECONDS;
    uint64_t gate;
    do {
        for (int i = 0; i < 64; i++) {
            gate = atomic_load_explicit(&pool.gate, memory_order_acquire);
            if (gate / GENERATION != seen)
                return gate;
            relax();
        }
    } while (dnn_clock_nanoseconds() < until);

    pthread_mutex_lock(&pool.lock);
    atomic_fetch_add(&pool.sleeping, 1);
    while ((gate = atomic_load(&pool.gate)) / GENERATION == seen)
        pthread_cond_wait(&pool.wake, &pool.lock);
    atomic_fetch_sub(&pool.sleeping, 1);
    pthread_mutex_unlock(&pool.lock);
    return gate;
}

/* Goes in if the gate is open; then the job's fields stay as they are until the worker has left. */
static bool enter(uint64_t gate) {
    while ((gate & OPEN) != 0)
        if (atomic_compare_exchange_weak(&pool.gate, &gate, gate + 1))
            return true;
    return false;
}

/* A worker on its caller's CPU only takes turns with it. */
static void make_room(int64_t *moved) {
    int cpu = dnn_placement_cpu();
    if (cpu != atomic_load_explicit(&pool.caller_cpu, memory_order_relaxed))
        return;
    int64_t now = dnn_clock_nanoseconds();
    if (now - *moved < LEAVE_INTERVAL)
        return;
    dnn_placement_leave(cpu, dnn_threads());
    *moved = now;
}

static void *work(void *argument) {
    size_t number = (uintptr_t)argument;
    uint64_t seen = 0;
    int64_t moved = 0;
    workers[number].placement = dnn_placement_own();
    for (;;) {
        uint64_t gate = await_job(seen);
        make_room(&moved);
        if (enter(gate)) {
            atomic_store_explicit(&workers[number].inside, true, memory_order_release);
            if (number < pool.helpers)
                draw_tasks(number + 1);
            atomic_store_explicit(&workers[number].inside, false, memory_order_relaxed);
            gate = atomic_fetch_sub(&pool.gate, 1);
        }
        seen = gate / GENERATION;
    }
    return NULL;
}

/* In a forked child: none of the workers is there, and what they held or waited for is as they left
 * it; a broadcast to waiters that have gone would never return. */
static void forget_workers(void) {
    pool.workers = 0;
    atomic_store(&pool.sleeping, 0);
    atomic_fetch_and(&pool.gate, ~(OPEN | INSIDE_MASK));
    for (size_t i = 0; i < DNN_MAX_THREADS; i++)
        atomic_store_explicit(&workers[i].inside, false, memory_order_relaxed);
    pthread_mutex_init(&pool.callers, NULL);
    pthread_mutex_init(&pool.lock, NULL);
    pthread_cond_init(&pool.wake, NULL);
}

static void watch_forks(void) {
    pthread_atfork(NULL, NULL, forget_workers);
}

int dnn_thread_create(pthread_t *thread, void *(*run)(void *), void *context) {
    sigset_t all, usual;
    sigfillset(&all);
    sigdelset(&all, SIGSEGV); /* faults are a thread's own */
    sigdelset(&all, SIGBUS);
    pthread_sigmask(SIG_SETMASK, &all, &usual);
    int problem = pthread_create(thread, NULL, run, context);
    pthread_sigmask(SIG_SETMASK, &usual, NULL);
    return problem;
}

const char *dnn_thread_reason(int problem) {
    return problem == EAGAIN ? "not enough memory, or too many threads" : strerror(problem);
}

/* Starts workers until there are `count`, or as many as the system gives. */
static void start_workers(size_t count) {
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, watch_forks);
    pthread_t thread;
    while (pool.workers < count &&
           dnn_thread_create(&thread, work, (void *)(uintptr_t)pool.workers) == 0) {
        pthread_detach(thread);
        pool.workers++;
    }
}

static void open_gate(void) {
    uint64_t generation = atomic_load_explicit(&pool.gate, memory_order_relaxed) / GENERATION + 1;
    atomic_store(&pool.gate, generation * GENERATION | OPEN);
    if (atomic_load(&pool.sleeping) > 0) {
        pthread_mutex_lock(&pool.lock);
        pthread_cond_broadcast(&pool.wake);
        pthread_mutex_unlock(&pool.lock);
    }
}

/* Those that lost their CPU in the middle of a task get the caller's. */
static void fetch_late_workers(void) {
    for (size_t i = 0; i < pool.workers; i++)
        if (atomic_load_explicit(&workers[i].inside, memory_order_acquire) &&
            dnn_placement_waits(&workers[i].placement))
            dnn_placement_fetch(&workers[i].placement);
}

static void shut_gate(void) {
    uint64_t gate = atomic_fetch_and(&pool.gate, ~OPEN);
    for (unsigned spins = 1; (gate & INSIDE_MASK) != 0; spins++) {
        if (spins % LATE == 0)
            fetch_late_workers();
        relax();
        gate = atomic_load_explicit(&pool.gate, memory_order_acquire);
    }
}

void dnn_thread_set_apart(void) {
    inside_task = apart = true;
}

static void run_job(size_t tasks, dnn_task *run, void *context, bool stoppable) {
    stoppable = stoppable && !apart;
    size_t threads = dnn_threads();
    if (tasks <= 1 || threads == 1 || inside_task) {
        for (size_t task = 0; task < tasks && !(stoppable && dnn_interrupt_requested()); task++)
            run(context, task);
        return;
    }
    pthread_mutex_lock(&pool.callers);
    size_t helpers = (threads < tasks ? threads : tasks) - 1;
    start_workers(helpers);
    pool.run = run;
    pool.context = context;
    pool.helpers = helpers;
    pool.stoppable = stoppable;
    cut_shares(tasks, helpers + 1);
    atomic_store_explicit(&pool.caller_cpu, dnn_placement_cpu(), memory_order_relaxed);
    open_gate();
    draw_tasks(0);
    shut_gate();
    pthread_mutex_unlock(&pool.callers);
}

void dnn_parallel(size_t tasks, dnn_task *run, void *context) {
    run_job(tasks, run, context, false);
}

dnn_status dnn_parallel_until(size_t tasks, dnn_task *run, void *context, dnn_error *err) {
    run_job(tasks, run, context, true);
    return apart ? DNN_OK : dnn_interrupt_check(err);
}

/* The number of threads that a text is, "1e1" and "+8" too; 0 where it is none. */
static size_t thread_count(const char *text) {
    char *end;
    double value = strtod(text, &end);
    while (*end == ' ')
        end++;
    bool good = end != text && *end == '\0' && value >= 1 && value <= DNN_MAX_THREADS;
    return good && value == floor(value) ? (size_t)value : 0;
}

const char *dnn_threads_misset(void) {
    const char *text = getenv("DNN_NUM_THREADS");
    return text != NULL && *text != '\0' && thread_count(text) == 0 ? text : NULL;
}

static size_t default_threads(void) {
    const char *text = getenv("DNN_NUM_THREADS");
    size_t count = text == NULL ? 0 : thread_count(text);
    cpu_set_t set;
    if (count == 0)
        count = sched_getaffinity(0, sizeof set, &set) == 0 ? (size_t)CPU_COUNT(&set) : 1;
    return count;
}

size_t dnn_threads(void) {
    size_t wanted = atomic_load_explicit(&pool.wanted, memory_order_relaxed);
    if (wanted == 0) {
        dnn_set_threads(default_threads());
        wanted = atomic_load(&pool.wanted);
    }
    return wanted;
}

void dnn_set_threads(size_t count) {
    if (count < 1)
        count = 1;
    atomic_store(&pool.wanted, count > DNN_MAX_THREADS ? DNN_MAX_THREADS : count);
}
