/* raster.c: the commands of a display list, each as coverage, pixels or glyphs. */
#include "viz/draw/raster.h"

#include <math.h>
#include <stdlib.h>

#include "core/atomic_file.h"
#include "core/memory.h"
#include "viz/draw/font.h"
#include "viz/draw/png.h"
#include "viz/draw/raster_bars.h"
#include "viz/draw/raster_coverage.h"
#include "viz/draw/raster_kept.h"
#include "viz/draw/raster_stroke.h"

/* --- surfaces --- */

dnn_status surface_create(surface *out, int width, int height, dnn_error *err) {
    *out = (surface){0};
    if (width < 1 || height < 1 || width > SURFACE_MAX_SIDE || height > SURFACE_MAX_SIDE)
        return dnn_fail(err, DNN_ERROR_ARGUMENT,
                        "picture of %d x %d pixels: each side must be from 1 to %d", width, height,
                        SURFACE_MAX_SIDE);
    surface s = {.width = width, .height = height};
    s.rgba = dnn_calloc((size_t)width * (size_t)height, 4);
    s.coverage = coverage_create(width, height);
    s.columns = dnn_alloc(2 * ((size_t)width + BARS_BLOCK) * sizeof *s.columns);
    if (s.rgba == NULL || s.coverage == NULL || s.columns == NULL) {
        surface_free(&s);
        return dnn_fail(err, DNN_ERROR_MEMORY, "picture of %d x %d pixels: no memory", width,
                        height);
    }
    *out = s;
    return DNN_OK;
}

void surface_free(surface *s) {
    dnn_free(s->rgba);
    coverage_free(s->coverage);
    dnn_free(s->columns);
    kept_free(s);
    *s = (surface){0};
}

dnn_status surface_write_png(const surface *s, const char *path, dnn_error *err) {
    size_t size;
    uint8_t *bytes = png_encode(s->rgba, (size_t)s->width, (size_t)s->height, &size);
    if (bytes == NULL)
        return dnn_fail(err, DNN_ERROR_MEMORY, "%s: no memory to encode %d x %d pixels", path,
                        s->width, s->height);
    dnn_status status = dnn_atomic_file_replace(path, bytes, size, err);
    free(bytes);
    return status;
}

/* --- boxes --- */

typedef struct player {
    surface *target;
    float scale;
    box clip;
} player;

/* A coordinate as a whole pixel within 0..limit. */
static int pixel_within(double at, int limit) {
    return at >= limit ? limit : at > 0 ? (int)at : 0;
}

static box meet(box a, box b) {
    return (box){a.x0 > b.x0 ? a.x0 : b.x0, a.y0 > b.y0 ? a.y0 : b.y0, a.x1 < b.x1 ? a.x1 : b.x1,
                 a.y1 < b.y1 ? a.y1 : b.y1};
}

static bool is_empty(box b) {
    return b.x0 >= b.x1 || b.y0 >= b.y1;
}

static bool finite_rect(rect r) {
    return isfinite(r.x) && isfinite(r.y) && isfinite(r.w) && isfinite(r.h);
}

/* The pixels whose centres lie within a rectangle of points. */
static box centres_within(const player *p, rect r) {
    double scale = p->scale, x = r.x, y = r.y;
    int width = p->target->width, height = p->target->height;
    return (box){pixel_within(ceil(x * scale - 0.5), width),
                 pixel_within(ceil(y * scale - 0.5), height),
                 pixel_within(ceil((x + (double)r.w) * scale - 0.5), width),
                 pixel_within(ceil((y + (double)r.h) * scale - 0.5), height)};
}

/* The visible pixels that points with so many pixels around them can touch. */
static box around(const player *p, const point *points, size_t count, double margin) {
    float x0 = INFINITY, y0 = INFINITY, x1 = -INFINITY, y1 = -INFINITY;
    for (size_t i = 0; i < count; i++) {
        if (!isfinite(points[i].x) || !isfinite(points[i].y))
            continue;
        x0 = fminf(x0, points[i].x);
        y0 = fminf(y0, points[i].y);
        x1 = fmaxf(x1, points[i].x);
        y1 = fmaxf(y1, points[i].y);
    }
    double scale = p->scale;
    int width = p->target->width, height = p->target->height;
    return meet(p->clip, (box){pixel_within(floor(x0 * scale - margin), width),
                               pixel_within(floor(y0 * scale - margin), height),
                               pixel_within(ceil(x1 * scale + margin), width),
                               pixel_within(ceil(y1 * scale + margin), height)});
}

