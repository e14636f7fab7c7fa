/* memory.h: the runtime's only way to the heap.
 *
 * Blocks are aligned to DNN_ALIGNMENT bytes. Every allocation is counted, so that a test can show
 * that a training step makes none, and a test can make the n-th one fail. */
#ifndef DNN_CORE_MEMORY_H
#define DNN_CORE_MEMORY_H

#include <stddef.h>
#include <stdint.h>

#define DNN_ALIGNMENT ((size_t)64)

/* `bytes` rounded up to a multiple of DNN_ALIGNMENT. */
size_t dnn_align_up(size_t bytes);

/* Uninitialised block of at least `bytes` (0 gives a valid block too); NULL when there is no
 * memory. */
void *dnn_alloc(size_t bytes);

/* As dnn_alloc, filled with zeros; NULL also when count * size overflows. */
void *dnn_calloc(size_t count, size_t size);

/* Gives a block back; NULL is allowed. */
void dnn_free(void *block);

/* Asks the system for huge pages for a block of several of them, which is walked through in strides:
 * that saves translations of addresses. Where there are none, nothing changes. */
void dnn_prefer_huge_pages(void *block, size_t bytes);

/* For a program, before it starts threads: where its addresses are limited (ulimit -v), all threads
 * allocate from one heap. The C library would reserve 64 MiB of addresses for each thread. */
void dnn_save_addresses(void);

/* A copy of a NUL-terminated string; NULL when there is no memory. */
char *dnn_strdup(const char *text);

/* Number of blocks handed out so far in this process, by any thread. */
uint64_t dnn_allocation_count(void);

/* Number of blocks handed out and not yet given back. */
uint64_t dnn_allocations_live(void);

/* Number of requests so far, of any thread, for which there was no memory: what a program made in
 * the meantime may lack something. */
uint64_t dnn_allocations_refused(void);

/* Counts a request of another library, which says that it had no memory. */
void dnn_count_refused(void);

/* For tests: the n-th allocation from now (1 = the next one) and no other fails; 0 switches it off.
 */
void dnn_fail_allocation(uint64_t n);

#endif
