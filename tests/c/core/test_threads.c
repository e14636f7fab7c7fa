/* Every task runs exactly once, on any number of threads, also when jobs nest or callers compete.
 */
#include "check.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/threads.h"

enum { TASKS = 1000 };
static _Atomic int runs[TASKS];

static void count_run(void *context, size_t task) {
    atomic_fetch_add((_Atomic int *)context + task, 1);
}

static void every_task_runs_once_whatever_the_number_of_threads(void **state) {
    (void)state;
    const size_t threads[] = {1, 2, 3, 8, 2, 1, 5};
    for (size_t t = 0; t < sizeof threads / sizeof *threads; t++) {
        dnn_set_threads(threads[t]);
        assert_int_equal(dnn_threads(), threads[t]);
        for (size_t tasks = 0; tasks <= TASKS; tasks = tasks * 3 + 1) {
            for (int i = 0; i < TASKS; i++)
                runs[i] = 0;
            dnn_parallel(tasks, count_run, runs);
            for (size_t i = 0; i < TASKS; i++)
                assert_int_equal(runs[i], i < tasks);
        }
    }
}

static void many_short_jobs_in_a_row_lose_nothing(void **state) {
    (void)state;
    dnn_set_threads(4);
    for (int i = 0; i < TASKS; i++)
        runs[i] = 0;
    for (int job = 0; job < 20000; job++) {
        dnn_parallel(3, count_run, runs);
        if (job % 5000 == 0)
            usleep(1000); /* long enough for workers to fall asleep */
    }
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(runs[i], 20000);
}

static void run_inner_job(void *context, size_t task) {
    (void)task;
    dnn_parallel(10, count_run, context);
}

static void a_job_inside_a_task_runs_there(void **state) {
    (void)state;
    dnn_set_threads(3);
    for (int i = 0; i < TASKS; i++)
        runs[i] = 0;
    dnn_parallel(7, run_inner_job, runs);
    for (size_t i = 0; i < 10; i++)
        assert_int_equal(runs[i], 7);
}

static void *call_often(void *context) {
    for (int i = 0; i < 500; i++)
        dnn_parallel(20, count_run, context);
    return NULL;
}

static void two_callers_are_served_one_after_the_other(void **state) {
    (void)state;
    dnn_set_threads(3);
    static _Atomic int other[TASKS];
    for (int i = 0; i < TASKS; i++)
        runs[i] = 0;
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, call_often, other), 0);
    call_often(runs);
    pthread_join(thread, NULL);
    for (size_t i = 0; i < 20; i++) {
        assert_int_equal(runs[i], 500);
        assert_int_equal(other[i], 500);
    }
}

/* Forks at many moments of the workers' falling asleep and waking up, when they may hold any lock.
 */
static void a_forked_child_works_without_its_parents_workers(void **state) {
    (void)state;
    dnn_set_threads(8);
    for (unsigned k = 0; k < 100; k++) {
        dnn_parallel(8, count_run, runs);
        usleep(k * 7 % 130);
        dnn_parallel(8, count_run, runs);
        usleep(k * 7 % 90);
        pid_t child = fork();
        if (child == 0) {
            alarm(20); /* kills a child that hangs */
            for (int i = 0; i < TASKS; i++)
                runs[i] = 0;
            for (int job = 0; job < 3; job++)
                dnn_parallel(50, count_run, runs);
            int wrong = 0;
            for (int i = 0; i < 50; i++)
                wrong += runs[i] != 3;
            _exit(wrong);
        }
        int status;
        assert_int_equal(waitpid(child, &status, 0), child);
        assert_true(WIFEXITED(status));
        assert_int_equal(WEXITSTATUS(status), 0);
    }
}

static void work_a_moment(void *context, size_t task) {
    for (volatile int i = 0; i < 20000; i++)
        ;
    count_run(context, task);
}

/* A program that never gives its CPU away. */
static pid_t start_neighbour(void) {
    pid_t child = fork();
    if (child == 0) {
        alarm(60);
        for (;;)
            ;
    }
    return child;
}

static void no_task_is_lost_beside_busy_programs(void **state) {
    (void)state;
    pid_t neighbours[3];
    for (size_t threads = 2; threads <= 4; threads++) {
        neighbours[threads - 2] = start_neighbour();
        dnn_set_threads(threads);
        for (int i = 0; i < TASKS; i++)
            runs[i] = 0;
        for (int job = 0; job < 200; job++)
            dnn_parallel(12, work_a_moment, runs);
        for (size_t i = 0; i < 12; i++)
            assert_int_equal(runs[i], 200);
    }
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(kill(neighbours[i], SIGKILL), 0);
        assert_int_equal(waitpid(neighbours[i], NULL, 0), neighbours[i]);
    }
}

static void the_number_of_threads_is_clamped(void **state) {
    (void)state;
    dnn_set_threads(0);
    assert_int_equal(dnn_threads(), 1);
    dnn_set_threads(1000000);
    assert_int_equal(dnn_threads(), DNN_MAX_THREADS);
    dnn_set_threads(2);
}

static void a_stack_without_memory_is_not_temporarily_unavailable(void **state) {
    (void)state;
    assert_non_null(strstr(dnn_thread_reason(EAGAIN), "memory"));
    assert_non_null(strstr(dnn_thread_reason(ENOMEM), "memory"));
    assert_null(strstr(dnn_thread_reason(EMFILE), "memory"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_task_runs_once_whatever_the_number_of_threads),
        cmocka_unit_test(many_short_jobs_in_a_row_lose_nothing),
        cmocka_unit_test(a_job_inside_a_task_runs_there),
        cmocka_unit_test(two_callers_are_served_one_after_the_other),
        cmocka_unit_test(a_forked_child_works_without_its_parents_workers),
        cmocka_unit_test(no_task_is_lost_beside_busy_programs),
        cmocka_unit_test(the_number_of_threads_is_clamped),
        cmocka_unit_test(a_stack_without_memory_is_not_temporarily_unavailable),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
