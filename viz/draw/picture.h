/* picture.h: pictures of a run, and their pixels within limits. */
#ifndef DNN_VIZ_PICTURE_H
#define DNN_VIZ_PICTURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The most pixels that a figure's picture has, and all pictures of the runs together, which take
 * 256 MB: of runs what would be more is not decoded. */
#define PICTURES_MAX_PIXELS ((uint64_t)1 << 26)

typedef struct picture {
    size_t width, height; /* 0: it cannot be decoded */
    uint8_t *rgba;        /* width * height * 4, freed by picture_free; NULL: it is not decoded */
} picture;

/* The size of a PNG, without its pixels; false, and no size, when it is damaged: also when it
 * claims more than its bytes can hold. */
bool picture_measure(picture *out, const uint8_t *png, size_t size);

/* Decodes a PNG of any colour type and depth; false, and no size, when it is damaged. */
bool picture_decode(picture *out, const uint8_t *png, size_t size);
void picture_free(picture *p);

/* Why a picture has no pixels: "cannot be decoded", or that there were too many. */
const char *picture_absence(const picture *p);

#endif
