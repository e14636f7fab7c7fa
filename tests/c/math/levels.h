/* levels.h: a test with one instruction set after the other. */
#ifndef DNN_TESTS_LEVELS_H
#define DNN_TESTS_LEVELS_H

#include "math/cpu.h"

typedef struct levels {
    dnn_vector_level next, before;
} levels;

/* for (levels at = each_level(); next_level(&at);) runs with each that the CPU has, the oldest
 * first, which dnn_cpu_limit says; afterwards that is what it was. */
static inline levels each_level(void) {
    return (levels){DNN_VECTORS_OLDER, dnn_cpu_limit};
}

static inline bool next_level(levels *at) {
    bool more = at->next <= dnn_cpu_measured();
    dnn_cpu_limit = more ? at->next++ : at->before;
    return more;
}

#endif
