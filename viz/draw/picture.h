/* picture.h: decoded pictures of a run. */
#ifndef DNN_VIZ_PICTURE_H
#define DNN_VIZ_PICTURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* More pixels than this are taken for damage: a run's pictures are looked at whole. */
#define PICTURE_MAX_PIXELS ((uint64_t)1 << 26)

typedef struct picture {
    size_t width, height;
    uint8_t *rgba; /* width * height * 4; freed by picture_free */
} picture;

/* Decodes a PNG of any colour type and depth; false, and no pixels, when it is damaged or too
 * large. */
bool picture_decode(picture *out, const uint8_t *png, size_t size);
void picture_free(picture *p);

#endif
