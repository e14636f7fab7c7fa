/* raster.c: surfaces, and lists played on them.
 *
 * The surface is cut into strips of columns, always the same, and each strip plays the whole list:
 * so strips can be played at the same time, and pixels do not depend on how many are. */
#include "viz/draw/raster.h"

#include <math.h>
#include <stdlib.h>

#include "core/memory.h"
#include "core/threads.h"
#include "viz/draw/output.h"
#include "viz/draw/png.h"
#include "viz/draw/raster_kept.h"
#include "viz/draw/raster_shapes.h"

/* --- surfaces --- */

static bool create_strips(surface *s) {
    s->strips = dnn_calloc(((size_t)s->width + STRIP - 1) / STRIP, sizeof(coverage *));
    for (int x = 0; s->strips != NULL && x < s->width; x += STRIP) {
        int width = s->width - x < STRIP ? s->width - x : STRIP;
        coverage *c = coverage_create(x, width, s->height);
        if (c == NULL)
            return false;
        s->strips[s->strip_count++] = c;
    }
    return s->strips != NULL;
}

dnn_status surface_create(surface *out, int width, int height, dnn_error *err) {
    *out = (surface){0};
    if (width < 1 || height < 1 || width > SURFACE_MAX_SIDE || height > SURFACE_MAX_SIDE)
        return dnn_fail(err, DNN_ERROR_ARGUMENT,
                        "image of %d x %d pixels: each side must be from 1 to %d", width, height,
                        SURFACE_MAX_SIDE);
    surface s = {.width = width, .height = height};
    s.rgba = dnn_calloc((size_t)width * (size_t)height, 4);
    if (!create_strips(&s) || s.rgba == NULL) {
        surface_free(&s);
        return dnn_fail(err, DNN_ERROR_MEMORY, "image of %d x %d pixels: no memory", width,
                        height);
    }
    *out = s;
    return DNN_OK;
}

void surface_free(surface *s) {
    dnn_free(s->rgba);
    for (size_t i = 0; i < s->strip_count; i++)
        coverage_free(s->strips[i]);
    dnn_free(s->strips);
    kept_free(s);
    *s = (surface){0};
}

dnn_status surface_write_png(const surface *s, const char *path, dnn_error *err) {
    size_t size;
    uint8_t *bytes = png_encode(s->rgba, (size_t)s->width, (size_t)s->height, &size);
    if (bytes == NULL)
        return dnn_fail(err, DNN_ERROR_MEMORY, "%s: no memory to encode %d x %d pixels", path,
                        s->width, s->height);
    dnn_status status = output_bytes(path, bytes, size, err);
    free(bytes);
    return status;
}

/* --- strips --- */

static void play(player *p, const display_list *list);

/* A sheet is drawn once; its pixels are copied as long as it stays the same. */
static void play_sheet(player *p, const sheet *l) {
    box clip = p->clip, area = meet(clip, centres_within(p, l->area));
    box part = meet(area, p->strip);
    if (is_empty(part) || kept_show(p->target, l->key, area, p->scale, part))
        return;
    set_clip(p, area);
    play(p, &l->list);
    set_clip(p, clip);
    kept_take(p->target, l->key, area, p->scale, part);
}

static void play(player *p, const display_list *list) {
    for (size_t i = 0; i < list->count; i++)
        if (list->commands[i].kind == COMMAND_SHEET)
            play_sheet(p, list->commands[i].sheet);
        else
            play_command(p, &list->commands[i]);
}

/* A player of the whole surface, which draws nothing. */
static player player_of(surface *target, float scale) {
    box all = {0, 0, target->width, target->height};
    return (player){target, NULL, scale, all, all, all};
}

typedef struct playing {
    const display_list *list;
    surface *target;
    float scale;
} playing;

static void play_strip(void *context, size_t which) {
    const playing *w = context;
    player p = player_of(w->target, w->scale);
    p.shape = w->target->strips[which];
    p.strip.x0 = (int)which * STRIP;
    p.strip.x1 = p.strip.x0 + STRIP < p.strip.x1 ? p.strip.x0 + STRIP : p.strip.x1;
    p.seen = p.strip;
    play(&p, w->list);
}

/* Prepares the keeping of all sheets; returns how many commands and points have to be drawn. */
static size_t expect_sheets(player *p, const display_list *list) {
    size_t work = 0;
    for (size_t i = 0; i < list->count; i++) {
        const command *c = &list->commands[i];
        work += 1 + c->count;
        if (c->kind == COMMAND_CLIP)
            set_clip(p, clip_of(p, c));
        if (c->kind != COMMAND_SHEET)
            continue;
        box clip = p->clip, area = meet(clip, centres_within(p, c->sheet->area));
        if (is_empty(area) || !kept_expect(p->target, c->sheet->key, area, p->scale))
            continue;
        set_clip(p, area);
        work += expect_sheets(p, &c->sheet->list);
        set_clip(p, clip);
    }
    return work;
}

#define LITTLE 1500 /* commands and points: not worth waking other threads */

void raster_play(const display_list *list, surface *target, float scale) {
    playing w = {list, target, scale};
    if (!(scale > 0) || !isfinite(scale))
        return;
    kept_begin(target);
    player all = player_of(target, scale);
    if (expect_sheets(&all, list) > LITTLE)
        dnn_parallel(target->strip_count, play_strip, &w);
    else
        for (size_t i = 0; i < target->strip_count; i++)
            play_strip(&w, i);
    kept_end(target);
}