/* --- shapes --- */

static void play_clip(player *p, const command *c) {
    box all = {0, 0, p->target->width, p->target->height};
    p->clip = c->area.w > 0 && c->area.h > 0 ? centres_within(p, c->area) : all;
}

static void play_polyline(player *p, const command *c) {
    double width = (double)c->stroke.width * p->scale;
    if (!(width > 1e-3) || !isfinite(width)) /* less than that does not change a pixel */
        return;
    box visible = around(p, c->points, c->count, 0.6 * width); /* joins reach 3 % further */
    if (is_empty(visible))
        return;
    coverage *shape = p->target->coverage;
    coverage_begin(shape, visible);
    stroke_polyline(shape, visible, c->points, c->count, &c->stroke, p->scale);
    coverage_paint(shape, p->target, c->stroke.color, FILL_NON_ZERO);
}

static void fill(player *p, const point *points, size_t count, color paint) {
    box visible = around(p, points, count, 0);
    if (is_empty(visible))
        return;
    coverage *shape = p->target->coverage;
    coverage_begin(shape, visible);
    const point *first = NULL, *last = NULL;
    double scale = p->scale;
    for (size_t i = 0; i < count; i++) {
        const point *at = &points[i];
        if (!isfinite(at->x) || !isfinite(at->y))
            continue;
        if (last == NULL)
            first = at;
        else
            coverage_edge(shape, last->x * scale, last->y * scale, at->x * scale, at->y * scale);
        last = at;
    }
    coverage_edge(shape, last->x * scale, last->y * scale, first->x * scale, first->y * scale);
    coverage_paint(shape, p->target, paint, FILL_EVEN_ODD);
}

#define CORNER_STEPS 12

/* A rectangle's corners in turn, each as an arc. */
static void play_fill(player *p, const command *c) {
    rect a = c->area;
    if (!finite_rect(a) || !(a.w > 0) || !(a.h > 0))
        return;
    float radius = fminf(c->radius, 0.5f * fminf(a.w, a.h));
    if (!(radius > 0)) {
        fill(p,
             (point[]){
                 {a.x,       a.y      },
                 {a.x + a.w, a.y      },
                 {a.x + a.w, a.y + a.h},
                 {a.x,       a.y + a.h}
        },
             4, c->stroke.color);
        return;
    }
    static const float side_x[] = {1, 1, 0, 0}, side_y[] = {0, 1, 1, 0};
    point points[4 * (CORNER_STEPS + 1)];
    for (int i = 0; i < 4 * (CORNER_STEPS + 1); i++) {
        int corner = i / (CORNER_STEPS + 1), step = i % (CORNER_STEPS + 1);
        float angle = (float)M_PI_2 * ((float)(corner - 1) + (float)step / CORNER_STEPS);
        float x = a.x + side_x[corner] * a.w + (1 - 2 * side_x[corner]) * radius;
        float y = a.y + side_y[corner] * a.h + (1 - 2 * side_y[corner]) * radius;
        points[i] = (point){x + radius * cosf(angle), y + radius * sinf(angle)};
    }
    fill(p, points, 4 * (CORNER_STEPS + 1), c->stroke.color);
}

/* --- pixels --- */

/* Which of `count` cells stretched over from .. from + length a pixel's centre lies in. */
static size_t cell_at(int pixel, double from, double length, size_t count) {
    double at = (pixel + 0.5 - from) / length * (double)count;
    return at <= 0 ? 0 : at >= (double)count ? count - 1 : (size_t)at;
}

static void play_image(player *p, const command *c) {
    if (!finite_rect(c->area) || !(c->area.w > 0) || !(c->area.h > 0))
        return;
    box seen = meet(p->clip, centres_within(p, c->area));
    double scale = p->scale, x = c->area.x * scale, y = c->area.y * scale;
    double w = c->area.w * scale, h = c->area.h * scale;
    for (int py = seen.y0; py < seen.y1; py++) {
        const uint8_t *row = c->pixels + 4 * c->width * cell_at(py, y, h, c->height);
        uint8_t *to = p->target->rgba + 4 * (size_t)py * (size_t)p->target->width;
        for (int px = seen.x0; px < seen.x1; px++) {
            const uint8_t *from = row + 4 * cell_at(px, x, w, c->width);
            color paint = (color)from[0] << 24 | (color)from[1] << 16 | (color)from[2] << 8 | 255;
            blend_pixel(to + 4 * (size_t)px, paint, from[3]);
        }
    }
}

