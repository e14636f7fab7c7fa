/* raster_bars.h: dense curves: upright bars side by side, a column of pixels or more each. */
#ifndef DNN_VIZ_RASTER_BARS_H
#define DNN_VIZ_RASTER_BARS_H

#include "viz/draw/raster_coverage.h"

/* Paints COMMAND_BARS as one shape, within a box at most STRIP wide. A bar fills the columns of
 * pixels whose centres it covers, at least one, and its ends are anti-aliased. */
void bars_paint(surface *target, box clip, const point *ends, size_t count, const stroke *line,
                float scale);

/* Paints a solid line whose points go from left to right in the same way: each column as high as
 * the line is at its middle, without a thought for corners. */
void quick_line_paint(surface *target, box clip, const point *points, size_t count,
                      const stroke *line, float scale);

#endif
