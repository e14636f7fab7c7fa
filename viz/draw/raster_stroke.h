/* raster_stroke.h: the outline of a line that has a width. Inside viz's raster only. */
#ifndef DNN_VIZ_RASTER_STROKE_H
#define DNN_VIZ_RASTER_STROKE_H

#include "viz/draw/raster_coverage.h"

/* Adds the outline of a polyline to a shape that has been begun with `visible`; fill it non-zero.
 * Points and the stroke's width are in points, scale is pixels per point. */
void stroke_polyline(coverage *c, box visible, const point *points, size_t count,
                     const stroke *line, float scale);

#endif
