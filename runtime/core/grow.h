/* grow.h: arrays that grow.
 *
 * An array is a pointer from dnn_alloc (or NULL), a capacity and a count, each a field of whatever
 * holds the array. The capacity at least doubles, so that appending one at a time costs a constant
 * per element; dnn_free gives the array back. */
#ifndef DNN_CORE_GROW_H
#define DNN_CORE_GROW_H

#include <stdbool.h>
#include <stddef.h>

/* Makes room for `more` elements after the first `used` of *array, which are kept. False where
 * there is no memory or the size overflows: the array is as it was. `array` and `capacity` are
 * addresses: dnn_grow(&list->items, &list->capacity, list->count, 1). */
#define dnn_grow(array, capacity, used, more)                                                      \
    dnn_grow_bytes((array), (capacity), (used), (more), sizeof **(array))

/* The same for elements of `size` bytes; `array` is the address of a pointer of any type. */
bool dnn_grow_bytes(void *array, size_t *capacity, size_t used, size_t more, size_t size);

#endif
