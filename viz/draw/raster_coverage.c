/* raster_coverage.c: exact area coverage by accumulation.
 *
 * Along a row of pixels, an edge that crosses the row downwards adds to each pixel the part of it
 * that lies to the edge's right; the cells hold the differences of that sum from one pixel to the
 * next, so a whole edge touches only the pixels that it crosses, and one running sum along the row
 * gives the coverage, weighted by the winding number. */
#include "viz/draw/raster_coverage.h"

#include <math.h>
#include <string.h>

#include "core/memory.h"
#include "viz/draw/raster_blend.h"

/* A row's cells are counted in blocks; `touched` has a bit for each that holds a difference, and
 * between them the running sum is constant. */
#define BLOCK_BITS 2

_Static_assert(BLOCK == 1 << BLOCK_BITS, "a block is blended at once");

_Static_assert(STRIP < 64 << BLOCK_BITS, "`touched` has a bit for each block");

struct coverage {
    int x0; /* of the strip; all columns below count from there */
    int stride;
    box visible;
    float *cells;      /* stride * height, all 0 between shapes */
    uint64_t *touched; /* one per row */
};

coverage *coverage_create(int x0, int width, int height) {
    coverage *c = dnn_calloc(1, sizeof *c);
    if (c == NULL)
        return NULL;
    c->x0 = x0;
    c->stride = width + 2; /* an edge in the last pixel ends its sum one and two pixels further */
    c->cells = dnn_calloc((size_t)c->stride * (size_t)height, sizeof *c->cells);
    c->touched = dnn_calloc((size_t)height, sizeof *c->touched);
    if (c->cells == NULL || c->touched == NULL) {
        coverage_free(c);
        return NULL;
    }
    return c;
}

void coverage_free(coverage *c) {
    if (c == NULL)
        return;
    dnn_free(c->cells);
    dnn_free(c->touched);
    dnn_free(c);
}

void coverage_begin(coverage *c, box visible) {
    c->visible = (box){visible.x0 - c->x0, visible.y0, visible.x1 - c->x0, visible.y1};
}

/* The bits of the blocks in which an edge from left to right leaves differences. */
static inline uint64_t blocks(double left, double right) {
    int first = (int)left >> BLOCK_BITS, last = ((int)right + 1) >> BLOCK_BITS;
    return (~(uint64_t)0 >> (63 - last)) & (~(uint64_t)0 << first);
}

/* The part of an edge within one row: from x0 to x1 (either order), `height` of the row's height,
 * negative upwards; the caller marks what it touches. With G(t) the area right of the edge and left
 * of t, pixel i gets G(i + 1) - 2 G(i) + G(i - 1): G(t) = (t - left)^2 / 2 (right - left) up to
 * `right`, then t - the middle. So all pixels between the ends get the same. */
static inline void add_to_row(float *cell, double x0, double x1, double height) {
    double left = x0 < x1 ? x0 : x1, right = x0 < x1 ? x1 : x0;
    int first = (int)left, last = (int)right + 1;
    if (last == first + 1) {
        double inside = height * (last - 0.5 * (left + right));
        cell[first] += (float)inside;
        cell[last] += (float)(height - inside);
        return;
    }
    double rate = height / (right - left), before = first + 1 - left, after = right - (last - 1);
    double begin = 0.5 * rate * before * before, end = 0.5 * rate * after * after;
    cell[first] += (float)begin;
    cell[last] += (float)end;
    if (last == first + 2) {
        cell[first + 1] += (float)(height - begin - end);
        return;
    }
    cell[first + 1] += (float)(rate * (before + 0.5) - begin);
    cell[last - 1] += (float)(rate * (after + 0.5) - end);
    for (int i = first + 2; i < last - 1; i++)
        cell[i] += (float)rate;
}

/* The last row that an edge down to `bottom` crosses. */
static int last_row(double bottom) {
    int row = (int)bottom;
    return row == bottom ? row - 1 : row;
}

/* An edge downwards within one column of pixels: steep lines, the bulk of a noisy curve. */
static void add_in_column(coverage *c, double xa, double ya, double xb, double yb, double sign) {
    int column = (int)(xa < xb ? xa : xb), first = (int)ya, last = last_row(yb);
    uint64_t touched = blocks(column, column);
    double slope = (xb - xa) / (yb - ya), room = column + 1 - xa; /* right of the edge */
    float *cell = c->cells + (size_t)first * (size_t)c->stride + column;
    for (int y = first; y <= last; y++, cell += c->stride) {
        double top = y > ya ? y : ya, bottom = y + 1 < yb ? y + 1 : yb;
        double height = sign * (bottom - top);
        double inside = height * (room - slope * (0.5 * (top + bottom) - ya));
        cell[0] += (float)inside;
        cell[1] += (float)(height - inside);
        c->touched[y] |= touched;
    }
}

/* An edge downwards within the visible columns and rows. */
static void add_inside(coverage *c, double xa, double ya, double xb, double yb, double sign) {
    double low = xa < xb ? xa : xb, high = xa < xb ? xb : xa, x = xa;
    int first = (int)ya, last = last_row(yb);
    float *cell = c->cells + (size_t)first * (size_t)c->stride;
    if (first == last) {
        c->touched[first] |= blocks(low, high);
        add_to_row(cell, low, high, sign * (yb - ya));
        return;
    }
    if (high < (int)low + 1) {
        add_in_column(c, xa, ya, xb, yb, sign);
        return;
    }
    double slope = (xb - xa) / (yb - ya);
    for (int y = first; y <= last; y++, cell += c->stride) {
        double bottom = y + 1 < yb ? y + 1 : yb, top = y > ya ? y : ya;
        double next = bottom == yb ? xb : xa + slope * (bottom - ya);
        next = next < low ? low : next > high ? high : next;
        c->touched[y] |= blocks(x < next ? x : next, x < next ? next : x);
        add_to_row(cell, x, next, sign * (bottom - top));
        x = next;
    }
}

