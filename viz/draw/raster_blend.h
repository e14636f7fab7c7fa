/* raster_blend.h: colours laid over pixels, one, a block or a row at a time. Inside viz's raster
 * only. */
#ifndef DNN_VIZ_RASTER_BLEND_H
#define DNN_VIZ_RASTER_BLEND_H

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
typedef uint16_t pair_u16 __attribute__((vector_size(4 * BLOCK))); /* channels of half a block */

typedef struct brush {
    color paint;
    pair_u16 channels;
} brush;

brush brush_of(color paint);

/* blend_pixel for a block. */
void blend_block(uint8_t *pixels, const brush *b, block_i32 alphas);

#endif
