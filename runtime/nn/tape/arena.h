/* arena.h: memory for one forward or backward at a time.
 *
 * Blocks are cut from large chunks, whose memory stays from one backward to the next: when the same
 * sizes come again, nothing is allocated. A block that is given back is handed out again within the same
 * backward. Not for several threads at once. */
#ifndef DNN_NN_ARENA_H
#define DNN_NN_ARENA_H

#include <stddef.h>

#define DNN_ARENA_CLASSES 160 /* sizes of blocks: four to each power of two */

typedef struct dnn_arena_chunk dnn_arena_chunk;

typedef struct dnn_arena {
    dnn_arena_chunk *first, *current; /* all chunks; the one that blocks are cut from */
    size_t used;                      /* bytes of it */
    void *given_back[DNN_ARENA_CLASSES];
} dnn_arena;

/* A block of at least `bytes`, aligned to DNN_ALIGNMENT, contents undefined; NULL where there is no
 * memory. */
void *dnn_arena_take(dnn_arena *arena, size_t bytes);

/* Gives back a block that was taken for so many bytes. */
void dnn_arena_give(dnn_arena *arena, void *block, size_t bytes);

/* Gives back all blocks; the memory stays, as one chunk. */
void dnn_arena_reset(dnn_arena *arena);

/* Frees the chunks. */
void dnn_arena_free(dnn_arena *arena);

#endif
