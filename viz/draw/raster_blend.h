/* raster_blend.h: colours laid over pixels, one, a block or a row at a time. Inside viz's raster
 * only. */
#ifndef DNN_VIZ_RASTER_BLEND_H
#define DNN_VIZ_RASTER_BLEND_H

#include <string.h>

#include "viz/draw/display_list.h"

/* Lays a colour over a pixel; alpha 0..255 multiplies the colour's own. */
void blend_pixel(uint8_t *pixel, color paint, unsigned alpha);

/* The same for pixels side by side: with an alpha for each, with one for all. */
void blend_row(uint8_t *pixels, const uint8_t *alphas, size_t count, color paint);
void fill_row(uint8_t *pixels, size_t count, color paint, unsigned alpha);

/* --- blocks --- */

#define BLOCK 4

/* A block of pixels at once: compilers make the processor's vectors of these. */
typedef float block_f32 __attribute__((vector_size(4 * BLOCK)));
typedef int32_t block_i32 __attribute__((vector_size(4 * BLOCK)));
typedef int64_t halves_i64 __attribute__((vector_size(4 * BLOCK)));
typedef uint16_t pair_u16 __attribute__((vector_size(4 * BLOCK))); /* channels of half a block */
typedef uint8_t pair_u8 __attribute__((vector_size(2 * BLOCK)));

typedef struct brush {
    color paint;
    pair_u16 channels;
} brush;

brush brush_of(color paint);

/* `over` for all channels of two opaque pixels. */
static inline void pair_over(uint8_t *pixels, const brush *b, pair_u16 alphas) {
    pair_u8 bytes;
    memcpy(&bytes, pixels, sizeof bytes);
    pair_u16 t = __builtin_convertvector(bytes, pair_u16);
    t = t * (255 - alphas) + b->channels * alphas + 128;
    bytes = __builtin_convertvector((t + (t >> 8)) >> 8, pair_u8);
    memcpy(pixels, &bytes, sizeof bytes);
}

/* blend_pixel for a block. */
static inline void blend_block(uint8_t *pixels, const brush *b, block_i32 alphas) {
    int32_t own = b->paint & 255;
    halves_i64 halves = (halves_i64)alphas;
    if ((halves[0] | halves[1]) == 0)
        return;
    if ((pixels[3] & pixels[7] & pixels[11] & pixels[15]) != 255) {
        for (int i = 0; i < BLOCK; i++)
            blend_pixel(pixels + 4 * i, b->paint, (unsigned)alphas[i]);
        return;
    }
    if (own != 255) {
        alphas = alphas * own + 128;
        alphas = (alphas + (alphas >> 8)) >> 8;
    }
    block_i32 twice = alphas | alphas << 16;
    pair_over(pixels, b, (pair_u16)__builtin_shufflevector(twice, twice, 0, 0, 1, 1));
    pair_over(pixels + 8, b, (pair_u16)__builtin_shufflevector(twice, twice, 2, 2, 3, 3));
}

#endif
