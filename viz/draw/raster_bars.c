/* raster_bars.c: the highest and the lowest end in each column of pixels, then the rows between
 * them in blocks of columns: most rows of a block are covered whole and cost next to nothing. */
#include "viz/draw/raster_bars.h"

#include <math.h>
#include <string.h>

#include "viz/draw/raster_blend.h"

/* Columns that are painted together: their pixels in a row are one line of a processor's cache. */
#define GROUP 16

/* Ends in pixels, in each column from x0 on; top > bottom: nothing there. */
typedef struct columns {
    int x0;
    float tops[STRIP + GROUP], bottoms[STRIP + GROUP];
} columns;

static int within(double at, int low, int high) {
    return at <= low ? low : at >= high ? high : (int)at;
}

static void extend(columns *of, int i, float top, float bottom) {
    of->tops[i] = top < of->tops[i] ? top : of->tops[i];
    of->bottoms[i] = bottom > of->bottoms[i] ? bottom : of->bottoms[i];
}

/* Half-open at the right, so that bars that touch share no column. */
static void put_bar(columns *to, box clip, point a, point b, double width, float scale) {
    double middle = (double)a.x * scale - 1e-3, top = fmin(a.y, b.y), bottom = fmax(a.y, b.y);
    int first = within(ceil(middle - 0.5 * width - 0.5), clip.x0, clip.x1);
    int end = within(ceil(middle + 0.5 * width - 0.5), clip.x0, clip.x1);
    for (int i = first - to->x0; i < end - to->x0; i++)
        extend(to, i, (float)(top * scale), (float)(bottom * scale));
}

static block_f32 larger(block_f32 a, block_f32 b) {
    block_i32 first = a > b;
    return (block_f32)(((block_i32)a & first) | ((block_i32)b & ~first));
}

static float largest(block_f32 of) {
    float a = of[0] > of[1] ? of[0] : of[1], b = of[2] > of[3] ? of[2] : of[3];
    return a > b ? a : b;
}

/* How much of a pixel row the bar in each column of a block covers, 0..255. */
static block_i32 covered(const float *tops, const float *bottoms, float y) {
    block_f32 top, bottom, row = {y, y, y, y}, next = row + 1, none = {0};
    memcpy(&top, tops, sizeof top);
    memcpy(&bottom, bottoms, sizeof bottom);
    block_f32 share = -larger(-bottom, -next) - larger(top, row);
    return __builtin_convertvector(larger(share, none) * 255 + 0.5f, block_i32);
}

static void paint_cut_row(uint8_t *row, const float *tops, const float *bottoms, float y, int count,
                          const brush *b) {
    for (int i = 0; i < count; i += BLOCK) {
        block_i32 alphas = covered(tops + i, bottoms + i, y);
        if (i + BLOCK <= count) {
            blend_block(row + 4 * i, b, alphas);
            continue;
        }
        for (int k = 0; k < count - i; k++)
            blend_pixel(row + 4 * (i + k), b->paint, (unsigned)alphas[k]);
    }
}

/* Columns i .. i + count. */
static void paint_group(surface *target, box clip, const columns *of, int i, int count,
                        const brush *b) {
    const float *tops = of->tops + i, *bottoms = of->bottoms + i;
    block_f32 none = {0}, firsts = none - INFINITY, lasts = firsts, froms = firsts, tos = firsts;
    for (int k = 0; k < GROUP; k += BLOCK) { /* beyond `count` nothing is there */
        block_f32 top, bottom;
        memcpy(&top, tops + k, sizeof top);
        memcpy(&bottom, bottoms + k, sizeof bottom);
        firsts = larger(firsts, -top);
        lasts = larger(lasts, bottom);
        froms = larger(froms, top);
        tos = larger(tos, -bottom);
    }
    float whole_from = largest(froms), whole_to = -largest(tos);
    int begin = within(floorf(-largest(firsts)), clip.y0, clip.y1);
    int end = within(ceilf(largest(lasts)), clip.y0, clip.y1);
    for (int y = begin; y < end; y++) {
        uint8_t *row =
            target->rgba + 4 * ((size_t)y * (size_t)target->width + (size_t)(of->x0 + i));
        if ((float)y >= whole_from && (float)(y + 1) <= whole_to)
            fill_row(row, (size_t)count, b->paint, 255);
        else
            paint_cut_row(row, tops, bottoms, (float)y, count, b);
    }
}

static void no_columns(columns *of, int x0) {
    of->x0 = x0;
    for (int i = 0; i < STRIP + GROUP; i++) {
        of->tops[i] = INFINITY;
        of->bottoms[i] = -INFINITY;
    }
}

static void paint_columns(surface *target, box clip, const columns *of, color paint) {
    int count = clip.x1 - clip.x0;
    brush b = brush_of(paint);
    for (int i = 0; i < count; i += GROUP)
        paint_group(target, clip, of, i, i + GROUP < count ? GROUP : count - i, &b);
}

void bars_paint(surface *target, box clip, const point *ends, size_t count, const stroke *line,
                float scale) {
    columns of;
    double width = fmax(1, (double)line->width * scale);
    no_columns(&of, clip.x0);
    for (size_t i = 0; i + 1 < count; i += 2)
        if (isfinite(ends[i].x + ends[i].y + ends[i + 1].y))
            put_bar(&of, clip, ends[i], ends[i + 1], width, scale);
    paint_columns(target, clip, &of, line->color);
}

/* From a to b, in pixels: the columns whose middles lie between them, or that of a if none does. At
 * slope s a line of radius r is r sqrt(1 + s^2) high on either side; it does not go further beyond
 * its ends than r. */
static void put_segment(columns *of, box clip, point a, point b, float radius) {
    float low = (a.y < b.y ? a.y : b.y) - radius, high = (a.y < b.y ? b.y : a.y) + radius;
    float left = ceilf(a.x - 0.5f), right = ceilf(b.x - 0.5f);
    int first = within(left, clip.x0, clip.x1), end = within(right, clip.x0, clip.x1);
    if (left == right) {
        if (a.x >= (float)clip.x0 && a.x < (float)clip.x1)
            extend(of, (int)a.x - of->x0, low, high);
        return;
    }
    float slope = (b.y - a.y) / (b.x - a.x), reach = radius * sqrtf(1 + slope * slope);
    for (int x = first; x < end; x++) {
        float y = a.y + slope * ((float)x + 0.5f - a.x), top = y - reach, bottom = y + reach;
        extend(of, x - of->x0, top < low ? low : top, bottom > high ? high : bottom);
    }
}

void quick_line_paint(surface *target, box clip, const point *points, size_t count,
                      const stroke *line, float scale) {
    columns of;
    float radius = 0.5f * line->width * scale;
    no_columns(&of, clip.x0);
    for (size_t i = 0; i + 1 < count; i++)
        put_segment(&of, clip, (point){points[i].x * scale, points[i].y * scale},
                    (point){points[i + 1].x * scale, points[i + 1].y * scale}, radius);
    paint_columns(target, clip, &of, line->color);
}
