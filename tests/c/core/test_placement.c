/* Threads are moved once, and may run where they could before. */
#include "check.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <unistd.h>

#include "core/clock.h"
#include "core/placement.h"

static struct {
    dnn_placement placement;
    _Atomic bool ready, busy, done;
} other;

/* Uses its CPU while `busy` is set, else sleeps. */
static void *run_other(void *unused) {
    (void)unused;
    other.placement = dnn_placement_own();
    atomic_store(&other.ready, true);
    while (!atomic_load(&other.done))
        if (!atomic_load(&other.busy))
            usleep(1000);
    return NULL;
}

static int start_other(void **state) {
    static pthread_t thread;
    *state = &thread;
    if (pthread_create(&thread, NULL, run_other, NULL) != 0)
        return -1;
    while (!atomic_load(&other.ready))
        usleep(100);
    return 0;
}

static int stop_other(void **state) {
    atomic_store(&other.done, true);
    return pthread_join(*(pthread_t *)*state, NULL);
}

static cpu_set_t allowed(pid_t thread) {
    cpu_set_t set;
    assert_int_equal(sched_getaffinity(thread, sizeof set, &set), 0);
    return set;
}

/* Some of many questions, as a busy machine may take the CPU from any thread for a moment. */
static bool sometimes(bool waits) {
    for (int64_t until = dnn_clock_nanoseconds() + 30000000000; dnn_clock_nanoseconds() < until;) {
        if (dnn_placement_waits(&other.placement) == waits)
            return true;
        usleep(500);
    }
    return false;
}

static void a_thread_that_sleeps_waits_and_one_that_runs_does_not(void **state) {
    (void)state;
    atomic_store(&other.busy, false);
    assert_true(sometimes(true));
    atomic_store(&other.busy, true);
    assert_true(sometimes(false));
    atomic_store(&other.busy, false);
}

static void a_thread_that_was_fetched_may_run_where_it_could_before(void **state) {
    (void)state;
    cpu_set_t before = allowed(other.placement.id);
    for (int i = 0; i < 100; i++) {
        atomic_store(&other.busy, i % 2 == 0);
        dnn_placement_fetch(&other.placement);
        cpu_set_t after = allowed(other.placement.id);
        assert_true(CPU_EQUAL(&before, &after));
    }
    atomic_store(&other.busy, false);
}

static void a_thread_leaves_a_cpu_and_may_come_back(void **state) {
    (void)state;
    cpu_set_t before = allowed(0);
    for (int i = 0; i < 100; i++) {
        dnn_placement_leave(dnn_placement_cpu(), 2);
        cpu_set_t after = allowed(0);
        assert_true(CPU_EQUAL(&before, &after));
    }
}

static void a_thread_stays_where_there_is_no_other_cpu(void **state) {
    (void)state;
    cpu_set_t before = allowed(0), only;
    int cpu = dnn_placement_cpu();
    CPU_ZERO(&only);
    CPU_SET(cpu, &only);
    assert_int_equal(sched_setaffinity(0, sizeof only, &only), 0);
    dnn_placement_leave(cpu, 1);
    dnn_placement_leave(cpu, 2);
    dnn_placement_leave(-1, 1);
    assert_int_equal(dnn_placement_cpu(), cpu);
    dnn_placement_fetch(&other.placement);
    cpu_set_t after = allowed(0);
    assert_true(CPU_EQUAL(&only, &after));
    assert_int_equal(sched_setaffinity(0, sizeof before, &before), 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_thread_that_sleeps_waits_and_one_that_runs_does_not),
        cmocka_unit_test(a_thread_that_was_fetched_may_run_where_it_could_before),
        cmocka_unit_test(a_thread_leaves_a_cpu_and_may_come_back),
        cmocka_unit_test(a_thread_stays_where_there_is_no_other_cpu),
    };
    return cmocka_run_group_tests(tests, start_other, stop_other);
}