/* Cuts an edge downwards at a column and adds its part on that column's inner side; what is left of
 * the box acts as if it ran along the left border, and what is right of it does not act. */
static void add_columns(coverage *c, double xa, double ya, double xb, double yb, double sign) {
    double x0 = c->visible.x0, x1 = c->visible.x1;
    if (xa >= x0 && xb >= x0 && xa < x1 && xb < x1) {
        add_inside(c, xa, ya, xb, yb, sign);
        return;
    }
    if (xa >= x1 && xb >= x1)
        return;
    if (xa <= x0 && xb <= x0) {
        add_inside(c, x0, ya, x0, yb, sign);
        return;
    }
    double border = xa < x0 || xb < x0 ? x0 : xa > x1 || xb > x1 ? x1 : NAN;
    if (isnan(border)) { /* an end on the right border */
        add_inside(c, xa, ya, xb, yb, sign);
        return;
    }
    double y = ya + (yb - ya) * ((border - xa) / (xb - xa));
    y = y < ya ? ya : y > yb ? yb : y;
    if (y > ya)
        add_columns(c, xa, ya, border, y, sign);
    if (y < yb)
        add_columns(c, border, y, xb, yb, sign);
}

void coverage_edge(coverage *c, double xa, double ya, double xb, double yb) {
    xa -= c->x0, xb -= c->x0;
    double sign = 1, y0 = c->visible.y0, y1 = c->visible.y1;
    if (ya > yb) {
        double x = xa, y = ya;
        xa = xb, ya = yb, xb = x, yb = y;
        sign = -1;
    }
    if (!(ya < y1 && yb > y0 && ya < yb))
        return;
    if (ya < y0 || yb > y1) {
        double slope = (xb - xa) / (yb - ya), x_top = xa, y_top = ya;
        if (ya < y0)
            xa = x_top + slope * (y0 - y_top), ya = y0;
        if (yb > y1)
            xb = x_top + slope * (y1 - y_top), yb = y1;
    }
    if (ya < yb)
        add_columns(c, xa, ya, xb, yb, sign);
}

/* --- painting --- */

/* Winding-weighted coverage to 0..255. */
static unsigned covered(float sum, fill_rule rule) {
    float size = fabsf(sum);
    if (rule == FILL_EVEN_ODD && size > 1) {
        size = fmodf(size, 2);
        size = size > 1 ? 2 - size : size;
    }
    return size >= 1 ? 255 : (unsigned)(size * 255 + 0.5f);
}

/* The sums of a shape that is filled non-zero, as `covered` has them. */
static block_i32 block_covered(block_f32 sums) {
    block_f32 one = {1, 1, 1, 1};
    block_i32 size = (block_i32)sums & 0x7FFFFFFF, less = (block_f32)size < one;
    block_f32 within = (block_f32)((size & less) | ((block_i32)one & ~less));
    return __builtin_convertvector(within * 255 + 0.5f, block_i32);
}

/* Paints the pixels of a whole block, whose running sum begins at `sum`; returns where it ends. */
static float paint_block(float *cells, float sum, uint8_t *pixels, const brush *b) {
    block_f32 sums;
    for (int i = 0; i < BLOCK; i++)
        sums[i] = sum += cells[i];
    memset(cells, 0, BLOCK * sizeof *cells);
    blend_block(pixels, b, block_covered(sums));
    return sum;
}

/* `count` pixels, less than a block. */
static float paint_part(float *cells, float sum, uint8_t *pixels, int count, const brush *b,
                        fill_rule rule) {
    for (int i = 0; i < count; i++) {
        sum += cells[i];
        cells[i] = 0;
        blend_pixel(pixels + 4 * i, b->paint, covered(sum, rule));
    }
    return sum;
}

static void paint_row(coverage *c, int y, surface *target, const brush *b, fill_rule rule) {
    float *cell = c->cells + (size_t)y * (size_t)c->stride, sum = 0;
    uint8_t *pixel = target->rgba + 4 * ((size_t)y * (size_t)target->width + (size_t)c->x0);
    uint64_t touched = c->touched[y];
    int x = c->visible.x0, end = c->visible.x1;
    while (touched != 0) { /* the constant stretch before a block, and the block */
        int block = __builtin_ctzll(touched);
        touched &= touched - 1;
        int begin = block << BLOCK_BITS, next = begin + BLOCK;
        begin = begin < end ? begin : end;
        next = next < end ? next : end;
        if (x < begin) {
            fill_row(pixel + 4 * (size_t)x, (size_t)(begin - x), b->paint, covered(sum, rule));
            x = begin;
        }
        sum = next - x == BLOCK && rule == FILL_NON_ZERO
                  ? paint_block(cell + x, sum, pixel + 4 * (size_t)x, b)
                  : paint_part(cell + x, sum, pixel + 4 * (size_t)x, next - x, b, rule);
        x = next > x ? next : x;
    }
    if (x < end)
        fill_row(pixel + 4 * (size_t)x, (size_t)(end - x), b->paint, covered(sum, rule));
    cell[end] = cell[end + 1] = 0;
    c->touched[y] = 0;
}

void coverage_paint(coverage *c, surface *target, color paint, fill_rule rule) {
    brush b = brush_of(paint);
    for (int y = c->visible.y0; y < c->visible.y1; y++)
        if (c->touched[y] != 0)
            paint_row(c, y, target, &b, rule);
}
