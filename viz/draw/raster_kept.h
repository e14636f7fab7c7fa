/* raster_kept.h: pixels of sheets, kept from one drawing to the next. Inside viz's raster only. */
#ifndef DNN_VIZ_RASTER_KEPT_H
#define DNN_VIZ_RASTER_KEPT_H

#include "viz/draw/raster_coverage.h"

/* Around the playing of a list: what is kept and does not come in it is forgotten. */
void kept_begin(surface *s);
void kept_end(surface *s);

/* Before the strips are played, for each sheet: makes room for its pixels where they are not kept,
 * if there is memory; true if there was need for it. Those of a sheet without a key are not kept.
 */
bool kept_expect(surface *s, uint64_t key, box area, float scale);

/* In a strip: copies its part of the pixels to where they were; false: they are not kept. */
bool kept_show(const surface *s, uint64_t key, box area, float scale, box part);

/* Takes them from where they have been drawn. */
void kept_take(const surface *s, uint64_t key, box area, float scale, box part);

void kept_free(surface *s);

#endif
