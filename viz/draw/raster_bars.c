/* raster_bars.c: the highest and the lowest end in each column of pixels, then the rows between
 * them in blocks of columns: most rows of a block are covered whole and cost next to nothing. */
#include "viz/draw/raster_bars.h"

#include <math.h>

/* Columns that are painted together: their pixels in a row are one line of a processor's cache. */
#define BLOCK 16

/* Ends in pixels, in each column from x0 on; top > bottom: nothing there. */
typedef struct columns {
    int x0;
    float tops[STRIP + BLOCK], bottoms[STRIP + BLOCK];
} columns;

static int within(double at, int low, int high) {
    return at <= low ? low : at >= high ? high : (int)at;
}

/* Half-open at the right, so that bars that touch share no column. */
static void put_bar(columns *to, box clip, point a, point b, double width, float scale) {
    double middle = (double)a.x * scale - 1e-3, top = fmin(a.y, b.y), bottom = fmax(a.y, b.y);
    int first = within(ceil(middle - 0.5 * width - 0.5), clip.x0, clip.x1);
    int end = within(ceil(middle + 0.5 * width - 0.5), clip.x0, clip.x1);
    for (int i = first - to->x0; i < end - to->x0; i++) {
        to->tops[i] = fminf(to->tops[i], (float)(top * scale));
        to->bottoms[i] = fmaxf(to->bottoms[i], (float)(bottom * scale));
    }
}

/* How much of a pixel row the bar in each column covers, 0..255. */
static void cover(const float *tops, const float *bottoms, float y, uint8_t *alphas) {
    for (int i = 0; i < BLOCK; i++) {
        float from = tops[i] > y ? tops[i] : y, to = bottoms[i] < y + 1 ? bottoms[i] : y + 1;
        float share = to - from;
        alphas[i] = (uint8_t)(int)((share > 0 ? share : 0) * 255 + 0.5f);
    }
}

/* Columns i .. i + count. */
static void paint_block(surface *target, box clip, const columns *of, int i, int count,
                        color paint) {
    const float *tops = of->tops + i, *bottoms = of->bottoms + i;
    uint8_t alphas[BLOCK];
    float first = INFINITY, last = -INFINITY, whole_from = -INFINITY, whole_to = INFINITY;
    for (int k = 0; k < count; k++) {
        first = fminf(first, tops[k]);
        last = fmaxf(last, bottoms[k]);
        whole_from = fmaxf(whole_from, tops[k]);
        whole_to = fminf(whole_to, bottoms[k]);
    }
    int begin = within(floor(first), clip.y0, clip.y1);
    int end = within(ceil(last), clip.y0, clip.y1);
    for (int y = begin; y < end; y++) {
        uint8_t *row =
            target->rgba + 4 * ((size_t)y * (size_t)target->width + (size_t)(of->x0 + i));
        if ((float)y >= whole_from && (float)(y + 1) <= whole_to) {
            fill_row(row, (size_t)count, paint, 255);
        } else {
            cover(tops, bottoms, (float)y, alphas);
            blend_row(row, alphas, (size_t)count, paint);
        }
    }
}

void bars_paint(surface *target, box clip, const point *ends, size_t count, const stroke *line,
                float scale) {
    int columns_in = clip.x1 - clip.x0;
    columns of = {.x0 = clip.x0};
    double width = fmax(1, (double)line->width * scale);
    for (int i = 0; i < STRIP + BLOCK; i++) {
        of.tops[i] = INFINITY;
        of.bottoms[i] = -INFINITY;
    }
    for (size_t i = 0; i + 1 < count; i += 2)
        if (isfinite(ends[i].x + ends[i].y + ends[i + 1].y))
            put_bar(&of, clip, ends[i], ends[i + 1], width, scale);
    for (int i = 0; i < columns_in; i += BLOCK)
        paint_block(target, clip, &of, i, i + BLOCK < columns_in ? BLOCK : columns_in - i,
                    line->color);
}
