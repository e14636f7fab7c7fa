/* nearest.h: the known name that an unknown one was most likely meant to be. */
#ifndef DNN_CORE_NEAREST_H
#define DNN_CORE_NEAREST_H

#include <stddef.h>

/* The name most like `wanted` among those offered: few edits away, or beginning alike. `group`
 * (NULL: none) is where other libraries' names for it are looked up: "Matrix", "layer",
 * "dnn.optim", ... */
typedef struct dnn_nearest {
    const char *wanted, *group;
    const char *name; /* NULL: none comes near */
    size_t distance;
} dnn_nearest;

void dnn_nearest_offer(dnn_nearest *nearest, const char *name);

#endif
