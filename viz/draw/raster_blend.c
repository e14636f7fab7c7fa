/* raster_blend.c: "over", rounded, of a colour and a pixel that is opaque or not. */
#include "viz/draw/raster_blend.h"

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

brush brush_of(color paint) {
    uint16_t r = (uint16_t)(paint >> 24), g = paint >> 16 & 255, b = paint >> 8 & 255;
    return (brush){
        paint, {r, g, b, 255, r, g, b, 255}
    };
}

void blend_row(uint8_t *pixels, const uint8_t *alphas, size_t count, color paint) {
    brush b = brush_of(paint);
    size_t i = 0;
    for (; i + BLOCK <= count; i += BLOCK)
        blend_block(pixels + 4 * i, &b,
                    (block_i32){alphas[i], alphas[i + 1], alphas[i + 2], alphas[i + 3]});
    for (; i < count; i++)
        blend_pixel(pixels + 4 * i, paint, alphas[i]);
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
