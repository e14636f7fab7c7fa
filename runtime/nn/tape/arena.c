/* arena.c: chunks, and lists of blocks that were given back, by size. */
#include "nn/tape/arena.h"

#include <stdint.h>
#include <string.h>

#include "core/memory.h"

enum { CHUNK = 1 << 18 }; /* bytes of a chunk at least */

struct dnn_arena_chunk {
    dnn_arena_chunk *next;
    size_t size; /* bytes of memory */
    char *memory;
};

/* The number of the smallest size that holds so many bytes: 64, 80, 96, 112, 128, 160, ... */
static size_t class_of(size_t bytes) {
    size_t units = bytes <= DNN_ALIGNMENT ? 4 : (bytes + DNN_ALIGNMENT / 4 - 1) / (DNN_ALIGNMENT / 4);
    size_t power = 63 - (size_t)__builtin_clzll(units) - 2;
    size_t quarter = (units + ((size_t)1 << power) - 1) >> power; /* 4 to 8 */
    return 4 * power + quarter - 4;
}

static size_t class_bytes(size_t class) {
    size_t power = class / 4, quarter = class % 4 + 4;
    return dnn_align_up((quarter << power) * (DNN_ALIGNMENT / 4));
}

static dnn_arena_chunk *new_chunk(size_t size) {
    dnn_arena_chunk *chunk = dnn_alloc(sizeof *chunk);
    char *memory = chunk == NULL ? NULL : dnn_alloc(size);
    if (memory == NULL) {
        dnn_free(chunk);
        return NULL;
    }
    *chunk = (dnn_arena_chunk){.size = size, .memory = memory};
    return chunk;
}

/* Goes on to a chunk with room for `bytes`: the first one, which a reset leaves, or a new one. */
static dnn_arena_chunk *next_chunk(dnn_arena *arena, size_t bytes) {
    dnn_arena_chunk *chunk = arena->current == NULL ? arena->first : NULL;
    if (chunk == NULL || chunk->size < bytes) {
        chunk = new_chunk(bytes < CHUNK ? CHUNK : bytes);
        if (chunk == NULL)
            return NULL;
        chunk->next = arena->first;
        arena->first = chunk;
    }
    arena->current = chunk;
    arena->used = 0;
    return chunk;
}

void *dnn_arena_take(dnn_arena *arena, size_t bytes) {
    if (bytes > SIZE_MAX / 4)
        return NULL;
    size_t class = class_of(bytes), size = class_bytes(class);
    void *block = arena->given_back[class];
    if (block != NULL) {
        memcpy(&arena->given_back[class], block, sizeof block);
        return block;
    }
    dnn_arena_chunk *chunk = arena->current;
    if (chunk == NULL || chunk->size - arena->used < size)
        chunk = next_chunk(arena, size);
    if (chunk == NULL)
        return NULL;
    block = chunk->memory + arena->used;
    arena->used += size;
    return block;
}

void dnn_arena_give(dnn_arena *arena, void *block, size_t bytes) {
    size_t class = class_of(bytes);
    memcpy(block, &arena->given_back[class], sizeof block);
    arena->given_back[class] = block;
}

/* Several chunks become one, so that the next backward of the same sizes fits into it. */
static void unite_chunks(dnn_arena *arena) {
    size_t size = 0;
    for (dnn_arena_chunk *chunk = arena->first; chunk != NULL; chunk = chunk->next)
        size += chunk->size;
    dnn_arena_free(arena);
    next_chunk(arena, size);
}

void dnn_arena_reset(dnn_arena *arena) {
    if (arena->first != NULL && arena->first->next != NULL)
        unite_chunks(arena);
    memset(arena->given_back, 0, sizeof arena->given_back);
    arena->current = NULL;
    arena->used = 0;
}

void dnn_arena_free(dnn_arena *arena) {
    for (dnn_arena_chunk *chunk = arena->first, *next; chunk != NULL; chunk = next) {
        next = chunk->next;
        dnn_free(chunk->memory);
        dnn_free(chunk);
    }
    *arena = (dnn_arena){0};
}
