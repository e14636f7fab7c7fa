/* raster_shapes.c: each command as coverage, pixels or glyphs. */
#include "viz/draw/raster_shapes.h"

#include <math.h>
#include <pthread.h>
#include <string.h>

#include "viz/draw/font.h"
#include "viz/draw/raster_bars.h"
#include "viz/draw/raster_blend.h"
#include "viz/draw/raster_stroke.h"

/* --- boxes --- */

/* A coordinate as a whole pixel within 0..limit. */
static int pixel_within(double at, int limit) {
    return at >= limit ? limit : at > 0 ? (int)at : 0;
}

box meet(box a, box b) {
    return (box){a.x0 > b.x0 ? a.x0 : b.x0, a.y0 > b.y0 ? a.y0 : b.y0, a.x1 < b.x1 ? a.x1 : b.x1,
                 a.y1 < b.y1 ? a.y1 : b.y1};
}

bool is_empty(box b) {
    return b.x0 >= b.x1 || b.y0 >= b.y1;
}

static bool finite_rect(rect r) {
    return isfinite(r.x) && isfinite(r.y) && isfinite(r.w) && isfinite(r.h);
}

box centres_within(const player *p, rect r) {
    double scale = p->scale, x = r.x, y = r.y;
    int width = p->target->width, height = p->target->height;
    return (box){pixel_within(ceil(x * scale - 0.5), width),
                 pixel_within(ceil(y * scale - 0.5), height),
                 pixel_within(ceil((x + (double)r.w) * scale - 0.5), width),
                 pixel_within(ceil((y + (double)r.h) * scale - 0.5), height)};
}

/* The visible pixels that points with so many pixels around them can touch. */
static box around(const player *p, bounds of, double margin) {
    double scale = p->scale;
    int width = p->target->width, height = p->target->height;
    return meet(p->seen, (box){pixel_within(floor(of.x0 * scale - margin), width),
                               pixel_within(floor(of.y0 * scale - margin), height),
                               pixel_within(ceil(of.x1 * scale + margin), width),
                               pixel_within(ceil(of.y1 * scale + margin), height)});
}

void set_clip(player *p, box clip) {
    p->clip = clip;
    p->seen = meet(clip, p->strip);
}

box clip_of(const player *p, const command *c) {
    box all = {0, 0, p->target->width, p->target->height};
    return c->area.w > 0 && c->area.h > 0 ? centres_within(p, c->area) : all;
}

/* --- shapes --- */

/* The first of ascending points that is not left of x. */
static size_t first_from(const point *points, size_t count, double x) {
    size_t low = 0;
    while (low < count) {
        size_t middle = low + (count - low) / 2;
        if (points[middle].x < x)
            low = middle + 1;
        else
            count = middle;
    }
    return low;
}

/* The points that what is seen of a line or of bars can depend on, with so many pixels around them:
 * of those that go from left to right a few. */
static const point *seen_points(const player *p, const command *c, double margin, size_t *count) {
    *count = c->count;
    if (!c->ascending || c->points[0].x == c->points[c->count - 1].x)
        return c->points;
    size_t begin = first_from(c->points, c->count, (p->seen.x0 - margin) / p->scale);
    size_t end = first_from(c->points, c->count, (p->seen.x1 + margin) / p->scale);
    begin -= begin < 2 ? begin : 2; /* pairs stay together, and a line comes from somewhere */
    begin &= ~(size_t)1;
    end += 2;
    *count = (end < c->count ? end + (end & 1) : c->count) - begin;
    return c->points + begin;
}

static void play_polyline(player *p, const command *c) {
    double width = (double)c->stroke.width * p->scale;
    if (!(width > 1e-3) || !isfinite(width)) /* less than that does not change a pixel */
        return;
    const double margin = 0.6 * width; /* joins reach 3 % further than half */
    if (is_empty(around(p, c->bounds, margin)))
        return;
    const point *points = c->points;
    size_t count = c->count;
    if (c->stroke.dash == 0)
        points = seen_points(p, c, margin + 2, &count);
    bounds within = count < c->count ? bounds_of(points, count) : c->bounds;
    box visible = around(p, within, margin);
    if (is_empty(visible))
        return;
    if (c->quick && c->stroke.dash == 0 && c->ascending && count > 1) {
        quick_line_paint(p->target, visible, points, count, &c->stroke, p->scale);
        return;
    }
    coverage_begin(p->shape, visible);
    stroke_polyline(p->shape, visible, points, count, &c->stroke, p->scale);
    coverage_paint(p->shape, p->target, c->stroke.color, FILL_NON_ZERO);
}

