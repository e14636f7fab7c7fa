/* interrupting.h: for tests of what a request to stop does: a thread that makes one after a while.
 */
#ifndef DNN_TESTS_INTERRUPTING_H
#define DNN_TESTS_INTERRUPTING_H

#include "check.h"

#include <pthread.h>
#include <time.h>

#include "core/interrupt.h"

static inline void *request_soon(void *milliseconds) {
    struct timespec while_it_runs = {.tv_nsec = (long)(intptr_t)milliseconds * 1000000};
    nanosleep(&while_it_runs, NULL);
    dnn_interrupt_request();
    return NULL;
}

/* Makes the call, which returns a dnn_status, over and over until a request that another thread
 * makes meanwhile has ended it; then clears that. `err` must be in scope. */
#define check_interrupted(call)                                                                    \
    do {                                                                                           \
        pthread_t requester;                                                                       \
        assert_int_equal(pthread_create(&requester, NULL, request_soon, (void *)(intptr_t)5), 0);  \
        dnn_status ended;                                                                          \
        while ((ended = (call)) == DNN_OK) {                                                       \
        }                                                                                          \
        pthread_join(requester, NULL);                                                             \
        if (ended != DNN_ERROR_INTERRUPTED)                                                        \
            fail_msg("%s: %s: %s", #call, dnn_status_name(ended), err.text);                       \
        dnn_interrupt_clear();                                                                     \
    } while (0)

#endif
