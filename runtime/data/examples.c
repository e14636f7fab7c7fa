/* examples.c: columns of a matrix or image files.
 *
 * The cache is one block of columns, of which the system gives memory as they are written. Each
 * file has one atomic number: 0 when it is not in the cache, BUSY while a thread decodes it into
 * its column, else its column, counted from FIRST. What is in the cache stays, so that each epoch
 * finds as much there. */
#include "data/examples.h"

#include <stdatomic.h>
#include <string.h>

#include "core/memory.h"

enum { ABSENT = 0, BUSY = 1, FIRST = 2 };

struct dnn_examples {
    dnn_matrix X; /* of a matrix */
    size_t count;
    dnn_image_target target; /* of files */
    char **paths;
    char *text;     /* of all paths */
    size_t column;  /* bytes */
    uint8_t *cache; /* room * column bytes */
    size_t room;
    _Atomic uint32_t *where; /* of each file */
    _Atomic size_t taken;    /* columns given out, may run beyond room */
    _Atomic uint64_t decoded;
};

dnn_status dnn_examples_of_matrix(dnn_examples **out, const dnn_matrix *X, dnn_error *err) {
    *out = dnn_calloc(1, sizeof **out);
    if (*out == NULL)
        return dnn_fail(err, DNN_ERROR_MEMORY, "Loader: out of memory");
    (*out)->X = *X;
    (*out)->count = X->cols;
    return DNN_OK;
}

static bool copy_paths(dnn_examples *e, const char *const *paths) {
    size_t bytes = 0;
    for (size_t i = 0; i < e->count; i++)
        bytes += strlen(paths[i]) + 1;
    e->paths = dnn_alloc(e->count * sizeof *e->paths);
    e->text = dnn_alloc(bytes);
    if (e->paths == NULL || e->text == NULL)
        return false;
    char *at = e->text;
    for (size_t i = 0; i < e->count; i++) {
        const size_t size = strlen(paths[i]) + 1;
        e->paths[i] = memcpy(at, paths[i], size);
        at += size;
    }
    return true;
}

static bool make_cache(dnn_examples *e, uint64_t cache_bytes) {
    const uint64_t room = cache_bytes / e->column;
    e->room = room < e->count ? (size_t)room : e->count;
    if (e->room == 0)
        return true;
    e->cache = dnn_alloc(e->room * e->column);
    e->where = dnn_calloc(e->count, sizeof *e->where);
    return e->cache != NULL && e->where != NULL;
}

dnn_status dnn_examples_of_files(dnn_examples **out, const char *const *paths, size_t count,
                                 const dnn_image_target *target, uint64_t cache_bytes,
                                 dnn_error *err) {
    dnn_examples *e = *out = dnn_calloc(1, sizeof *e);
    if (e != NULL) {
        e->count = count;
        e->target = *target;
        e->column = target->width * target->height * target->options.channels;
    }
    if (e != NULL && copy_paths(e, paths) && make_cache(e, cache_bytes))
        return DNN_OK;
    dnn_examples_free(e);
    *out = NULL;
    return dnn_fail(err, DNN_ERROR_MEMORY,
                    "Loader: not enough memory for the list of %zu files and a cache of %llu bytes",
                    count, (unsigned long long)cache_bytes);
}

void dnn_examples_free(dnn_examples *e) {
    if (e == NULL)
        return;
    dnn_free(e->paths);
    dnn_free(e->text);
    dnn_free(e->cache);
    dnn_free((void *)e->where);
    dnn_free(e);
}

size_t dnn_examples_count(const dnn_examples *e) {
    return e->count;
}

bool dnn_examples_are_files(const dnn_examples *e) {
    return e->paths != NULL;
}

size_t dnn_examples_rows(const dnn_examples *e) {
    return dnn_examples_are_files(e) ? e->column : e->X.rows;
}

dnn_dtype dnn_examples_dtype(const dnn_examples *e) {
    return dnn_examples_are_files(e) ? DNN_UINT8 : e->X.dtype;
}

static bool decode(dnn_examples *e, size_t i, uint8_t *out, dnn_error *err) {
    atomic_fetch_add_explicit(&e->decoded, 1, memory_order_relaxed);
    return dnn_image_read_resized(e->paths[i], out, &e->target, err) == DNN_OK;
}

/* A column of the cache that is this thread's to fill, or NULL. */
static uint8_t *reserve(dnn_examples *e, size_t i, uint32_t *column) {
    uint32_t absent = ABSENT;
    if (atomic_load_explicit(&e->taken, memory_order_relaxed) >= e->room ||
        !atomic_compare_exchange_strong(&e->where[i], &absent, BUSY))
        return NULL;
    size_t taken = atomic_fetch_add(&e->taken, 1);
    if (taken < e->room) {
        *column = (uint32_t)taken;
        return e->cache + taken * e->column;
    }
    atomic_store(&e->where[i], ABSENT);
    return NULL;
}

const void *dnn_examples_get(dnn_examples *e, size_t i, uint8_t *scratch, dnn_error *err) {
    uint32_t column = 0;
    if (!dnn_examples_are_files(e))
        return dnn_matrix_at(&e->X, 0, i);
    if (e->room > 0) {
        uint32_t where = atomic_load_explicit(&e->where[i], memory_order_acquire);
        if (where >= FIRST)
            return e->cache + (size_t)(where - FIRST) * e->column;
    }
    if (!decode(e, i, scratch, err))
        return NULL;
    uint8_t *kept = e->room > 0 ? reserve(e, i, &column) : NULL;
    if (kept != NULL) {
        memcpy(kept, scratch, e->column);
        atomic_store_explicit(&e->where[i], column + FIRST, memory_order_release);
    }
    return scratch;
}

uint64_t dnn_examples_cached(const dnn_examples *e) {
    const size_t taken = atomic_load(&e->taken);
    return (uint64_t)(taken < e->room ? taken : e->room) * e->column;
}

uint64_t dnn_examples_decoded(const dnn_examples *e) {
    return atomic_load(&e->decoded);
}