static void play_bars(player *p, const command *c) {
    double width = fmax(1, (double)c->stroke.width * p->scale);
    size_t count;
    const point *ends = seen_points(p, c, 0.5 * width + 2, &count);
    bars_paint(p->target, p->seen, ends, count, &c->stroke, p->scale);
}

static void fill(player *p, const point *points, size_t count, bounds of, color paint) {
    box visible = around(p, of, 0);
    if (is_empty(visible))
        return;
    coverage *shape = p->shape;
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
    bounds of = {a.x, a.y, a.x + a.w, a.y + a.h};
    if (!finite_rect(a) || !(a.w > 0) || !(a.h > 0) || is_empty(around(p, of, 0)))
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
             4, of, c->stroke.color);
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
    fill(p, points, 4 * (CORNER_STEPS + 1), of, c->stroke.color);
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
    box seen = meet(p->seen, centres_within(p, c->area));
    double scale = p->scale, x = c->area.x * scale, y = c->area.y * scale;
    double w = c->area.w * scale, h = c->area.h * scale;
    for (int py = seen.y0; py < seen.y1; py++) {
        const uint8_t *row = c->pixels + 4 * c->width * cell_at(py, y, h, c->height);
        uint8_t *to = p->target->rgba + 4 * (size_t)py * (size_t)p->target->width;
        for (int px = seen.x0; px < seen.x1; px++) {
            const uint8_t *from = row + 4 * cell_at(px, x, w, c->width);
            color paint = (color)from[0] << 24 | (color)from[1] << 16 | (color)from[2] << 8 | 255;
            if (from[3] == 255)
                memcpy(to + 4 * (size_t)px, from, 4);
            else
                blend_pixel(to + 4 * (size_t)px, paint, from[3]);
        }
    }
}

static void put_upright(player *p, const glyph_line *line, int x, int y, color paint) {
    box seen = meet(p->seen, (box){x, y, x + line->width, y + line->height});
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
            if (alpha != 0 && px >= p->seen.x0 && px < p->seen.x1 && py >= p->seen.y0 &&
                py < p->seen.y1)
                blend_pixel(p->target->rgba +
                                4 * ((size_t)py * (size_t)p->target->width + (size_t)px),
                            paint, alpha);
        }
}

/* How much of a text's width lies before its place. */
static double part_before(const command *c) {
    return c->anchor == ANCHOR_MIDDLE ? 0.5 : c->anchor == ANCHOR_RIGHT ? 1 : 0;
}

/* Whether a text may be seen here. Letters reach less than twice their size beyond its line. */
static bool is_text_seen(const player *p, const command *c) {
    float from = c->area.w * (float)-part_before(c), to = c->area.w + from;
    bounds upright = {c->area.x + from, c->area.y, c->area.x + to, c->area.y};
    bounds turned = {c->area.x, c->area.y - to, c->area.x, c->area.y - from};
    return !is_empty(around(p, c->angle == 90 ? turned : upright, 2 * (double)c->size * p->scale));
}

static void put_text(player *p, const command *c, double x, double y) {
    const glyph_line *line = text_coverage(c->text, c->size, c->style, p->scale);
    double before = part_before(c) * (double)c->area.w * (double)p->scale;
    if (line == NULL)
        return;
    if (c->angle != 90)
        put_upright(p, line, (int)lround(x - before) + line->left, (int)lround(y) - line->ascent,
                    c->stroke.color);
    else
        put_turned(p, line, (int)lround(x) - line->ascent,
                   -1 - (int)lround(-(y + before)) - line->left, c->stroke.color);
}

/* Fonts are for one thread at a time. */
static pthread_mutex_t fonts = PTHREAD_MUTEX_INITIALIZER;

static void play_text(player *p, const command *c) {
    double x = (double)c->area.x * p->scale, y = (double)c->area.y * p->scale;
    double limit = 4.0 * SURFACE_MAX_SIDE;
    if (!(fabs(x) < limit) || !(fabs(y) < limit) || !is_text_seen(p, c))
        return;
    pthread_mutex_lock(&fonts);
    put_text(p, c, x, y);
    pthread_mutex_unlock(&fonts);
}

void play_command(player *p, const command *c) {
    switch (c->kind) {
    case COMMAND_CLIP:
        set_clip(p, clip_of(p, c));
        break;
    case COMMAND_FILL:
        play_fill(p, c);
        break;
    case COMMAND_POLYLINE:
        play_polyline(p, c);
        break;
    case COMMAND_BARS:
        play_bars(p, c);
        break;
    case COMMAND_POLYGON:
        fill(p, c->points, c->count, c->bounds, c->stroke.color);
        break;
    case COMMAND_TEXT:
        play_text(p, c);
        break;
    case COMMAND_IMAGE:
        play_image(p, c);
        break;
    case COMMAND_SHEET: /* its player knows what was kept of it */
        break;
    }
}
