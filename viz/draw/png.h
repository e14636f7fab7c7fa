/* png.h: RGBA pixels as the bytes of a PNG file. */
#ifndef DNN_VIZ_PNG_H
#define DNN_VIZ_PNG_H

#include <stddef.h>
#include <stdint.h>

/* The file's bytes, to be given back with free(); NULL when out of memory or when width or height
 * is 0 or above 2^31 - 1. Opaque pixels are stored without their alpha. */
uint8_t *png_encode(const uint8_t *rgba, size_t width, size_t height, size_t *size);

#endif
