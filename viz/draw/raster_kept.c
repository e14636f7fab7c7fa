/* raster_kept.c: a copy of each sheet's rectangle. */
#include "viz/draw/raster_kept.h"

#include <string.h>

#include "core/grow.h"
#include "core/memory.h"

typedef struct kept_sheet {
    uint64_t key;
    box area;
    float scale;
    bool seen; /* in this drawing */
    uint8_t *rgba;
} kept_sheet;

static size_t row_bytes(box area) {
    return 4 * (size_t)(area.x1 - area.x0);
}

static uint8_t *row_of(const surface *s, box area, int y) {
    return s->rgba + 4 * ((size_t)y * (size_t)s->width + (size_t)area.x0);
}

void kept_begin(surface *s) {
    for (size_t i = 0; i < s->kept_count; i++)
        s->kept[i].seen = false;
}

void kept_end(surface *s) {
    size_t left = 0;
    for (size_t i = 0; i < s->kept_count; i++)
        if (s->kept[i].seen)
            s->kept[left++] = s->kept[i];
        else
            dnn_free(s->kept[i].rgba);
    s->kept_count = left;
}

bool kept_show(surface *s, uint64_t key, box area, float scale) {
    for (size_t i = 0; i < s->kept_count && key != 0; i++) {
        kept_sheet *k = &s->kept[i];
        if (k->key != key || k->scale != scale || memcmp(&k->area, &area, sizeof area) != 0)
            continue;
        k->seen = true;
        for (int y = area.y0; y < area.y1; y++)
            memcpy(row_of(s, area, y), k->rgba + (size_t)(y - area.y0) * row_bytes(area),
                   row_bytes(area));
        return true;
    }
    return false;
}

void kept_add(surface *s, uint64_t key, box area, float scale) {
    size_t rows = (size_t)(area.y1 - area.y0);
    if (key == 0 || !dnn_grow(&s->kept, &s->kept_capacity, s->kept_count, 1))
        return;
    uint8_t *rgba = dnn_alloc(rows * row_bytes(area));
    if (rgba == NULL)
        return;
    for (int y = area.y0; y < area.y1; y++)
        memcpy(rgba + (size_t)(y - area.y0) * row_bytes(area), row_of(s, area, y), row_bytes(area));
    s->kept[s->kept_count++] = (kept_sheet){key, area, scale, true, rgba};
}

void kept_free(surface *s) {
    kept_begin(s);
    kept_end(s);
    dnn_free(s->kept);
    s->kept = NULL;
    s->kept_capacity = 0;
}
