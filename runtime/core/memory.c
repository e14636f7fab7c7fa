/* memory.c: aligned, counted allocation. */
#include "core/memory.h"

#include <malloc.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>

#define PAGE      ((uintptr_t)4096)
#define HUGE_PAGE ((size_t)2 << 20) /* of x86-64, and of arm64 with pages of 4 KiB */

static _Atomic uint64_t allocated, released, refused;
static _Atomic uint64_t fail_countdown;

size_t dnn_align_up(size_t bytes) {
    return (bytes + DNN_ALIGNMENT - 1) / DNN_ALIGNMENT * DNN_ALIGNMENT;
}

static int must_fail(void) {
    return atomic_load_explicit(&fail_countdown, memory_order_relaxed) != 0 &&
           atomic_fetch_sub(&fail_countdown, 1) == 1;
}

void *dnn_alloc(size_t bytes) {
    void *block = NULL;
    if (bytes <= SIZE_MAX - DNN_ALIGNMENT && !must_fail())
        block = aligned_alloc(DNN_ALIGNMENT, bytes == 0 ? DNN_ALIGNMENT : dnn_align_up(bytes));
    atomic_fetch_add_explicit(block != NULL ? &allocated : &refused, 1, memory_order_relaxed);
    return block;
}

void *dnn_calloc(size_t count, size_t size) {
    if (size != 0 && count > SIZE_MAX / size)
        return NULL;
    void *block = dnn_alloc(count * size);
    if (block != NULL)
        memset(block, 0, count * size);
    return block;
}

void dnn_free(void *block) {
    if (block == NULL)
        return;
    atomic_fetch_add_explicit(&released, 1, memory_order_relaxed);
    free(block);
}

void dnn_prefer_huge_pages(void *block, size_t bytes) {
#ifdef MADV_HUGEPAGE
    uintptr_t begin = ((uintptr_t)block + PAGE - 1) / PAGE * PAGE, end = (uintptr_t)block + bytes;
    if (bytes >= 2 * HUGE_PAGE)
        madvise((void *)begin, end - begin, MADV_HUGEPAGE);
#else
    (void)block;
    (void)bytes;
#endif
}

char *dnn_strdup(const char *text) {
    size_t size = strlen(text) + 1;
    char *copy = dnn_alloc(size);
    return copy == NULL ? NULL : memcpy(copy, text, size);
}

void dnn_save_addresses(void) {
    struct rlimit addresses;
    if (getrlimit(RLIMIT_AS, &addresses) == 0 && addresses.rlim_cur != RLIM_INFINITY)
        mallopt(M_ARENA_MAX, 1);
}

uint64_t dnn_allocation_count(void) {
    return atomic_load(&allocated);
}

uint64_t dnn_allocations_live(void) {
    return atomic_load(&allocated) - atomic_load(&released);
}

uint64_t dnn_allocations_refused(void) {
    return atomic_load(&refused);
}

void dnn_count_refused(void) {
    atomic_fetch_add_explicit(&refused, 1, memory_order_relaxed);
}

void dnn_fail_allocation(uint64_t n) {
    atomic_store(&fail_countdown, n);
}
