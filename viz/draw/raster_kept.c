/* raster_kept.c: a copy of each sheet's rectangle. */
#include "viz/draw/raster_kept.h"

#include <string.h>

#include "core/grow.h"
#include "core/memory.h"

typedef struct kept_sheet {
    uint64_t key;
    box area;
    float scale;
    bool seen;  /* in this drawing */
    bool fresh; /* drawn in it */
    uint8_t *rgba;
} kept_sheet;

static uint8_t *pixel_of(const surface *s, int x, int y) {
    return s->rgba + 4 * ((size_t)y * (size_t)s->width + (size_t)x);
}

static uint8_t *kept_pixel(const kept_sheet *k, int x, int y) {
    size_t width = (size_t)(k->area.x1 - k->area.x0);
    return k->rgba + 4 * ((size_t)(y - k->area.y0) * width + (size_t)(x - k->area.x0));
}

static kept_sheet *find(const surface *s, uint64_t key, box area, float scale) {
    for (size_t i = 0; i < s->kept_count && key != 0; i++) {
        kept_sheet *k = &s->kept[i];
        if (k->key == key && k->scale == scale && memcmp(&k->area, &area, sizeof area) == 0)
            return k;
    }
    return NULL;
}

void kept_begin(surface *s) {
    for (size_t i = 0; i < s->kept_count; i++)
        s->kept[i].seen = s->kept[i].fresh = false;
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

bool kept_expect(surface *s, uint64_t key, box area, float scale) {
    kept_sheet *k = find(s, key, area, scale);
    if (k != NULL) {
        k->seen = true;
        return k->fresh;
    }
    if (key == 0 || !dnn_grow(&s->kept, &s->kept_capacity, s->kept_count, 1))
        return true;
    uint8_t *rgba = dnn_alloc(4 * (size_t)(area.x1 - area.x0) * (size_t)(area.y1 - area.y0));
    if (rgba != NULL)
        s->kept[s->kept_count++] = (kept_sheet){key, area, scale, true, true, rgba};
    return true;
}

bool kept_show(const surface *s, uint64_t key, box area, float scale, box part) {
    const kept_sheet *k = find(s, key, area, scale);
    if (k == NULL || k->fresh)
        return false;
    for (int y = part.y0; y < part.y1; y++)
        memcpy(pixel_of(s, part.x0, y), kept_pixel(k, part.x0, y), 4 * (size_t)(part.x1 - part.x0));
    return true;
}

void kept_take(const surface *s, uint64_t key, box area, float scale, box part) {
    const kept_sheet *k = find(s, key, area, scale);
    for (int y = part.y0; k != NULL && y < part.y1; y++)
        memcpy(kept_pixel(k, part.x0, y), pixel_of(s, part.x0, y), 4 * (size_t)(part.x1 - part.x0));
}

void kept_free(surface *s) {
    kept_begin(s);
    kept_end(s);
    dnn_free(s->kept);
    s->kept = NULL;
    s->kept_capacity = 0;
}
