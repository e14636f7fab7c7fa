/* raster_coverage.h: how much of each pixel a shape covers, from the edges of its outline.
 *
 * Inside viz's raster only. A shape is begun, gets its edges in any order (closed contours), and is
 * painted once: so where its parts overlap, a translucent colour does not double. */
#ifndef DNN_VIZ_RASTER_COVERAGE_H
#define DNN_VIZ_RASTER_COVERAGE_H

#include <stdbool.h>

#include "viz/draw/raster.h"

/* Pixels x0 <= x < x1, y0 <= y < y1. */
typedef struct box {
    int x0, y0, x1, y1;
} box;

/* Pixels are drawn in strips of so many columns, each by itself. */
#define STRIP 128

typedef struct coverage coverage; /* of a strip */

typedef enum fill_rule { FILL_NON_ZERO, FILL_EVEN_ODD } fill_rule;

/* Of the columns from x0 on, at most STRIP; NULL: out of memory. */
coverage *coverage_create(int x0, int width, int height);
void coverage_free(coverage *c);

/* Begins a shape that is seen within a box, itself within the strip. */
void coverage_begin(coverage *c, box visible);

/* An edge from (xa, ya) to (xb, yb), in pixels, finite; anywhere. */
void coverage_edge(coverage *c, double xa, double ya, double xb, double yb);

/* Paints the shape and forgets it. */
void coverage_paint(coverage *c, surface *target, color paint, fill_rule rule);

#endif
