/* raster_kept.h: pixels of sheets, kept from one drawing to the next. Inside viz's raster only. */
#ifndef DNN_VIZ_RASTER_KEPT_H
#define DNN_VIZ_RASTER_KEPT_H

#include "viz/draw/raster_coverage.h"

/* Around the playing of a list: what is kept and does not come in it is forgotten. */
void kept_begin(surface *s);
void kept_end(surface *s);

/* Copies the pixels of a sheet to where they were; false: they are not kept. */
bool kept_show(surface *s, uint64_t key, box area, float scale);

/* Keeps them, if there is memory for it. Those of a sheet without a key are not. */
void kept_add(surface *s, uint64_t key, box area, float scale);

void kept_free(surface *s);

#endif
