/* raster.h: plays a display list into RGBA pixels, anti-aliased, in software; the window shows
 * these pixels, and PNG files are made of them. */
#ifndef DNN_VIZ_RASTER_H
#define DNN_VIZ_RASTER_H

#include "core/error.h"
#include "viz/draw/display_list.h"

#define SURFACE_MAX_SIDE 16384

typedef struct surface {
    int width, height; /* pixels */
    uint8_t *rgba;     /* width * height * 4, rows from the top; alpha not premultiplied */
    /* The raster's working memory, which makes playing free of failure: for each strip of columns
     * the coverage of a shape. Strips are played at the same time. */
    struct coverage **strips;
    size_t strip_count;
    /* The pixels of the sheets that were last played, which are copied where they come again. */
    struct kept_sheet *kept;
    size_t kept_count, kept_capacity;
} surface;

/* Transparent pixels; sides from 1 to SURFACE_MAX_SIDE. */
dnn_status surface_create(surface *out, int width, int height, dnn_error *err);
void surface_free(surface *s);

/* Draws on top of what is there; scale is pixels per point. Under a sheet with the key of one that
 * was played the last time has to be what was there then. Coordinates that are not finite break a
 * line in two and are left out of a polygon; other commands that have them are not drawn. */
void raster_play(const display_list *list, surface *target, float scale);

/* Writes the surface as PNG (through a temporary file and a rename). */
dnn_status surface_write_png(const surface *s, const char *path, dnn_error *err);

#endif
