/* least.h: the smaller of two sizes. */
#ifndef DNN_CORE_LEAST_H
#define DNN_CORE_LEAST_H

#include <stddef.h>

static inline size_t dnn_least(size_t a, size_t b) {
    return a < b ? a : b;
}

#endif
