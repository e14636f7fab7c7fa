/* levels.h: a check with one instruction set after the other. */
#ifndef DNN_TESTS_LEVELS_H
#define DNN_TESTS_LEVELS_H

#include "math/cpu.h"

/* With each from the oldest to `last`, of which those count that the CPU has. */
static inline void with_each_level(dnn_vector_level last, void (*check)(void)) {
    dnn_vector_level before = dnn_cpu_limit;
    for (dnn_vector_level level = DNN_VECTORS_OLDER; level <= last; level++) {
        dnn_cpu_limit = level;
        check();
    }
    dnn_cpu_limit = before;
}

#endif
