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

/* A row's cells are counted in blocks; `touched` has a bit for each that holds a difference, and
 * between them the running sum is constant. */
#define BLOCK_BITS 2

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
 * of t, pixel i gets G(i + 1) - G(i): G(t) = (t - left)^2 / 2 (right - left) up to `right`, then t
 * - the middle. */
static void add_to_row(float *cell, double x0, double x1, double height) {
    double left = x0 < x1 ? x0 : x1, right = x0 < x1 ? x1 : x0;
    int first = (int)left, last = (int)right + 1;
    double middle = 0.5 * (left + right);
    if (last == first + 1) {
        double inside = height * (last - middle);
        cell[first] += (float)inside;
        cell[last] += (float)(height - inside);
        return;
    }
    double rate = 0.5 / (right - left), area = 0, part = 0;
    for (int i = first; i <= last; i++) {
        double t = i + 1, beyond = t - left;
        double next_area = t < right ? rate * beyond * beyond : t - middle;
        double next_part = next_area - area;
        cell[i] += (float)(height * (next_part - part));
        area = next_area;
        part = next_part;
    }
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

static unsigned over(unsigned from, unsigned to, unsigned alpha) { /* rounded */
    unsigned t = from * (255 - alpha) + to * alpha + 128;
    return (t + (t >> 8)) >> 8;
}

void blend_pixel(uint8_t *pixel, color paint, unsigned alpha) {
    unsigned r = paint >> 24, g = paint >> 16 & 255, b = paint >> 8 & 255;
    unsigned a = over(0, paint & 255, alpha);
    if (a == 0)
        return;
    if (pixel[3] == 255) {
        pixel[0] = (uint8_t)over(pixel[0], r, a);
        pixel[1] = (uint8_t)over(pixel[1], g, a);
        pixel[2] = (uint8_t)over(pixel[2], b, a);
        return;
    }
    unsigned total = over(pixel[3], 255, a), share = (255 * a + total / 2) / total;
    pixel[0] = (uint8_t)over(pixel[0], r, share);
    pixel[1] = (uint8_t)over(pixel[1], g, share);
    pixel[2] = (uint8_t)over(pixel[2], b, share);
    pixel[3] = (uint8_t)total;
}

static bool is_opaque(const uint8_t *pixels, size_t count) {
    uint8_t least = 255;
    for (size_t i = 0; i < count; i++)
        least &= pixels[4 * i + 3];
    return least == 255;
}

static uint32_t as_word(color paint) { /* in the order of its bytes in memory */
    uint32_t word;
    uint8_t bytes[] = {(uint8_t)(paint >> 24), (uint8_t)(paint >> 16), (uint8_t)(paint >> 8), 255};
    memcpy(&word, bytes, sizeof word);
    return word;
}

/* `over` for two channels at once, each in its half of the word. */
static uint32_t over_both(uint32_t from, uint32_t to, uint32_t alpha) {
    uint32_t t = from * (255 - alpha) + to * alpha + 0x00800080u;
    return (t + (t >> 8 & 0x00FF00FFu)) >> 8 & 0x00FF00FFu;
}

/* Over opaque pixels all channels are alike. */
void blend_row(uint8_t *pixels, const uint8_t *alphas, size_t count, color paint) {
    if (!is_opaque(pixels, count)) {
        for (size_t i = 0; i < count; i++)
            blend_pixel(pixels + 4 * i, paint, alphas[i]);
        return;
    }
    uint32_t word = as_word(paint), own = paint & 255;
    uint32_t even = word & 0x00FF00FFu, odd = word >> 8 & 0x00FF00FFu;
    for (size_t i = 0; i < count; i++) {
        uint32_t pixel, alpha = over(0, own, alphas[i]);
        memcpy(&pixel, pixels + 4 * i, sizeof pixel);
        pixel = over_both(pixel & 0x00FF00FFu, even, alpha) |
                over_both(pixel >> 8 & 0x00FF00FFu, odd, alpha) << 8;
        memcpy(pixels + 4 * i, &pixel, sizeof pixel);
    }
}

/* In sixteen bits a channel: the compiler makes vectors of them. */
static void fill_opaque(uint8_t *pixels, size_t count, color paint, unsigned alpha) {
    uint16_t add[16], rest = (uint16_t)(255 - alpha);
    size_t i = 0, bytes = 4 * count;
    for (size_t k = 0; k < 16; k++)
        add[k] = (uint16_t)((k % 4 == 3 ? 255 : paint >> (24 - 8 * (k % 4)) & 255) * alpha + 128);
    for (; i + 16 <= bytes; i += 16)
        for (size_t k = 0; k < 16; k++) {
            uint16_t t = (uint16_t)(pixels[i + k] * rest + add[k]);
            pixels[i + k] = (uint8_t)((uint16_t)(t + (t >> 8)) >> 8);
        }
    for (; i < bytes; i++) {
        uint16_t t = (uint16_t)(pixels[i] * rest + add[i % 4]);
        pixels[i] = (uint8_t)((uint16_t)(t + (t >> 8)) >> 8);
    }
}

void fill_row(uint8_t *pixels, size_t count, color paint, unsigned alpha) {
    unsigned own = over(0, paint & 255, alpha);
    uint32_t word = as_word(paint);
    if (own == 255)
        for (size_t i = 0; i < count; i++)
            memcpy(pixels + 4 * i, &word, sizeof word);
    else if (own > 0 && is_opaque(pixels, count))
        fill_opaque(pixels, count, paint, own);
    else
        for (size_t i = 0; own > 0 && i < count; i++)
            blend_pixel(pixels + 4 * i, paint, alpha);
}

/* Winding-weighted coverage to 0..255. */
static unsigned covered(float sum, fill_rule rule) {
    float size = fabsf(sum);
    if (rule == FILL_EVEN_ODD && size > 1) {
        size = fmodf(size, 2);
        size = size > 1 ? 2 - size : size;
    }
    return size >= 1 ? 255 : (unsigned)(size * 255 + 0.5f);
}

#define BLOCK (1 << BLOCK_BITS)

/* A block of pixels at once: compilers make the processor's vectors of these. */
typedef float block_f32 __attribute__((vector_size(4 * BLOCK)));
typedef int32_t block_i32 __attribute__((vector_size(4 * BLOCK)));
typedef uint16_t pair_u16 __attribute__((vector_size(4 * BLOCK))); /* channels of half a block */
typedef uint8_t pair_u8 __attribute__((vector_size(2 * BLOCK)));

typedef struct brush {
    color paint;
    pair_u16 channels;
} brush;

static brush brush_of(color paint) {
    uint16_t r = (uint16_t)(paint >> 24), g = paint >> 16 & 255, b = paint >> 8 & 255;
    return (brush){
        paint, {r, g, b, 255, r, g, b, 255}
    };
}

/* The sums of a shape that is filled non-zero, as `covered` has them, times the paint's own alpha.
 */
static block_i32 block_alphas(block_f32 sums, int32_t own) {
    block_f32 one = {1, 1, 1, 1};
    block_i32 size = (block_i32)sums & 0x7FFFFFFF, less = (block_f32)size < one;
    block_f32 within = (block_f32)((size & less) | ((block_i32)one & ~less));
    block_i32 alphas = __builtin_convertvector(within * 255 + 0.5f, block_i32);
    if (own == 255)
        return alphas;
    alphas = alphas * own + 128;
    return (alphas + (alphas >> 8)) >> 8;
}

/* `over` for all channels of two opaque pixels. */
static void pair_over(uint8_t *pixels, const brush *b, pair_u16 alphas) {
    pair_u8 bytes;
    memcpy(&bytes, pixels, sizeof bytes);
    pair_u16 t = __builtin_convertvector(bytes, pair_u16);
    t = t * (255 - alphas) + b->channels * alphas + 128;
    bytes = __builtin_convertvector((t + (t >> 8)) >> 8, pair_u8);
    memcpy(pixels, &bytes, sizeof bytes);
}

static void block_over(uint8_t *pixels, const brush *b, block_i32 alphas) {
    block_i32 twice = alphas | alphas << 16;
    pair_over(pixels, b, (pair_u16)__builtin_shufflevector(twice, twice, 0, 0, 1, 1));
    pair_over(pixels + 8, b, (pair_u16)__builtin_shufflevector(twice, twice, 2, 2, 3, 3));
}

/* Paints the pixels of a whole block, whose running sum begins at `sum`; returns where it ends. */
static float paint_block(float *cells, float sum, uint8_t *pixels, const brush *b) {
    block_f32 sums;
    for (int i = 0; i < BLOCK; i++)
        sums[i] = sum += cells[i];
    memset(cells, 0, BLOCK * sizeof *cells);
    block_i32 alphas = block_alphas(sums, b->paint & 255);
    uint64_t halves[2];
    memcpy(halves, &alphas, sizeof halves);
    if ((halves[0] | halves[1]) == 0)
        return sum;
    if ((pixels[3] & pixels[7] & pixels[11] & pixels[15]) == 255)
        block_over(pixels, b, alphas);
    else
        for (int i = 0; i < BLOCK; i++)
            blend_pixel(pixels + 4 * i, b->paint | 255, (unsigned)alphas[i]);
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
