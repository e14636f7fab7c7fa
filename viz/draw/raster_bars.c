/* raster_bars.c: the highest and the lowest end in each column of pixels, then the rows between
 * them in blocks of columns: most rows of a block are covered whole and cost next to nothing. */
#include "viz/draw/raster_bars.h"

#include <math.h>

/* Ends in pixels, in each column; top > bottom: nothing there. */
typedef struct columns {
    float *tops, *bottoms;
} columns;

static int within(double at, int low, int high) {
    return at <= low ? low : at >= high ? high : (int)at;
}

/* Half-open at the right, so that bars that touch share no column. */
static void put_bar(columns to, box clip, point a, point b, double width, float scale) {
    double middle = (double)a.x * scale - 1e-3, top = fmin(a.y, b.y), bottom = fmax(a.y, b.y);
    int first = within(ceil(middle - 0.5 * width - 0.5), clip.x0, clip.x1);
    int end = within(ceil(middle + 0.5 * width - 0.5), clip.x0, clip.x1);
    for (int x = first; x < end; x++) {
        to.tops[x] = fminf(to.tops[x], (float)(top * scale));
        to.bottoms[x] = fmaxf(to.bottoms[x], (float)(bottom * scale));
    }
}

/* How much of a pixel row the bar in each column covers, 0..255. */
static void cover(const float *tops, const float *bottoms, float y, uint8_t *alphas) {
    for (int i = 0; i < BARS_BLOCK; i++) {
        float from = tops[i] > y ? tops[i] : y, to = bottoms[i] < y + 1 ? bottoms[i] : y + 1;
        float share = to - from;
        alphas[i] = (uint8_t)(int)((share > 0 ? share : 0) * 255 + 0.5f);
    }
}

static void paint_block(surface *target, box clip, columns of, int x, int count, color paint) {
    uint8_t alphas[BARS_BLOCK];
    float first = INFINITY, last = -INFINITY, whole_from = -INFINITY, whole_to = INFINITY;
    for (int i = x; i < x + count; i++) {
        first = fminf(first, of.tops[i]);
        last = fmaxf(last, of.bottoms[i]);
        whole_from = fmaxf(whole_from, of.tops[i]);
        whole_to = fminf(whole_to, of.bottoms[i]);
    }
    int begin = within(floor(first), clip.y0, clip.y1);
    int end = within(ceil(last), clip.y0, clip.y1);
    for (int y = begin; y < end; y++) {
        uint8_t *row = target->rgba + 4 * ((size_t)y * (size_t)target->width + (size_t)x);
        if ((float)y >= whole_from && (float)(y + 1) <= whole_to) {
            fill_row(row, (size_t)count, paint, 255);
        } else {
            cover(of.tops + x, of.bottoms + x, (float)y, alphas);
            blend_row(row, alphas, (size_t)count, paint);
        }
    }
}

void bars_paint(surface *target, box clip, const point *ends, size_t count, const stroke *line,
                float scale) {
    columns of = {target->columns, target->columns + target->width + BARS_BLOCK};
    double width = fmax(1, (double)line->width * scale);
    for (int x = clip.x0; x < clip.x1; x++) {
        of.tops[x] = INFINITY;
        of.bottoms[x] = -INFINITY;
    }
    for (size_t i = 0; i + 1 < count; i += 2)
        if (isfinite(ends[i].x + ends[i].y + ends[i + 1].y))
            put_bar(of, clip, ends[i], ends[i + 1], width, scale);
    for (int x = clip.x0; x < clip.x1; x += BARS_BLOCK)
        paint_block(target, clip, of, x, x + BARS_BLOCK < clip.x1 ? BARS_BLOCK : clip.x1 - x,
                    line->color);
}
