/* nearest.h: the known name that an unknown one was most likely meant to be. Needs nothing else:
 * the module and the program both use it. */
#ifndef DNN_BINDINGS_NEAREST_H
#define DNN_BINDINGS_NEAREST_H

#include <stddef.h>

/* The name most like `wanted` among those offered: few edits away, or beginning alike. `group`
 * (NULL: none) is where other libraries' names for it are looked up: "Matrix", "layer",
 * "dnn.optim", ... */
typedef struct dnnlua_nearest {
    const char *wanted, *group;
    const char *name; /* NULL: none comes near */
    size_t distance;
} dnnlua_nearest;

void dnnlua_nearest_offer(dnnlua_nearest *nearest, const char *name);

#endif
