/* curve_places.c: the places sorted by tag, which are then found by halves. */
#include "viz/plot/curve_places.h"

#include <stdlib.h>

#include "core/memory.h"

static int compare(const curve_place *a, const curve_place *b) {
    if (a->tag != b->tag)
        return (uintptr_t)a->tag < (uintptr_t)b->tag ? -1 : 1;
    return (a->panel > b->panel) - (a->panel < b->panel);
}

static int by_tag(const void *a, const void *b) {
    return compare(a, b);
}

bool curve_places_find(curve_places *out, const panel *panels, size_t count) {
    size_t curves = 0;
    for (size_t i = 0; i < count; i++)
        curves += panels[i].curve_count;
    *out = (curve_places){dnn_alloc(curves * sizeof *out->items), 0};
    if (out->items == NULL)
        return false;
    for (size_t i = 0; i < count; i++)
        for (size_t k = 0; k < panels[i].curve_count; k++)
            if (!curve_hidden(&panels[i].curves[k]))
                out->items[out->count++] = (curve_place){panels[i].curves[k].tag, i};
    qsort(out->items, out->count, sizeof *out->items, by_tag);
    return true;
}

void curve_places_free(curve_places *places) {
    dnn_free(places->items);
    *places = (curve_places){0};
}

bool curve_places_before(const curve_places *places, const run_tag *tag, size_t before) {
    const curve_place first = {tag, 0};
    size_t low = 0, high = places->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (compare(&places->items[middle], &first) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low < places->count && places->items[low].tag == tag &&
           places->items[low].panel < before;
}
