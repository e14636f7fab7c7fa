/* interrupt.c: one flag for the process. Nothing is handed over with it, so relaxed order will do.
 */
#include "core/interrupt.h"

#include <assert.h>
#include <stdatomic.h>

static atomic_bool requested;

static_assert(ATOMIC_BOOL_LOCK_FREE == 2, "a signal handler may set the flag");

void dnn_interrupt_request(void) {
    atomic_store_explicit(&requested, true, memory_order_relaxed);
}

void dnn_interrupt_clear(void) {
    atomic_store_explicit(&requested, false, memory_order_relaxed);
}

bool dnn_interrupt_requested(void) {
    return atomic_load_explicit(&requested, memory_order_relaxed);
}

dnn_status dnn_interrupt_check(dnn_error *err) {
    return dnn_interrupt_requested() ? dnn_fail(err, DNN_ERROR_INTERRUPTED, "interrupted") : DNN_OK;
}
