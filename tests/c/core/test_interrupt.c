/* Tests of the request to stop, and of jobs that ask for it. */
#include "interrupting.h"

#include <signal.h>
#include <stdatomic.h>

#include "core/threads.h"

static dnn_error err;

static void a_request_stands_until_it_is_cleared(void **state) {
    (void)state;
    assert_false(dnn_interrupt_requested());
    check_ok(dnn_interrupt_check(&err));
    dnn_interrupt_request();
    dnn_interrupt_request();
    for (int i = 0; i < 2; i++) {
        assert_true(dnn_interrupt_requested());
        check_fails(dnn_interrupt_check(&err), DNN_ERROR_INTERRUPTED, "interrupted");
        assert_int_equal(err.status, DNN_ERROR_INTERRUPTED);
    }
    assert_int_equal(dnn_interrupt_check(NULL), DNN_ERROR_INTERRUPTED);
    dnn_interrupt_clear();
    check_ok(dnn_interrupt_check(&err));
    assert_string_equal(dnn_status_name(DNN_ERROR_INTERRUPTED), "interrupted");
}

static void request(int number) {
    (void)number;
    dnn_interrupt_request();
}

static void a_signal_handler_may_make_it(void **state) {
    (void)state;
    void (*old)(int) = signal(SIGUSR1, request);
    raise(SIGUSR1);
    signal(SIGUSR1, old);
    assert_true(dnn_interrupt_requested());
    dnn_interrupt_clear();
}

typedef struct count {
    _Atomic size_t begun;
    size_t request_at; /* the task that makes the request */
} count;

static void count_task(void *context, size_t task) {
    count *c = context;
    if (task == c->request_at)
        dnn_interrupt_request();
    atomic_fetch_add(&c->begun, 1);
}

static void tasks_that_have_not_begun_are_left_out(void **state) {
    (void)state;
    size_t usual = dnn_threads();
    for (size_t threads = 1; threads <= 3; threads++) {
        dnn_set_threads(threads);
        count c = {.request_at = 100};
        check_fails(dnn_parallel_until(1000000, count_task, &c, &err), DNN_ERROR_INTERRUPTED,
                    "interrupted");
        assert_in_range(c.begun, 1, 999999);
        atomic_store(&c.begun, 0);
        check_fails(dnn_parallel_until(7, count_task, &c, &err), DNN_ERROR_INTERRUPTED,
                    "interrupted");
        assert_int_equal(c.begun, 0);
        dnn_interrupt_clear();
        check_ok(dnn_parallel_until(50, count_task, &c, &err));
        assert_int_equal(c.begun, 50);
    }
    dnn_set_threads(usual);
}

static void other_jobs_are_finished(void **state) {
    (void)state;
    size_t usual = dnn_threads();
    for (size_t threads = 1; threads <= 3; threads++) {
        dnn_set_threads(threads);
        count c = {.request_at = 0};
        dnn_parallel(1000, count_task, &c);
        assert_int_equal(c.begun, 1000);
        dnn_interrupt_clear();
    }
    dnn_set_threads(usual);
}

typedef struct masks {
    pthread_t caller;
    atomic_bool wrong; /* a worker that takes SIGINT, or a caller that has ceased to */
} masks;

static void look_at_mask(void *context, size_t task) {
    (void)task;
    masks *m = context;
    sigset_t blocked;
    pthread_sigmask(SIG_SETMASK, NULL, &blocked);
    bool worker = !pthread_equal(pthread_self(), m->caller);
    if (sigismember(&blocked, SIGINT) != worker)
        m->wrong = true;
}

static void workers_leave_signals_to_the_callers_threads(void **state) {
    (void)state;
    size_t usual = dnn_threads();
    masks m = {.caller = pthread_self()};
    dnn_set_threads(5);
    for (int i = 0; i < 20; i++)
        dnn_parallel(100, look_at_mask, &m);
    assert_false(m.wrong);
    dnn_set_threads(usual);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_request_stands_until_it_is_cleared),
        cmocka_unit_test(a_signal_handler_may_make_it),
        cmocka_unit_test(tasks_that_have_not_begun_are_left_out),
        cmocka_unit_test(other_jobs_are_finished),
        cmocka_unit_test(workers_leave_signals_to_the_callers_threads),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