static void put_upright(player *p, const glyph_line *line, int x, int y, color paint) {
    box seen = meet(p->clip, (box){x, y, x + line->width, y + line->height});
    for (int py = seen.y0; py < seen.y1 && seen.x0 < seen.x1; py++)
        blend_row(p->target->rgba + 4 * ((size_t)py * (size_t)p->target->width + (size_t)seen.x0),
                  line->coverage + (py - y) * line->width + (seen.x0 - x),
                  (size_t)(seen.x1 - seen.x0), paint);
}

/* Turned counter-clockwise: a row of the line becomes a column. */
static void put_turned(player *p, const glyph_line *line, int x, int y, color paint) {
    for (int j = 0; j < line->height; j++)
        for (int i = 0; i < line->width; i++) {
            unsigned alpha = line->coverage[j * line->width + i];
            int px = x + j, py = y - i;
            if (alpha != 0 && px >= p->clip.x0 && px < p->clip.x1 && py >= p->clip.y0 &&
                py < p->clip.y1)
                blend_pixel(p->target->rgba +
                                4 * ((size_t)py * (size_t)p->target->width + (size_t)px),
                            paint, alpha);
        }
}

static void play_text(player *p, const command *c) {
    double x = (double)c->area.x * p->scale, y = (double)c->area.y * p->scale;
    double limit = 4.0 * SURFACE_MAX_SIDE;
    if (!(fabs(x) < limit) || !(fabs(y) < limit))
        return;
    const glyph_line *line = text_coverage(c->text, c->size, c->style, p->scale);
    if (line == NULL)
        return;
    float share = c->anchor == ANCHOR_MIDDLE ? 0.5f : c->anchor == ANCHOR_RIGHT ? 1 : 0;
    double before =
        share == 0 ? 0 : (double)(share * p->scale * text_width(c->text, c->size, c->style));
    if (c->angle != 90)
        put_upright(p, line, (int)lround(x - before) + line->left, (int)lround(y) - line->ascent,
                    c->stroke.color);
    else
        put_turned(p, line, (int)lround(x) - line->ascent,
                   -1 - (int)lround(-(y + before)) - line->left, c->stroke.color);
}

static void play(player *p, const display_list *list);

/* A sheet is drawn once; its pixels are copied as long as it stays the same. */
static void play_sheet(player *p, const sheet *l) {
    box area = meet(p->clip, centres_within(p, l->area)), clip = p->clip;
    if (is_empty(area) || kept_show(p->target, l->key, area, p->scale))
        return;
    p->clip = area;
    play(p, &l->list);
    p->clip = clip;
    kept_add(p->target, l->key, area, p->scale);
}

static void play(player *p, const display_list *list) {
    for (size_t i = 0; i < list->count; i++) {
        const command *c = &list->commands[i];
        switch (c->kind) {
        case COMMAND_CLIP:
            play_clip(p, c);
            break;
        case COMMAND_FILL:
            play_fill(p, c);
            break;
        case COMMAND_POLYLINE:
            play_polyline(p, c);
            break;
        case COMMAND_BARS:
            bars_paint(p->target, p->clip, c->points, c->count, &c->stroke, p->scale);
            break;
        case COMMAND_POLYGON:
            fill(p, c->points, c->count, c->stroke.color);
            break;
        case COMMAND_TEXT:
            play_text(p, c);
            break;
        case COMMAND_IMAGE:
            play_image(p, c);
            break;
        case COMMAND_SHEET:
            play_sheet(p, c->sheet);
            break;
        }
    }
}

void raster_play(const display_list *list, surface *target, float scale) {
    player p = {
        target, scale, {0, 0, target->width, target->height}
    };
    if (!(scale > 0) || !isfinite(scale))
        return;
    kept_begin(target);
    play(&p, list);
    kept_end(target);
}
