/* precision.c: the setting. */
#include "math/precision.h"

#include <stdatomic.h>
#include <stddef.h>

#include "math/cpu.h"

const char *const dnn_matmul_precisions[] = {[DNN_MATMUL_HIGHEST] = "highest",
                                             [DNN_MATMUL_HIGH] = "high",
                                             [DNN_MATMUL_MEDIUM] = "medium",
                                             NULL};

static atomic_int setting = DNN_MATMUL_HIGHEST;

void dnn_set_matmul_precision(dnn_matmul_precision precision) {
    atomic_store_explicit(&setting, precision, memory_order_relaxed);
}

dnn_matmul_precision dnn_get_matmul_precision(void) {
    return (dnn_matmul_precision)atomic_load_explicit(&setting, memory_order_relaxed);
}

bool dnn_matmul_on_bfloat16(void) {
    return dnn_get_matmul_precision() == DNN_MATMUL_MEDIUM && dnn_cpu_has_bfloat16();
}
