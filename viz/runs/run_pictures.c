/* run_pictures.c: decoding the pictures of all runs, as far as there is room for their pixels. */
#include "core/memory.h"
#include "core/threads.h"
#include "viz/runs/runs.h"

static void forget(run_tag *tag) {
    dnn_free(tag->encoded);
    tag->encoded = NULL;
}

static uint64_t pixels_of(const picture *p) {
    return (uint64_t)p->width * p->height;
}

/* Takes the size of each picture that came, in place of the one before it; how many came. */
static size_t measure(runs *all) {
    size_t came = 0;
    for (size_t i = 0; i < all->count; i++)
        for (size_t k = 0; k < all->items[i]->tag_count; k++) {
            run_tag *tag = all->items[i]->tags[k];
            if (tag->encoded == NULL)
                continue;
            came++;
            picture_free(&tag->picture);
            if (!picture_measure(&tag->picture, tag->encoded, tag->encoded_size))
                forget(tag);
        }
    return came;
}

static uint64_t pixels_held(const runs *all) {
    uint64_t held = 0;
    for (size_t i = 0; i < all->count; i++)
        for (size_t k = 0; k < all->items[i]->tag_count; k++)
            if (all->items[i]->tags[k]->picture.rgba != NULL)
                held += pixels_of(&all->items[i]->tags[k]->picture);
    return held;
}

/* Those that find no room are left with their size. */
static void admit(runs *all, uint64_t room) {
    for (size_t i = 0; i < all->count; i++)
        for (size_t k = 0; k < all->items[i]->tag_count; k++) {
            run_tag *tag = all->items[i]->tags[k];
            if (tag->encoded != NULL && pixels_of(&tag->picture) > room)
                forget(tag);
            else if (tag->encoded != NULL)
                room -= pixels_of(&tag->picture);
        }
}

static void decode_of_run(void *context, size_t i) {
    run *r = ((run **)context)[i];
    for (size_t k = 0; k < r->tag_count; k++) {
        run_tag *tag = r->tags[k];
        if (tag->encoded == NULL)
            continue;
        picture_decode(&tag->picture, tag->encoded, tag->encoded_size);
        forget(tag);
    }
}

void runs_decode_pictures(runs *all, bool parallel) {
    if (measure(all) == 0)
        return;
    admit(all, all->without_pixels ? 0 : PICTURES_MAX_PIXELS - pixels_held(all));
    if (parallel)
        dnn_parallel(all->count, decode_of_run, all->items);
    for (size_t i = 0; i < all->count && !parallel; i++)
        decode_of_run(all->items, i);
}
