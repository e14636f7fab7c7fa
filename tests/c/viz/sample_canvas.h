/* sample_canvas.h: a small surface and a list to draw on it, for the tests of coverage. */
#ifndef DNN_TESTS_VIZ_SAMPLE_CANVAS_H
#define DNN_TESTS_VIZ_SAMPLE_CANVAS_H

#include "core/random.h"
#include "viz/draw/raster.h"

#define SIDE 100

typedef struct canvas {
    surface surface;
    display_list list;
} canvas;

static inline canvas blank(void) {
    canvas c = {0};
    dnn_error err;
    check_ok(surface_create(&c.surface, SIDE, SIDE, &err));
    return c;
}

/* Plays the list and empties it. */
static inline void play(canvas *c, float scale) {
    assert_false(c->list.failed);
    raster_play(&c->list, &c->surface, scale);
    display_list_clear(&c->list);
}

static inline void wipe(canvas *c) {
    memset(c->surface.rgba, 0, (size_t)4 * SIDE * SIDE);
}

static inline void discard(canvas *c) {
    surface_free(&c->surface);
    display_list_free(&c->list);
}

static inline int alpha_at(const canvas *c, int x, int y) {
    return c->surface.rgba[4 * (y * SIDE + x) + 3];
}

/* Covered pixels: what opaque black leaves as alpha on a transparent surface. */
static inline double total(const canvas *c) {
    double sum = 0;
    for (int i = 0; i < SIDE * SIDE; i++)
        sum += c->surface.rgba[4 * i + 3] / 255.0;
    return sum;
}

static inline float within(dnn_random *r, double low, double high) {
    return (float)(low + (high - low) * dnn_random_uniform(r));
}

#endif
