/* scratch.c: one growing block per thread, in thread-specific storage.
 *
 * The key's destructor frees a thread's block when the thread ends; for the thread that unloads the
 * library or ends the process, where no such destructor runs, the library's own does it. */
#include "math/scratch.h"

#include <pthread.h>
#include <stdbool.h>

#include "core/memory.h"

/* The block's first aligned unit holds its size; the caller's part follows it. */
typedef struct scratch_header {
    size_t bytes;
} scratch_header;

static pthread_key_t key;
static bool has_key;

__attribute__((constructor)) static void open_scratch(void) {
    has_key = pthread_key_create(&key, dnn_free) == 0;
}

__attribute__((destructor)) static void close_scratch(void) {
    if (!has_key)
        return;
    dnn_free(pthread_getspecific(key));
    pthread_key_delete(key);
}

void *dnn_scratch(size_t bytes) {
    if (!has_key || bytes > SIZE_MAX - 2 * DNN_ALIGNMENT)
        return NULL;
    scratch_header *block = pthread_getspecific(key);
    if (block == NULL || block->bytes < bytes) {
        dnn_free(block);
        block = dnn_alloc(DNN_ALIGNMENT + bytes);
        if (pthread_setspecific(key, block) != 0) {
            dnn_free(block);
            block = NULL;
        }
        if (block == NULL)
            return NULL;
        block->bytes = bytes;
    }
    return (char *)block + DNN_ALIGNMENT;
}
