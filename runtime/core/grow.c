/* grow.c: a larger block, and the elements copied into it. */
#include "core/grow.h"

#include <stdint.h>
#include <string.h>

#include "core/memory.h"

#define FIRST_BYTES ((size_t)256)

bool dnn_grow_bytes(void *array, size_t *capacity, size_t used, size_t more, size_t size) {
    void *old; /* what `array` points to is a pointer of another type: copied as bytes */
    memcpy(&old, array, sizeof old);
    if (old != NULL && *capacity - used >= more)
        return true;
    if (more > SIZE_MAX / 2 / size || used > SIZE_MAX / 2 / size - more)
        return false;
    size_t needed = used + more, wanted = 2 * *capacity;
    if (wanted < FIRST_BYTES / size)
        wanted = FIRST_BYTES / size;
    if (wanted < needed)
        wanted = needed;
    void *larger = dnn_alloc(wanted * size);
    if (larger == NULL)
        return false;
    if (used > 0)
        memcpy(larger, old, used * size);
    dnn_free(old);
    memcpy(array, &larger, sizeof larger);
    *capacity = wanted;
    return true;
}
